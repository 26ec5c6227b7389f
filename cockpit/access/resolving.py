"""What a person may: administrators everything, anybody else nothing."""

from __future__ import annotations

from cockpit.access.actor import Actor
from cockpit.access.grants import EVERY, NOTHING
from cockpit.access.setup import ADMINISTRATOR
from cockpit.errors import NotAllowedError
from cockpit.records import Records, accounts
from cockpit.scope import Scope


def resolved(records: Records, person: int, session: str | None) -> Actor:
    """The actor of an active person. NotAllowedError for anybody else."""
    with records.reading() as reading:
        row = accounts.by_id(reading, person)
    if row is None or row.state != "active":
        raise NotAllowedError("action_not_allowed", action="sign_in", resource="")
    every = any(held.role == ADMINISTRATOR for held in row.roles)
    scope = Scope() if row.everything else Scope({"ledger": frozenset()})
    return Actor(row.name, scope, EVERY if every else NOTHING, row.label, row.id, session, demo=row.demo)
