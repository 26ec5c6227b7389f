"""What every way in has in common: attempts are counted, sessions begin, and both are written down."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from cockpit.access.actor import UNKNOWN
from cockpit.access.attempts import Attempts
from cockpit.access.audit import AuditTrail, Note
from cockpit.access.sessions import Sessions
from cockpit.access.steady import Steady
from cockpit.errors import RefusedError, SystemFailure
from cockpit.records import Records, Session, accounts, attempts, one_time, sessions
from cockpit.records.tables import Person

KEPT = timedelta(days=30)  # how long what has ended stays in the records
TOLD_AGAIN = 60.0  # seconds between two entries about refusals of the same name and address
TOLD_MOST = 4096


def digest(secret: str) -> str:
    """What is written down of something only its holder is to know."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class Admission:
    """Counts attempts, begins sessions and notes both."""

    def __init__(self, records: Records, audit: AuditTrail, secret: str, clock: Callable[[], datetime]) -> None:
        self.records = records
        self.audit = audit
        with records.reading() as session:
            known = [at for at in (sessions.newest(session), attempts.newest(session)) if at is not None]
        self.steady = Steady(clock, max(known, default=None))
        self.attempts = Attempts(records, self.steady, secret)
        self.sessions = Sessions(records, self.steady, self._timed_out)
        self._told: dict[str, float] = {}
        with suppress(SystemFailure):  # tidying up can wait: a full disk can still be read
            self._sweep()

    def admit(self, name: str | None, address: str) -> None:
        """Count an attempt as failed until it is known better. RefusedError with the seconds to wait."""
        try:
            self.attempts.begin(name, address)
        except RefusedError as refused:
            self._note_refusal(refused.code, name, address)
            raise

    def failed(self, name: str, person: Person | None, address: str) -> None:
        """Write a failure down. A name nobody has is not told: people type passwords where names belong."""
        who = UNKNOWN if person is None else person.name
        self.audit.note(UNKNOWN, "sign_in_failed", who, {"address": address, "mark": self._mark(name)})

    def refused(self, action: str, address: str) -> None:
        """Write down that a code or a link was none of ours: what was given is not told."""
        self._note_once(action, {"address": address})

    def open(self, session: Session, note: Note, person: Person, address: str, agent: str) -> tuple[str, str]:
        """(token, key) of a new session of somebody who is still active, written down in the same transaction."""
        row = accounts.by_id(session, person.id)
        if row is None or row.state != "active":  # disabled while the password was looked at
            raise RefusedError("sign_in_wrong")
        row.signed_in_at = self.steady.now()
        token, key = self.sessions.start(session, person.id, address, agent)
        note(row.name, "sign_in", key[:12], {"address": address, **({"demo": True} if row.demo else {})})
        return token, key

    def _note_refusal(self, code: str, name: str | None, address: str) -> None:
        self._note_once(
            "sign_in_locked", {"address": address, "why": code} | ({} if name is None else {"mark": self._mark(name)})
        )

    def _note_once(self, action: str, about: dict[str, str]) -> None:
        """Once a minute for the same: whoever floods the entrance does not flood the trail."""
        subject, now = str([action, sorted(about.items())]), time.monotonic()
        if now - self._told.get(subject, now - TOLD_AGAIN) < TOLD_AGAIN:
            return
        if len(self._told) >= TOLD_MOST:
            self._told.clear()
        self._told[subject] = now
        self.audit.note(UNKNOWN, action, "", about)

    def _mark(self, name: str) -> str:
        return self.attempts.mark("name", name)[:12]

    def _timed_out(self, name: str, key: str, why: str) -> None:
        self.audit.note(name, "session_ended", key[:12], {"why": why})

    def _sweep(self) -> None:
        """Drop what is of no use any more."""
        now = self.steady.now()
        with self.records.writing(quiet=True) as session:
            sessions.forget(session, now - KEPT)
            attempts.forget(session, now - timedelta(days=1))
            one_time.forget(session, now - KEPT)
