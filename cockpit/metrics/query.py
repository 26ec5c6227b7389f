"""From a question to figures: facts are bucketed by period, grouped, and aggregated without ever averaging ratios."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Protocol, cast

import ibis
import ibis.expr.types as ir

from cockpit.metrics.parts import Parts, ratio
from cockpit.metrics.question import Question, column_of
from cockpit.metrics.statements import TODAY, asked_values, compiled, instants, periods_asked, standing_in
from cockpit.metrics.types import LedgerFacts, Metric
from cockpit.period import Grain, Period, parse_period, period_of, whole
from cockpit.scope import Scope
from cockpit.warehouse import statements
from cockpit.warehouse.reading import among
from cockpit.warehouse.statements import Kept, Statement

Key = tuple[object, ...]
Note = tuple[str, dict[str, str]]  # catalogue key below ``note.`` and its params

_KEPT = Kept()
_COMPANIONS = {"duration": ("p90", "mean"), "ratio": ("numerator", "denominator")}


class Reads(Protocol):
    """What the engine needs of the warehouse."""

    def read(self, table: str, scope: Scope, ledgers: tuple[str, ...] | None = None) -> ir.Table: ...
    def unreachable(self, table: str, scope: Scope) -> tuple[str, ...]: ...
    def ask(
        self, kind: Hashable, scope: Scope, make: Callable[[Scope], ir.Table], **values: object
    ) -> list[dict[str, Any]]: ...
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
    parts: Parts | None = None

    @property
    def excluded(self) -> int:
        return sum(self.reasons.values())

    @cached_property
    def key(self) -> Key:
        return (self.period.label, tuple(self.dimensions.items()), self.currency)


@dataclass
class Answer:
    """All groups, oldest period first; `told` are the notes that belong beside any figure of the question."""

    metric: Metric
    rows: list[Figures]
    told: list[Note]

    def notes(self) -> list[Note]:
        """All notes: those of the question, and those some group gives cause for."""
        measured = [row.parts for row in self.rows if row.parts is not None]
        due = [name for name, so in self.metric.flags.items() if any(map(so, measured))]
        return [*self.told, *((name, {}) for name in due)]


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
    notes: list[Note] = field(default_factory=list)
    today: date = TODAY

    def read(self, table: str) -> ir.Table:
        missing = self.warehouse.unreachable(table, self.scope)
        note = ("scope_not_in_table", {"table": table, "dimensions": ", ".join(missing)})
        if missing and note not in self.notes:
            self.notes.append(note)
        return self.warehouse.read(table, self.scope, tuple(ledger.name for ledger in self.ledgers))


def period_table(tiles: Sequence[Period], ledgers: Sequence[LedgerFacts]) -> ir.Table:
    """The periods as an inline table: period_start, period_end (exclusive), period_at."""
    rows = [
        ibis.struct(
            {
                "period_start": ibis.date(tile.start),
                "period_end": ibis.date(tile.end),
                "period_at": ibis.literal(at, "timestamp"),
            }
        )
        for tile, at in zip(tiles, instants(tiles, ledgers), strict=True)
    ]
    table = ibis.array(rows).unnest().name("period").as_table()
    return table.select(**{name: table.period[name] for name in ("period_start", "period_end", "period_at")})


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
        column = facts[column_of(dimension)]
        named = [value for value in values if value]
        condition = among(column, named) if named else ibis.literal(False)
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
        table = periods_asked() if tiles is None else period_table(tiles, question.ledgers)
    else:
        table = ibis.table({"period_start": "date"}, name="none")
    q = question
    return Context(
        warehouse, scope, q.params, q.ledgers, q.start, q.end, q.grain, table, q.by, dict(q.where), whole_months
    )


@dataclass(frozen=True)
class Plan:
    """What answers one kind of question: columns to group by, and the statement that measures each group by reason."""

    keys: list[str]
    measured: Statement
    notes: list[Note]


def evaluate(metric: Metric, question: Question, warehouse: Reads, scope: Scope) -> Answer:
    """Figures of a checked question. Metrics placed by periods need a window; the caller gives it."""
    tiles = question.tiles() if metric.placement == "periods" else []
    if metric.placement == "periods" and not tiles:
        return Answer(metric, [], [])
    months = whole_months(question, tiles)
    asked, limits = standing_in(question), statements.standing_in(scope)
    kind = (*kind_of(metric, asked, limits), months)
    plan: Plan = _KEPT.get(warehouse, kind, lambda: _planned(metric, asked, warehouse, limits, months))
    values = asked_values(question, tiles, scope)
    rows = _figures(metric, question, plan, warehouse, values)
    return Answer(metric, sorted(rows, key=_place), plan.notes)


def _place(row: Figures) -> tuple[date, str]:
    """Where a row stands among the others."""
    return row.period.start, str((*row.dimensions.values(), row.currency))


def whole_months(question: Question, tiles: Sequence[Period]) -> bool:
    """Whether every period is a whole month of all the ledgers, which spares looking for cut ones."""
    return (
        question.grain == "month"
        and len({ledger.month_start_day for ledger in question.ledgers}) == 1
        and all(tile == whole(tile) for tile in tiles)
    )


def kind_of(metric: Metric, question: Question, scope: Scope) -> Key:
    """What a plan depends on; window and limits are those of a question and a scope `standing_in`."""
    q = question
    where, params = tuple(sorted(q.where.items())), tuple(sorted(q.params.items()))
    return (metric.name, metric.facts, q.start, q.end, q.grain, q.by, where, params, q.ledgers, scope.key)


def _planned(metric: Metric, question: Question, warehouse: Reads, scope: Scope, months: bool) -> Plan:
    ctx = context(metric, question, warehouse, scope, None, months)
    facts = placed(metric, question, filtered(metric.facts(ctx), question.where))
    keys = ["_period", *groups(metric, question, facts)]
    measured = facts.group_by([*keys, "reason"]).aggregate(**_measures(metric, facts))
    return Plan(keys, compiled(measured), ctx.notes)


def groups(metric: Metric, question: Question, facts: ir.Table) -> list[str]:
    """Columns to group by: what was asked, what is never added, and the currency."""
    split = [name for name in metric.split if name not in question.by and len(question.where.get(name, ())) != 1]
    currency = ["currency"] if "currency" in facts.columns else []
    return [*map(column_of, question.by), *split, *currency]


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
    if question.start is None and question.end is None:
        facts = facts.filter(facts.day.notnull())
    return facts.mutate(_period=bucket(facts.day, question.grain, question.month_start_day))


def _figures(
    metric: Metric, question: Question, plan: Plan, warehouse: Reads, values: Mapping[str, object]
) -> list[Figures]:
    """One row for each group, put together from what was measured of its reasons."""
    grouped: dict[Key, dict[str | None, Mapping[str, Any]]] = {}
    for record in plan.measured.records(warehouse, values):
        grouped.setdefault(tuple([record[name] for name in plan.keys]), {})[record["reason"]] = record
    make = _maker(metric, question, plan)
    return [make(key, Parts(parts, question.params)) for key, parts in grouped.items()]


def _maker(metric: Metric, question: Question, plan: Plan) -> Callable[[Key, Parts], Figures]:
    """What makes one group's figures; all that is the same for every group is looked up once."""
    q, month = question, question.month_start_day
    names = [*q.by, *plan.keys[1 + len(q.by) :]]
    fields, all_fields = tuple(metric.fields), tuple(metric.all_fields.items())
    # Sums and counts over no rows at all are unknown, not zero.
    unknown: dict[str, float | int | None] = dict.fromkeys((*_COMPANIONS.get(metric.kind, ()), *fields))

    def made(key: Key, parts: Parts) -> Figures:
        first: Any = key[0]
        dimensions: Any = dict(zip(names, key[1:], strict=True))
        currency = dimensions.pop("currency", None)
        period = _period(first, metric.placement, q.grain, q.start, q.end, month)
        figures = unknown.copy()
        row = Figures(period, dimensions, currency, figures=figures, parts=parts)
        for reason, record in parts.by_reason.items():
            if reason is not None:
                row.reasons[reason] = int(record["_n"])
                continue
            row.n = int(record["_n"])
            row.provisional = bool(record.get("_provisional"))
            row.value, companions = headline(metric, parts)
            figures.update(companions)
            for name in fields:
                figures[name] = number(record[name])
        for name, make in all_fields:
            figures[name] = number(make(parts))
        return row

    return made


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


