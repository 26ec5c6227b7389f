"""What a page needs to draw: the service, who asks, in which language and theme, and what was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from cockpit.charts.palette import DARK, LIGHT, Palette
from cockpit.errors import CockpitError, NotAllowedError
from cockpit.locale import Language, t
from cockpit.period import Grain
from cockpit.service import Cockpit
from cockpit.service.reports import MetricEntry
from cockpit.service.requests import Actor, CardRequest, MetricRequest
from cockpit.service.results import Breach, Card, DrillResult, LedgerView, MetricResult
from cockpit.ui.cards import Ask, Shown
from cockpit.ui.filters import Filters


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
    def ledger_names(self) -> tuple[str, ...]:
        return (self.ledger.name,)

    def text(self, key: str, **params: object) -> str:
        """A text of this room."""
        return t(f"ui.{key}", self.language, **params)

    def entry(self, metric: str) -> MetricEntry:
        return self.cockpit.entry(self.actor, metric, self.language)

    def where(self, ask: Ask) -> tuple[dict[str, str], tuple[str, ...]]:
        """The slices `ask` obeys, its own first, and the names of chosen ones it cannot obey."""
        obeyed, ignored = self.filters.split(self.entry(ask.metric).dimensions)
        return {**obeyed, **ask.where}, ignored

    def shown(self, asks: Sequence[Ask]) -> list[Shown]:
        """The cards of the shown month, asked together where their slices are the same."""
        groups: dict[tuple[tuple[str, str], ...], list[Ask]] = {}
        for ask in asks:
            groups.setdefault(tuple(sorted(self.where(ask)[0].items())), []).append(ask)
        found: dict[str, Card] = {}
        for where, group in groups.items():
            month = self.filters.shown
            request = CardRequest(ledger=self.ledger.name, start=month.start, end=month.end, where=dict(where))
            names = list(dict.fromkeys(ask.metric for ask in group))
            cards = self.cockpit.cards(self.actor, names, request, self.language)
            by_name = {card.metric: card for card in cards}
            found.update({ask.key: by_name[ask.metric] for ask in group})
        return [Shown(ask, found[ask.key], self.where(ask)[1]) for ask in asks]

    def breaches(self) -> list[Breach]:
        """Metrics of the shown month outside their thresholds, under the chosen slices."""
        month = self.filters.shown
        request = CardRequest(ledger=self.ledger.name, start=month.start, end=month.end, where=dict(self.filters.where))
        return self.cockpit.breaches(self.actor, request, self.language)

    def request(self, ask: Ask, *, grain: Grain, by: Sequence[str] = (), start: date | None = None) -> MetricRequest:
        return MetricRequest(
            start=start or self.filters.start,
            end=self.filters.end,
            grain=grain,
            by=tuple(by),
            where=self.where(ask)[0],
            ledger=self.ledger.name,
        )

    def metric(self, ask: Ask, *, grain: Grain, by: Sequence[str] = (), start: date | None = None) -> MetricResult:
        """The metric over the chosen window, or from `start` to its end."""
        request = self.request(ask, grain=grain, by=by, start=start)
        return self.cockpit.metric(self.actor, ask.metric, request, self.language)

    def drill(self, ask: Ask, limit: int) -> DrillResult:
        return self.cockpit.drill(self.actor, ask.metric, self.request(ask, grain="all"), limit, self.language)

    def loaded(self, metric: str) -> bool:
        """Whether at least one source table of the metric has rows in this ledger."""
        sources = self.entry(metric).sources
        tables = self.cockpit.tables(self.actor)
        return any(table.rows.get(self.ledger.name, 0) for table in tables if table.name in sources)

    def state_of(self, error: CockpitError) -> str:
        """The state a refusal means for a block."""
        return "not_allowed" if isinstance(error, NotAllowedError) else "failed"

    def error(self, error: CockpitError) -> str:
        """What happened, in the reader's words."""
        return t(f"error.{error.code}", self.language, **error.params)
