"""Figures with everything that makes them readable: target, level, comparison, completeness, as-of, version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cockpit.errors import NotAllowedError, UsageError
from cockpit.locale import Language, t
from cockpit.metrics import METRICS
from cockpit.metrics.gaps import missing, summary_spans, told
from cockpit.metrics.growth import Before, earlier_figures, grow, grow_by_working_day, with_base
from cockpit.metrics.level import level, own_thresholds
from cockpit.metrics.query import Answer, Figures, Key, evaluate
from cockpit.metrics.question import Question, checked, local_today
from cockpit.metrics.reach import Reach, any_before, reach
from cockpit.metrics.sight import asked_hidden, lacking
from cockpit.metrics.types import LedgerFacts, Metric
from cockpit.model import TABLES
from cockpit.period import Period, period_of, whole
from cockpit.scope import Scope
from cockpit.service import words
from cockpit.service.cache import Cache
from cockpit.service.requests import Actor, MetricRequest
from cockpit.service.results import MetricResult, MetricRow
from cockpit.service.targets import Targets
from cockpit.service.thresholds import ThresholdDesk
from cockpit.warehouse.store import Warehouse


def metric_named(name: str) -> Metric:
    """The metric of that name; UsageError naming all others where there is none."""
    metric = METRICS.get(name)
    if metric is None:
        raise UsageError("metric_unknown", metric=name, choices=", ".join(METRICS))
    return metric


class FigureDesk:
    """Answers questions about metrics for an actor; equal questions on the same version are answered once."""

    def __init__(
        self,
        warehouse: Warehouse,
        facts_of: Callable[[Scope, str | None], tuple[LedgerFacts, ...]],
        thresholds: ThresholdDesk,
    ) -> None:
        self._warehouse = warehouse
        self._facts_of = facts_of
        self.thresholds = thresholds
        self._cache = Cache()
        self._targets = Targets(warehouse, self._cache)

    def metric(self, actor: Actor, name: str, request: MetricRequest, language: Language) -> MetricResult:
        """The metric's rows; texts in `language`.

        Raises UsageError where the question cannot be asked, and NotAllowedError where the actor may not see the
        metric, the columns it needs, or a dimension that is asked for.
        """
        metric = metric_named(name)
        actor.must("metric", name)
        ledgers = self._facts_of(actor.scope, request.ledger)
        question = checked(metric, self.question(request, ledgers))
        _may_see(metric, question, actor.scope, language)
        version = self._warehouse.version()
        compare = request.compare or metric.growth
        hour = tuple(ledger.now.replace(minute=0, second=0, microsecond=0) for ledger in ledgers if metric.clock)
        key = ("metric", name, _frozen(question), compare, actor.scope.key, version, self.thresholds.edition(), hour)
        rows, notes, as_of, asked = self._cache.get(key, lambda: self._answer(metric, question, actor.scope, compare))
        return MetricResult(
            metric=name,
            label=t(f"metric.{name}.label", language),
            unit=metric.unit,
            start=request.start,
            end=request.end,
            grain=asked.grain,
            by=asked.by,
            ledgers=tuple(ledger.name for ledger in ledgers),
            params=asked.params,
            as_of=as_of,
            version=version.number,
            definition_version=metric.version,
            rows=rows,
            notes=tuple(dict.fromkeys(_said(code, params, language) for code, params in notes)),
            out_of_reach=any(code == "scope_not_in_table" for code, _ in notes),
        )

    def ledgers(self, actor: Actor, name: str | None) -> tuple[LedgerFacts, ...]:
        """The ledgers a question without or with that name is about."""
        return self._facts_of(actor.scope, name)

    def held(self, metric: Metric, ledgers: Sequence[LedgerFacts], end: date | None) -> Metric:
        """The metric with the thresholds of the last day before `end`; of today where that is earlier."""
        today = local_today(tuple(ledgers)) if ledgers else self._warehouse.now().date()
        day = today if end is None else min(today, end - timedelta(days=1))
        return self.thresholds.held(metric, [ledger.name for ledger in ledgers], day)

    def question(self, request: MetricRequest, ledgers: tuple[LedgerFacts, ...]) -> Question:
        where = {name: (value,) for name, value in request.where.items()}
        return Question(request.start, request.end, request.grain, request.by, where, request.params, ledgers)

    def reach(self, table: str, ledgers: tuple[LedgerFacts, ...]) -> Reach:
        """How far a canonical table reaches; computed once per version and day."""
        key = ("reach", table, _frozen(ledgers), self._warehouse.version())
        found: Reach = self._cache.get(key, lambda: reach(self._warehouse, table, ledgers))
        return found

    def metric_reach(self, metric: Metric, ledgers: tuple[LedgerFacts, ...]) -> Reach:
        """From the first day of any source to the last of the one that reaches furthest: none waits for another.

        A metric that is paced by some of its sources goes from the first day that all of them speak for to the last.
        """
        if metric.clock:
            today = local_today(ledgers)
            return Reach(today, today, 0, None, today)
        if metric.paced_by:
            paces = [self.reach(table, ledgers) for table in metric.paced_by]
            begun = [one.first for one in paces if one.first is not None]
            return replace(min(paces, key=lambda one: one.last or date.min), first=max(begun, default=None))
        found = [self.reach(table, ledgers) for table in metric.sources]
        furthest = max(found, key=lambda one: one.last or date.min)
        return replace(furthest, first=min((one.first for one in found if one.first), default=None))

    def windowed(self, metric: Metric, question: Question) -> Question | None:
        """The question with the window of the data where it needs one; None where there are no data."""
        return self._with_window(metric, question, self.metric_reach(metric, question.ledgers))

    # ---------------------------------------------------------------- one question

    def _answer(
        self, metric: Metric, question: Question, scope: Scope, compare: bool
    ) -> tuple[tuple[MetricRow, ...], list[tuple[str, dict[str, str]]], datetime | None, Question]:
        if not question.ledgers:
            return (), [("nothing_delivered", {})], None, question
        reached = self.metric_reach(metric, question.ledgers)
        windowed = self._with_window(metric, question, reached)
        if windowed is None:
            return self._nothing(metric, question), [], None, question
        before: Before | None = None
        if compare:
            answer, before = with_base(metric, windowed, self._warehouse, scope)
        else:
            answer = evaluate(metric, windowed, self._warehouse, scope)
        notes = answer.notes()
        if windowed.grain == "all" and not answer.rows and not windowed.by:
            answer.rows.append(_empty(windowed))
            if metric.as_of and metric.kind == "sum" and self._any(metric.sources[0], windowed, scope):
                answer.rows[0].value = 0.0  # there are items, and none of them counts
        if any(len({row.dimensions.get(name) for row in answer.rows}) > 1 for name in unsplit(metric, windowed)):
            notes.append(("never_added", {"dimensions": ", ".join(metric.split)}))
        rows, earlier, partial, more = self._compared(metric, windowed, answer, before, reached, scope, question.end)
        notes += more + self._gaps(metric, windowed, scope)
        targets = self._targets.of(metric, windowed, scope, reached.until)
        history = _histories(metric, rows)
        made = tuple(self._row(metric, windowed, row, history(row), earlier, partial, targets) for row in rows)
        return made, notes, as_of(reached, question.ledgers), windowed

    def _with_window(self, metric: Metric, question: Question, reached: Reach) -> Question | None:
        """Fill in horizon and, where none was asked for, the window of the data, for metrics that need them."""
        if metric.paced_by:
            return _paced(question, reached)
        if metric.placement == "day":
            return question
        # Without an end: stock as of the newest delivered day, open items as of now. No day beyond today counts.
        today = local_today(question.ledgers)
        last = reached.until if metric.process == "inventory" else today
        if last is None:
            return None
        start, end = question.start or reached.first, question.end or last + timedelta(days=1)
        horizon = today + timedelta(days=1)
        if metric.as_of and question.grain == "all" and question.start is None and question.end is not None:
            start = min(start or question.end, question.end - timedelta(days=1))
        return None if start is None or start >= end else replace(question, start=start, end=end, horizon=horizon)

    def _compared(
        self,
        metric: Metric,
        question: Question,
        answer: Answer,
        before: Before | None,
        reached: Reach,
        scope: Scope,
        asked_end: date | None,
    ) -> tuple[list[Figures], dict[Key, Figures], set[Key], list[tuple[str, dict[str, str]]]]:
        """Rows (growth computed), their counterparts a year earlier, which are partial, and notes."""
        rows, notes = answer.rows, []
        placed = [row for row in rows if row.period.label or (question.start and question.end)]
        # A window that was not asked for ends with the data, not with the period.
        ends = {row.key: _end_asked(row.period, asked_end) for row in placed}
        partial = {key for key, end in ends.items() if not reached.complete(end)}
        earlier: dict[Key, Figures] = {}
        if placed and before is not None:
            args = (metric, question, placed, before, partial, reached.until, self._warehouse, scope)
            earlier = earlier_figures(*args)
            if metric.paced_by:  # before its sources begin there is nothing to compare with, not even nothing
                begun = reached.first or date.max
                earlier = {key: base for key, base in earlier.items() if base.period.start >= begun}
        if partial and earlier:
            same = "partial_same_stretch" if metric.sequential else "partial_same_days"
            notes.append((same, {"until": reached.until.isoformat() if reached.until else "—"}))
        if metric.growth:
            if not placed and rows:
                notes.append(("growth_needs_window", {}))
            if placed and metric.sequential and question.params["adjust"] == "working_days":
                ledger = question.ledgers[0].name
                rows = grow_by_working_day(rows, earlier, partial, reached.until, self._warehouse, ledger)
            else:
                rows = grow(rows, earlier)
            earlier = {}
            if any(0 in (row.figures.get("working_days"), row.figures.get("working_days_before")) for row in rows):
                notes.append(("no_working_days", {}))
            if any(row.value is None and row.figures.get("numerator") is not None for row in rows):
                notes.append(("denominator_not_positive", {}))
        elif metric.kind == "ratio" and any(row.value is None and row.n for row in rows):
            notes.append(("denominator_not_positive", {}))
        return rows, earlier, partial, notes

    def _any(self, table: str, question: Question, scope: Scope) -> bool:
        """Whether the scope reaches a row of the table before the window's end."""
        names = tuple(ledger.name for ledger in question.ledgers)
        return any_before(self._warehouse, table, str(TABLES[table].business_day), question.end, scope, names)

    def _gaps(self, metric: Metric, question: Question, scope: Scope) -> list[tuple[str, dict[str, str]]]:
        """A note on warehouses whose 收发存 is missing for a period, or does not lie in it whole."""
        if "stock_summaries" not in metric.sources or question.start is None or question.end is None:
            return []
        names = tuple(ledger.name for ledger in question.ledgers)
        key = ("summary spans", names, scope.key, self._warehouse.version())
        spans = self._cache.get(key, lambda: summary_spans(self._warehouse, scope, names))
        lacking = missing(spans, question.tiles(), question.where, metric.as_of)
        return [("stock_summaries_missing", told(lacking))] if lacking else []

    def _row(
        self,
        metric: Metric,
        question: Question,
        row: Figures,
        history: Sequence[float],
        earlier: Mapping[Key, Figures],
        partial: set[Key],
        targets: Callable[[Figures], float | None],
    ) -> MetricRow:
        before = earlier.get(row.key)
        target = targets(row)
        window = question.start is not None and question.end is not None
        ends = row.period.end if row.period.label or window else question.end
        thresholds = own_thresholds(self.held(metric, question.ledgers, ends), history, row.figures)
        goal = target if target is not None else _float(thresholds.target)
        counted = row.n + row.excluded
        coverage = row.figures.get("coverage", row.n / counted if counted else None)
        return MetricRow(
            period=row.period.label,
            start=row.period.start if row.period.label or window else question.start,
            end=ends,
            dimensions=dict(row.dimensions),
            value=row.value,
            n=row.n,
            excluded=row.excluded,
            reasons=dict(sorted(row.reasons.items())),
            coverage=coverage,
            partial=row.key in partial,
            provisional=row.provisional,
            currency=row.currency,
            target=goal,
            compare=before.value if before is not None else None,
            compare_to=_earlier_name(before),
            level=level(row.value, thresholds, metric.direction, target),
            figures={name: value for name, value in row.figures.items() if name != "coverage"},
        )

    def _nothing(self, metric: Metric, question: Question) -> tuple[MetricRow, ...]:
        if question.grain != "all" or question.by:
            return ()
        empty = _empty(question)
        return (self._row(metric, question, empty, [], {}, set(), lambda row: None),)


