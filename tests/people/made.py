"""People, departments and trails as the tests make them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cockpit.access.people import PersonDraft, RuleView
from cockpit.records.tables import Person

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def person(name: str, **facts: Any) -> Person:
    """A row that says nothing but who it is."""
    usual = {
        "label": name.title(),
        "state": "active",
        "demo": False,
        "everything": False,
        "created_at": NOW,
        "created_by": "local",
        "revision": 1,
    }
    return Person(name=name, **{**usual, **facts})


def draft(name: str, *roles: str, **facts: Any) -> PersonDraft:
    return PersonDraft(name, facts.pop("label", name.title()), roles, **facts)


def rule(dimension: str, value: str, subtree: bool = False) -> RuleView:
    return RuleView(dimension, value, subtree)
