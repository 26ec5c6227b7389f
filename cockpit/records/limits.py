"""Rows of the changes of limits: read in the order they were made, added at the end."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cockpit.records.tables import LimitChange


def changes(session: Session) -> list[LimitChange]:
    """All of them, oldest first."""
    return list(session.scalars(select(LimitChange).order_by(LimitChange.id)))


def add(session: Session, change: LimitChange) -> LimitChange:
    """The same change with its id."""
    session.add(change)
    session.flush()
    return change
