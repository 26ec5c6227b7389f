"""Plans of the table ``targets``: a matching row beats the metric's own target."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import ibis

from cockpit.metrics.query import Figures
from cockpit.metrics.question import Question
from cockpit.metrics.types import Metric
from cockpit.scope import Scope
from cockpit.warehouse.store import Warehouse

SLICES = ("department", "region", "category", "warehouse", "salesperson", "supplier_code", "customer_code")


class Targets:
    """Reads plans under the actor's scope."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def of(self, metric: Metric, question: Question, scope: Scope) -> Callable[[Figures], float | None]:
        """A function giving a row's target: the plan of the same period, company and slice; sums over the periods'
        parts for amounts, one plan for shares and durations."""
        ledgers = tuple(ledger.name for ledger in question.ledgers)
        table = self._warehouse.read("targets", scope, ledgers)
        rows = self._warehouse.run(table.filter(table.metric == ibis.literal(metric.name))).to_pylist()
        if not rows:
            return lambda row: None
        fixed = {name: values[0] for name, values in question.where.items() if len(values) == 1 and values[0]}

        def target(row: Figures) -> float | None:
            wanted = {**fixed, **{name: value for name, value in row.dimensions.items() if value}}
            mine = [one for one in rows if _slice(one) == wanted]
            exact = [one for one in mine if (one["period_start"], _after(one["period_end"])) == _span(row)]
            if exact:
                return float(sum(one["target"] for one in exact)) if metric.kind == "sum" else float(exact[0]["target"])
            inside = [
                one
                for one in mine
                if one["period_start"] >= row.period.start and _after(one["period_end"]) <= row.period.end
            ]
            covered = sum((_after(one["period_end"]) - one["period_start"]).days for one in inside)
            if metric.kind != "sum" or not inside or covered != row.period.days:
                return None
            return float(sum(one["target"] for one in inside))

        return target


def _slice(row: dict[str, object]) -> dict[str, object]:
    company = {"company": row["company"]} if row["company"] else {}
    return {**company, **{name: row[name] for name in SLICES if row.get(name)}}


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _span(row: Figures) -> tuple[date, date]:
    return row.period.start, row.period.end
