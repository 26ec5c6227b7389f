"""New passwords: by a link that works once, or by whoever knows the old one."""

from __future__ import annotations

import secrets
from datetime import timedelta

from cockpit.access import passwords
from cockpit.access.admission import Admission, digest
from cockpit.errors import RefusedError
from cockpit.records import Session, accounts, one_time, sessions
from cockpit.records.tables import OneTime, Person

VALID = timedelta(minutes=60)
LONGEST_TOKEN = 200


class Reset:
    """Gives links out and changes passwords; other sessions of the person end with each change."""

    def __init__(self, admission: Admission) -> None:
        self._in = admission

    def link(self, person_id: int, by: str) -> str:
        """The path of a link for the next hour; the one before is worth nothing any more."""
        token, now = secrets.token_urlsafe(32), self._in.steady.now()
        with self._in.audit.writing() as (session, note):
            person = accounts.by_id(session, person_id)
            if person is None or person.demo:
                raise RefusedError("person_gone" if person is None else "person_is_demo")
            note(by, "reset_link", f"person:{person.name}")
            one_time.add(
                session,
                OneTime(hash=digest(token), kind="reset", person=person_id, created_at=now, expires_at=now + VALID),
            )
        return f"/auth/reset/{token}"

    def whose(self, token: str) -> Person | None:
        """The active person whose link it is, while it is good."""
        with self._in.records.reading() as session:
            row = one_time.find(session, "reset", digest(token[:LONGEST_TOKEN]), self._in.steady.now())
            person = None if row is None or row.person is None else accounts.by_id(session, row.person)
        return person if person is not None and person.state == "active" else None

    def shown(self, token: str, address: str) -> Person | None:
        """As `whose`, for somebody at that address who comes with the link; one that is no good is written down."""
        person = self.whose(token)
        if person is None:
            self._in.refused("reset_failed", address)
        return person

    def by_link(self, token: str, password: str, address: str) -> None:
        """RefusedError `reset_link_gone`; UsageError for a password that cannot be, then the link stays good.

        A lock of the name is lifted.
        """
        self._in.admit(None, address)
        person = self.shown(token, address)
        if person is None:
            raise RefusedError("reset_link_gone")
        passwords.check(password, person.name)
        hashed = passwords.kept(password)
        try:
            with self._in.audit.writing() as (session, note):
                taken = one_time.take(session, "reset", digest(token[:LONGEST_TOKEN]), self._in.steady.now())
                if taken is None:
                    raise RefusedError("reset_link_gone")
                self._change(session, person, hashed, address, "reset", None)
                note(person.name, "reset", f"person:{person.name}", {"address": address})
        except RefusedError as error:
            if error.code == "reset_link_gone":
                self._in.refused("reset_failed", address)
            raise

    def by_owner(self, person: Person, old: str, new: str, keep: str) -> None:
        """RefusedError `password_wrong`; UsageError for a new one that cannot be. Counted like a login."""
        passwords.check(new, person.name)
        self._in.admit(person.name, "")
        if not passwords.fits(person.password_hash, old):
            self._in.failed(person.name, person, "")
            raise RefusedError("password_wrong")
        hashed = passwords.kept(new)
        with self._in.audit.writing() as (session, note):
            self._change(session, person, hashed, "", "password", keep)
            note(person.name, "password_changed", f"person:{person.name}")

    def _change(self, session: Session, person: Person, hashed: str, address: str, why: str, keep: str | None) -> None:
        row = accounts.by_id(session, person.id)
        if row is None or row.state != "active":
            raise RefusedError("reset_link_gone")
        row.password_hash, row.password_at = hashed, self._in.steady.now()
        row.revision += 1
        self._in.attempts.succeeded(session, person.name, address)
        sessions.end_of(session, person.id, self._in.steady.now(), why, keep)
