"""From a question to figures: facts are bucketed by period, grouped, and aggregated without ever averaging ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol, cast

import ibis
import ibis.expr.types as ir

from cockpit.metrics.question import Question
from cockpit.metrics.statements import (
    Kept,
    Statement,
    compiled,
    narrowed,
    periods_asked,
    standing_in,
    window_values,
)
from cockpit.metrics.types import LedgerFacts, Metric
from cockpit.period import Grain, Period, parse_period, period_of, whole
from cockpit.scope import Scope

Key = tuple[object, ...]

_KEPT = Kept()


class Reads(Protocol):
    """What the engine needs of the warehouse."""

    def read(self, table: str, scope: Scope, ledgers: tuple[str, ...] | None = None) -> ir.Table: ...
    def unreachable(self, table: str, scope: Scope) -> tuple[str, ...]: ...
    def run(self, expression: ir.Table) -> Any: ...
    def records(self, statement: str, params: Sequence[object] = ()) -> list[dict[str, Any]]: ...


@dataclass
class Figures:
    """One group's figures. `value` is in the metric's unit."""

    period: Period
    dimensions: dict[str, str | None]
    currency: str | None
    value: float | None = None
    n: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    provisional: bool = False
    figures: dict[str, float | int | None] = field(default_factory=dict)

    @property
    def excluded(self) -> int:
        return sum(self.reasons.values())

    @property
    def key(self) -> Key:
        return (self.period.label, tuple(sorted(self.dimensions.items())), self.currency)


@dataclass
class Answer:
    """All groups, oldest period first, and the notes that belong beside them (catalogue key, params)."""

    rows: list[Figures]
    notes: list[tuple[str, dict[str, str]]]


@dataclass
class Context:
    """What a facts function is given; see `cockpit.metrics.types.FactContext`."""

    warehouse: Reads
    scope: Scope
    params: Mapping[str, str]
    ledgers: tuple[LedgerFacts, ...]
    start: date | None
    end: date | None
    grain: Grain
    periods: ir.Table
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    whole_months: bool = False
    notes: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def read(self, table: str) -> ir.Table:
        missing = self.warehouse.unreachable(table, self.scope)
        note = ("scope_not_in_table", {"table": table, "dimensions": ", ".join(missing)})
        if missing and note not in self.notes:
            self.notes.append(note)
        return self.warehouse.read(table, self.scope, tuple(ledger.name for ledger in self.ledgers))


def period_table(tiles: Sequence[Period]) -> ir.Table:
    """The periods as an inline table: period_start, period_end (exclusive)."""
    rows = [ibis.struct({"period_start": ibis.date(tile.start), "period_end": ibis.date(tile.end)}) for tile in tiles]
    table = ibis.array(rows).unnest().name("period").as_table()
    return table.select(period_start=table.period["period_start"], period_end=table.period["period_end"])


def bucket(day: ir.DateValue, grain: Grain, month_start_day: int) -> ir.DateValue:
    """First day of the calendar period that gives a business day's period its name."""
    if grain == "day":
        return day
    if grain == "week":
        # DuckDB cuts a day to an instant, whatever Ibis calls it; only the way over it gives a day.
        return day.truncate("W").cast("timestamp").cast("date")
    month = day if month_start_day == 1 else day - ibis.interval(days=month_start_day - 1)
    if month_start_day > 16:
        month = (month.truncate("M") + ibis.interval(months=1)).cast("date")
    return month.truncate({"month": "M", "quarter": "Q", "year": "Y"}[grain])


def period_named(first: date, grain: Grain, month_start_day: int) -> Period:
    """The period whose name `bucket` gave."""
    if grain in ("day", "week"):
        return period_of(first, grain, month_start_day)
    label = period_of(first, grain, 1).label or ""
    return parse_period(label, month_start_day)


def filtered(facts: ir.Table, where: Mapping[str, tuple[str, ...]]) -> ir.Table:
    """Facts limited to the values asked for; an empty text stands for a missing value."""
    for dimension, values in where.items():
        column = facts[dimension]
        named = [value for value in values if value]
        condition = column.isin(named) if named else ibis.literal(False)
        if len(named) < len(values):
            condition = condition | column.isnull() | (column == "")
        facts = facts.filter(condition)
    return facts


def context(
    metric: Metric,
    question: Question,
    warehouse: Reads,
    scope: Scope,
    tiles: Sequence[Period] | None,
    whole_months: bool = False,
) -> Context:
    """What the metric's facts are made from; with `tiles` None the periods are told when the statement is asked."""
    if metric.placement == "periods":
        table = periods_asked() if tiles is None else period_table(tiles)
    else:
        table = ibis.table({"period_start": "date"}, name="none")
    q = question
    return Context(
        warehouse, scope, q.params, q.ledgers, q.start, q.end, q.grain, table, q.by, dict(q.where), whole_months
    )


