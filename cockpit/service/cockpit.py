"""The cockpit as one object: opened once, asked by pages, command line and clock."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cockpit.access import NOTHING
from cockpit.access.audit import AuditTrail
from cockpit.access.grants import ANY
from cockpit.errors import NotAllowedError, RefusedError, SystemFailure, UsageError
from cockpit.locale import Language
from cockpit.model import TABLES
from cockpit.model.sensitive import GROUPS
from cockpit.period import check_month_start_day, period_of
from cockpit.records import Records
from cockpit.service import spool
from cockpit.service.asking import at_the_door, one_state
from cockpit.service.connections import ConnectionDesk, SourceCheck, SourceView, SyncReport
from cockpit.service.declarations import DERIVATIONS
from cockpit.service.deliveries import Counted, DeliveryDesk
from cockpit.service.documents import DocumentDesk
from cockpit.service.entrance import Entrance
from cockpit.service.health import examine
from cockpit.service.ledgers import LedgerDesk
from cockpit.service.meanings import Meanings
from cockpit.service.people import PeopleDesk
from cockpit.service.reports import DeliveryView, DoctorReport, LoadReport
from cockpit.service.requests import (
    LOCAL_ADMINISTRATOR,
    Actor,
    CardRequest,
    LoadRequest,
    MetricRequest,
    Window,
)
from cockpit.service.results import (
    AlertReport,
    Card,
    CauseReport,
    DocumentView,
    DrillResult,
    LedgerView,
    MetricResult,
    RevenueSplit,
    TableView,
)
from cockpit.service.sample import Sample
from cockpit.service.sight import tables_of
from cockpit.service.stock import Stock, StockDesk
from cockpit.service.thresholds import ThresholdDesk
from cockpit.service.trail import Trail
from cockpit.settings import Settings
from cockpit.warehouse.store import Warehouse

if TYPE_CHECKING:  # what answers questions takes long to import; a load does without
    from cockpit.service.alerts import AlertDesk
    from cockpit.service.cards import CardDesk
    from cockpit.service.figures import FigureDesk


def _uncounted(done: int, total: int) -> None:
    """Nobody watches."""


class Cockpit(Meanings, Stock):
    """The service. Every method takes the actor first; texts come in the language asked for.

    NotAllowedError where the actor may not, which the audit trail keeps. What only tells which ledgers there are and
    what metrics mean needs no grant: a scope limits the first, and the second is no secret.
    """

    def __init__(
        self,
        settings: Settings,
        connectors: Sequence[Any],
        sample: Sample | None,
        clock: Callable[[], datetime],
        warehouse: Warehouse,
        records: Records,
    ) -> None:
        self._settings = settings
        self._sample = sample
        self._warehouse = warehouse
        self._records = records
        self.audit = AuditTrail(self._records, settings.home, settings.secret_key.get_secret_value(), clock)
        self.people = PeopleDesk(
            self._records,
            self.audit,
            self._warehouse,
            settings.secret_key.get_secret_value(),
            clock,
            lambda: self.entrance.locks(),
        )
        self._trail = Trail(self.audit, clock)
        self._thresholds = ThresholdDesk(self._records, self.audit, clock, sample.ledger if sample else None)
        spool.clear(settings.home)
        self._ledgers = LedgerDesk(self._warehouse)
        self._deliveries = DeliveryDesk(self._warehouse, settings.home, settings.timezone, connectors)
        self._documents = DocumentDesk(self._warehouse)
        self._stock = StockDesk(self._warehouse)
        self._connections = ConnectionDesk(self._warehouse, settings.home, settings.timezone, connectors)
        self._sampling = threading.Lock()
        self.entrance = Entrance(
            self._records,
            self.audit,
            settings.secret_key.get_secret_value(),
            clock,
            self.people.resolve,
            self._ledgers.real,
            self._warehouse.version,
        )

    @classmethod
    def open(
        cls,
        settings: Settings,
        connectors: Sequence[Any],
        sample: Sample | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC).replace(tzinfo=None),
    ) -> Cockpit:
        """Open the warehouse below `settings.home`. Raises SystemFailure where another process holds it."""
        with ExitStack() as opened:  # what was opened before something failed is closed again
            warehouse = opened.enter_context(closing(Warehouse(settings.warehouse, TABLES, DERIVATIONS, clock)))
            records = opened.enter_context(closing(Records(settings.records)))
            cockpit = cls(settings, connectors, sample, clock, warehouse, records)
            opened.pop_all()
        return cockpit

    def close(self) -> None:
        if "_alerts" in self.__dict__:
            self._alerts.close()
        self._records.close()
        self._warehouse.close()

    def interrupt(self) -> None:
        """Break off what is being written; it is rolled back and its caller told. For a stop that cannot wait."""
        self._warehouse.interrupt()

    def __enter__(self) -> Cockpit:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---------------------------------------------------------------- figures

    @functools.cached_property
    def _figures(self) -> FigureDesk:
        from cockpit.service.figures import FigureDesk

        return FigureDesk(self._warehouse, self._ledgers.facts, self._thresholds)

    @at_the_door
    @one_state
    def metric(self, actor: Actor, name: str, request: MetricRequest, language: Language) -> MetricResult:
        """A metric's rows. Raises UsageError where the question cannot be asked."""
        return self._figures.metric(actor, name, request, language)

    @at_the_door
    @one_state
    def drill(self, actor: Actor, name: str, request: MetricRequest, limit: int, language: Language) -> DrillResult:
        """The documents behind a number, the ones that weigh most first, with file, sheet and line."""
        from cockpit.service.drills import DrillDesk

        actor.must("drill")
        return DrillDesk(self._warehouse, self._figures).drill(actor, name, request, limit, language)

    @at_the_door
    @one_state
    def card(self, actor: Actor, name: str, request: CardRequest, language: Language) -> Card:
        return self._card_desk(actor, request).card(actor, name, request, language)

    @at_the_door
    @one_state
    def cards(self, actor: Actor, names: Sequence[str], request: CardRequest, language: Language) -> list[Card]:
        desk = self._card_desk(actor, request)
        return [desk.card(actor, name, request, language) for name in names]

    @at_the_door
    @one_state
    def causes(self, actor: Actor, name: str, window: Window, before: Window) -> CauseReport:
        """Which slices the change of a figure from one period to another comes from, what tells most first."""
        from cockpit.service.causes import CauseDesk

        return CauseDesk(self._warehouse, self._figures).change(actor, name, window, before)

    @at_the_door
    @one_state
    def revenue_split(self, actor: Actor, window: Window, before: Window) -> RevenueSplit | None:
        """The change of revenue from one period to another by price, volume, mix, new and gone products."""
        from cockpit.service.causes import CauseDesk

        return CauseDesk(self._warehouse, self._figures).revenue_split(actor, window, before)

    @functools.cached_property
    def _alerts(self) -> AlertDesk:
        from cockpit.service.alerts import AlertDesk

        return AlertDesk(self._warehouse, self._figures)

    @at_the_door
    @one_state
    def alerts(
        self, actor: Actor, ledger: str | None, where: Mapping[str, str], at: datetime | None, language: Language
    ) -> AlertReport:
        """The warnings of every complete period of the 13 months before `at` (now where none is given) with causes."""
        return self._alerts.evaluate(actor, ledger, where, self._alerts.day_of(actor, ledger, at), language)

    def alerts_known(
        self, actor: Actor, ledger: str, where: Mapping[str, str], language: Language
    ) -> AlertReport | None:
        """`alerts` as of now where they are judged already; else None, and they are being judged from then on."""
        day = self._alerts.day_of(actor, ledger, None)
        if self._alerts.known(actor, ledger, where, day):
            return self.alerts(actor, ledger, where, None, language)
        self._alerts.prepare(actor, ledger, where, day, lambda: self.alerts(actor, ledger, where, None, language))
        return None

    def _card_desk(self, actor: Actor, request: CardRequest) -> CardDesk:
        from cockpit.service.cards import CardDesk

        facts = self._ledgers.facts(actor.scope, request.ledger)
        day = facts[0].month_start_day if facts else 1
        return CardDesk(self._figures, day, self._ledgers.loaded_tables(request.ledger))

    @at_the_door
    @one_state
    def document(self, actor: Actor, table: str, document: str, language: Language) -> DocumentView:
        """One document. RefusedError where there is none the actor may see."""
        actor.must("drill")
        view = self._documents.view(actor, table, document, language)
        told = {name for name, value in view.facts.items() if value not in (None, "")} | set(view.line_columns)
        if view.events:
            told |= {"actor"} if any(event.actor for event in view.events) else set()
        if personal := GROUPS["personal"].intersection(told).difference(view.masked):
            self._trail.looked(actor, table, document, personal)
        return view

    # ---------------------------------------------------------------- what there is

    def version(self) -> int:
        return self._warehouse.version().number

    def ready(self) -> bool:
        """Whether records and warehouse answer, and something can be shown: data, or nothing for want of a sample."""
        self._warehouse.version()
        if not self._records.at_head():
            raise SystemFailure("records_newer")
        return self._sample is None or bool(self._ledgers.delivered())

    @one_state
    def ledgers(self, actor: Actor) -> list[LedgerView]:
        return self._ledgers.views(actor.scope)

    @one_state
    def default_ledger(self, actor: Actor) -> str | None:
        """The ledger that is meant where none is named; None before any delivery, or where several are real."""
        return self._ledgers.default(actor.scope)

    @at_the_door
    @one_state
    def loaded_tables(self, actor: Actor, ledger: str) -> frozenset[str]:
        """Canonical tables that hold anything in a ledger, whoever may see it."""
        return self._ledgers.loaded_tables(ledger) if self._ledgers.facts(actor.scope, ledger) else frozenset()

    @one_state
    def shown_period(self, actor: Actor, ledger: str) -> tuple[date, date]:
        """The newest month with data of a ledger, as [start, end); the current month before any."""
        facts = self._ledgers.facts(actor.scope, ledger)
        days = [self._figures.reach(table, facts).until for table in self._ledgers.loaded_tables(ledger) if facts]
        today = self._warehouse.now().date()
        newest = max((day for day in days if day), default=today)
        period = period_of(newest, "month", facts[0].month_start_day if facts else 1)
        return period.start, period.end

    @at_the_door
    @one_state
    def options(self, actor: Actor, ledger: str, dimension: str) -> list[str]:
        """The values a filter on `dimension` can take, those with most rows first; masks where it is masked."""
        from cockpit.metrics import METRICS

        if not any(dimension in one.dimensions and actor.may("metric", one.name) for one in METRICS.values()):
            actor.must("metric", ANY)
        return self._ledgers.options(actor.scope, tables_of(actor), ledger, dimension)

    @at_the_door
    @one_state
    def tables(self, actor: Actor) -> list[TableView]:
        """Canonical tables with columns, keys, modes and the rows of them that the actor may see, by ledger."""
        if actor.grants == NOTHING:
            raise NotAllowedError("action_not_allowed", action="metric", resource=ANY)
        return self._ledgers.tables(actor.scope)

    # ---------------------------------------------------------------- deliveries

    @at_the_door
    def load(
        self,
        actor: Actor,
        paths: Sequence[Path],
        request: LoadRequest,
        progress: Counted = _uncounted,
        language: Language | None = None,
    ) -> LoadReport:
        """Deliver files; `progress` is called with rows done and in all (0 while unknown)."""
        report = self._deliveries.load(actor, paths, request, progress, language or self._settings.language)
        self._brought(actor, "delivered", report)
        return report

    def _brought(self, actor: Actor, action: str, report: LoadReport) -> None:
        tables = sorted({part.table for part in report.parts if part.table})
        self._trail.did(actor, action, report.delivery_id, tables=tables, status=report.status)

    @at_the_door
    def sources(self, actor: Actor) -> list[SourceView]:
        """The connections of ``sources.toml`` with their last runs."""
        actor.must("sync")
        return self._connections.sources(actor)

    @at_the_door
    def check_source(self, actor: Actor, name: str) -> SourceCheck:
        """Whether a connection answers, only reads, and has what its block names."""
        actor.must("sync")
        return self._connections.check(actor, name)

    @at_the_door
    def sync(self, actor: Actor, name: str | None, progress: Counted = _uncounted) -> list[SyncReport]:
        """Bring one connection up to date, or all; `progress` is called with the rows read so far and 0."""
        actor.must("sync")
        reports = self._connections.sync(actor, name, progress)
        for one in reports:
            facts = {"tables": [one.table], "status": one.status, "source": one.source}
            self._trail.did(actor, "synced", one.delivery_id if one.brought else None, **facts)
        return reports

    @at_the_door
    @one_state
    def deliveries(self, actor: Actor, ledger: str | None = None) -> list[DeliveryView]:
        """What was delivered, newest first; of others' deliveries no more than the actor may know."""
        actor.must("page", "data")
        return self._deliveries.history(actor, ledger)

    @at_the_door
    def undo(self, actor: Actor, delivery: int, reason: str = "") -> DeliveryView:
        actor.must("undo")
        view = self._deliveries.undo(actor, delivery, reason)
        self._trail.did(actor, "undone", delivery, tables=list(view.tables), reason=reason or None)
        return view

    @at_the_door
    def decide(self, actor: Actor, delivery: int, accept: bool, reason: str, apart: bool = False) -> DeliveryView:
        actor.must("decide")
        view = self._deliveries.decide(actor, delivery, accept, reason, apart)
        facts = {"tables": list(view.tables), "accepted": accept, "reason": reason.strip()}
        self._trail.did(actor, "decided", delivery, **facts)
        return view

    @at_the_door
    @one_state
    def rejects(self, actor: Actor, delivery: int, out: Path, language: Language) -> int:
        """Write a delivery's open rejects to a workbook; the number of rows."""
        actor.must("reject")
        self._trail.note(actor, "export", f"rejects:{delivery}")
        return self._deliveries.rejects(actor, delivery, out, language)

    @at_the_door
    def exported(self, actor: Actor, what: str, detail: Mapping[str, Any]) -> None:
        """Somebody is taking a table out as a file: `what` names it, `detail` says how it was filtered and how many
        rows it has. To be called before the file is made: SystemFailure where it cannot be written down."""
        actor.must("export")
        self._trail.note(actor, "export", what, **detail)

    def turned_away(self, actor: Actor, page: str) -> None:
        """Somebody came to a page that is not theirs; it is written down as any denial."""
        self._trail.denied(actor, NotAllowedError("action_not_allowed", action="page", resource=page))

    @at_the_door
    def ledger(self, actor: Actor, /, name: str, **changes: Any) -> LedgerView:
        """Show a ledger, or change its timezone, month_start_day, currency or now. Makes one that is not there."""
        try:
            ZoneInfo(changes.get("timezone") or "UTC")
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise UsageError("timezone_unknown", value=changes.get("timezone")) from error
        if changes.get("month_start_day") is not None:
            check_month_start_day(changes["month_start_day"])
        wanted = {fact: value for fact, value in changes.items() if value is not None}
        if wanted:
            actor.must("ledger", name)
            sample = self._sample is not None and name == self._sample.ledger
            if actor.demo and not sample:
                raise NotAllowedError("demo_cannot_deliver", ledger=name)
        view = self._ledgers.change(actor.scope, name, self._settings.timezone, changes)
        if wanted:
            self._trail.changed(actor, "ledger_changed", f"ledger:{name}", **wanted)
        return view

    @at_the_door
    def demo(self, actor: Actor, remove: bool, progress: Counted = _uncounted) -> LoadReport | None:
        """Load the sample company into its own ledger, or take it away. None where there is nothing to do."""
        actor.must("sample")
        if self._sample is None:
            raise RefusedError("sample_not_here")
        with self._sampling:  # the first start and somebody's command do not both load it
            return self._set_sample(actor, self._sample, remove, progress)

    def _set_sample(self, actor: Actor, sample: Sample, remove: bool, progress: Counted) -> LoadReport | None:
        mine = [
            one for one in self.deliveries(LOCAL_ADMINISTRATOR) if one.ledger == sample.ledger and one.state == "active"
        ]
        if remove:
            for delivery in mine:
                self._warehouse.undo(delivery.id, actor.name, "")
                self._trail.did(actor, "sample_removed", delivery.id, tables=list(delivery.tables))
            return None
        if mine:
            return None
        return self._load_sample(actor, sample, progress)

    def _load_sample(self, actor: Actor, sample: Sample, progress: Counted) -> LoadReport:
        self._ledgers.make_sample(sample)
        with self.room("sample") as folder:
            files = sample.write(folder)
            request = LoadRequest(ledger=sample.ledger)
            report = self._deliveries.load(actor, files, request, progress, "zh_CN", kind="sample")
        self._brought(actor, "sample_loaded", report)
        return report

    @contextmanager
    def room(self, kind: str) -> Iterator[Path]:
        """A folder for business data on their way, gone with the block. SystemFailure where the disk refuses."""
        with spool.room(self._settings.home, kind) as folder:
            yield folder

    @at_the_door
    def doctor(self, actor: Actor, rebuild: bool = False) -> DoctorReport:
        """Examine settings, disk and warehouse; with `rebuild` compute everything again and compare."""
        actor.must("people")
        return examine(self._warehouse, self._records, self.audit, self._trail, self._settings, rebuild)
