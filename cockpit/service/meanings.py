"""What the door says of figures themselves: their definitions with the limits in force, and how those are changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.locale import Language
from cockpit.service import dictionary
from cockpit.service.asking import at_the_door
from cockpit.service.ledgers import LedgerDesk
from cockpit.service.reports import MetricEntry
from cockpit.service.requests import Actor
from cockpit.service.thresholds import LimitDraft, LimitView, ThresholdDesk
from cockpit.service.trail import Trail
from cockpit.warehouse.store import Warehouse

if TYPE_CHECKING:
    from cockpit.metrics.types import LedgerFacts


class Meanings:
    """A part of the cockpit, which gives it its desks."""

    _warehouse: Warehouse
    _trail: Trail
    _ledgers: LedgerDesk
    _thresholds: ThresholdDesk

    def entry(self, actor: Actor, metric: str, language: Language, ledger: str | None = None) -> MetricEntry:
        """A metric's block of the dictionary, with the limits that hold today in the ledger, or in the default one."""
        from cockpit.service.figures import metric_named

        name = ledger or self._ledgers.default(actor.scope)
        return dictionary.entry(metric_named(metric), language, self._thresholds, self._facts_named(actor, name))

    def dictionary(self, actor: Actor, language: Language, ledger: str | None = None) -> list[MetricEntry]:
        from cockpit.metrics import METRICS

        facts = self._facts_named(actor, ledger or self._ledgers.default(actor.scope))
        return [dictionary.entry(metric, language, self._thresholds, facts) for metric in METRICS.values()]

    def _facts_named(self, actor: Actor, name: str | None) -> tuple[LedgerFacts, ...]:
        return self._ledgers.facts(actor.scope, name) if name else ()

    def limits_edition(self) -> int:
        """A number that is another one after every change of a limit."""
        return self._thresholds.edition()

    @at_the_door
    def set_limits(self, actor: Actor, draft: LimitDraft, language: Language) -> LimitView:
        """Change when a figure warns, from a day on. UsageError says what is wrong with the draft."""
        from cockpit.service.figures import metric_named

        if draft.ledger:
            self._ledgers.facts(actor.scope, draft.ledger)
        return self._thresholds.set(actor, metric_named(draft.metric), draft, language)
