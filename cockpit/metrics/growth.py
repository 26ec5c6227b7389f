"""Growth: a window's figure over the same window a year earlier, or the period before it, minus one; whole periods
against whole periods."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cockpit.metrics.query import Answer, Figures, Key, Reads, evaluate
from cockpit.metrics.question import Question
from cockpit.metrics.types import Metric
from cockpit.period import Period, period_of, previous, same_window_year_earlier, whole, year_earlier
from cockpit.scope import Scope


def cut_to(period: Period, until: date | None) -> Period:
    """The period up to the last day the data speak for."""
    if until is None or until >= period.end or until < period.start:
        return period
    return period.cut(period.start, until + timedelta(days=1))


def period_before(period: Period) -> Period | None:
    """The period that ends where this one begins; a cut one meets the same stretch of it, counted from its first day.
    None where it has no such days: 30 and 31 March have none in February."""
    earlier = previous(period)
    if period == whole(period):
        return earlier
    start = earlier.start + (period.start - whole(period).start)
    end = min(start + timedelta(days=period.days), earlier.end)
    return earlier.cut(start, end) if start < end else None


def _base(metric: Metric, period: Period) -> Period | None:
    """What a period is compared with."""
    return period_before(period) if metric.sequential else year_earlier(period)


@dataclass(frozen=True)
class Before:
    """Figures of whole periods before a window that came along with it: all there are from the day `since` on."""

    since: date | None = None
    rows: tuple[Figures, ...] = ()


def with_base(metric: Metric, question: Question, warehouse: Reads, scope: Scope) -> tuple[Answer, Before]:
    """The answer, and the figures of what stands before the window where one pass gives both.

    That is so where the window begins with a period and what it is compared with adjoins it: the year before a window
    of a year or more, the period before any.
    """
    start, end = question.start, question.end
    if start is None or end is None or question.grain == "all":
        return evaluate(metric, question, warehouse, scope), Before()
    first = period_of(start, question.grain, question.month_start_day)
    apart = not metric.sequential and same_window_year_earlier(start, end)[1] < start
    if apart or first.start != start:
        return evaluate(metric, question, warehouse, scope), Before()
    since = (previous if metric.sequential else year_earlier)(first).start
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
    """For each row its group's figures in the same period a year earlier or in the period before; a partial one on the
    same days."""
    found: dict[Key, Figures] = {}
    based = {period: _base(metric, period) for period in {row.period for row in rows if row.key not in partial}}
    back = {period: base for period, base in based.items() if base is not None}
    complete = [row for row in rows if row.key not in partial and row.period in back]
    # A window of two years holds most of what it is compared with: only what is not known yet is asked for.
    known = [*complete, *before.rows]
    wanted, held = set(back.values()), {row.period for row in known}
    by_key = {row.key: row for row in known if row.period in wanted}
    empty = {period for period in wanted if before.since and period.start >= before.since and period == whole(period)}
    missing = [row for row in complete if back[row.period] not in held | empty]
    if missing:
        spans = [back[row.period] for row in missing]
        span = min(one.start for one in spans), max(one.end for one in spans)
        by_key |= _by_key(evaluate(metric, question.within(*span), warehouse, scope))
    for row in complete:
        found.update(_match(row, back[row.period].label, by_key))
    for period in {row.period for row in rows if row.key in partial}:
        base = _same_days(metric, cut_to(period, until))
        if base is None:
            continue
        same = replace(question, start=base[0], end=base[1], grain="all")
        by_key = _by_key(evaluate(metric, same, warehouse, scope))
        for row in rows:
            if row.period == period and row.key in partial:
                found.update(_match(row, None, by_key))
    return found


def _same_days(metric: Metric, cut: Period) -> tuple[date, date] | None:
    """The days that a period cut to what is delivered is compared with."""
    if not metric.sequential:
        return same_window_year_earlier(cut.start, cut.end)
    base = period_before(cut)
    return None if base is None else (base.start, base.end)


def _by_key(answer: Answer) -> dict[Key, Figures]:
    return {row.key: row for row in answer.rows}


def _match(row: Figures, label: str | None, by_key: dict[Key, Figures]) -> dict[Key, Figures]:
    earlier = by_key.get((label, *row.key[1:]))
    return {row.key: earlier} if earlier is not None else {}


def grow(rows: list[Figures], earlier: dict[Key, Figures]) -> list[Figures]:
    """Rows whose value is the growth over `earlier`: null where the base is missing, zero or negative."""
    return [_grown(row, row.value, base.value if (base := earlier.get(row.key)) else None, {}) for row in rows]


def grow_by_working_day(
    rows: list[Figures],
    earlier: dict[Key, Figures],
    partial: set[Key],
    until: date | None,
    warehouse: Reads,
    ledger: str,
) -> list[Figures]:
    """The same, both figures divided by the working days of their days first: null where there are none.

    Working days are those of the ledger's own calendar. `numerator` and `denominator` are per working day.
    """
    spans = {row.key: cut_to(row.period, until) if row.key in partial else row.period for row in rows}
    bases = {key: period_before(span) for key, span in spans.items()}
    wanted = {(one.start, one.end) for one in (*spans.values(), *bases.values()) if one is not None}
    days = working_days(warehouse, ledger, wanted)

    def per_day(row: Figures | None, span: Period | None) -> tuple[float | None, int | None]:
        worked = None if span is None else days[span.start, span.end]
        return (row.value / worked if row is not None and row.value is not None and worked else None), worked

    grown = []
    for row in rows:
        now, worked = per_day(row, spans[row.key])
        base, worked_before = per_day(earlier.get(row.key), bases[row.key])
        more = {"revenue": row.value, "working_days": worked, "working_days_before": worked_before}
        grown.append(_grown(row, now, base, more))
    return grown


def _grown(row: Figures, value: float | None, base: float | None, more: dict[str, float | int | None]) -> Figures:
    growth = value / base - 1 if value is not None and base and base > 0 else None
    return replace(row, value=growth, figures={**row.figures, "numerator": value, "denominator": base, **more})


def working_days(warehouse: Reads, ledger: str, spans: Collection[tuple[date, date]]) -> dict[tuple[date, date], int]:
    """Working days from first (inclusive) to last day (exclusive) of each span, by the ledger's calendar."""
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    rows = warehouse.records(
        "SELECT s.first, s.after, count(*) FILTER (WHERE c.is_work) AS days"
        " FROM (SELECT unnest($2::DATE[]) AS first, unnest($3::DATE[]) AS after) s LEFT JOIN calendar_days c"
        " ON c.ledger = $1 AND c.company = '' AND c.day >= s.first AND c.day < s.after GROUP BY ALL",
        [ledger, starts, ends],
    )
    return {(row["first"], row["after"]): int(row["days"]) for row in rows}