def _measures(metric: Metric, facts: ir.Table) -> dict[str, ir.Value]:
    """All aggregates of a group, in one pass; decimals are added exactly and handed over as floating-point numbers."""
    counted = facts.counts.sum().cast("int64") if "counts" in facts.columns else facts.count()
    measures = {**_headline(metric, facts), "_n": counted}
    measures |= {name: make(facts) for name, make in {**metric.fields, **metric.parts}.items()}
    if "provisional" in facts.columns:
        measures["_provisional"] = facts.provisional.max()
    return {name: _handed_over(measure) for name, measure in measures.items()}


def _handed_over(measure: ir.Value) -> ir.Value:
    return measure.cast("float64") if measure.type().is_decimal() else measure


def _headline(metric: Metric, facts: ir.Table) -> dict[str, ir.Value]:
    if metric.value is not None:
        return {}
    if metric.kind == "duration":
        return {"_quantiles": facts.seconds.quantile([0.5, 0.9]), "_mean": facts.seconds.mean()}
    if metric.kind == "sum":
        return {"_value": facts.amount.sum()}
    if metric.kind == "count":
        return {}
    return {"_numerator": facts.numerator.sum(), "_denominator": facts.denominator.sum()}


def headline(metric: Metric, parts: Parts) -> tuple[float | None, dict[str, float | int | None]]:
    """The value of a group with rows that count, and its companions. A denominator ≤ 0 gives no number."""
    if metric.value is not None:
        return metric.value(parts), {}
    record, scale = parts.by_reason[None], float(metric.scale)
    if metric.kind == "duration":
        median, p90 = record["_quantiles"] or (None, None)
        return scaled(median, scale), {"p90": scaled(p90, scale), "mean": scaled(record["_mean"], scale)}
    if metric.kind in ("sum", "count"):
        return scaled(record["_value" if metric.kind == "sum" else "_n"], scale), {}
    numerator, denominator = record["_numerator"], record["_denominator"]
    figures = {"numerator": number(numerator), "denominator": number(denominator)}
    return ratio(numerator, denominator, scale), figures


def scaled(value: object, scale: float) -> float | None:
    return None if value is None else float(cast("float", value)) * scale


def number(value: Any) -> float | int | None:
    """A figure as JSON takes it: whole numbers stay whole."""
    return value if value is None or isinstance(value, int) else float(value)
