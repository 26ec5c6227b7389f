"""From a number to the documents behind it, and from each document to file, sheet and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from cockpit.metrics.query import context, filtered, placed
from cockpit.metrics.question import Question
from cockpit.metrics.types import Metric
from cockpit.period import Period
from cockpit.scope import Scope
from cockpit.service.results import DrillRow, Source
from cockpit.warehouse.store import Warehouse

MEASURES = {"duration": "seconds", "sum": "amount", "count": "counted", "ratio": "numerator"}
SOURCES_SHOWN = 200


def documents(
    warehouse: Warehouse, metric: Metric, question: Question, scope: Scope, limit: int
) -> tuple[int, list[DrillRow]]:
    """How many documents stand behind a windowed question, and the `limit` that weigh most."""
    start, end = question.start, question.end
    tiles = [Period(start, end, None, "all", question.month_start_day)] if start and end else []
    whole = Question(start, end, "all", (), question.where, question.params, question.ledgers)
    ctx = context(metric, whole, warehouse, scope, tiles)
    facts = placed(metric, whole, filtered((metric.documents or metric.facts)(ctx), question.where))
    grouped = _grouped(metric, facts)
    total = int(warehouse.run(grouped.aggregate(n=grouped.count())).to_pylist()[0]["n"])
    ranked = grouped.order_by([ibis.desc(grouped.weight), grouped.document_no, grouped.document]).limit(limit)
    records = warehouse.run(ranked.mutate(document=ranked.document.cast("string"))).to_pylist()
    sources = sources_of(warehouse, scope, records)
    scale = float(metric.scale) if metric.kind != "sum" else 1.0
    rows = [
        DrillRow(
            table=record["document_table"],
            document=record["document"],
            document_no=record["document_no"],
            day=record["day"],
            dimensions={name: record[name] for name in metric.dimensions if name in record},
            value=None if record["value"] is None else float(record["value"]) * scale,
            reason=record["reason"],
            sources=tuple(sources.get((record["document_table"], record["document"]), ())),
        )
        for record in records
    ]
    return total, rows


def _grouped(metric: Metric, facts: ir.Table) -> ir.Table:
    """One row per document: its contribution, its day, its dimensions where they are the same on all its rows."""
    facts = facts.filter(facts.document.notnull())
    measure = facts[MEASURES[metric.kind]] if MEASURES[metric.kind] in facts.columns else ibis.literal(1)
    one_value = {
        name: ibis.ifelse(facts[name].min() == facts[name].max(), facts[name].min(), ibis.null("string"))
        for name in metric.dimensions
        if name in facts.columns
    }
    day = facts.day.min() if "day" in facts.columns else ibis.null("date")
    value = measure.max() if metric.kind == "duration" else measure.sum()
    grouped = facts.group_by(["document_table", "document"]).aggregate(
        document_no=facts.document_no.min(), value=value, day=day, reason=facts.reason.max(), **one_value
    )
    return grouped.mutate(weight=grouped.value.abs().fill_null(-1))


def sources_of(
    warehouse: Warehouse, scope: Scope, records: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str], list[Source]]:
    """File, sheet and line of every row of the documents in `records` (document_table, document), in reading order."""
    found: dict[tuple[str, str], list[Source]] = {}
    by_table: dict[str, list[str]] = {}
    for record in records:
        by_table.setdefault(record["document_table"], []).append(record["document"])
    for table, ids in by_table.items():
        rows = warehouse.read(table, scope)
        rows = rows.filter(rows["_doc"].cast("string").isin(ids))
        rows = rows.select(
            document=rows["_doc"].cast("string"), delivery=rows["_delivery"], part=rows["_part"], line=rows["_row"]
        )
        places = warehouse.run(rows.order_by(["document", "delivery", "part", "line"])).to_pylist()
        files = file_names(warehouse)
        for place in places:
            mine = found.setdefault((table, place["document"]), [])
            if len(mine) < SOURCES_SHOWN:
                file, sheet = files[(place["delivery"], place["part"])]
                mine.append(Source(place["delivery"], file, sheet, place["line"], table))
    return found


def file_names(warehouse: Warehouse) -> dict[tuple[int, int], tuple[str, str | None]]:
    """File and sheet of every part ever delivered."""
    rows = warehouse.run_sql("SELECT delivery, part, file, sheet FROM parts").to_pylist()
    return {(row["delivery"], row["part"]): (row["file"], row["sheet"]) for row in rows}
