"""From a question to figures: facts are bucketed by period, grouped, and aggregated without ever averaging ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, cast

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from cockpit.metrics.question import Question
from cockpit.metrics.types import LedgerFacts, Metric
from cockpit.period import Grain, Period, parse_period, period_of, periods
from cockpit.scope import Scope

Key = tuple[object, ...]


class Reads(Protocol):
    """What the engine needs of the warehouse."""

    def read(self, table: str, scope: Scope, ledgers: tuple[str, ...] | None = None) -> ir.Table: ...
    def unreachable(self, table: str, scope: Scope) -> tuple[str, ...]: ...
    def run(self, expression: ir.Table) -> pa.Table: ...


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
    periods: ir.Table
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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
        return day.truncate("W")
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


def context(metric: Metric, question: Question, warehouse: Reads, scope: Scope, tiles: Sequence[Period]) -> Context:
    table = period_table(tiles) if metric.placement == "periods" else ibis.table({"period_start": "date"}, name="none")
    q = question
    return Context(warehouse, scope, q.params, q.ledgers, q.start, q.end, table, q.by, dict(q.where))


def evaluate(metric: Metric, question: Question, warehouse: Reads, scope: Scope) -> Answer:
    """Figures of a checked question. Metrics placed by periods need a window; the caller gives it."""
    tiles: list[Period] = []
    if metric.placement == "periods":
        assert question.start is not None and question.end is not None
        tiles = periods(question.start, question.end, question.grain, question.month_start_day)
    ctx = context(metric, question, warehouse, scope, tiles)
    facts = placed(metric, question, filtered(metric.facts(ctx), question.where))
    keys = ["_period", *groups(metric, question, facts)]
    rows = _figures(metric, question, facts, keys, warehouse)
    ordered = sorted(rows.values(), key=lambda row: (row.period.start, str(row.key)))
    return Answer(ordered, ctx.notes)


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
    metric: Metric, question: Question, facts: ir.Table, keys: list[str], warehouse: Reads
) -> dict[Key, Figures]:
    included = facts.filter(facts.reason.isnull())
    rows: dict[Key, Figures] = {}
    measures = {**_measures(metric, included), **{name: make(included) for name, make in metric.fields.items()}}
    measures["_n"] = included.count()
    if "provisional" in facts.columns:
        measures["_provisional"] = included.provisional.max()
    for record in warehouse.run(included.group_by(keys).aggregate(**measures)).to_pylist():
        row = _row(metric, question, record, keys, rows)
        row.n = int(record["_n"])
        row.provisional = bool(record.get("_provisional"))
        row.value, figures = headline(metric, record)
        row.figures.update(figures)
        row.figures.update({name: number(record[name]) for name in metric.fields})
    excluded = facts.filter(facts.reason.notnull())
    for record in warehouse.run(excluded.group_by([*keys, "reason"]).aggregate(_n=excluded.count())).to_pylist():
        _row(metric, question, record, keys, rows).reasons[str(record["reason"])] = int(record["_n"])
    if metric.all_fields:
        totals = {name: make(facts) for name, make in metric.all_fields.items()}
        for record in warehouse.run(facts.group_by(keys).aggregate(**totals)).to_pylist():
            row = _row(metric, question, record, keys, rows)
            row.figures.update({name: number(record[name]) for name in metric.all_fields})
    return rows


def _row(
    metric: Metric, question: Question, record: Mapping[str, Any], keys: list[str], rows: dict[Key, Figures]
) -> Figures:
    first = cast("date | None", record["_period"])
    if question.grain == "all" or first is None:
        first_day = question.start or date.min
        period = Period(first_day, question.end or date.max, None, "all", question.month_start_day)
    elif metric.placement == "periods":
        period = period_of(first, question.grain, question.month_start_day)
    else:
        period = period_named(first, question.grain, question.month_start_day)
    if period.grain != "all":
        period = period.cut(question.start or period.start, question.end or period.end)
    dimensions = {name: cast("str | None", record[name]) for name in keys if name not in ("_period", "currency")}
    row = Figures(period, dimensions, cast("str | None", record.get("currency")))
    return rows.setdefault(row.key, row)


def _measures(metric: Metric, facts: ir.Table) -> dict[str, ir.Value]:
    if metric.value is not None:
        return {"_value": metric.value(facts)}
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
    if isinstance(value, Decimal) and value == value.to_integral_value() and value.as_tuple().exponent == 0:
        return int(value)
    return float(cast("float", value))
