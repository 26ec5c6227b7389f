"""People, roles, sessions and the audit trail as the pages and the command line show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cockpit.access.audit import AuditReport
from cockpit.access.people import PersonDraft, RuleView
from cockpit.access.why import Because, Why

__all__ = [
    "AuditReport",
    "AuditView",
    "Because",
    "PersonDraft",
    "PersonView",
    "RoleView",
    "RuleView",
    "SessionView",
    "Why",
]


@dataclass(frozen=True)
class PersonView:
    """A person as they stand; `revision` goes back with a change, so that another's change in between is noticed.

    `state` is ``active`` or ``disabled``; `password` tells whether one is set; `locked_until` is when they may try
    again after too many failed logins.
    """

    id: int
    name: str
    label: str
    state: str
    demo: bool
    roles: tuple[str, ...]
    everything: bool
    rules: tuple[RuleView, ...]
    columns: Mapping[str, str]
    password: bool
    created_at: datetime
    created_by: str
    signed_in_at: datetime | None
    locked_until: datetime | None
    sessions: int
    revision: int


@dataclass(frozen=True)
class RoleView:
    """A role. `label` is its name in the reader's language; `builtin` ones come with the product and do not change."""

    name: str
    label: str
    builtin: bool
    grants: tuple[str, ...]
    hidden: tuple[str, ...]
    masked: tuple[str, ...]
    people: int
    revision: int


@dataclass(frozen=True)
class SessionView:
    """A session that has not ended. `key` names it; the token itself is known to the browser alone."""

    key: str
    person: int
    name: str
    label: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    agent: str
    own: bool


@dataclass(frozen=True)
class AuditView:
    """One entry of the audit trail; `detail` is JSON text as it was sealed."""

    seq: int
    at: datetime
    actor: str
    action: str
    resource: str
    detail: str
