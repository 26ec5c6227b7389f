"""What people wrote down: accounts, roles, scopes, sessions, one-time links, limits of figures, and the audit trail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

STATE = "state"  # the fact that is another one after every change


class Instant(TypeDecorator[datetime]):
    """An instant with its offset; kept in UTC by databases that know none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs an offset")
        placed = value.astimezone(UTC)
        return placed.replace(tzinfo=None) if dialect.name == "sqlite" else placed

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant, dict[str, Any]: JSON, list[str]: JSON}


class Person(Base):
    """An account. `name` is what they type at login, folded (NFKC, lower case); `label` is what others read.

    Without `password_hash` nobody can sign in with a password. `everything` lifts all row limits; without it and
    without scope rules a person sees no rows. `revision` grows with every change, so that two administrators notice
    each other.
    """

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    label: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))  # active, disabled
    demo: Mapped[bool]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_at: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(String(10))
    theme: Mapped[str | None] = mapped_column(String(10))  # light, dark; none: as the system has it
    tour: Mapped[str | None] = mapped_column(String(20))  # the step of the tour they are at; over: they ended it
    everything: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(100))
    signed_in_at: Mapped[datetime | None]
    revision: Mapped[int]
    roles: Mapped[list[PersonRole]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    rules: Mapped[list[ScopeRule]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    columns: Mapped[list[ColumnRule]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class Role(Base):
    """A role of the company's own; those that come with the product are no rows.

    `grants` as `cockpit.access.grants` writes them; `hidden` and `masked` name column groups.
    """

    __tablename__ = "roles"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    grants: Mapped[list[str]]
    hidden: Mapped[list[str]]
    masked: Mapped[list[str]]
    revision: Mapped[int]


class PersonRole(Base):
    """A person holds a role; the product's own roles have no row to refer to, so the name is no foreign key."""

    __tablename__ = "person_roles"

    person: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(60), primary_key=True)


class ScopeRule(Base):
    """One value of a dimension that a person may see; `subtree` adds everything below it (departments)."""

    __tablename__ = "scope_rules"
    __table_args__ = (UniqueConstraint("person", "dimension", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    dimension: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(String(400))
    subtree: Mapped[bool]


class ColumnRule(Base):
    """A column group that is hidden from a person or masked, whatever their roles show."""

    __tablename__ = "column_rules"

    person: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    group: Mapped[str] = mapped_column(String(40), primary_key=True)
    how: Mapped[str] = mapped_column(String(10))  # hidden, masked


class SignIn(Base):
    """A session. `key` is the SHA-256 of the token in the cookie, which is written down nowhere.

    `tour` as a person has it; for the invented ones, who are many in one account, each login has its own.
    """

    __tablename__ = "sessions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(60))
    agent: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(20))
    tour: Mapped[str | None] = mapped_column(String(20))


class Attempt(Base):
    """Failed logins of a name or from an address; `key` is a keyed hash, as people type passwords for names."""

    __tablename__ = "attempts"
    __table_args__ = (Index("attempts_by_time", "last_at"),)

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)  # name, address, setup
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class OneTime(Base):
    """A one-time code or link; `hash` is the SHA-256 of what was given out."""

    __tablename__ = "one_time"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))  # setup, reset
    person: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LimitChange(Base):
    """One change of the limits of a figure, in force from a day on until a later one. Rows are only ever added.

    `ledger` is empty for all ledgers without limits of their own. `limits` holds decimals as text: ``warning`` and
    ``critical``, or ``low`` and ``high`` of a band; empty takes the change back to what holds without it. `before` are
    those that held until then on that day.
    """

    __tablename__ = "limit_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(String(60), index=True)
    ledger: Mapped[str] = mapped_column(String(400))
    valid_from: Mapped[date]
    limits: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(400))
    changed_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[datetime]


class Fact(Base):
    """A single fact about this installation, such as that its first administrator was set up."""

    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class AuditEntry(Base):
    """One thing somebody did. Rows are only ever added; each carries the hash of the one before.

    `at` is ISO text in UTC and `detail` JSON text, both exactly as they were hashed.
    """

    __tablename__ = "audit_log"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(100), index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    resource: Mapped[str] = mapped_column(String(400))
    detail: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
