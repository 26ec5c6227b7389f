"""Causes (归因): which slices a warning or a change comes from, over all dimensions the reader may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from cockpit.metrics import cause
from cockpit.metrics.cause import Part, Ratio
from cockpit.metrics.influence import medians_without
from cockpit.metrics.question import Question, checked
from cockpit.metrics.sight import hidden_dimensions
from cockpit.metrics.sold import sold
from cockpit.metrics.types import LedgerFacts, Metric
from cockpit.period import same_window_year_earlier
from cockpit.service.drills import DrillDesk
from cockpit.service.figures import FigureDesk, metric_named
from cockpit.service.requests import Actor, Window
from cockpit.service.results import Cause, CauseReport, MetricRow, RevenueSplit
from cockpit.warehouse.store import Warehouse

NAMED, PER_DIMENSION = 6, 2  # causes that are told of one warning, and of one dimension
TOLD = 0.05  # a slice that explains less says nothing
RECOMPUTED = 8  # slices of one dimension whose median without them is computed
DOCUMENT = "document"


class CauseDesk:
    """Explains figures by their slices; asks nothing but the figure desk, so that all is under the actor's scope."""

    def __init__(self, warehouse: Warehouse, figures: FigureDesk) -> None:
        self._warehouse = warehouse
        self._figures = figures
        self._drills = DrillDesk(warehouse, figures)

    def over_limit(self, actor: Actor, name: str, window: Window, limit: float | None) -> CauseReport:
        """What puts a figure where it is: against `limit`; without one, sums and counts as parts of the whole."""
        metric = metric_named(name)
        whole = self._whole(actor, metric, window)
        explained = None if whole is None or whole.value is None else whole.value - (limit or 0.0)
        return self._report(actor, metric, window, None, limit, whole, None, explained)

    def change(self, actor: Actor, name: str, window: Window, before: Window) -> CauseReport:
        """What the change from the window `before` to `window` comes from.

        Of a window that is not over yet, both are cut to the days the data speak for, which `days` of the report says.
        """
        metric = metric_named(name)
        whole_days = (window.end - window.start).days
        window, before = self._fair(actor, metric, window, before)
        days = (window.end - window.start).days
        now, then = self._whole(actor, metric, window), self._whole(actor, metric, before)
        explained = None
        if now is not None and then is not None and now.value is not None and then.value is not None:
            explained = now.value - then.value
        report = self._report(actor, metric, window, before, None, now, then, explained)
        return replace(report, days=days) if days < whole_days else report

    def revenue_split(self, actor: Actor, window: Window, before: Window) -> RevenueSplit | None:
        """The change of revenue by price, volume, mix, new and gone products; None where either period has none."""
        metric = metric_named("revenue")
        whole_days = (window.end - window.start).days
        window, before = self._fair(actor, metric, window, before)
        now, then = self._whole(actor, metric, window), self._whole(actor, metric, before)
        if now is None or then is None or now.value is None or then.value is None or now.currency != then.currency:
            return None
        ledgers = self._figures.ledgers(actor, window.ledger)
        sales = [
            sold(metric, self._question(metric, one, ledgers), now.currency, self._warehouse, actor.scope)
            for one in (window, before)
        ]
        split = cause.price_volume_mix(*sales)
        days = (window.end - window.start).days
        effects = (split.price, split.volume, split.mix, split.come, split.gone)
        return RevenueSplit(now.value, then.value, now.currency, *effects, days if days < whole_days else None)

    def _question(self, metric: Metric, window: Window, ledgers: tuple[LedgerFacts, ...]) -> Question:
        return checked(metric, self._figures.question(window.asked(), ledgers))

    def _fair(self, actor: Actor, metric: Metric, window: Window, before: Window) -> tuple[Window, Window]:
        """Both windows with as many days as the later one has data for; figures as of an instant keep their ends."""
        until = self._figures.metric_reach(metric, self._figures.ledgers(actor, window.ledger)).until
        if metric.as_of or until is None or until < window.start or until + timedelta(days=1) >= window.end:
            return window, before
        end = until + timedelta(days=1)
        same = min(before.end, before.start + (end - window.start))
        return replace(window, end=end), replace(before, end=same)

    def growth(self, actor: Actor, name: str, window: Window) -> CauseReport:
        """What a growth comes from: the change of each slice since the same window a year earlier, over its base."""
        metric = metric_named(name)
        start, end = same_window_year_earlier(window.start, window.end)
        whole = self._whole(actor, metric, window)
        value = None if whole is None else whole.value
        return self._report(actor, metric, window, replace(window, start=start, end=end), None, whole, None, value)

    def documents(self, actor: Actor, name: str, window: Window) -> CauseReport:
        """The documents that weigh most in a figure; for where no slice tells more."""
        metric = metric_named(name)
        whole = self._whole(actor, metric, window)
        value = None if whole is None else whole.value
        return CauseReport(name, value, None, value, False, tuple(self._documents(actor, metric, window, whole)))

    def _report(
        self,
        actor: Actor,
        metric: Metric,
        window: Window,
        before: Window | None,
        limit: float | None,
        now: MetricRow | None,
        then: MetricRow | None,
        explained: float | None,
    ) -> CauseReport:
        found: list[Cause] = []
        if explained:
            for dimension in self._free(actor, metric, window):
                found += self._along(actor, metric, dimension, window, before, limit, explained)
        return CauseReport(
            metric=metric.name,
            value=None if now is None else now.value,
            before=None if then is None else then.value,
            explained=explained,
            exact=metric.kind != "duration",
            causes=tuple(_told(found)),
        )

    def _whole(self, actor: Actor, metric: Metric, window: Window) -> MetricRow | None:
        rows = self._rows(actor, metric, window, ())
        return max(rows, key=lambda row: row.n, default=None)

    def _rows(self, actor: Actor, metric: Metric, window: Window, by: tuple[str, ...]) -> Sequence[MetricRow]:
        return self._figures.metric(actor, metric.name, window.asked(by), "en").rows

    def _free(self, actor: Actor, metric: Metric, window: Window) -> list[str]:
        """Dimensions that are neither fixed already nor hidden from the actor."""
        hidden = hidden_dimensions(metric, actor.scope)
        return [name for name in metric.dimensions if name not in window.where and name not in hidden]

    # ---------------------------------------------------------------- one dimension

    def _along(
        self,
        actor: Actor,
        metric: Metric,
        dimension: str,
        window: Window,
        before: Window | None,
        limit: float | None,
        explained: float,
    ) -> list[Cause]:
        """The slices of one dimension that push the way of what is explained; none where there is only one slice."""
        now = _by_slice(self._rows(actor, metric, window, (dimension,)), dimension)
        then = {} if before is None else _by_slice(self._rows(actor, metric, before, (dimension,)), dimension)
        if len({*now, *then}) < 2:
            return []
        if metric.kind == "duration":
            parts = self._medians(actor, metric, dimension, window, now, explained)
        else:
            parts = _parts(metric, now, then if before is not None else None, limit)
        return [
            Cause(
                dimension=dimension,
                value=part.value,
                figure=now[part.value].value if part.value in now else None,
                before=then[part.value].value if part.value in then else None,
                n=now[part.value].n if part.value in now else 0,
                contribution=part.contribution,
                share=part.share,
                excess=part.excess,
                rate=part.rate,
                mix=part.mix,
            )
            for part in cause.ranked(parts)[:PER_DIMENSION]
            if (part.share or 0.0) >= TOLD
        ]

    def _medians(
        self,
        actor: Actor,
        metric: Metric,
        dimension: str,
        window: Window,
        now: Mapping[str | None, MetricRow],
        explained: float,
    ) -> list[Part]:
        """What the median would be without each of the slices that can move it most."""
        whole = self._whole(actor, metric, window)
        if whole is None or whole.value is None:
            return []
        middle = whole.value
        side = 1 if explained > 0 else -1
        moving = {value: row for value, row in now.items() if row.value is not None and row.n}
        likely = sorted(moving, key=lambda value: -side * moving[value].n * ((moving[value].value or 0.0) - middle))
        ledgers = self._figures.ledgers(actor, window.ledger)
        question = self._question(metric, window, ledgers)
        rest = medians_without(metric, question, dimension, likely[:RECOMPUTED], self._warehouse, actor.scope)
        n = {value: row.n for value, row in moving.items()}
        total = sum(n.values())
        parts = cause.influence(middle, rest, n, explained)
        return [replace(part, weight=n[part.value] / total) for part in parts]

    def _documents(self, actor: Actor, metric: Metric, window: Window, whole: MetricRow | None) -> list[Cause]:
        """The documents that weigh most, with their part of the whole; a median has no such parts."""
        if not actor.may("drill"):
            return []
        _, found = self._drills.documents(actor, metric.name, window.asked(), NAMED)
        size = _size(metric, whole)
        value = None if whole is None or metric.kind == "duration" else whole.value
        counted = [
            (one.document_no or one.document, one.value, one.value / size)
            for one in found
            if one.reason is None and one.value is not None and size
        ]
        return [
            Cause(
                dimension=DOCUMENT,
                value=name,
                figure=None if metric.kind == "ratio" else own,
                before=None,
                n=1,
                contribution=part,
                share=part / value if value else None,
                excess=0.0,
            )
            for name, own, part in counted[:NAMED]
        ]


