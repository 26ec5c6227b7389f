"""Rows of people and roles: found, counted, and changed as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cockpit.records.tables import ColumnRule, Person, PersonRole, Role, ScopeRule, SignIn

_LOCK = 7262107


def lock(session: Session) -> None:
    """Within a writing transaction: nobody else changes people or roles before it ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def everyone(session: Session) -> list[Person]:
    """All people by name."""
    return list(session.scalars(select(Person).order_by(Person.name)))


def active_holders(session: Session, role: str) -> list[int]:
    """The ids of those who hold a role and can use it, the people of the sample company left out.

    Whoever has no password yet cannot sign in, and counts only where nobody has one.
    """
    wanted = (
        select(Person.id, Person.password_hash.is_not(None))
        .join(PersonRole, PersonRole.person == Person.id)
        .where(PersonRole.role == role, Person.state == "active", Person.demo.is_(False))
    )
    found = session.execute(wanted.order_by(Person.id)).tuples().all()
    return [number for number, able in found if able] or [number for number, _ in found]


def holders(session: Session, role: str) -> list[int]:
    """The ids of all who hold a role."""
    return list(session.scalars(select(PersonRole.person).where(PersonRole.role == role).order_by(PersonRole.person)))


def settle(
    kept: Person,
    roles: Iterable[str],
    rules: Mapping[tuple[str, str], bool],
    columns: Mapping[str, str],
) -> None:
    """Give a person exactly these roles, row rules (dimension and value → with everything below) and column rules."""
    wanted = set(roles)
    kept.roles = [one for one in kept.roles if one.role in wanted]
    kept.roles += [PersonRole(role=role) for role in sorted(wanted - {one.role for one in kept.roles})]
    kept.rules = [one for one in kept.rules if (one.dimension, one.value) in rules]
    for rule in kept.rules:
        rule.subtree = rules[rule.dimension, rule.value]
    there = {(rule.dimension, rule.value) for rule in kept.rules}
    kept.rules += [
        ScopeRule(dimension=dimension, value=value, subtree=subtree)
        for (dimension, value), subtree in rules.items()
        if (dimension, value) not in there
    ]
    kept.columns = [one for one in kept.columns if one.group in columns]
    for column in kept.columns:
        column.how = columns[column.group]
    shown = {column.group for column in kept.columns}
    kept.columns += [ColumnRule(group=group, how=how) for group, how in columns.items() if group not in shown]


def roles(session: Session, names: Collection[str] | None = None) -> list[Role]:
    """The company's own roles by name, or those of these names."""
    wanted = select(Role).order_by(Role.name)
    return list(session.scalars(wanted if names is None else wanted.where(Role.name.in_(names))))


def held(session: Session) -> dict[str, int]:
    """How many people hold each role."""
    counted = select(PersonRole.role, func.count()).group_by(PersonRole.role)
    return dict(session.execute(counted).tuples().all())


def open_sessions(session: Session, begun: datetime, seen: datetime) -> dict[int, int]:
    """How many sessions of each person have not ended, begun after one instant and seen after the other."""
    counted = (
        select(SignIn.person, func.count())
        .where(SignIn.ended_at.is_(None), SignIn.created_at > begun, SignIn.seen_at > seen)
        .group_by(SignIn.person)
    )
    return dict(session.execute(counted).tuples().all())
