"""Which canonical tables somebody may look into: single documents, their neighbours, and the choices of filters."""

from __future__ import annotations

from cockpit.access.grants import ANY
from cockpit.model import TABLES
from cockpit.service.requests import Actor


def tables_of(actor: Actor) -> frozenset[str]:
    """Those that a figure of theirs is made of, and those that they deliver; all of them for who may see every figure,
    also one that a figure is yet to be made of."""
    from cockpit.metrics import METRICS

    if actor.may("metric", ANY):
        return frozenset(TABLES)
    figures = (set(metric.sources) for metric in METRICS.values() if actor.may("metric", metric.name))
    return frozenset(set().union(*figures) | {name for name in TABLES if actor.may("deliver", name)})
