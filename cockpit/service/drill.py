"""The way from a number to its documents, each with the file, sheet and line it came from."""

from __future__ import annotations

from dataclasses import replace

from cockpit.locale import Language, t
from cockpit.metrics.drill import documents
from cockpit.metrics.question import checked
from cockpit.metrics.sight import hidden_dimensions, masked_dimensions
from cockpit.service.figures import FigureDesk, metric_named
from cockpit.service.requests import Actor, MetricRequest
from cockpit.service.results import DrillResult, DrillRow
from cockpit.service.sources import sources_of
from cockpit.warehouse.store import Warehouse


def drill(
    desk: FigureDesk,
    warehouse: Warehouse,
    actor: Actor,
    name: str,
    request: MetricRequest,
    limit: int,
    language: Language,
) -> DrillResult:
    """At most `limit` documents behind a number, those that weigh most first, and how many there are."""
    whole = replace(request, grain="all", by=())
    figures = desk.metric(actor, name, whole, language)
    ledgers = desk.ledgers(actor, request.ledger)
    metric = metric_named(name)
    sight = (
        hidden_dimensions(metric, actor.scope),
        masked_dimensions(metric, actor.scope),
        actor.may("source_row"),
    )
    own = metric.contribution is None
    label = "" if own else t(f"metric.{name}.contribution", language)
    unit = metric.unit if metric.contribution is None else metric.contribution(figures.params)
    if not ledgers:
        return DrillResult(name, label, unit, 0, (), figures, *sight)
    windowed = desk.windowed(metric, checked(metric, desk.question(whole, ledgers)))
    if windowed is None:
        return DrillResult(name, label, unit, 0, (), figures, *sight)
    total, found = documents(metric, windowed, warehouse, actor.scope, limit)
    wanted = [(one.table, one.document) for one in found] if actor.may("source_row") else []
    sources = sources_of(warehouse, actor.scope, wanted)
    rows = tuple(
        DrillRow(
            one.table,
            one.document,
            one.document_no,
            one.day,
            one.dimensions,
            one.several,
            one.value,
            one.reason,
            tuple(sources.get((one.table, one.document), ())),
        )
        for one in found
    )
    return DrillResult(name, label, unit, total, rows, figures, *sight)
