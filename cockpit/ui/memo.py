"""Answers of the service, kept while they are true: a click that changes nothing else asks nothing twice.

The key holds everything an answer depends on: data version, what the actor may see, language, ledger, question, and the
time of day in steps, since what is overdue or open moves with the clock. Answers are immutable, so all sessions may
share them; another service starts with an empty memory.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar

Answer = TypeVar("Answer")

MOST = 4000
STEP_MINUTES = 5


class Memo:
    """The most recently used answers, at most `most`."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._most = most

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The kept answer, or a new one from `make`; errors of `make` pass through and nothing is kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: Answer = self._kept[key]
                return found
        answer = make()
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return answer

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


MEMO = Memo()


def step(now: datetime) -> str:
    """The time in steps of five minutes."""
    return f"{now:%Y-%m-%d %H}:{now.minute // STEP_MINUTES}"
