"""The entrance: who comes in and how, what ends their stay, and how the first administrator is set up."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cockpit.access import Actor, passwords
from cockpit.access.admission import Admission
from cockpit.access.audit import AuditTrail
from cockpit.access.demo import Demo
from cockpit.access.people import folded
from cockpit.access.reset import VALID, Reset
from cockpit.access.roles import ADMINISTRATOR
from cockpit.access.sessions import BELIEVED, IDLE, LONGEST, REMEMBERED, Known, key_of
from cockpit.access.setup import Setup
from cockpit.errors import NotAllowedError, RefusedError, UsageError
from cockpit.locale import LANGUAGES, Language
from cockpit.records import Records, accounts, sessions
from cockpit.records.tables import Person
from cockpit.service.persons import SessionView
from cockpit.settings import Settings

THEMES = ("light", "dark")
TOUR_OVER = "over"
RESET_MINUTES = VALID // timedelta(minutes=1)
Resolve = Callable[[int, str | None], Actor]


@dataclass(frozen=True)
class _Seen:
    """An actor as resolved: when it was last found to be so (monotonic), how many changes this process had made by
    then, and the state of everything that rights hang on."""

    actor: Actor
    at: float
    changes: int
    state: Hashable


class Entrance:
    """Signs people in and out. `resolve` says what a person may; `real` whether anything real was ever delivered,
    `version` which one of the data this is: departments stand in them.

    Whatever changes something is written down in the audit trail.
    """

    def __init__(
        self,
        records: Records,
        audit: AuditTrail,
        secret: str,
        clock: Callable[[], datetime],
        resolve: Resolve,
        real: Callable[[], bool],
        version: Callable[[], Hashable],
    ) -> None:
        self._records = records
        self._audit = audit
        self._resolve = resolve
        self._version = version
        self._in = Admission(records, audit, secret, clock)
        self._sessions = self._in.sessions
        self._setup = Setup(self._in)
        self._reset = Reset(self._in)
        self._demo = Demo(self._in, self._setup, real)
        self._demo.people()  # what became real while the cockpit was closed
        self._actors: OrderedDict[str, _Seen] = OrderedDict()

    # ---------------------------------------------------------------- whose session

    def look_up(self, token: str, near: bool = True) -> str | None:
        """The key of the session the token opens, while it goes on. SystemFailure where the records do not answer.

        Invented people are known on this machine only: `near` says whether the request was made on it.
        """
        key = key_of(token)
        known = None if key is None else self._going_on(key)
        return None if known is None or (known.demo and not near) else key

    def remembered(self, token: str) -> bool:
        """Whether `look_up` would answer from memory, at once."""
        key = key_of(token)
        return key is None or self._sessions.remembered(key)

    def goes_on(self, key: str) -> bool:
        """Whether the session of that key goes on."""
        return self._going_on(key) is not None

    def person_of(self, key: str) -> int | None:
        """The id of the person whose session it is, while it goes on."""
        known = self._sessions.alive(key)
        return None if known is None else known.person

    def _going_on(self, key: str) -> Known | None:
        """Invented people leave with the first thing that is real."""
        known = self._sessions.alive(key)
        if known is not None and known.demo and not self._demo.people():
            return None
        return known

    def actor(self, key: str) -> Actor | None:
        """Who came by that session; None once it has ended. Changes of rights show within five seconds."""
        known = self._going_on(key)
        if known is None:
            return None
        seen = self._actors.get(key)
        if seen is None or seen.changes != self._records.changes or time.monotonic() - seen.at > BELIEVED:
            # All three are from before the look: what changes meanwhile is seen with the next one.
            changes, at, state = self._records.changes, time.monotonic(), (self._records.state(), self._version())
            try:
                kept = seen.actor if seen is not None and seen.state == state else None
                actor = kept or self._resolve(known.person, key)
            except NotAllowedError:
                return None
            self._actors[key] = seen = _Seen(actor, at, changes, state)
            while len(self._actors) > REMEMBERED:
                self._actors.popitem(last=False)
        return seen.actor

    def touch(self, key: str) -> None:
        """A person used the session; timers do not call it."""
        self._sessions.touch(key)

    # ---------------------------------------------------------------- in and out

    def sign_in(self, name: str, password: str, address: str, agent: str) -> tuple[str, str]:
        """(token, key) of a new session. Slow on purpose: call it from a thread.

        RefusedError `sign_in_wrong`, the same for unknown names, wrong passwords and disabled people;
        `sign_in_too_soon`, `sign_in_locked` and `too_many_from_address` with the seconds to wait.
        """
        typed = _typed(name)
        counted = typed or name[:1000]
        self._in.admit(counted, address)
        with self._records.reading() as session:
            person = accounts.named(session, typed) if typed else None
        fits = passwords.fits(None if person is None else person.password_hash, password)
        if person is None or not fits or person.state != "active" or person.demo:
            self._in.failed(counted, person, address)
            raise RefusedError("sign_in_wrong")
        renewed = passwords.kept(password) if passwords.stale(person.password_hash or "") else None
        with self._audit.writing() as (session, note):
            self._in.attempts.succeeded(session, counted, address)
            if renewed is not None:
                accounts.renew(session, person.id, renewed)
            return self._in.open(session, note, person, address, agent)

    def sign_out(self, key: str, why: str = "sign_out") -> None:
        """End a session; nothing happens where it has ended."""
        known = self._sessions.alive(key)
        if self._sessions.end(key, why) and known is not None:
            self._audit.note(known.name, "sign_out", key[:12], {"why": why})

    def end_session(self, actor: Actor, key: str) -> None:
        """End one session: one's own, or anybody's with the right to manage people."""
        with self._records.reading() as session:
            found = sessions.find(session, key)
        own = found is not None and found[1].id == actor.person and actor.behind is None
        if not own:
            actor.must_manage()
        if found is not None and self._sessions.end(key, "ended"):
            self._audit.note(actor.name, "session_ended", found[1].name, {"session": key[:12], "why": "ended"})

    def sessions(self, actor: Actor, person: int | None = None) -> list[SessionView]:
        """Sessions that go on, the last used first: one's own, or anybody's with the right to manage people."""
        if person is None or person != actor.person:
            actor.must("people")
        with self._records.reading() as session:
            rows = sessions.going_on(session, person)
        now = self._in.steady.now()
        views = [
            SessionView(
                key=one.key,
                person=who.id,
                name=who.name,
                label=who.label,
                created_at=one.created_at,
                seen_at=one.seen_at,
                ends_at=min(one.created_at + LONGEST, one.seen_at + IDLE),
                address=one.address,
                agent=one.agent,
                own=one.key == actor.session,
            )
            for one, who in rows
        ]
        return [view for view in views if view.ends_at > now]

    # ---------------------------------------------------------------- the first administrator, invented people

    def administrator_exists(self) -> bool:
        """Whether there is, or ever was, an administrator who is no invented person."""
        return self._setup.done()

    def setup_open(self) -> bool:
        """Whether the first administrator can be set up with the code; never again once there was one."""
        return not self._setup.done()

    def setup_code(self) -> str | None:
        """A new code for the server's own console, good for 30 minutes; None once there is an administrator."""
        return self._setup.code()

    def set_up(self, code: str, name: str, label: str, password: str, address: str, agent: str) -> tuple[str, str]:
        """See `cockpit.access.setup.Setup.set_up`. Slow on purpose: call it from a thread."""
        return self._setup.set_up(code, name, label, password, address, agent)

    def demo_people(self) -> tuple[tuple[str, str], ...]:
        """(role, name to read) of the invented people who can be entered now; none beside anything real."""
        return tuple((one.role, one.label) for one in self._demo.people())

    def enter_demo(self, role: str, address: str, agent: str) -> tuple[str, str]:
        """(token, key) of a session of an invented person. RefusedError `demo_gone` once they are gone."""
        return self._demo.enter(role, address, agent)

    # ---------------------------------------------------------------- passwords

    def reset_link(self, actor: Actor, person_id: int) -> str:
        """The path of a link with which somebody sets a new password within the hour, once."""
        actor.must_manage()
        return self._reset.link(person_id, actor.name)

    def reset_for(self, token: str, address: str = "") -> str | None:
        """The name a link is for, while it is good; `address` is where somebody comes from with it."""
        person = self._reset.shown(token, address)
        return None if person is None else person.name

    def reset(self, token: str, password: str, address: str = "") -> None:
        """See `cockpit.access.reset.Reset.by_link`. Slow on purpose: call it from a thread."""
        self._reset.by_link(token, password, address)

    def change_password(self, actor: Actor, old: str, new: str, keep: str) -> None:
        """Change one's own password; all other sessions of the person end. Slow on purpose.

        RefusedError `password_wrong`, or that it was tried too often; UsageError for a new one that cannot be.
        """
        self._reset.by_owner(self._own(actor), old, new, keep)

    def locks(self) -> Callable[[str], datetime | None]:
        """Until when nobody can sign in under a name, None where they can; as it is now, for as many as are asked."""
        until = self._in.attempts.locks()
        return lambda name: until(_typed(name))

    # ---------------------------------------------------------------- preferences

    def prefer(self, actor: Actor, language: str) -> None:
        """Remember a language; an empty text means: as the browser has it. UsageError for one that does not exist."""
        if language and language not in LANGUAGES:
            raise UsageError("language_unknown", languages=", ".join(LANGUAGES))
        person = self._own(actor)
        with self._records.writing() as session:
            accounts.prefer(session, person.id, language or None)

    def preference(self, actor: Actor) -> Language | None:
        """The language the person chose; None where they did not."""
        if actor.person is None:
            return None
        with self._records.reading() as session:
            row = accounts.by_id(session, actor.person)
        return next((one for one in LANGUAGES if row is not None and row.language == one), None)

    def show(self, actor: Actor, theme: str) -> None:
        """Remember ``light`` or ``dark``; an empty text means: as the system has it. UsageError for anything else."""
        if theme and theme not in THEMES:
            raise UsageError("theme_unknown", themes=", ".join(THEMES))
        person = self._own(actor)
        with self._records.writing() as session:
            accounts.show(session, person.id, theme or None)

    def theme(self, actor: Actor) -> str | None:
        """One of `THEMES` that the person chose; None where they did not."""
        if actor.person is None:
            return None
        with self._records.reading() as session:
            row = accounts.by_id(session, actor.person)
        return next((one for one in THEMES if row is not None and row.theme == one), None)

    def tour(self, actor: Actor) -> str:
        """The step of the tour the person is at; `TOUR_OVER` once they ended it, empty before they began.

        Invented people are many who share one account: theirs is of the session.
        """
        with self._records.reading() as session:
            if actor.demo:
                found = None if actor.session is None else sessions.find(session, actor.session)
                return "" if found is None else found[0].tour or ""
            row = None if actor.person is None else accounts.by_id(session, actor.person)
            return "" if row is None else row.tour or ""

    def lead(self, actor: Actor, step: str) -> None:
        """Remember the step of the tour the person is at, or that it is over."""
        person = self._own(actor)
        with self._records.writing(quiet=True) as session:
            if not actor.demo:
                accounts.lead(session, person.id, step)
            elif actor.session is not None:
                sessions.lead(session, actor.session, step)

    def _own(self, actor: Actor) -> Person:
        """The person behind an actor who acts for themselves."""
        with self._records.reading() as session:
            row = None if actor.person is None else accounts.by_id(session, actor.person)
        if row is None or actor.behind is not None:
            raise NotAllowedError("not_your_account")
        return row


def _typed(name: str) -> str:
    """A name as it was typed, in the spelling that is kept; empty for what is nobody's name."""
    try:
        return folded(name)
    except UsageError:
        return ""


def administrator_known(settings: Settings) -> bool:
    """Whether the records know of an administrator; for who may not open everything yet."""
    records = Records(settings.records)
    try:
        with records.reading() as session:
            return accounts.setup_done(session) or accounts.holds(session, ADMINISTRATOR)
    finally:
        records.close()
