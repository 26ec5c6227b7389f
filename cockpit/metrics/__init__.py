"""The metric dictionary in code: one block per metric, collected from the files of their processes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cockpit.metrics import inventory, procurement, reconciliation, revenue
from cockpit.metrics.types import Metric

METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for room in (procurement, inventory, revenue, reconciliation)
        for metric in room.METRICS
    }
)
