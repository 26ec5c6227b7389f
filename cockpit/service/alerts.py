"""Warnings: every complete period of the 13 months before is judged, for the whole and for those who answer for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

from cockpit.alerts.episodes import GRAVITY, Episode, episodes
from cockpit.errors import NotAllowedError, SystemFailure
from cockpit.locale import Language, t
from cockpit.metrics import METRICS
from cockpit.metrics.level import own_course
from cockpit.metrics.question import local_today
from cockpit.metrics.sight import hidden_dimensions
from cockpit.metrics.types import Metric, Thresholds
from cockpit.period import Period, period_of, previous
from cockpit.service.cache import Cache
from cockpit.service.causes import CauseDesk, limit_of
from cockpit.service.figures import FigureDesk
from cockpit.service.requests import Actor, MetricRequest, Window
from cockpit.service.results import Alert, AlertReport, Cause, CauseReport, MetricRow
from cockpit.warehouse.store import Warehouse

JUDGED_MONTHS, HISTORY_MONTHS = 13, 13
# Dimensions somebody answers for, or that stand for a place where work is done; the others only explain.
JUDGED = (
    "department",
    "approver",
    "node",
    "process",
    "warehouse",
    "region",
    "product",
    "category",
    "side",
    "company",
    "source",
    "table",
)
SMALLEST = 30  # documents a slice must have in a period to be judged by itself
LIGHTEST = 0.01  # part of the whole's size it must have
SURE = 2.0  # standard deviations a share of few must lie beyond its limit

Asked = tuple[object, ...]


class AlertDesk:
    """Judges periods under an actor's scope; equal questions on the same version are judged once."""

    def __init__(self, warehouse: Warehouse, figures: FigureDesk) -> None:
        self._warehouse = warehouse
        self._figures = figures
        self._causes = CauseDesk(warehouse, figures)
        self._cache = Cache(64)
        self._ended = threading.Event()
        self._worker: ThreadPoolExecutor | None = None
        self._running: dict[Asked, Future[object]] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """End what judges in the background."""
        self._ended.set()
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.shutdown(wait=True, cancel_futures=True)

    def day_of(self, actor: Actor, ledger: str | None, at: datetime | None) -> date:
        """The local day of the instant; today where none is given. Without an offset it is the ledger's wall time."""
        facts = self._figures.ledgers(actor, ledger)
        if at is None or not facts:
            return local_today(facts) if facts else self._warehouse.now().date()
        return (at if at.tzinfo is None else at.astimezone(ZoneInfo(facts[0].timezone))).date()

    def evaluate(
        self, actor: Actor, ledger: str | None, where: Mapping[str, str], day: date, language: Language
    ) -> AlertReport:
        """All warnings of the 13 months that were complete on `day`, under the slices `where`, with their causes."""
        key = self._asked(actor, ledger, where, day)
        report: AlertReport = self._cache.get(key, lambda: self._judge(actor, ledger, where, day))
        told = (replace(one, label=t(f"metric.{one.metric}.label", language)) for one in report.alerts)
        return replace(report, alerts=tuple(told))

    def known(self, actor: Actor, ledger: str | None, where: Mapping[str, str], day: date) -> bool:
        """Whether `evaluate` has its answer already."""
        return self._cache.holds(self._asked(actor, ledger, where, day))

    def prepare(
        self, actor: Actor, ledger: str | None, where: Mapping[str, str], day: date, judge: Callable[[], object]
    ) -> None:
        """Have `judge` ask for the answer in the background, once."""
        key = self._asked(actor, ledger, where, day)
        with self._lock:
            if self._ended.is_set() or key in self._running or self._cache.holds(key):
                return
            if self._worker is None:
                self._worker = ThreadPoolExecutor(1, thread_name_prefix="alerts")
            future = self._worker.submit(judge)
            self._running[key] = future
        future.add_done_callback(lambda _: self._running.pop(key, None))

    def _asked(self, actor: Actor, ledger: str | None, where: Mapping[str, str], day: date) -> Asked:
        edition = self._figures.thresholds.edition()
        return (ledger, tuple(sorted(where.items())), day, *actor.sight, self._warehouse.version(), edition)

    # ---------------------------------------------------------------- judging

    def _judge(self, actor: Actor, ledger: str | None, where: Mapping[str, str], day: date) -> AlertReport:
        facts = self._figures.ledgers(actor, ledger)
        this = period_of(day, "month", facts[0].month_start_day if facts else 1)
        first = _earlier(this, JUDGED_MONTHS)
        start, end = first.start, this.start
        found: list[Alert] = []
        periods = 0
        for metric in METRICS.values():
            if self._ended.is_set():
                raise SystemFailure("interrupted")
            if (
                (metric.thresholds == Thresholds() and not self._figures.thresholds.ever(metric.name))
                or not actor.may("metric", metric.name)
                or any(name not in metric.dimensions for name in where)
            ):
                continue
            judged = list(self._courses(actor, metric, ledger, where, first, day))
            whole = [course for slices, course in judged if slices.keys() <= set(metric.split)]
            periods += sum(1 for course in whole for row in course if row.start is not None and row.start >= start)
            found += self._alerts(actor, metric, ledger, where, start, judged)
        found.sort(key=lambda one: (not one.open, -GRAVITY[one.level], -one.until.toordinal(), one.metric))
        return AlertReport(tuple(one.name for one in facts), end, start, periods, tuple(found))

    def _courses(
        self, actor: Actor, metric: Metric, ledger: str | None, where: Mapping[str, str], first: Period, day: date
    ) -> Iterator[tuple[dict[str, str | None], list[MetricRow]]]:
        """The complete periods of the whole and of each slice, with the slice, from a year before the `first` on.

        A growth is judged as a whole: a slice's month against its month a year before says little.
        """
        known = (*where, *hidden_dimensions(metric, actor.scope), *metric.split)
        history = _earlier(first, HISTORY_MONTHS)
        this = period_of(day, "month", first.month_start_day)
        end = day + timedelta(days=1) if metric.process == "data" else this.start
        along = [] if metric.growth else [name for name in JUDGED if name in metric.dimensions and name not in known]
        facts = self._figures.ledgers(actor, ledger)
        whole: dict[tuple[object, ...], MetricRow] = {}
        for by in [(), *((name,) for name in along)]:
            asked = MetricRequest(history.start, end, "month", by, where, {}, ledger, compare=False)
            try:
                rows = self._figures.metric(actor, metric.name, asked, "en").rows
            except NotAllowedError:
                return
            kept = [row for row in rows if not row.partial or _standing(metric, row, day)]
            if not by:
                whole = {(row.start, row.currency, _split(metric, row)): row for row in kept}
            weights = _weights(metric, kept) if by else {}
            courses: dict[tuple[object, ...], list[MetricRow]] = {}
            values: dict[tuple[object, ...], list[float]] = {}
            for row in kept:
                key = (tuple(row.dimensions.items()), row.currency)
                judged, before = row, values.setdefault(key, [])
                if by:
                    above = whole.get((row.start, row.currency, _split(metric, row)))
                    held = self._figures.held(metric, facts, row.end)
                    judged = _judged(held, row, above, weights[id(row)], before)
                courses.setdefault(key, []).append(judged)
                if row.value is not None:
                    before.append(row.value)
            for (dimensions, _), course in courses.items():
                yield dict(dimensions), course  # type: ignore[call-overload]

    def _alerts(
        self,
        actor: Actor,
        metric: Metric,
        ledger: str | None,
        where: Mapping[str, str],
        start: date,
        judged: Sequence[tuple[dict[str, str | None], list[MetricRow]]],
    ) -> Iterator[Alert]:
        for slices, course in judged:
            for episode in episodes(course):
                if episode.last.start is not None and episode.last.start < start:
                    continue
                yield self._alert(actor, metric, ledger, where, slices, course, episode)

    def _alert(
        self,
        actor: Actor,
        metric: Metric,
        ledger: str | None,
        where: Mapping[str, str],
        slices: Mapping[str, str | None],
        course: Sequence[MetricRow],
        episode: Episode[MetricRow],
    ) -> Alert:
        first, last = episode.first, episode.last
        assert first.start is not None and last.end is not None
        limit = limit_of(self._figures.held(metric, self._figures.ledgers(actor, ledger), last.end), last)
        own = {**where, **{name: value or "" for name, value in slices.items()}}
        return Alert(
            metric=metric.name,
            label="",
            unit=metric.unit,
            direction=metric.direction,
            owner=metric.owner,
            level=max((row.level for row in episode.breached), key=lambda level: GRAVITY[level]),
            slice=slices,
            since=first.start,
            until=last.end,
            periods=len(episode.breached),
            open=episode.open,
            row=last,
            course=tuple(course),
            limit=limit,
            causes=self._cause(actor, metric, ledger, own, episode, limit).causes,
        )

    def _cause(
        self,
        actor: Actor,
        metric: Metric,
        ledger: str | None,
        where: Mapping[str, str],
        episode: Episode[MetricRow],
        limit: float | None,
    ) -> CauseReport:
        """Against the limit it is held to; what is measured against itself, against its last good period."""
        window = _window(ledger, where, episode.last)
        good = episode.before
        if metric.growth:
            report = self._causes.growth(actor, metric.name, window)
        elif limit is not None or good is None or good.value is None:
            report = self._causes.over_limit(actor, metric.name, window, limit)
        else:
            report = self._causes.change(actor, metric.name, window, _window(ledger, where, good))
        if not report.causes:
            report = self._causes.documents(actor, metric.name, window)
        if not report.causes:  # neither parts nor documents: what it is about is all there is to tell
            own = tuple(_itself(name, value, episode.last, limit) for name, value in where.items())
            return replace(report, causes=own)
        return report


