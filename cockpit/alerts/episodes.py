"""From judged periods to warnings: periods outside the limits that follow each other are one warning, not many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

GRAVITY = {"warning": 1, "critical": 2}


class Judged(Protocol):
    """A complete period with the level its figure was given."""

    @property
    def level(self) -> str: ...


Row = TypeVar("Row", bound=Judged)


@dataclass(frozen=True)
class Episode(Generic[Row]):
    """One warning: the breached periods from the first to the last, and the period before that was within limits.

    `open` says that the newest judged period is still outside.
    """

    breached: tuple[Row, ...]
    before: Row | None
    open: bool

    @property
    def first(self) -> Row:
        return self.breached[0]

    @property
    def last(self) -> Row:
        return self.breached[-1]


def episodes(course: Sequence[Row]) -> list[Episode[Row]]:
    """The warnings of one figure's course, oldest first. `course` holds its complete periods, oldest first.

    A period without a level (nothing to judge) neither ends a warning nor is part of one.
    """
    found: list[Episode[Row]] = []
    run: list[Row] = []
    good: Row | None = None
    for row in course:
        if row.level in GRAVITY:
            run.append(row)
        elif row.level == "ok":
            if run:
                found.append(Episode(tuple(run), good, open=False))
                run = []
            good = row
    if run:
        found.append(Episode(tuple(run), good, open=True))
    return found
