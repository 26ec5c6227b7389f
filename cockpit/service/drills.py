"""From a number to the documents behind it, each with the file, sheet and line it came from."""

from __future__ import annotations

from dataclasses import replace

from cockpit.locale import Language, t
from cockpit.metrics.drill import DocumentFigure, documents
from cockpit.metrics.question import checked
from cockpit.metrics.sight import hidden_dimensions, masked_dimensions
from cockpit.service.figures import FigureDesk, metric_named
from cockpit.service.requests import Actor, MetricRequest
from cockpit.service.results import DrillResult, DrillRow
from cockpit.service.sources import sources_of
from cockpit.warehouse.store import Warehouse


class DrillDesk:
    """Finds the documents behind answers of the figure desk."""

    def __init__(self, warehouse: Warehouse, figures: FigureDesk) -> None:
        self._warehouse = warehouse
        self._figures = figures

    def drill(self, actor: Actor, name: str, request: MetricRequest, limit: int, language: Language) -> DrillResult:
        """The documents behind a number, the `limit` that weigh most first."""
        asked = replace(request, grain="all", by=())
        figures = self._figures.metric(actor, name, asked, language)
        total, found = self.documents(actor, name, request, limit)
        wanted = [(one.table, one.document) for one in found] if actor.may("source_row") else []
        sources = sources_of(self._warehouse, actor.scope, wanted)
        metric = metric_named(name)
        own = metric.contribution is None
        return DrillResult(
            metric=name,
            label="" if own else t(f"metric.{name}.contribution", language),
            unit=metric.unit if metric.contribution is None else metric.contribution(figures.params),
            total=total,
            rows=tuple(
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
            ),
            figures=figures,
            hidden=hidden_dimensions(metric, actor.scope),
            masked=masked_dimensions(metric, actor.scope),
            sources_shown=actor.may("source_row"),
        )

    def documents(
        self, actor: Actor, name: str, request: MetricRequest, limit: int
    ) -> tuple[int, list[DocumentFigure]]:
        """How many documents stand behind a number, and the `limit` that weigh most; their contributions alone."""
        ledgers = self._figures.ledgers(actor, request.ledger)
        if not ledgers:
            return 0, []
        metric = metric_named(name)
        question = checked(metric, self._figures.question(replace(request, grain="all", by=()), ledgers))
        windowed = self._figures.windowed(metric, question)
        if windowed is None:
            return 0, []
        return documents(metric, windowed, self._warehouse, actor.scope, limit)