def _itself(dimension: str, value: str, row: MetricRow, limit: float | None) -> Cause:
    over = (row.value or 0.0) - (limit or 0.0)
    return Cause(dimension, value or None, row.value, None, row.n, over, 1.0, 0.0)


def _earlier(period: Period, count: int) -> Period:
    """The period `count` periods before."""
    for _ in range(count):
        period = previous(period)
    return period


def _standing(metric: Metric, row: MetricRow, day: date) -> bool:
    """Whether a month that is not over tells something all the same: what has arrived is told as of now."""
    return metric.process == "data" and row.start is not None and row.start <= day


def _window(ledger: str | None, where: Mapping[str, str], row: MetricRow) -> Window:
    assert row.start is not None and row.end is not None
    whole = row.period is not None and not row.partial
    return Window(ledger, row.start, row.end, where, "month" if whole else "all")


def _split(metric: Metric, row: MetricRow) -> tuple[object, ...]:
    return tuple(row.dimensions.get(name) for name in metric.split)


def _size(metric: Metric, row: MetricRow) -> float:
    """How large a slice is among the others: its denominator, its amount or its documents."""
    if metric.kind == "ratio":
        return abs(float(row.figures.get("denominator") or 0.0))
    return abs(row.value or 0.0) if metric.kind == "sum" and not metric.growth else float(row.n)


