"""The metric dictionary (指标字典): every metric's block with its texts in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.locale import Language, t
from cockpit.service.proofs import PROOFS
from cockpit.service.reports import MetricEntry

if TYPE_CHECKING:
    from cockpit.metrics.types import Metric


def entry(metric: Metric, language: Language) -> MetricEntry:
    """One metric's block."""
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
    )


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
