"""The invented people of the sample company, who can be entered with one click as long as nothing is real."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cockpit.access.actor import LOCAL_ADMINISTRATOR
from cockpit.access.admission import Admission
from cockpit.access.setup import Setup
from cockpit.errors import RefusedError
from cockpit.records import Session, accounts
from cockpit.records.tables import Person, PersonRole, ScopeRule

BELIEVED = 2.0  # seconds that nothing real is believed to have come meanwhile


@dataclass(frozen=True)
class Invented:
    """One of them: the role held, the name others read, and the department seen (all rows where there is none)."""

    role: str
    label: str
    department: str | None = None


PEOPLE = (
    Invented("executive", "老板（示例）"),
    Invented("head", "采购部负责人（示例）", "供应链部"),
    Invented("finance", "财务（示例）"),
    Invented("warehouse", "仓储（示例）"),
    Invented("administrator", "管理员（示例）"),
)


class Demo:
    """`real` tells whether anything but the sample company was ever delivered."""

    def __init__(self, admission: Admission, setup: Setup, real: Callable[[], bool]) -> None:
        self._in = admission
        self._setup = setup
        self._real = real
        self._over = False
        self._asked = -BELIEVED

    def people(self) -> tuple[Invented, ...]:
        """Who can be entered now; nobody beside anything real. Once that is over it stays so, and they leave."""
        if self._over:
            return ()
        now, over = time.monotonic(), False
        if now - self._asked > BELIEVED:
            over, self._asked = self._real(), now
        if not over and not self._setup.done():
            return PEOPLE
        self.leave()
        self._over = True  # only now: where the records did not answer, the next who asks tries again
        return ()

    def enter(self, role: str, address: str, agent: str) -> tuple[str, str]:
        """(token, key) of a session of an invented person. RefusedError `demo_gone` once they are gone."""
        one = next((one for one in self.people() if one.role == role), None)
        if one is None:
            raise RefusedError("demo_gone")
        with self._in.audit.writing() as (session, note):
            return self._in.open(session, note, self._person(session, one), address, agent)

    def leave(self) -> None:
        """They are no more, and their sessions with them."""
        with self._in.records.reading() as session:
            there = accounts.any_demo(session)
        if there:
            with self._in.audit.writing() as (session, note):
                accounts.drop_demo(session)
                note(LOCAL_ADMINISTRATOR.name, "demo_removed")

    def _person(self, session: Session, one: Invented) -> Person:
        """Their record, made where it is missing."""
        name = f"demo-{one.role}"
        if (found := accounts.named(session, name)) is not None:
            if not found.demo:  # a real person of that name is entered by nobody else
                raise RefusedError("demo_gone")
            return found
        limits = [] if one.department is None else [one.department]
        person = Person(
            name=name,
            label=one.label,
            state="active",
            demo=True,
            everything=one.department is None,
            created_at=self._in.steady.now(),
            created_by="local",
            revision=1,
            roles=[PersonRole(role=one.role)],
            rules=[ScopeRule(dimension="department", value=value, subtree=True) for value in limits],
        )
        return accounts.add(session, person)