def _weights(metric: Metric, rows: Sequence[MetricRow]) -> dict[int, float]:
    """For each row, by its identity, its part of its period: by size or by documents, whichever is larger."""
    sizes: dict[tuple[object, ...], float] = {}
    counts: dict[tuple[object, ...], int] = {}
    for row in rows:
        key = (row.start, row.currency)
        sizes[key] = sizes.get(key, 0.0) + _size(metric, row)
        counts[key] = counts.get(key, 0) + row.n
    return {
        id(row): max(
            _size(metric, row) / sizes[key] if sizes[key] else 0.0,
            row.n / counts[key] if counts[key] else 0.0,
        )
        for row in rows
        for key in [(row.start, row.currency)]
    }


def _judged(
    metric: Metric, row: MetricRow, whole: MetricRow | None, weight: float, history: Sequence[float]
) -> MetricRow:
    """A slice's row with the level it can answer for: none where it is too small to tell, or where the whole is as
    far out, which says it already."""
    if row.level not in GRAVITY:
        return row
    small = row.n < SMALLEST or weight < LIGHTEST
    if metric.process != "data" and (small or not _certain(metric, row, history)):
        return replace(row, level="none")
    above = GRAVITY.get(whole.level, 0) if whole is not None else 0
    return replace(row, level="none") if above >= GRAVITY[row.level] else row


def _certain(metric: Metric, row: MetricRow, history: Sequence[float]) -> bool:
    """Whether a slice's figure lies farther out than its own chance takes it: beyond its natural limits where it is
    held to a band around its median; a share beyond its limit by two standard deviations (normal approximation of the
    binomial, which is the least there is). True for everything else."""
    if row.value is None:
        return False
    if metric.thresholds.relative_band is not None:
        course = own_course(metric, history)
        return course is None or not course[0] <= row.value <= course[2]
    limit = limit_of(metric, row)
    if metric.unit != "share" or metric.kind != "ratio" or limit is None or not 0 < limit < 1:
        return True
    return abs(row.value - limit) > SURE * sqrt(limit * (1 - limit) / row.n)
