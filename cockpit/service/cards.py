"""Cards and warnings: one figure of one month with its trend, its comparisons and what stands behind a breach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from cockpit.errors import NotAllowedError
from cockpit.locale import Language, t
from cockpit.metrics.level import own_thresholds
from cockpit.metrics.types import Metric
from cockpit.period import Period, period_of, previous
from cockpit.service.figures import FigureDesk, metric_named
from cockpit.service.requests import Actor, CardRequest, MetricRequest
from cockpit.service.results import Card, CardState, MetricResult, MetricRow

TREND_MONTHS = 13
CAUSES = 3


class CardDesk:
    """Makes cards from the figure desk's answers; asks nothing else."""

    def __init__(self, figures: FigureDesk, month_start_day: int, loaded: frozenset[str]) -> None:
        self._figures = figures
        self._month_start_day = month_start_day
        self._loaded = loaded

    def card(self, actor: Actor, name: str, request: CardRequest, language: Language) -> Card:
        """The metric's card for the shown period; never raises for missing data, its `state` says what is missing."""
        metric = metric_named(name)
        missing = tuple(table for table in metric.sources if table not in self._loaded)
        if metric.sources and len(missing) == len(metric.sources):
            return self._card(metric, "not_loaded", language, missing=missing)
        try:
            trend = self._trend(actor, metric, request, language)
        except NotAllowedError as error:
            return self._card(metric, "not_allowed", language, why=t(f"error.{error.code}", language, **error.params))
        shown = [row for row in trend.rows if row.start == request.start]
        row = self._chosen(shown)
        if row is None or (row.value is None and not row.n and not row.excluded):
            return self._card(metric, "not_allowed" if trend.out_of_reach else "empty", language, result=trend)
        same = [one for one in trend.rows if (one.dimensions, one.currency) == (row.dimensions, row.currency)]
        period = Period(request.start, request.end, row.period, "month", self._month_start_day)
        before, last_year = self._comparisons(actor, metric, request, same, row, period, language)
        held = self._figures.held(metric, self._figures.ledgers(actor, request.ledger), row.end)
        card = self._card(held, "data", language, result=trend, row=row, trend=tuple(same))
        return replace(card, previous=before, last_year=last_year)

    def _trend(self, actor: Actor, metric: Metric, request: CardRequest, language: Language) -> MetricResult:
        first = period_of(request.start, "month", self._month_start_day)
        for _ in range(TREND_MONTHS - 1):
            first = previous(first)
        # A metric that comes split anyway is asked once for all its cards.
        split = {name: value for name, value in request.where.items() if name in metric.split}
        where = {name: value for name, value in request.where.items() if name not in split}
        asked = MetricRequest(first.start, request.end, "month", (), where, {}, request.ledger)
        result = self._figures.metric(actor, metric.name, asked, language)
        return narrowed(result, metric, split, language) if split else result

    def _chosen(self, rows: Sequence[MetricRow]) -> MetricRow | None:
        """The one row of the shown month; of several that are never added, the one with most documents."""
        return max(rows, key=lambda row: row.n, default=None)

    def _comparisons(
        self,
        actor: Actor,
        metric: Metric,
        request: CardRequest,
        trend: Sequence[MetricRow],
        row: MetricRow,
        period: Period,
        language: Language,
    ) -> tuple[MetricRow | None, MetricRow | None]:
        """Previous month and same month last year; sums of a partial month meet the same number of days."""
        by_start = {one.start: one for one in trend}
        before = by_start.get(previous(period).start)
        last_year = trend[0] if len(trend) == TREND_MONTHS else None
        if not row.partial or metric.kind != "sum" or metric.as_of or metric.growth:
            return before, last_year
        last_year = replace(last_year, value=row.compare) if last_year is not None else None
        if before is not None and before.start is not None:
            until = self._until(metric, actor, request)
            days = (until - request.start).days + 1 if until else 0
            end = min(before.start + timedelta(days=days), request.start)
            if days > 0:
                asked = MetricRequest(before.start, end, "all", (), request.where, {}, request.ledger, compare=False)
                rows = self._figures.metric(actor, metric.name, asked, language).rows
                before = next((one for one in rows if one.currency == row.currency), None)
        return before, last_year

    def _until(self, metric: Metric, actor: Actor, request: CardRequest) -> date | None:
        ledgers = self._figures.ledgers(actor, request.ledger)
        return self._figures.metric_reach(metric, ledgers).until

    def _card(
        self,
        metric: Metric,
        state: CardState,
        language: Language,
        result: MetricResult | None = None,
        row: MetricRow | None = None,
        trend: tuple[MetricRow, ...] = (),
        missing: tuple[str, ...] = (),
        why: str | None = None,
    ) -> Card:
        history = [one.value for one in trend[:-1] if one.value is not None]
        limits = own_thresholds(metric, history, row.figures if row is not None else None)
        return Card(
            metric=metric.name,
            label=t(f"metric.{metric.name}.label", language),
            unit=metric.unit,
            direction=metric.direction,
            importance=metric.importance,
            state=state,
            row=row,
            trend=trend,
            warning=float(limits.warning) if limits.warning is not None else None,
            critical=float(limits.critical) if limits.critical is not None else None,
            band=(float(limits.band[0]), float(limits.band[1])) if limits.band is not None else None,
            as_of=result.as_of if result else None,
            notes=result.notes if result else (why,) if why else (),
            missing=missing,
            definition_version=metric.version,
            params=result.params if result else {},
        )


def narrowed(result: MetricResult, metric: Metric, values: Mapping[str, str], language: Language) -> MetricResult:
    """The rows with these values of dimensions that are never added; that others stand beside them needs no word."""
    rows = tuple(row for row in result.rows if all(row.dimensions.get(name) == values[name] for name in values))
    beside = t("note.never_added", language, dimensions=", ".join(metric.split))
    return replace(result, rows=rows, notes=tuple(note for note in result.notes if note != beside))