@dataclass(frozen=True)
class Plan:
    """What answers one kind of question: facts, columns to group by, and two statements over them.

    `figures` gives everything about the groups in one pass, rows left out for a reason among `known` counted by reason.
    Where that leaves some uncounted, `reasons` counts them all.
    """

    facts: ir.Table
    keys: list[str]
    known: tuple[str, ...]
    figures: Statement
    reasons: Statement
    notes: list[tuple[str, dict[str, str]]]


def evaluate(metric: Metric, question: Question, warehouse: Reads, scope: Scope) -> Answer:
    """Figures of a checked question. Metrics placed by periods need a window; the caller gives it."""
    tiles = question.tiles() if metric.placement == "periods" else []
    if metric.placement == "periods" and not tiles:
        return Answer([], [])
    months = whole_months(question, tiles)
    kind = (*_kind(metric, standing_in(question), scope), months)
    plan: Plan = _KEPT.get(warehouse, kind, lambda: _planned(metric, standing_in(question), warehouse, scope, months))
    values = window_values(question.start, question.end, tiles)
    rows, notes = _figures(metric, question, plan, warehouse, values)
    met = {reason for row in rows.values() for reason in row.reasons}
    if not met <= set(plan.known):
        _KEPT.put(warehouse, kind, _knowing(metric, plan, met))
    ordered = [row for _, row in sorted(rows.items(), key=lambda item: (item[1].period.start, str(item[0])))]
    return Answer(ordered, [*plan.notes, *notes])


def whole_months(question: Question, tiles: Sequence[Period]) -> bool:
    """Whether every period is a whole month of all the ledgers, which spares looking for cut ones."""
    return (
        question.grain == "month"
        and len({ledger.month_start_day for ledger in question.ledgers}) == 1
        and all(tile == whole(tile) for tile in tiles)
    )


def _kind(metric: Metric, question: Question, scope: Scope) -> Key:
    """What a plan depends on; the window is that of a question `standing_in`."""
    q = question
    where, params = tuple(sorted(q.where.items())), tuple(sorted(q.params.items()))
    return (metric.name, metric.facts, q.start, q.end, q.grain, q.by, where, params, q.ledgers, scope.key)


def _planned(metric: Metric, question: Question, warehouse: Reads, scope: Scope, months: bool) -> Plan:
    ctx = context(metric, question, warehouse, scope, None, months)
    facts = placed(metric, question, filtered(metric.facts(ctx), question.where))
    keys = ["_period", *groups(metric, question, facts)]
    excluded = facts.filter(facts.reason.notnull())
    reasons = compiled(excluded.group_by([*keys, "reason"]).aggregate(_n=excluded.count()))
    figures = compiled(facts.group_by(keys).aggregate(**_measures(metric, facts, ())))
    return Plan(facts, keys, (), figures, reasons, ctx.notes)


def _knowing(metric: Metric, plan: Plan, met: set[str]) -> Plan:
    """The plan for the next time: reasons met once are counted in the same pass as the figures."""
    known = tuple(sorted({*plan.known, *met}))
    figures = plan.facts.group_by(plan.keys).aggregate(**_measures(metric, plan.facts, known))
    return replace(plan, known=known, figures=compiled(figures))


def groups(metric: Metric, question: Question, facts: ir.Table) -> list[str]:
    """Columns to group by: what was asked, what is never added, and the currency."""
    split = [name for name in metric.split if name not in question.by and len(question.where.get(name, ())) != 1]
    currency = ["currency"] if "currency" in facts.columns else []
    return [*question.by, *split, *currency]


def placed(metric: Metric, question: Question, facts: ir.Table) -> ir.Table:
    """Facts inside the window with ``_period``, the first day of the period's name."""
    if metric.placement == "periods":
        return facts.mutate(_period=facts.period_start)
    if question.start is not None:
        facts = facts.filter(facts.day >= ibis.date(question.start))
    if question.end is not None:
        facts = facts.filter(facts.day < ibis.date(question.end))
    if question.grain == "all":
        return facts.mutate(_period=ibis.null("date"))
    facts = facts.filter(facts.day.notnull())
    return facts.mutate(_period=bucket(facts.day, question.grain, question.month_start_day))


