"""From a number to the documents behind it: the same facts, grouped by document instead of by dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir

from cockpit.metrics.query import Reads, context, filtered, kind_of, placed
from cockpit.metrics.question import Question, column_of
from cockpit.metrics.sight import hidden_dimensions
from cockpit.metrics.statements import asked_values, compiled, standing_in
from cockpit.metrics.types import Metric
from cockpit.scope import Scope
from cockpit.warehouse import statements
from cockpit.warehouse.statements import Kept, Statement

_KEPT = Kept()
MEASURES = {"duration": "seconds", "sum": "amount", "ratio": "numerator"}


@dataclass(frozen=True)
class DocumentFigure:
    """One document behind a number. `value` is its contribution, `reason` why it is left out.

    A dimension that has several values in the document is None in `dimensions` and named in `several`.
    """

    table: str
    document: str
    document_no: str | None
    day: date | None
    dimensions: dict[str, str | None]
    several: tuple[str, ...]
    value: float | None
    reason: str | None


def documents(
    metric: Metric, question: Question, warehouse: Reads, scope: Scope, limit: int
) -> tuple[int, list[DocumentFigure]]:
    """How many documents stand behind a windowed question, and the `limit` that weigh most."""
    whole = replace(question, grain="all", by=())
    tiles = whole.tiles() if metric.placement == "periods" else []
    if metric.placement == "periods" and not tiles:
        return 0, []
    asked, limits, hidden = standing_in(whole), statements.standing_in(scope), hidden_dimensions(metric, scope)
    kind = (*kind_of(metric, asked, limits), limit)
    counting, listing = _KEPT.get(warehouse, kind, lambda: _planned(metric, asked, warehouse, limits, limit))
    values = asked_values(whole, tiles, scope)
    total = int(counting.records(warehouse, values)[0]["n"])
    records = listing.records(warehouse, values)
    scale = float(metric.scale)
    return total, [
        DocumentFigure(
            table=record["document_table"],
            document=record["document"],
            document_no=record["document_no"],
            day=record["day"],
            dimensions={
                n: record.get(column_of(n)) for n in metric.dimensions if column_of(n) in record or n in hidden
            },
            several=tuple(name for name in metric.dimensions if record.get(f"_several_{column_of(name)}")),
            value=None if record["value"] is None else float(record["value"]) * scale,
            reason=record["reason"],
        )
        for record in records
    ]


def _planned(
    metric: Metric, question: Question, warehouse: Reads, scope: Scope, limit: int
) -> tuple[Statement, Statement]:
    """What counts the documents, and what lists the `limit` that weigh most."""
    ctx = context(metric, question, warehouse, scope, None)
    facts = placed(metric, question, filtered((metric.documents or metric.facts)(ctx), question.where))
    hidden = hidden_dimensions(metric, scope)
    grouped = _grouped(metric, facts, [name for name in metric.dimensions if name not in hidden])
    ranked = grouped.order_by([ibis.desc(grouped.weight), grouped.document_no, grouped.document]).limit(limit)
    listed = ranked.mutate(document=ranked.document.cast("string"))
    return compiled(grouped.aggregate(n=grouped.count())), compiled(listed)


def _grouped(metric: Metric, facts: ir.Table, dimensions: Sequence[str]) -> ir.Table:
    """One row per document: its contribution, its day, its `dimensions` where they are the same on all its rows."""
    facts = facts.filter(facts.document.notnull())
    facts = facts.mutate(_measure=facts[MEASURES[metric.kind]] if metric.kind in MEASURES else ibis.literal(1))
    one_value: dict[str, ir.Value] = {}
    for name in map(column_of, dimensions):
        if name in facts.columns:
            one_value[name] = ibis.ifelse(
                facts[name].min() == facts[name].max(), facts[name].min(), ibis.null("string")
            )
            one_value[f"_several_{name}"] = facts[name].min() != facts[name].max()
    day = facts.day.min() if "day" in facts.columns else ibis.null("date")
    value = facts["_measure"].max() if metric.kind == "duration" else facts["_measure"].sum()
    grouped = facts.group_by(["document_table", "document"]).aggregate(
        document_no=facts.document_no.min(), value=value, day=day, reason=facts.reason.max(), **one_value
    )
    return grouped.mutate(weight=grouped.value.abs().fill_null(-1))
