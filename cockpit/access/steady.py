"""Time for sessions, locks and links: it never goes back, even where the machine's clock is set back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

FURTHEST = timedelta(days=1)


class Steady:
    """The machine's clock as long as it goes forward; where it goes back, time goes on from where it was.

    `known` is an instant that was once written down, so that a restart does not forget. One more than a day ahead
    is not believed: it comes from a clock that was wrong.
    """

    def __init__(self, clock: Callable[[], datetime], known: datetime | None = None) -> None:
        self._clock = clock
        self._order = threading.Lock()
        self._passed = time.monotonic()
        self._now = clock().replace(tzinfo=UTC)
        if known is not None and self._now < known <= self._now + FURTHEST:
            self._now = known

    def now(self) -> datetime:
        """An instant in UTC, never earlier than one given before."""
        with self._order:
            passed = time.monotonic()
            went_on = self._now + timedelta(seconds=passed - self._passed)
            self._passed = passed
            self._now = max(self._clock().replace(tzinfo=UTC), went_on)
            return self._now
