"""What a page needs to draw: the service, who asks, in which language and theme, and what was chosen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar

import streamlit as st

from cockpit.charts.palette import DARK, LIGHT, Palette
from cockpit.errors import CockpitError, NotAllowedError, SystemFailure
from cockpit.locale import Language, t
from cockpit.period import Grain, Period, period_of
from cockpit.service import Cockpit
from cockpit.service.forecast import AHEAD, Forecast, forecast
from cockpit.service.reports import MetricEntry
from cockpit.service.requests import Actor, CardRequest, MetricRequest, StockRequest, Window
from cockpit.service.results import (
    AlertReport,
    Card,
    CauseReport,
    DrillResult,
    LedgerView,
    MetricResult,
    RevenueSplit,
    TableView,
)
from cockpit.service.stock import Held, StockCard
from cockpit.ui import words
from cockpit.ui.cards import Ask, Shown
from cockpit.ui.filters import Filters
from cockpit.ui.memo import MEMO, step
from cockpit.ui.refusals import told

LOG = logging.getLogger(__name__)
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class View:
    """One page in one run. Questions go through it, so that each carries actor, filters and language."""

    cockpit: Cockpit
    actor: Actor
    language: Language
    page: str
    ledger: LedgerView
    filters: Filters

    @property
    def palette(self) -> Palette:
        """The colours of the theme the browser shows."""
        return DARK if st.context.theme.type == "dark" else LIGHT

    @property
    def company(self) -> str:
        """Whose figures these are: the ledger's name."""
        return words.ledger(self.ledger, self.language)

    def text(self, key: str, **params: object) -> str:
        """A text of this room."""
        return t(f"ui.{key}", self.language, **params)

    def error(self, error: CockpitError) -> str:
        """What happened, in the reader's words; what only an administrator could read goes to the log."""
        if isinstance(error, SystemFailure):
            LOG.error("a question failed: %s", error)
            if error.code == "query_failed":
                return self.text("state.failed_why")
        return told(error, self.language)

    def state_of(self, error: CockpitError) -> str:
        """The state a refusal means for a block."""
        return "not_allowed" if isinstance(error, NotAllowedError) else "failed"

    # ---------------------------------------------------------------- questions

    @cached_property
    def _base(self) -> tuple[object, ...]:
        return (
            self.cockpit.version(),
            self.cockpit.limits_edition(),
            self.actor.sight,
            self.language,
            self.ledger.name,
            step(self.ledger.now),
        )

    def _kept(self, question: str, make: Callable[[], Answer]) -> Answer:
        return MEMO.get((*self._base, question), make)

    def entry(self, metric: str) -> MetricEntry:
        return self._kept(
            f"entry {metric}", lambda: self.cockpit.entry(self.actor, metric, self.language, self.ledger.name)
        )

    def dictionary(self) -> tuple[MetricEntry, ...]:
        """The blocks of all figures the reader may see."""
        return self._kept("dictionary", self._dictionary)

    def _dictionary(self) -> tuple[MetricEntry, ...]:
        known = self.cockpit.dictionary(self.actor, self.language, self.ledger.name)
        return tuple(one for one in known if self.actor.may("metric", one.name))

    def metrics(self) -> frozenset[str]:
        """The names of all figures there are, whoever may see them."""
        named = self._kept("metrics", lambda: self.cockpit.dictionary(self.actor, self.language))
        return frozenset(entry.name for entry in named)

    def where(self, ask: Ask) -> tuple[dict[str, str], tuple[str, ...]]:
        """The slices `ask` obeys, its own first, and the names of chosen ones it cannot obey."""
        obeyed, ignored = self.filters.split(self.entry(ask.metric).dimensions)
        return {**obeyed, **ask.where}, ignored

    def shown(self, asks: Sequence[Ask]) -> list[Shown]:
        """The cards of the shown month; one that fails says so and leaves the others alone."""
        return [self._shown(ask) for ask in asks]

    def _shown(self, ask: Ask) -> Shown:
        try:
            return Shown(ask, self._card(ask), self.where(ask)[1])
        except CockpitError as error:
            entry = self.entry(ask.metric)
            return Shown(ask, dictionary_card(entry), failure=self.error(error))

    def _card(self, ask: Ask) -> Card:
        request = self._month(self.where(ask)[0])
        question = f"card {ask.metric} {request!r}"
        return self._kept(question, lambda: self.cockpit.card(self.actor, ask.metric, request, self.language))

    def _month(self, where: dict[str, str]) -> CardRequest:
        month = self.filters.shown
        ordered = dict(sorted(where.items()))
        return CardRequest(ledger=self.ledger.name, start=month.start, end=month.end, where=ordered)

    def alerts(self) -> AlertReport | None:
        """The warnings of the ledger under the chosen slices; None while they are being judged."""
        where = dict(sorted(self.filters.where.items()))
        return self.cockpit.alerts_known(self.actor, self.ledger.name, where, self.language)

    def causes(self, ask: Ask, before: Period) -> CauseReport:
        """What the metric's change from the period `before` to the shown month comes from."""
        now, then = self._windows(ask, before)
        question = f"causes {ask.metric} {now!r} {then!r}"
        return self._kept(question, lambda: self.cockpit.causes(self.actor, ask.metric, now, then))

    def revenue_split(self, before: Period) -> RevenueSplit | None:
        """The change of revenue since the period `before` by price, volume and mix."""
        now, then = self._windows(Ask("revenue"), before)
        question = f"revenue split {now!r} {then!r}"
        return self._kept(question, lambda: self.cockpit.revenue_split(self.actor, now, then))

    def _windows(self, ask: Ask, before: Period) -> tuple[Window, Window]:
        """The shown month and the period `before`, under the slices the metric obeys."""
        where = dict(sorted(self.where(ask)[0].items()))
        now, then = (Window(self.ledger.name, one.start, one.end, where) for one in (self.filters.shown, before))
        return now, then

    def request(self, ask: Ask, *, grain: Grain, by: Sequence[str] = (), start: date | None = None) -> MetricRequest:
        return MetricRequest(
            start=start or self.filters.start,
            end=self.filters.end,
            grain=grain,
            by=tuple(by),
            where=dict(sorted(self.where(ask)[0].items())),
            ledger=self.ledger.name,
        )

    def metric(self, ask: Ask, *, grain: Grain, by: Sequence[str] = (), start: date | None = None) -> MetricResult:
        """The metric over the chosen window, or from `start` to its end."""
        request = self.request(ask, grain=grain, by=by, start=start)
        question = f"metric {ask.metric} {request!r}"
        return self._kept(question, lambda: self.cockpit.metric(self.actor, ask.metric, request, self.language))

    def forecast(self, ask: Ask) -> Forecast | None:
        """The months after the last whole one, where the shown month is the newest and there is history enough."""
        shown, today = self.filters.shown, self.ledger.now.date()
        if not shown.start <= today < shown.end:
            return None
        rows = self.metric(ask, grain="month", start=self.filters.months_back(30)).rows
        if len({row.currency for row in rows}) != 1:
            return None
        whole = {row.start: row.value for row in rows if row.start and row.value is not None and not row.partial}
        ahead = [shown]
        for _ in range(AHEAD):
            ahead.append(period_of(ahead[-1].end, "month", self.filters.month_start_day))
        return forecast(whole, [one.start for one in ahead if one.start not in whole])

    def drill(self, ask: Ask, limit: int) -> DrillResult:
        """The documents behind the metric over the chosen window."""
        request = self.request(ask, grain="all")
        question = f"drill {ask.metric} {limit} {request!r}"
        return self._kept(question, lambda: self.cockpit.drill(self.actor, ask.metric, request, limit, self.language))

    def held(self) -> dict[str, Held]:
        """The materials of the chosen places at the end of the shown month, by code."""
        day = min(self.filters.end, self.ledger.now.date() + timedelta(days=1)) - timedelta(days=1)
        where = {name: value for name, value in self.filters.where.items() if name in ("company", "warehouse")}
        question = f"held {day} {sorted(where.items())!r}"
        return self._kept(question, lambda: self.cockpit.held(self.actor, self.ledger.name, day, where))

    def stock_card(self, material: str) -> StockCard:
        """The stock card of a material: movements of the chosen window, months of a year before its end."""
        where = {name: value for name, value in self.filters.where.items() if name in ("company", "warehouse")}
        first = min(self.filters.start, self.filters.months_back(12))
        request = StockRequest(self.ledger.name, material, self.filters.start, self.filters.end, first, where)
        question = f"stock card {request!r}"
        return self._kept(question, lambda: self.cockpit.stock_card(self.actor, request, self.language))

    def options(self, dimension: str) -> list[str]:
        """What a filter on `dimension` can take; nothing where no figure the reader may see is cut by it."""
        ledger = self.ledger.name
        try:
            return self._kept(f"options {dimension}", lambda: self.cockpit.options(self.actor, ledger, dimension))
        except NotAllowedError:
            return []  # no figure of theirs is cut by it

    def tables(self) -> list[TableView]:
        return self._kept("tables", lambda: self.cockpit.tables(self.actor))

    def loaded(self, metric: str) -> bool:
        """Whether at least one source table of the metric has rows in this ledger, whoever may see them."""
        return not self.loaded_tables().isdisjoint(self.entry(metric).sources)

    def loaded_tables(self) -> frozenset[str]:
        """Tables that hold anything in this ledger, whoever may see it."""
        return self._kept("loaded", lambda: self.cockpit.loaded_tables(self.actor, self.ledger.name))


def dictionary_card(entry: MetricEntry) -> Card:
    """A card with a metric's name and nothing else, for one that could not be computed."""
    return Card(
        metric=entry.name,
        label=entry.label,
        unit=entry.unit,
        direction=entry.direction,
        importance=entry.importance,
        state="empty",
    )
