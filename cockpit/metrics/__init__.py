"""The metric dictionary in code: one block per metric, collected from the files of their processes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cockpit.metrics.approvals import METRICS as APPROVALS
from cockpit.metrics.data import METRICS as DATA
from cockpit.metrics.fulfilment import METRICS as FULFILMENT
from cockpit.metrics.inventory import METRICS as INVENTORY
from cockpit.metrics.procurement import METRICS as PROCUREMENT
from cockpit.metrics.purchasing import METRICS as PURCHASING
from cockpit.metrics.receivables import METRICS as RECEIVABLES
from cockpit.metrics.reconciliation import METRICS as RECONCILIATION
from cockpit.metrics.revenue import METRICS as REVENUE
from cockpit.metrics.selling import METRICS as SELLING
from cockpit.metrics.stock import METRICS as STOCK
from cockpit.metrics.storekeeping import METRICS as STOREKEEPING
from cockpit.metrics.types import Metric

METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            *PROCUREMENT,
            *APPROVALS,
            *PURCHASING,
            *INVENTORY,
            *STOCK,
            *STOREKEEPING,
            *REVENUE,
            *SELLING,
            *FULFILMENT,
            *RECONCILIATION,
            *RECEIVABLES,
            *DATA,
        )
    }
)
