"""The first administrator: made with a code from the server's own console, and never again after that."""

from __future__ import annotations

import secrets
from datetime import timedelta

from cockpit.access import passwords
from cockpit.access.admission import Admission, digest
from cockpit.access.people import LONGEST_LABEL, folded, plain_text
from cockpit.access.roles import ADMINISTRATOR
from cockpit.errors import RefusedError, UsageError
from cockpit.records import Session, accounts, one_time
from cockpit.records.tables import OneTime, Person, PersonRole

VALID = timedelta(minutes=30)
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is taken for another
_GROUPS, _GROUP = 5, 4


class Setup:
    """Knows whether there is, or ever was, an administrator who is no invented person."""

    def __init__(self, admission: Admission) -> None:
        self._in = admission
        self._done = False

    def done(self) -> bool:
        """Once True it stays so, whatever happens to people."""
        if not self._done:
            with self._in.records.reading() as session:
                written, holds = accounts.setup_done(session), accounts.holds(session, ADMINISTRATOR)
            if holds and not written:
                with self._in.records.writing() as session:
                    self._close(session)
            self._done = written or holds
        return self._done

    def code(self) -> str | None:
        """A new code of twenty letters in groups; the one before is worth nothing any more. None once it is done."""
        if self.done():
            return None
        groups = ["".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)]
        now = self._in.steady.now()
        row = OneTime(hash=digest("".join(groups)), kind="setup", created_at=now, expires_at=now + VALID)
        with self._in.records.writing() as session:
            one_time.add(session, row)
        return "-".join(groups)

    def set_up(self, code: str, name: str, label: str, password: str, address: str, agent: str) -> tuple[str, str]:
        """Make the first administrator and sign them in; (token, key).

        RefusedError `setup_closed` after the first, `setup_code_wrong`; UsageError for a name or a password that
        cannot be: then the code stays good.
        """
        if self.done():
            raise RefusedError("setup_closed")
        wanted = folded(name)
        shown = plain_text(label or wanted, LONGEST_LABEL)
        if shown is None:
            raise UsageError("person_label_not_usable", longest=LONGEST_LABEL)
        passwords.check(password, wanted)
        self._in.admit(None, address)
        hashed = passwords.kept(password)
        try:
            with self._in.audit.writing() as (session, note):
                self._take(session, code)
                person = self._administrator(session, wanted, shown, hashed)
                self._close(session)
                self._in.attempts.succeeded(session, None, address)
                note(wanted, "setup", f"person:{wanted}", {"address": address})
                opened = self._in.open(session, note, person, address, agent)
        except RefusedError as error:
            if error.code == "setup_code_wrong":
                self._in.refused("setup_failed", address)
            raise
        self._done = True
        return opened

    def _take(self, session: Session, code: str) -> None:
        """Use the code up, alone: of two who set up at once one comes first."""
        if accounts.setup_done(session) or accounts.holds(session, ADMINISTRATOR):
            raise RefusedError("setup_closed")
        typed = "".join(c for c in code.upper() if c in _LETTERS) if len(code) < 100 else ""
        if one_time.take(session, "setup", digest(typed), self._in.steady.now()) is None:
            raise RefusedError("setup_code_wrong")

    def _administrator(self, session: Session, name: str, label: str, hashed: str) -> Person:
        """The person; the invented ones leave."""
        accounts.drop_demo(session)
        if accounts.named(session, name) is not None:
            raise RefusedError("person_name_taken", name=name)
        now = self._in.steady.now()
        person = Person(
            name=name,
            label=label,
            state="active",
            demo=False,
            everything=True,
            password_hash=hashed,
            password_at=now,
            created_at=now,
            created_by="local",
            revision=1,
            roles=[PersonRole(role=ADMINISTRATOR)],
        )
        return accounts.add(session, person)

    def _close(self, session: Session) -> None:
        accounts.set_setup_done(session, self._in.steady.now().isoformat(timespec="seconds"))
        one_time.drop(session, "setup")
