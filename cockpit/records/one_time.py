"""Rows of one-time codes and links: given out, taken once, gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cockpit.records.tables import OneTime


def add(session: Session, row: OneTime) -> None:
    """Give out; an earlier one of the same kind for the same person is worth nothing any more."""
    session.execute(delete(OneTime).where(OneTime.kind == row.kind, OneTime.person.is_not_distinct_from(row.person)))
    session.add(row)


def find(session: Session, kind: str, digest: str, at: datetime) -> OneTime | None:
    """The row that was given out, is not used and not too old."""
    return session.scalars(
        select(OneTime).where(
            OneTime.kind == kind, OneTime.hash == digest, OneTime.used_at.is_(None), OneTime.expires_at > at
        )
    ).first()


def take(session: Session, kind: str, digest: str, at: datetime) -> OneTime | None:
    """As `find`, and used from now on; of two who take at once one gets it."""
    found = find(session, kind, digest, at)
    if found is None:
        return None
    used = update(OneTime).where(OneTime.hash == digest, OneTime.used_at.is_(None)).values(used_at=at)
    return found if session.execute(used.returning(OneTime.hash)).all() else None


def drop(session: Session, kind: str) -> None:
    session.execute(delete(OneTime).where(OneTime.kind == kind))


def forget(session: Session, before: datetime) -> None:
    """Drop what was of no use before an instant."""
    session.execute(delete(OneTime).where(OneTime.expires_at < before))
