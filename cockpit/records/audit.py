"""Rows of the audit trail: read in order, added at the end, and the place where the end is written down."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cockpit.records.tables import AuditEntry, Fact

HEAD = "audit_head"
READ_AT_ONCE = 1000


def last(session: Session) -> AuditEntry | None:
    """The newest row. Within a writing transaction nobody adds one before it ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(7262106)))
    return session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).first()


def rows(session: Session) -> Iterator[AuditEntry]:
    """Every row from the first on, a thousand at a time."""
    after = None
    while True:
        wanted = select(AuditEntry).order_by(AuditEntry.seq).limit(READ_AT_ONCE)
        if after is not None:
            wanted = wanted.where(AuditEntry.seq > after)
        found = session.scalars(wanted).all()
        yield from found
        if len(found) < READ_AT_ONCE:
            return
        after = found[-1].seq
        session.expunge_all()


def search(
    session: Session,
    text: str = "",
    actor: str = "",
    action: str = "",
    since: str = "",
    until: str = "",
    limit: int = 500,
) -> list[AuditEntry]:
    """The newest rows that fit, newest first; `since` (inclusive) and `until` (exclusive) are ISO instants in UTC."""
    wanted = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(limit)
    if text:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = (AuditEntry.actor, AuditEntry.action, AuditEntry.resource, AuditEntry.detail)
        wanted = wanted.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if actor:
        wanted = wanted.where(AuditEntry.actor == actor)
    if action:
        wanted = wanted.where(AuditEntry.action == action)
    if since:
        wanted = wanted.where(AuditEntry.at >= since)
    if until:
        wanted = wanted.where(AuditEntry.at < until)
    return list(session.scalars(wanted))


def first_at(session: Session) -> str | None:
    """The instant of the first row, ISO in UTC; None before there is one."""
    return session.scalar(select(AuditEntry.at).order_by(AuditEntry.seq).limit(1))


def told(session: Session, actions: Collection[str]) -> set[tuple[str, str]]:
    """Each (action, resource) that a row of the named actions has."""
    wanted = select(AuditEntry.action, AuditEntry.resource).where(AuditEntry.action.in_(actions)).distinct()
    return {(row.action, row.resource) for row in session.execute(wanted)}


def head(session: Session) -> str:
    """What was written down about the newest row; empty before the first."""
    found = session.get(Fact, HEAD)
    return "" if found is None else found.value


def set_head(session: Session, value: str) -> None:
    session.merge(Fact(name=HEAD, value=value))