def _may_see(metric: Metric, question: Question, scope: Scope, language: Language) -> None:
    """NotAllowedError where the figure would be made of columns that are not there for this scope."""
    label = t(f"metric.{metric.name}.label", language)
    if groups := lacking(metric, question.params, scope):
        told = words.listed((words.group(name, language) for name in groups), language)
        raise NotAllowedError("metric_needs_hidden", metric=label, columns=told)
    if dimensions := asked_hidden(metric, question, scope):
        told = words.listed((words.dimension(name, language) for name in dimensions), language)
        raise NotAllowedError("dimension_hidden", metric=label, dimensions=told)


def _said(code: str, params: Mapping[str, str], language: Language) -> str:
    """A note in words; tables and dimensions by what people call them."""
    if code == "scope_not_in_table":
        named = (words.dimension(name, language) for name in params["dimensions"].split(", "))
        params = {"table": words.table(params["table"], language), "dimensions": words.listed(named, language)}
    return t(f"note.{code}", language, **params)


def unsplit(metric: Metric, question: Question) -> tuple[str, ...]:
    """Dimensions that are never added and that the question does not name."""
    return tuple(name for name in metric.split if name not in question.by and len(question.where.get(name, ())) != 1)


def _empty(question: Question) -> Figures:
    period = Period(question.start or date.min, question.end or date.max, None, "all", question.month_start_day)
    return Figures(period, {}, None)