def _figures(
    metric: Metric, question: Question, plan: Plan, warehouse: Reads, values: Mapping[str, object]
) -> tuple[dict[Key, Figures], list[tuple[str, dict[str, str]]]]:
    """Rows by key, and the notes of the flags that are true for any of them."""
    rows: dict[Key, Figures] = {}
    flags: dict[str, bool] = dict.fromkeys(metric.flags, False)
    uncounted = False
    for record in plan.figures.records(warehouse, values):
        row = _row(metric, question, record, plan.keys, rows)
        row.n = int(record["_n"])
        row.reasons = {name: int(record[f"_out_{name}"]) for name in plan.known if record[f"_out_{name}"]}
        uncounted |= row.n + row.excluded < int(record["_all"])
        row.provisional = bool(record.get("_provisional"))
        value, row.figures = headline(metric, record)
        row.value = value if row.n else None
        # Sums and counts over no rows at all are unknown, not zero.
        row.figures.update({name: number(record[name]) if row.n else None for name in metric.fields})
        row.figures.update({name: number(record[name]) for name in metric.all_fields})
        flags.update({name: True for name in flags if record[f"_flag_{name}"]})
    if uncounted:
        for record in plan.reasons.records(warehouse, values):
            _row(metric, question, record, plan.keys, rows).reasons[str(record["reason"])] = int(record["_n"])
    return rows, [(name, {}) for name, told in flags.items() if told]


def _row(
    metric: Metric, question: Question, record: Mapping[str, Any], keys: list[str], rows: dict[Key, Figures]
) -> Figures:
    q = question
    period = _period(record["_period"], metric.placement, q.grain, q.start, q.end, q.month_start_day)
    dimensions = {name: cast("str | None", record[name]) for name in keys if name not in ("_period", "currency")}
    row = Figures(period, dimensions, cast("str | None", record.get("currency")))
    return rows.setdefault(row.key, row)


@lru_cache(maxsize=4096)
def _period(
    first: date | None, placement: str, grain: Grain, start: date | None, end: date | None, month_start_day: int
) -> Period:
    """The period whose first day is `first`, cut to the window."""
    if grain == "all" or first is None:
        return Period(start or date.min, end or date.max, None, "all", month_start_day)
    named = period_of if placement == "periods" else period_named
    period = named(first, grain, month_start_day)
    return period.cut(start or period.start, end or period.end)


def _measures(metric: Metric, facts: ir.Table, known: tuple[str, ...]) -> dict[str, ir.Value]:
    """All aggregates of a group in one pass: those of the rows that count, then those of all rows."""
    counting = {**_headline(metric, facts), **{name: make(facts) for name, make in metric.fields.items()}}
    counting["_n"] = facts.count()
    if "provisional" in facts.columns:
        counting["_provisional"] = facts.provisional.max()
    counts = facts.reason.isnull()
    measures = {name: narrowed(measure, counts) for name, measure in counting.items()}
    measures["_all"] = facts.count()
    measures.update({f"_out_{name}": facts.count(where=facts.reason == name) for name in known})
    measures.update({name: make(facts) for name, make in metric.all_fields.items()})
    measures.update({f"_flag_{name}": make(facts) for name, make in metric.flags.items()})
    if metric.value is not None:
        measures["_value"] = metric.value(facts)
    return measures


def _headline(metric: Metric, facts: ir.Table) -> dict[str, ir.Value]:
    if metric.value is not None:
        return {}
    if metric.kind == "duration":
        return {"_quantiles": facts.seconds.quantile([0.5, 0.9]), "_mean": facts.seconds.mean()}
    if metric.kind == "sum":
        return {"_value": facts.amount.sum()}
    if metric.kind == "count":
        return {"_value": facts.counted.sum()}
    return {"_numerator": facts.numerator.sum(), "_denominator": facts.denominator.sum()}


def headline(metric: Metric, record: Mapping[str, Any]) -> tuple[float | None, dict[str, float | int | None]]:
    """The value and its companions. A denominator that is zero or negative gives no number."""
    scale = float(metric.scale)
    if "_quantiles" in record:
        median, p90 = record["_quantiles"] or (None, None)
        return scaled(median, scale), {"p90": scaled(p90, scale), "mean": scaled(record["_mean"], scale)}
    if "_value" in record:
        value = record["_value"]
        if metric.kind == "sum" and metric.scale == 1:
            return number_float(value), {}
        return scaled(value, scale), {}
    numerator, denominator = record["_numerator"], record["_denominator"]
    figures = {"numerator": number(numerator), "denominator": number(denominator)}
    return ratio(numerator, denominator, scale), figures


def ratio(numerator: object, denominator: object, scale: float = 1.0) -> float | None:
    """numerator ÷ denominator × scale; None unless both exist and the denominator is positive."""
    if numerator is None or denominator is None or not float(cast("float", denominator)) > 0:
        return None
    return float(cast("float", numerator)) / float(cast("float", denominator)) * scale


def scaled(value: object, scale: float) -> float | None:
    return None if value is None else float(cast("float", value)) * scale


def number_float(value: object) -> float | None:
    return None if value is None else float(cast("float", value))


def number(value: object) -> float | int | None:
    """A figure as JSON takes it: whole numbers stay whole."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Decimal) and value.as_tuple().exponent == 0:
        return int(value)
    return float(cast("float", value))
