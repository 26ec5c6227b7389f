"""Guessing passwords: who fails often waits longer and longer, by name and by address, known name or not."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
from collections.abc import Callable
from datetime import datetime, timedelta

from cockpit.access.steady import Steady
from cockpit.errors import RefusedError
from cockpit.records import Records, Session, attempts

FREE, MOST = 5, 10  # failures of a name before each costs a wait, and before it is locked
LOCKED = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=1)  # of quiet, after which a name starts anew
ADDRESS_MOST = 30  # failures from an address within …
ADDRESS_WINDOW = timedelta(minutes=5)
_PURPOSE = b"cockpit login attempts"
_DRIP = ADDRESS_WINDOW / ADDRESS_MOST


def wait_after(failures: int) -> timedelta:
    """How long a name waits after that many failures: 1, 2, 4, 8, 16 seconds from the fifth on, then locked."""
    if failures >= MOST:
        return LOCKED
    return timedelta(seconds=2 ** (failures - FREE)) if failures >= FREE else timedelta()


def neighbourhood(address: str) -> str:
    """What counts as one address: of IPv6 the network of one connection, as its owner can take any address in it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(getattr(found, "ipv4_mapped", None) or found)


class Attempts:
    """Counts before a password is looked at, so that many guesses at once are counted as well."""

    def __init__(self, records: Records, steady: Steady, secret: str) -> None:
        self._records = records
        self._steady = steady
        self._key = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()

    def mark(self, kind: str, text: str) -> str:
        """The keyed hash under which a name or an address is counted."""
        return hmac.new(self._key, f"{kind} {text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def begin(self, name: str | None, address: str) -> None:
        """Count an attempt as failed, until `succeeded` takes it back. What is not given does not count.

        RefusedError `too_many_from_address`, `sign_in_locked` or `sign_in_too_soon`, each with the seconds to wait.
        """
        try:
            self._begin(name, address)
        except RefusedError as error:
            if error.code != "records_conflict":
                raise
            self._begin(name, address)  # somebody else made the same row at the same time; it is there now

    def _begin(self, name: str | None, address: str) -> None:
        now = self._steady.now()
        with self._records.writing(quiet=True) as session:
            if address:
                self._count_address(session, neighbourhood(address), now)
            if name is not None:
                self._count_name(session, name, now)

    def locks(self) -> Callable[[str], datetime | None]:
        """Until when a name is locked or waits, as it is at this moment: one look for as many names as are asked."""
        with self._records.reading() as session:
            found = attempts.locked(session, "name", self._steady.now())
        return lambda name: found.get(self.mark("name", name))

    def succeeded(self, session: Session, name: str | None, address: str) -> None:
        """The attempt was none of guessing: the name starts anew, the address has one failure less.

        The address comes first, as in `begin`: two logins at once never wait for each other.
        """
        if address:
            row = attempts.row(session, "address", self.mark("address", neighbourhood(address)), self._steady.now())
            row.failures = max(0, row.failures - 1)
        if name is not None:
            attempts.clear(session, "name", self.mark("name", name))

    def _count_address(self, session: Session, address: str, now: datetime) -> None:
        """A bucket that loses a failure every ten seconds and takes no more than thirty."""
        row = attempts.row(session, "address", self.mark("address", address), now)
        drips = max(0, (now - row.last_at) // _DRIP)
        row.failures, row.last_at = max(0, row.failures - drips), row.last_at + drips * _DRIP
        if row.failures == 0:
            row.last_at = now
        if row.failures >= ADDRESS_MOST:
            raise RefusedError("too_many_from_address", seconds=_seconds(row.last_at + _DRIP - now))
        row.failures += 1

    def _count_name(self, session: Session, name: str, now: datetime) -> None:
        row = attempts.row(session, "name", self.mark("name", name), now)
        if row.locked_until is not None and row.locked_until > now:
            code = "sign_in_locked" if row.failures >= MOST else "sign_in_too_soon"
            raise RefusedError(code, seconds=_seconds(row.locked_until - now), minutes=_minutes(row.locked_until - now))
        if now - row.last_at > FORGOTTEN:
            row.failures = 0
        row.failures += 1
        row.last_at = now
        wait = wait_after(row.failures)
        row.locked_until = now + wait if wait else None


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))


def _minutes(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds() / 60))
