"""The data themselves: how old the newest are of each source, and how much of what was delivered could be taken."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.parts import Parts
from cockpit.metrics.types import FactContext, Metric, Thresholds

_HOUR = 3600
_SOURCE = ("ledger", "source", "table")


def _hours(later: ir.Value, earlier: ir.Value) -> ir.Value:
    return later.delta(earlier, unit="second").cast("float64") / _HOUR


def _without_documents(rows: ir.Table) -> ir.Table:
    """Deliveries are no documents: a drill finds none."""
    return rows.mutate(document_table=ibis.null("string"), document=ibis.null("uuid"), document_no=ibis.null("string"))


def freshness_facts(context: FactContext) -> ir.Table:
    """One row per source, table and period: what had been delivered as of its instant, and how often it usually is."""
    parts, periods = context.read("delivered_parts"), context.periods
    good = parts.filter(~parts.undone)
    arrivals = good.group_by([*_SOURCE, "came_at"]).aggregate(
        newest_end=good.newest_end.max(), ran_at=good.ran_at.max(), day_gap=good.day_gap.max()
    )
    before = arrivals.came_at.lag().over(ibis.window(group_by=list(_SOURCE), order_by="came_at"))
    arrivals = arrivals.mutate(gap=_hours(arrivals.came_at, before))
    rows = arrivals.inner_join(periods, [arrivals.came_at <= periods.period_at])
    recent = rows.came_at > rows.period_at - ibis.interval(years=1)
    states = rows.group_by([*_SOURCE, "period_start", "period_at"]).aggregate(
        newest_end=rows.newest_end.max(),
        came_at=rows.came_at.max(),
        ran_at=rows.ran_at.max(where=rows.ran_at <= rows.period_at),  # a run that finds nothing new is no delivery
        usual_gap=rows.gap.median(where=recent),
        longest_gap=ibis.greatest(rows.gap.max(where=recent), rows.day_gap.max() * 24.0),
    )
    since = _hours(states.period_at, ibis.greatest(states.came_at, ibis.coalesce(states.ran_at, states.came_at)))
    # Not below zero on the day itself; null where nothing has a business day.
    age = ibis.ifelse(states.newest_end > states.period_at, 0.0, _hours(states.period_at, states.newest_end))
    states = states.mutate(since=since, hours=age)
    return _without_documents(states.mutate(reason=ibis.null("string"), day=ibis.null("date")))


def quality_facts(context: FactContext) -> ir.Table:
    """One row per delivered part: its rows, and those that could be taken."""
    parts = context.read("delivered_parts")
    parts = parts.filter(parts.status.isin(["loaded", "loaded_with_rejects"]))
    rows = parts.rows_loaded + parts.rows_rejected
    return _without_documents(
        parts.mutate(
            day=parts.came_on,
            reason=ibis.ifelse(parts.undone, "delivery_undone", ibis.null("string")),
            numerator=parts.rows_loaded,
            denominator=rows,
            counts=rows,
        )
    )


def _highest(column: str) -> Callable[[ir.Table], ir.Value]:
    return lambda rows: rows[column].max()


def _newest(parts: Parts) -> float | None:
    hours = parts.counted("hours")
    return None if hours is None else float(hours)


METRICS: tuple[Metric, ...] = (
    Metric(
        name="data_freshness",
        unit="hours",
        direction="down",
        importance="O",
        process="data",
        owner="data",
        kind="count",
        sources=(),
        dimensions=("source", "table"),
        facts=freshness_facts,
        placement="periods",
        thresholds=Thresholds(figure="longest_gap_hours"),
        fields={
            "hours_since_delivery": _highest("since"),
            "usual_gap_hours": _highest("usual_gap"),
            "longest_gap_hours": _highest("longest_gap"),
            "overdue": lambda rows: (rows.hours / rows.longest_gap.nullif(0)).max(),
        },
        parts={"hours": _highest("hours")},
        value=_newest,
        as_of=True,
        clock=True,
        split=("source", "table"),
    ),
    Metric(
        name="data_quality_score",
        unit="share",
        direction="up",
        importance="O",
        process="data",
        owner="data",
        kind="ratio",
        sources=(),
        dimensions=("source", "table", "department"),
        facts=quality_facts,
        thresholds=Thresholds(warning=Decimal("0.98")),
        fields={
            "incomplete_rows": lambda rows: rows.incomplete.sum(),
            "unreadable_rows": lambda rows: rows.unreadable.sum(),
        },
        clock=True,
        contribution=lambda _: "count",
    ),
)