def limit_of(metric: Metric, row: MetricRow) -> float | None:
    """The limit a breached row is held to; None where it is measured against its own course or a band."""
    thresholds = metric.thresholds
    if thresholds.natural or thresholds.relative_band is not None or thresholds.band is not None:
        return None
    if thresholds.figure is not None:
        own = row.figures.get(thresholds.figure)
        return None if own is None else float(own)
    planned = row.target is not None and thresholds.target is None and not thresholds.chosen
    return row.target if planned or thresholds.warning is None else float(thresholds.warning)


def _size(metric: Metric, row: MetricRow | None) -> float:
    """What a document's figure is divided by to give its contribution: a ratio's whole denominator, else 1."""
    if metric.kind != "ratio" or row is None:
        return 1.0
    return float(row.figures.get("denominator") or 0.0)


def _by_slice(rows: Sequence[MetricRow], dimension: str) -> dict[str | None, MetricRow]:
    """Rows by slice; of several that are never added (currencies, sides), those of the largest kind."""
    kinds: dict[object, int] = {}
    for row in rows:
        kinds[_kind(row, dimension)] = kinds.get(_kind(row, dimension), 0) + row.n
    largest = max(kinds, key=lambda kind: kinds[kind], default=None)
    return {row.dimensions.get(dimension): row for row in rows if _kind(row, dimension) == largest}


