"""What people call tables, dimensions and groups of columns, and how several of them are told."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.locale import Language, catalogue, t


def table(name: str, language: Language) -> str:
    """A canonical table, or the one that a derived table is made from."""
    return _first(language, f"table.{name}", f"scope.table.{name}") or name


def dimension(name: str, language: Language) -> str:
    return _first(language, f"dimension.{name}", f"column.{name}") or name


def group(name: str, language: Language) -> str:
    """A group of columns: ``cost``, ``price`` …"""
    return t(f"column_group.{name}", language)


def listed(words: Iterable[str], language: Language) -> str:
    return t("scope.comma", language).join(words)


def _first(language: Language, *keys: str) -> str | None:
    texts = catalogue(language)
    return next((texts[key] for key in keys if key in texts), None)
