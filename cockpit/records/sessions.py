"""Rows of sessions: found by key, listed, noted as used, and ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, lazyload

from cockpit.records.tables import Person, SignIn


def add(session: Session, row: SignIn) -> None:
    session.add(row)


def find(session: Session, key: str) -> tuple[SignIn, Person] | None:
    """A session and whose it is, ended or not; what else is known of the person is not read."""
    wanted = select(SignIn, Person).join(Person).where(SignIn.key == key).options(lazyload("*"))
    found = session.execute(wanted).first()
    return None if found is None else (found[0], found[1])


def going_on(session: Session, person: int | None = None) -> Sequence[tuple[SignIn, Person]]:
    """Sessions that nobody ended, the last used first; of one person or of all."""
    wanted = select(SignIn, Person).join(Person).where(SignIn.ended_at.is_(None)).order_by(SignIn.seen_at.desc())
    if person is not None:
        wanted = wanted.where(SignIn.person == person)
    return [(row[0], row[1]) for row in session.execute(wanted)]


def seen(session: Session, key: str, at: datetime) -> None:
    """The session was used; its last use never goes back."""
    session.execute(
        update(SignIn).where(SignIn.key == key, SignIn.ended_at.is_(None), SignIn.seen_at < at).values(seen_at=at)
    )


def lead(session: Session, key: str, step: str) -> None:
    """Keep the step of the tour whoever came by this session is at."""
    session.execute(update(SignIn).where(SignIn.key == key).values(tour=step))


def end(session: Session, key: str, at: datetime, why: str) -> bool:
    """Whether there was one to end."""
    ended = update(SignIn).where(SignIn.key == key, SignIn.ended_at.is_(None)).values(ended_at=at, ended_why=why)
    return bool(session.execute(ended.returning(SignIn.key)).all())


def end_of(session: Session, person: int, at: datetime, why: str, keep: str | None = None) -> int:
    """End all of a person's sessions, `keep` left out; how many there were."""
    ended = update(SignIn).where(SignIn.person == person, SignIn.ended_at.is_(None))
    if keep is not None:
        ended = ended.where(SignIn.key != keep)
    return len(session.execute(ended.values(ended_at=at, ended_why=why).returning(SignIn.key)).all())


def newest(session: Session) -> datetime | None:
    """The latest instant that any session was used or ended."""
    seen_at, ended_at = session.execute(select(func.max(SignIn.seen_at), func.max(SignIn.ended_at))).one()
    return max((at for at in (seen_at, ended_at) if at is not None), default=None)


def forget(session: Session, before: datetime) -> None:
    """Drop what ended, or was last used, before an instant."""
    session.execute(delete(SignIn).where(SignIn.seen_at < before))