def _kind(row: MetricRow, dimension: str) -> object:
    return (row.currency, tuple(sorted((k, v) for k, v in row.dimensions.items() if k != dimension)))


def _parts(
    metric: Metric,
    now: Mapping[str | None, MetricRow],
    then: Mapping[str | None, MetricRow] | None,
    limit: float | None,
) -> list[Part]:
    if metric.growth:
        return cause.growth(_figures(now, "numerator"), _figures(then or {}, "numerator"))
    if metric.kind == "ratio":
        ratios = _ratios(now)
        if then is not None:
            return cause.ratio_change(ratios, _ratios(then))
        return [] if limit is None else cause.ratio_over(ratios, limit)
    values = {value: row.value for value, row in now.items() if row.value is not None}
    if then is None:
        return cause.additive_level(values)
    return cause.additive_change(values, {value: row.value for value, row in then.items() if row.value is not None})


def _figures(rows: Mapping[str | None, MetricRow], name: str) -> dict[str | None, float]:
    return {value: float(found) for value, row in rows.items() if (found := row.figures.get(name)) is not None}


def _ratios(rows: Mapping[str | None, MetricRow]) -> dict[str | None, Ratio]:
    above, below = _figures(rows, "numerator"), _figures(rows, "denominator")
    return {value: Ratio(above.get(value, 0.0), size) for value, size in below.items()}


def _told(found: Sequence[Cause]) -> list[Cause]:
    """The few that tell most: farthest beyond what their size would explain, then the largest."""
    return sorted(found, key=lambda one: (-one.excess, -(one.share or 0.0), one.dimension, str(one.value)))[:NAMED]