def _end_asked(period: Period, asked: date | None) -> date:
    """Where a period ends as it was asked for, however far the data go."""
    if period.grain == "all":
        return asked or period.end
    return min(whole(period).end, asked or date.max)


def _paced(question: Question, reached: Reach) -> Question | None:
    """The question within the days that the pacing sources speak for; None where there are none.

    A period that is fully delivered goes to its end, whether or not its last days have rows.
    """
    if reached.until is None or reached.first is None:
        return None
    start, end = max(question.start or reached.first, reached.first), question.end
    after = reached.until + timedelta(days=1)
    if question.grain != "all":
        last = period_of(reached.until, question.grain, question.month_start_day).end
        end = min(end or last, last) if reached.complete(last) else min(end or after, after)
    elif end is None or not reached.complete(end):
        end = min(end or after, after)
    return replace(question, start=start, end=end, horizon=end) if start < end else None


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))


def _histories(metric: Metric, rows: Sequence[Figures]) -> Callable[[Figures], list[float]]:
    """A function giving the values of a row's group in the periods before it; asked only where they are a measure."""
    courses: dict[Key, list[tuple[date, float]]] = {}
    if metric.thresholds.relative_band is not None or metric.thresholds.natural:
        for row in rows:  # oldest first
            if row.value is not None:
                courses.setdefault(row.key[1:], []).append((row.period.start, row.value))

    def before(row: Figures) -> list[float]:
        return [value for start, value in courses.get(row.key[1:], ()) if start < row.period.start]

    return before


def _earlier_name(row: Figures | None) -> str | None:
    if row is None:
        return None
    if row.period.label:
        return row.period.label
    return f"{row.period.start.isoformat()}/{row.period.end.isoformat()}"


def as_of(reached: Reach, ledgers: Sequence[LedgerFacts]) -> datetime | None:
    """The instant the data speak for: the end of their last day, or the ledger's now where that is earlier."""
    if reached.until is None:
        return None
    zone = ZoneInfo(ledgers[0].timezone)
    end = datetime.combine(reached.until, time(23, 59, 59), zone)
    now = max(ledger.now for ledger in ledgers).replace(tzinfo=UTC, microsecond=0).astimezone(zone)
    return min(end, now)


def _frozen(value: Any) -> Any:
    """A value as part of a cache key; the clock's seconds are no part of it, the day is."""
    if isinstance(value, Question):
        ledgers = _frozen(value.ledgers)
        where, params = tuple(sorted(value.where.items())), tuple(sorted(value.params.items()))
        return (value.start, value.end, value.grain, value.by, where, params, ledgers)
    return tuple(
        (one.name, one.timezone, one.month_start_day, one.currency, one.sample, local_today([one])) for one in value
    )
