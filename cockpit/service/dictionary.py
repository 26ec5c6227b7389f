"""The metric dictionary (指标字典): every metric's block with its texts in one language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cockpit.locale import Language, t
from cockpit.service.proofs import PROOFS
from cockpit.service.reports import MetricEntry
from cockpit.service.thresholds import ThresholdDesk

if TYPE_CHECKING:
    from cockpit.metrics.types import LedgerFacts, Metric


def entry(metric: Metric, language: Language, thresholds: ThresholdDesk, ledgers: Sequence[LedgerFacts]) -> MetricEntry:
    """One metric's block; its limits are those that hold today in the ledgers."""
    names = [ledger.name for ledger in ledgers]
    today = max((_today(ledger) for ledger in ledgers), default=datetime.now(UTC).date())
    change, metric = thresholds.in_force(metric.name, names, today), thresholds.held(metric, names, today)
    text = {
        part: t(f"metric.{metric.name}.{part}", language)
        for part in ("label", "sentence", "formula", "caveat", "example")
    }
    limits = metric.thresholds
    return MetricEntry(
        name=metric.name,
        **text,
        unit=metric.unit,
        direction=metric.direction,
        importance=metric.importance,
        process=metric.process,
        owner=t(f"owner.{metric.owner}", language),
        sources=metric.sources,
        dimensions=metric.dimensions,
        params={name: (parameter.default, parameter.choices) for name, parameter in metric.params.items()},
        target=_float(limits.target),
        warning=_float(limits.warning),
        critical=_float(limits.critical),
        band=(float(limits.band[0]), float(limits.band[1])) if limits.band else None,
        relative_band=_float(limits.relative_band),
        natural=limits.natural,
        needs=tuple(sorted(metric.needs({name: one.default for name, one in metric.params.items()}))),
        proofs=PROOFS.get(metric.name, {}),
        version=metric.version,
        limits_since=change.valid_from if change is not None else None,
        changes=thresholds.history(metric.name),
    )


def _today(ledger: LedgerFacts) -> date:
    return ledger.now.replace(tzinfo=UTC).astimezone(ZoneInfo(ledger.timezone)).date()


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
