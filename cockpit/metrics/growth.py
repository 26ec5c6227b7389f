"""Growth: a window's figure over the same window a year earlier, minus one; whole periods against whole periods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from cockpit.metrics.query import Answer, Figures, Key, Reads, evaluate
from cockpit.metrics.question import Question
from cockpit.metrics.types import Metric
from cockpit.period import Period, period_of, same_window_year_earlier, whole, year_earlier
from cockpit.scope import Scope


def cut_to(period: Period, until: date | None) -> Period:
    """The period up to the last day the data speak for."""
    if until is None or until >= period.end or until < period.start:
        return period
    return period.cut(period.start, until + timedelta(days=1))


@dataclass(frozen=True)
class Before:
    """Figures of whole periods before a window that came along with it: all there are from the day `since` on."""

    since: date | None = None
    rows: tuple[Figures, ...] = ()


def with_year_before(metric: Metric, question: Question, warehouse: Reads, scope: Scope) -> tuple[Answer, Before]:
    """The answer, and the figures of the year before the window where one pass gives both.

    That is so for a window of a year or more that begins with a period: what it is compared with then adjoins it.
    """
    start, end = question.start, question.end
    if start is None or end is None or question.grain == "all" or same_window_year_earlier(start, end)[1] < start:
        return evaluate(metric, question, warehouse, scope), Before()
    first = period_of(start, question.grain, question.month_start_day)
    if first.start != start:
        return evaluate(metric, question, warehouse, scope), Before()
    since = year_earlier(first).start
    answer = evaluate(metric, question.within(since, end), warehouse, scope)
    rows = tuple(row for row in answer.rows if row.period.start < start)
    return Answer(metric, [row for row in answer.rows if row.period.start >= start], answer.told), Before(since, rows)


def earlier_figures(
    metric: Metric,
    question: Question,
    rows: list[Figures],
    before: Before,
    partial: set[Key],
    until: date | None,
    warehouse: Reads,
    scope: Scope,
) -> dict[Key, Figures]:
    """For each row its group's figures in the same period a year earlier; a partial one on the same days."""
    found: dict[Key, Figures] = {}
    complete = [row for row in rows if row.key not in partial]
    # A window of two years holds most of what it is compared with: only what is not known yet is asked for.
    back = {period: year_earlier(period) for period in {row.period for row in complete}}
    known = [*complete, *before.rows]
    wanted, held = set(back.values()), {row.period for row in known}
    by_key = {row.key: row for row in known if row.period in wanted}
    empty = {period for period in wanted if before.since and period.start >= before.since and period == whole(period)}
    missing = [row for row in complete if back[row.period] not in held | empty]
    if missing:
        start = min(row.period.start for row in missing)
        end = max(row.period.end for row in missing)
        span = _span_year_earlier(question, missing, start, end)
        by_key |= _by_key(evaluate(metric, question.within(*span), warehouse, scope))
    for row in complete:
        found.update(_match(row, back[row.period].label, by_key))
    for period in {row.period for row in rows if row.key in partial}:
        cut = cut_to(period, until)
        start, end = same_window_year_earlier(cut.start, cut.end)
        same = replace(question, start=start, end=end, grain="all")
        by_key = _by_key(evaluate(metric, same, warehouse, scope))
        for row in rows:
            if row.period == period and row.key in partial:
                found.update(_match(row, None, by_key))
    return found


def _span_year_earlier(question: Question, rows: list[Figures], start: date, end: date) -> tuple[date, date]:
    if question.grain == "all":
        return same_window_year_earlier(start, end)
    earlier = [year_earlier(row.period) for row in rows]
    return min(period.start for period in earlier), max(period.end for period in earlier)


def _by_key(answer: Answer) -> dict[Key, Figures]:
    return {row.key: row for row in answer.rows}


def _match(row: Figures, label: str | None, by_key: dict[Key, Figures]) -> dict[Key, Figures]:
    earlier = by_key.get((label, *row.key[1:]))
    return {row.key: earlier} if earlier is not None else {}


def grow(rows: list[Figures], earlier: dict[Key, Figures]) -> list[Figures]:
    """Rows whose value is the growth over `earlier`: null where the base is missing, zero or negative."""
    grown = []
    for row in rows:
        base = earlier.get(row.key)
        base_value = base.value if base is not None else None
        value = row.value / base_value - 1 if row.value is not None and base_value and base_value > 0 else None
        reasons = dict(row.reasons)
        figures = {**row.figures, "numerator": row.value, "denominator": base_value}
        grown.append(replace(row, value=value, figures=figures, reasons=reasons))
    return grown
