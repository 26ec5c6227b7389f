"""Rows that count failed logins, by name and by address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cockpit.records.tables import Attempt


def row(session: Session, kind: str, key: str, at: datetime) -> Attempt:
    """The row of a kind and key, made where it is missing. Whoever holds it is alone with it until they end."""
    found = session.get(Attempt, (kind, key), with_for_update=True)
    if found is None:
        found = Attempt(kind=kind, key=key, failures=0, last_at=at, locked_until=None)
        session.add(found)
        session.flush()
    return found


def locked(session: Session, kind: str, now: datetime) -> dict[str, datetime]:
    """Until when, by key, for all that are locked at an instant."""
    wanted = select(Attempt).where(Attempt.kind == kind, Attempt.locked_until > now)
    return {one.key: one.locked_until for one in session.scalars(wanted) if one.locked_until is not None}


def clear(session: Session, kind: str, key: str) -> None:
    session.execute(delete(Attempt).where(Attempt.kind == kind, Attempt.key == key))


def newest(session: Session) -> datetime | None:
    """When the latest attempt was."""
    return session.scalar(select(func.max(Attempt.last_at)))


def forget(session: Session, before: datetime) -> None:
    """Drop rows whose last attempt was before an instant."""
    session.execute(delete(Attempt).where(Attempt.last_at < before))
