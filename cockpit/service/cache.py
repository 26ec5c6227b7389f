"""Answers kept by question, scope and version: never by time, never across scopes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any


class Cache:
    """A bounded store of computed answers. One computation per key at a time; others wait for it."""

    def __init__(self, size: int = 2048) -> None:
        self._size = size
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._running: dict[Hashable, threading.Lock] = {}

    def holds(self, key: Hashable) -> bool:
        """Whether the answer of `key` is there already."""
        with self._lock:
            return key in self._answers

    def get(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """The answer of `key`, computed on the first call; an error is not kept."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
            mine = self._running.setdefault(key, threading.Lock())
        with mine:
            with self._lock:
                if key in self._answers:
                    return self._answers[key]
            try:
                answer = compute()
            finally:
                with self._lock:
                    self._running.pop(key, None)
            with self._lock:
                self._answers[key] = answer
                while len(self._answers) > self._size:
                    self._answers.popitem(last=False)
            return answer
