"""Sessions: begun at login with a token only the browser knows, ended by time, by people or by a change of rights."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cockpit.access.steady import Steady
from cockpit.records import Records, Session, sessions
from cockpit.records.tables import SignIn

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SKEW = timedelta(minutes=5)  # a session from further in the future was begun by a clock that was wrong
BELIEVED = 5.0  # seconds a session that was looked up is believed to be as it was
NOTED = timedelta(seconds=60)  # the last use is written down this often at most
REMEMBERED = 4096  # look-ups kept in memory, those that found nothing included
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Known:
    """A session that goes on: whose it is, and until when if it is not used again."""

    key: str
    person: int
    name: str
    demo: bool
    created_at: datetime
    seen_at: datetime

    @property
    def ends_at(self) -> datetime:
        return min(self.created_at + LONGEST, self.seen_at + IDLE)


@dataclass(frozen=True)
class _Look:
    """What a look at the records found, when (monotonic), and how many changes this process had made by then."""

    found: Known | None
    at: float
    changes: int


def key_of(token: str) -> str | None:
    """The session key of a token; None for what no token looks like."""
    return hashlib.sha256(token.encode()).hexdigest() if _TOKEN.fullmatch(token) else None


class Sessions:
    """Knows which sessions go on. `ended` is told (name, key, why) of each that time has ended."""

    def __init__(self, records: Records, steady: Steady, ended: Callable[[str, str, str], None]) -> None:
        self._records = records
        self._steady = steady
        self._ended = ended
        self._looks: OrderedDict[str, _Look] = OrderedDict()
        self._used: dict[str, datetime] = {}
        self._order = threading.Lock()

    def start(self, session: Session, person: int, address: str, agent: str) -> tuple[str, str]:
        """(token, key) of a new session, as part of a writing transaction."""
        token, now = secrets.token_urlsafe(32), self._steady.now()
        key = hashlib.sha256(token.encode()).hexdigest()
        sessions.add(
            session,
            SignIn(key=key, person=person, created_at=now, seen_at=now, address=address[:60], agent=agent[:200]),
        )
        return token, key

    def remembered(self, key: str) -> bool:
        """Whether `alive` would answer at once, without asking the database or writing an end down.

        Of invented people more must be asked each time: whether anything real has come.
        """
        look = self._remembered(key)
        if look is None or look.found is None:
            return look is not None
        return not look.found.demo and self._steady.now() < look.found.ends_at

    def alive(self, key: str) -> Known | None:
        """The session of that key, if it goes on. SystemFailure where the records do not answer."""
        look = self._remembered(key) or self._look(key)
        if look.found is None:
            return None
        known, now = look.found, self._steady.now()
        if (used := self._used.get(key)) is not None and used > known.seen_at:
            known = replace(known, seen_at=used)
        if now < known.ends_at and known.created_at <= now + SKEW:
            return known
        self._end_by_time(known, now)
        return None

    def touch(self, key: str) -> None:
        """The session was used by a person."""
        known = self.alive(key)
        if known is None:
            return
        now = self._steady.now()
        with self._order:
            noted = self._used.get(key, known.created_at)
            if now - noted < NOTED:
                return
            self._used[key] = now
        with self._records.writing(quiet=True) as session:
            sessions.seen(session, key, now)

    def end(self, key: str, why: str) -> bool:
        """End a session; whether it went on."""
        with self._records.writing() as session:
            return sessions.end(session, key, self._steady.now(), why)

    def _remembered(self, key: str) -> _Look | None:
        with self._order:
            look = self._looks.get(key)
        if look is None or look.changes != self._records.changes or time.monotonic() - look.at > BELIEVED:
            return None
        return look

    def _look(self, key: str) -> _Look:
        changes, at = self._records.changes, time.monotonic()  # before the look: what changes meanwhile is seen later
        with self._records.reading() as session:
            row = sessions.find(session, key)
        found = None
        if row is not None and row[0].ended_at is None and row[1].state == "active":
            one, person = row
            found = Known(key, person.id, person.name, person.demo, one.created_at, one.seen_at)
        look = _Look(found, at, changes)
        with self._order:
            self._looks[key] = look
            self._looks.move_to_end(key)
            while len(self._looks) > REMEMBERED:
                gone, _ = self._looks.popitem(last=False)
                self._used.pop(gone, None)
        return look

    def _end_by_time(self, known: Known, now: datetime) -> None:
        why = "idle" if known.seen_at + IDLE <= now < known.created_at + LONGEST else "expired"
        if self.end(known.key, why):
            self._ended(known.name, known.key, why)
