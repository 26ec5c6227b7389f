"""What was sold of each product, in quantity and net amount: what a change of revenue is split by."""

from __future__ import annotations

from dataclasses import replace

import ibis.expr.types as ir

from cockpit.metrics.cause import Sold
from cockpit.metrics.query import Reads, context, filtered, kind_of, placed
from cockpit.metrics.question import Question
from cockpit.metrics.statements import asked_values, compiled, standing_in
from cockpit.metrics.types import Metric
from cockpit.scope import Scope
from cockpit.warehouse import statements
from cockpit.warehouse.statements import Kept, Statement

_KEPT = Kept()
Product = tuple[str | None, str | None]  # product and unit of measure


def sold(
    metric: Metric, question: Question, currency: str | None, warehouse: Reads, scope: Scope
) -> dict[Product, Sold]:
    """Quantity and amount in `currency` of each product and unit over the whole window of a checked question."""
    whole = replace(question, grain="all", by=())
    asked, limits = standing_in(whole), statements.standing_in(scope)
    kind = kind_of(metric, asked, limits)
    statement: Statement = _KEPT.get(warehouse, kind, lambda: _planned(metric, asked, warehouse, limits))
    return {
        (record["product"], record["uom"]): Sold(record["uom"], record["quantity"] or 0.0, record["amount"] or 0.0)
        for record in statement.records(warehouse, asked_values(whole, [], scope))
        if record["currency"] == currency
    }


def _planned(metric: Metric, question: Question, warehouse: Reads, scope: Scope) -> Statement:
    ctx = context(metric, question, warehouse, scope, None)
    facts = placed(metric, question, filtered(metric.facts(ctx), question.where))
    counted: ir.Table = facts.filter(facts.reason.isnull())
    return compiled(
        counted.group_by(["product", "uom", "currency"]).aggregate(
            quantity=counted.quantity.sum().cast("float64"), amount=counted.amount.sum().cast("float64")
        )
    )
