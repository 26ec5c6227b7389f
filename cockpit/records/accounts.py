"""Rows of people as the entrance needs them: who signs in, whether an administrator exists, invented people."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cockpit.records.tables import Fact, Person, PersonRole

SETUP_DONE = "setup_done"


def named(session: Session, name: str) -> Person | None:
    """The account of that (folded) name."""
    return session.scalars(select(Person).where(Person.name == name)).first()


def by_id(session: Session, person: int) -> Person | None:
    return session.get(Person, person)


def add(session: Session, person: Person) -> Person:
    """The same person with their id. RefusedError where the name is taken."""
    session.add(person)
    session.flush()
    return person


def holds(session: Session, role: str) -> bool:
    """Whether a real person, active or not, has the role."""
    found = select(PersonRole.person).join(Person).where(PersonRole.role == role, Person.demo.is_(False)).limit(1)
    return session.scalar(found) is not None


def any_demo(session: Session) -> bool:
    return session.scalar(select(Person.id).where(Person.demo.is_(True)).limit(1)) is not None


def drop_demo(session: Session) -> None:
    """Take the invented people away, their sessions with them."""
    session.execute(delete(Person).where(Person.demo.is_(True)))


def setup_done(session: Session) -> bool:
    return session.get(Fact, SETUP_DONE) is not None


def set_setup_done(session: Session, at: str) -> None:
    """There is or was an administrator; this is never taken back."""
    session.merge(Fact(name=SETUP_DONE, value=at))


def renew(session: Session, person: int, hashed: str) -> None:
    """The same password, hashed anew."""
    session.execute(update(Person).where(Person.id == person).values(password_hash=hashed))


def prefer(session: Session, person: int, language: str | None) -> None:
    """Keep the language a person chose; None takes it away."""
    session.execute(update(Person).where(Person.id == person).values(language=language))


def show(session: Session, person: int, theme: str | None) -> None:
    """Keep whether a person wants it light or dark; None takes the choice away."""
    session.execute(update(Person).where(Person.id == person).values(theme=theme))


def lead(session: Session, person: int, step: str) -> None:
    """Keep the step of the tour a person is at."""
    session.execute(update(Person).where(Person.id == person).values(tour=step))
