"""What was measured of a group's rows, apart for each reason why some of them do not count, and put together again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True)
class Parts:
    """What was measured of one group, apart for the rows that count (reason None) and those left out for each reason.

    Rows are told apart first and put together afterwards, since the engine adds a group's reasons up much faster than
    it looks at every row once for each figure.
    """

    by_reason: Mapping[str | None, Mapping[str, Any]]
    params: Mapping[str, str]

    def counted(self, name: str) -> Any:
        """A measure over the rows that count; None where there are none."""
        record = self.by_reason.get(None)
        return None if record is None else record[name]

    def each(self, name: str, *reasons: str | None) -> list[Any]:
        """The measure's values for `reasons` (all where none is named), nulls left out."""
        wanted = reasons or self.by_reason
        found = (self.by_reason[reason][name] for reason in wanted if reason in self.by_reason)
        return [value for value in found if value is not None]

    def some(self, name: str) -> bool:
        """Whether the measure is true for any of the reasons."""
        return any(record[name] for record in self.by_reason.values())

    def total(self, name: str, *reasons: str | None) -> Any:
        """The sum of `each`; None where there is nothing to add."""
        values = self.each(name, *reasons)
        return sum(values[1:], values[0]) if values else None


def ratio(numerator: object, denominator: object, scale: float = 1.0) -> float | None:
    """numerator ÷ denominator × scale; None unless both exist and the denominator is positive."""
    if numerator is None or denominator is None or not float(cast("float", denominator)) > 0:
        return None
    return float(cast("float", numerator)) / float(cast("float", denominator)) * scale
