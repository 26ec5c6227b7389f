"""What is asked of a metric, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from typing import get_args
from zoneinfo import ZoneInfo

from cockpit.errors import UsageError
from cockpit.metrics.types import LedgerFacts, Metric
from cockpit.period import Grain, Period, periods


def local_today(ledgers: Sequence[LedgerFacts]) -> date:
    """The earliest current day among the ledgers."""
    return min(one.now.replace(tzinfo=UTC).astimezone(ZoneInfo(one.timezone)).date() for one in ledgers)


def column_of(dimension: str) -> str:
    """The column of the facts that holds a dimension: ``reason`` there is why a row does not count."""
    return "told_reason" if dimension == "reason" else dimension


@dataclass(frozen=True)
class Question:
    """A question about one metric: window [start, end) of local days, grain, breakdown, filters, parameters, ledgers.

    In `where` an empty text asks for rows that lack the dimension; several values of one dimension are alternatives.
    `horizon` is the day (exclusive) beyond which figures as of an instant do not look: a period that is not over yet
    is told as of now, not as of its end.
    """

    start: date | None = None
    end: date | None = None
    grain: Grain = "all"
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    ledgers: tuple[LedgerFacts, ...] = ()
    horizon: date | None = None

    @property
    def month_start_day(self) -> int:
        """The ledgers' common first day of the month; 1 where they differ."""
        days = {ledger.month_start_day for ledger in self.ledgers}
        return days.pop() if len(days) == 1 else 1

    def tiles(self) -> list[Period]:
        """The periods of the window up to the horizon, oldest first; one for grain ``all``. Needs start and end."""
        assert self.start is not None and self.end is not None
        whole = periods(self.start, self.end, self.grain, self.month_start_day)
        if self.horizon is None:
            return whole
        return [tile.cut(tile.start, self.horizon) for tile in whole if tile.start < self.horizon]

    def within(self, start: date | None, end: date | None) -> Question:
        return replace(self, start=start, end=end)


def checked(metric: Metric, question: Question) -> Question:
    """The question with the metric's default parameters filled in. Raises UsageError where it cannot be asked."""
    if question.grain not in get_args(Grain):
        raise UsageError("grain_unknown", grain=question.grain, choices=", ".join(get_args(Grain)))
    if question.start and question.end and question.start >= question.end:
        raise UsageError("window_is_empty", start=question.start.isoformat(), end=question.end.isoformat())
    for dimension in (*question.by, *question.where):
        if dimension not in metric.dimensions:
            raise UsageError(
                "dimension_unknown", dimension=dimension, metric=metric.name, choices=", ".join(metric.dimensions)
            )
    params = {name: parameter.default for name, parameter in metric.params.items()}
    for name, value in question.params.items():
        if name not in metric.params:
            raise UsageError(
                "parameter_unknown", parameter=name, metric=metric.name, choices=", ".join(metric.params) or "—"
            )
        if not metric.params[name].takes(value):
            choices = ", ".join(metric.params[name].choices) or "0 – 1"
            raise UsageError("parameter_value_unknown", parameter=name, value=value, choices=choices)
        params[name] = value
    return replace(question, by=tuple(dict.fromkeys(question.by)), params=params)
