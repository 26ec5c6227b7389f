"""The project's own Python files as syntax trees, for the tests that watch over the house."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.machine import ROOT

SHIPPED = ("app.py", "cockpit", "connectors", "pages", "sample_data")


@cache
def sources(*places: str) -> tuple[Path, ...]:
    """The Python files under these places of the project, sorted."""
    found: list[Path] = []
    for place in places or SHIPPED:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return tuple(found)


@cache
def parsed(file: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(file.read_text("utf-8"), str(file))


def where(file: Path, node: ast.AST) -> str:
    """``cockpit/period.py:12``"""
    return f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def calls(file: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every call of a file with the last part of what is called: ``t``, ``append``, ``UsageError``."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            yield node, name


def texts(node: ast.AST | None) -> list[str]:
    """The string constants an expression can come out as: a constant, or both arms of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    return []


def none(found: Iterable[str]) -> None:
    """Fails with one finding per line."""
    lines = sorted(found)
    if lines:
        pytest.fail("\n".join([f"{len(lines)} found:", *lines]), pytrace=False)
