"""Rooms import downward only, third-party packages only where they belong, and nothing in a circle."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import none, parsed, sources
from tests.machine import ROOT

FLOOR = {
    "app": 9,
    "cockpit.__main__": 9,
    "pages": 9,
    "cockpit.ui": 8,
    "cockpit.cli": 8,
    "cockpit.api": 8,
    "cockpit.schedule": 8,
    "cockpit.service": 7,
    "cockpit.alerts": 6,
    "cockpit.improve": 6,
    "cockpit.meeting": 6,
    "cockpit.report": 6,
    "cockpit.charts": 6,
    "cockpit.access": 5,
    "cockpit.records": 5,
    "cockpit.metrics": 4,
    "cockpit.derive": 3,
    "cockpit.reconcile": 3,
    "cockpit.process": 3,
    "cockpit.intake": 3,
    "cockpit.warehouse": 2,
    "cockpit.model": 1,
    "cockpit.calendar": 1,
    "cockpit.errors": 0,
    "cockpit.issues": 0,
    "cockpit.period": 0,
    "cockpit.scope": 0,
    "cockpit.settings": 0,
    "cockpit.logs": 0,
    "cockpit.locale": 0,
}

# Where a line of the house says so: rooms beside each other, and doors that higher rooms may not pass by.
BESIDE = {
    "app": {"connectors", "sample_data"},
    "cockpit.__main__": {"connectors", "sample_data"},
    "cockpit.period": {"cockpit.errors"},
    "cockpit.logs": {"cockpit.errors"},
    "cockpit.settings": {"cockpit.errors", "cockpit.locale"},
    "cockpit.access": {"cockpit.records"},
    "cockpit.meeting": {"cockpit.alerts", "cockpit.improve"},
    "cockpit.report": {"cockpit.charts"},
}
# What a source is, is said beside the sources; the room that runs them must know it, and no source.
CONTRACTS = {"cockpit.intake": {"connectors.base"}}
PLAIN = {
    "cockpit.errors",
    "cockpit.issues",
    "cockpit.logs",
    "cockpit.period",
    "cockpit.scope",
    "cockpit.settings",
    "cockpit.locale",
}
ONLY = {
    "pages": {"cockpit.ui"},
    "cockpit.ui": PLAIN | {"cockpit.model", "cockpit.service", "cockpit.charts"},
    "cockpit.cli": PLAIN | {"cockpit.model", "cockpit.service"},
    "cockpit.api": PLAIN | {"cockpit.model", "cockpit.service"},
    "cockpit.schedule": PLAIN | {"cockpit.model", "cockpit.service"},
    "connectors": PLAIN | {"cockpit.model", "cockpit.calendar"},
}

PACKAGES = {
    "app": {"streamlit", "starlette"},
    "pages": {"streamlit"},
    "cockpit.ui": {"streamlit", "pandas", "markdown_it"},
    "cockpit.cli": {"typer", "rich"},
    "cockpit.api": {"starlette", "prometheus_client"},
    "cockpit.schedule": {"apscheduler"},
    "cockpit.improve": {"scipy"},
    "cockpit.alerts": {"apprise"},
    "cockpit.report": {"openpyxl"},
    "cockpit.charts": {"altair", "vl_convert"},
    "cockpit.access": {"argon2", "authlib"},
    "cockpit.records": {"sqlalchemy", "alembic"},
    "cockpit.metrics": {"ibis"},
    "cockpit.derive": {"ibis", "duckdb"},
    "cockpit.reconcile": {"ibis", "duckdb"},
    "cockpit.process": {"ibis", "duckdb"},
    "cockpit.intake": {"fastexcel", "pyarrow", "duckdb", "rapidfuzz"},
    "cockpit.warehouse": {"duckdb", "ibis", "pyarrow"},
    "cockpit.calendar": {"chinese_calendar"},
    "cockpit.settings": {"pydantic_settings"},
    "cockpit.locale": {"babel"},
    "connectors": {"duckdb", "fastexcel", "olefile", "psycopg", "pyarrow", "pymysql", "sqlalchemy", "sqlglot"},
}
CHECKED = ("app.py", "cockpit", "connectors", "pages")


def module_of(file: Path) -> str:
    """``cockpit.period`` for cockpit/period.py, ``cockpit.model`` for cockpit/model/__init__.py."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room a module stands in; the part of its name that the tables above know."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "cockpit" else parts[0]


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of everything a file imports, submodules of packages resolved, function bodies included."""
    package = module_of(file).split(".")
    package = package if file.name == "__init__.py" else package[:-1]
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for name in node.names:
                inner = f"{module}.{name.name}"
                yield node.lineno, inner if is_module(inner) else module


def is_module(name: str) -> bool:
    path = ROOT / Path(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file() or (path.is_dir() and "." in name)


def complaint(room: str, target: str) -> str | None:
    """Why a room may not import a module; None where it may."""
    top = target.split(".")[0]
    if top in ("cockpit", "connectors", "pages", "app", "tests", "bench", "sample_data"):
        goal = room_of(target)
        if goal == room or goal == "cockpit" or goal in BESIDE.get(room, ()) or target in CONTRACTS.get(room, ()):
            return None
        if room in ONLY:
            allowed = goal in ONLY[room]
        else:
            allowed = goal in FLOOR and FLOOR[goal] < FLOOR[room]
        return None if allowed else f"{room} (floor {FLOOR.get(room, '–')}) must not import {target}"
    if top in sys.stdlib_module_names or top == "pydantic" or top in PACKAGES.get(room, ()):
        return None
    return f"{room} must not import the package {top}"


def test_every_room_has_its_floor() -> None:
    rooms = {room_of(module_of(file)) for file in sources(*CHECKED)}
    none(rooms - set(FLOOR) - {"cockpit", "connectors"})


def test_imports_go_down() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{line}: {why}"
        for file in sources(*CHECKED)
        if file.name != "__init__.py" or file.parent != ROOT / "cockpit"
        for line, target in imports(file)
        if (why := complaint(room_of(module_of(file)), target))
    ]
    none(wrong)


# What a file format says, for the source that reads it; no source.
FORMATS = ("connectors.xls", "connectors.xlsx")


def test_connectors_do_not_know_each_other() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{line}: imports {target}"
        for file in sources("connectors")
        if file.name != "__init__.py"
        for line, target in imports(file)
        if target.startswith("connectors")
        and target not in ("connectors", "connectors.base", *FORMATS)
        # the kinds of databases are no sources: those on databases share them
        and not target.startswith("connectors.dialects")
    ]
    none(wrong)


def test_no_circles() -> None:
    """Modules, imports inside functions included: a circle hides behind those first."""
    graph: dict[str, set[str]] = {}
    for file in sources(*CHECKED):
        module = module_of(file)
        targets = {target for _, target in imports(file) if target.split(".")[0] in ("cockpit", "connectors", "app")}
        graph[module] = targets - {module}
    finished: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        if module in path:
            raise AssertionError(" → ".join((*path[path.index(module) :], module)))
        if module not in finished:
            for target in sorted(graph.get(module, ())):
                visit(target, (*path, module))
            finished.add(module)

    for module in sorted(graph):
        visit(module, ())


@pytest.mark.parametrize(
    ("room", "target"),
    [
        ("cockpit.model", "cockpit.warehouse"),
        ("cockpit.metrics", "duckdb"),
        ("cockpit.ui", "cockpit.warehouse.store"),
        ("cockpit.cli", "cockpit.metrics"),
        ("pages", "cockpit.service"),
        ("cockpit.derive", "cockpit.intake"),
        ("cockpit.errors", "cockpit.issues"),
        ("connectors", "cockpit.intake"),
        ("cockpit.service", "pandas"),
        ("cockpit.warehouse", "tests.machine"),
    ],
)
def test_the_watch_is_awake(room: str, target: str) -> None:
    assert complaint(room, target) is not None
