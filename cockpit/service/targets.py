"""Plans of the table ``targets``: a matching row beats the metric's own target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from cockpit.locale import LANGUAGES, t
from cockpit.metrics.query import Figures
from cockpit.metrics.question import Question
from cockpit.metrics.types import Metric
from cockpit.period import Period
from cockpit.scope import Scope
from cockpit.service.cache import Cache
from cockpit.warehouse.statements import some
from cockpit.warehouse.store import Warehouse

PLAN = "target"
SLICES = ("department", "region", "category", "warehouse", "salesperson", "supplier_code", "customer_code")


class Targets:
    """Reads plans under the actor's scope; once for each version, as there are few of them and all figures ask."""

    def __init__(self, warehouse: Warehouse, cache: Cache) -> None:
        self._warehouse = warehouse
        self._cache = cache

    def of(
        self, metric: Metric, question: Question, scope: Scope, until: date | None
    ) -> Callable[[Figures], float | None]:
        """A function giving a row's target: the plan of the same period, company and slice.

        For amounts it is the sum over the period's parts, and where data reach only `until`, the plan of the working
        days so far.
        """
        ledgers = tuple(ledger.name for ledger in question.ledgers)
        names = {metric.name, *(t(f"metric.{metric.name}.label", language) for language in LANGUAGES)}
        rows = [row for row in self._all(ledgers, scope) if row["metric"] in names]
        if not rows:
            return lambda row: None
        fixed = {name: values[0] for name, values in question.where.items() if len(values) == 1 and values[0]}

        def target(row: Figures) -> float | None:
            wanted = {**fixed, **{name: value for name, value in row.dimensions.items() if value}}
            mine = [one for one in rows if _slice(one) == wanted]
            if not mine and metric.kind != "sum":
                # What the whole company is held to holds for each of its parts that has no plan of its own.
                mine = [one for one in rows if not _slice(one)]
            exact = [one for one in mine if (one["period_start"], _after(one["period_end"])) == _span(row)]
            if exact and metric.kind != "sum":
                return float(exact[0]["target"])
            share = self._share(ledgers, row.period, until)
            if exact:
                return share * float(sum(one["target"] for one in exact))
            inside = [
                one
                for one in mine
                if one["period_start"] >= row.period.start and _after(one["period_end"]) <= row.period.end
            ]
            covered = sum((_after(one["period_end"]) - one["period_start"]).days for one in inside)
            if metric.kind != "sum" or not inside or covered != row.period.days:
                return None
            return share * float(sum(one["target"] for one in inside))

        return target

    def _all(self, ledgers: tuple[str, ...], scope: Scope) -> list[dict[str, Any]]:
        key = ("targets", ledgers, scope.key, self._warehouse.version())
        found: list[dict[str, Any]] = self._cache.get(key, lambda: self._read(ledgers, scope))
        return found

    def _read(self, ledgers: tuple[str, ...], scope: Scope) -> list[dict[str, Any]]:
        """The plans of slices that may be told: who may see a figure may see its plan, which is refused with it.

        A plan of a slice that is hidden is left out, as it would pass for that of the whole.
        """
        slices = self._warehouse.concealed("targets", scope).intersection(SLICES)
        seen = replace(scope, hidden=scope.hidden - slices - {PLAN}, masked=scope.masked - slices - {PLAN})
        rows = self._warehouse.ask(
            "targets", seen, lambda limits: self._warehouse.read("targets", limits, (some("ledgers"),)), ledgers=ledgers
        )
        return [row for row in rows if not any(row[name] for name in slices)]

    def _share(self, ledgers: tuple[str, ...], period: Period, until: date | None) -> float:
        """Working days of the period up to `until` over all its working days."""
        if until is None or until >= period.end - timedelta(days=1) or until < period.start:
            return 1.0
        key = ("passed", ledgers[0], until, period.start, period.end, self._warehouse.version())
        share: float = self._cache.get(key, lambda: self._passed(ledgers[0], until, period))
        return share

    def _passed(self, ledger: str, until: date, period: Period) -> float:
        row = self._warehouse.records(
            "SELECT count(*) FILTER (WHERE day <= $2) AS passed, count(*) AS whole FROM calendar_days WHERE is_work"
            " AND ledger = $1 AND company = '' AND day >= $3 AND day < $4",
            [ledger, until, period.start, period.end],
        )[0]
        return float(row["passed"] / row["whole"]) if row["whole"] else 1.0


def _slice(row: dict[str, object]) -> dict[str, object]:
    company = {"company": row["company"]} if row["company"] else {}
    return {**company, **{name: row[name] for name in SLICES if row.get(name)}}


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _span(row: Figures) -> tuple[date, date]:
    return row.period.start, row.period.end
