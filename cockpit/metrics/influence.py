"""What a median would be without one slice: computed anew from the rows that remain, never put together from parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis.expr.types as ir

from cockpit.metrics.query import Reads, context, filtered, kind_of, placed
from cockpit.metrics.question import Question
from cockpit.metrics.statements import asked_values, compiled, slices_asked, standing_in
from cockpit.metrics.types import Metric
from cockpit.scope import Scope
from cockpit.warehouse import statements
from cockpit.warehouse.statements import Kept, Statement

_KEPT = Kept()


def medians_without(
    metric: Metric, question: Question, dimension: str, slices: Sequence[str | None], warehouse: Reads, scope: Scope
) -> dict[str | None, float | None]:
    """For each of `slices` of `dimension` the metric's median over the whole window without that slice's rows.

    For metrics of kind ``duration``, in the metric's unit; None where nothing remains. The question is checked, its
    window is one period.
    """
    whole = replace(question, grain="all", by=())
    asked, limits = standing_in(whole), statements.standing_in(scope)
    kind = (*kind_of(metric, asked, limits), dimension)
    statement: Statement = _KEPT.get(warehouse, kind, lambda: _planned(metric, asked, dimension, warehouse, limits))
    values = asked_values(whole, [], scope) | {"slices": [value or "" for value in slices]}
    found = {record["slice"]: record["median"] for record in statement.records(warehouse, values)}
    scale = float(metric.scale)
    return {one: None if (median := found.get(one or "")) is None else float(median) * scale for one in slices}


def _planned(metric: Metric, question: Question, dimension: str, warehouse: Reads, scope: Scope) -> Statement:
    ctx = context(metric, question, warehouse, scope, None)
    facts = placed(metric, question, filtered(metric.facts(ctx), question.where))
    counted = facts.filter(facts.reason.isnull()).select("seconds", own=facts[dimension].fill_null(""))
    others: ir.Table = counted.inner_join(slices_asked(), [counted.own != slices_asked().slice])
    return compiled(others.group_by("slice").aggregate(median=others.seconds.quantile(0.5)))
