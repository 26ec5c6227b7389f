"""What lies in stock, material by material: names, quantities, and the stock card (收发存) of one of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cockpit.errors import NotAllowedError, RefusedError
from cockpit.locale import Language
from cockpit.period import periods
from cockpit.scope import Scope
from cockpit.service import words
from cockpit.service.asking import at_the_door, one_state
from cockpit.service.ledgers import LedgerDesk
from cockpit.service.requests import Actor, StockRequest
from cockpit.service.results import Source
from cockpit.service.sight import tables_of
from cockpit.service.sources import file_names
from cockpit.service.stock_card import Line, Month, Move, Place, Span, Summary, lines, months
from cockpit.service.trail import Trail
from cockpit.warehouse.money import code_of
from cockpit.warehouse.store import Warehouse

if TYPE_CHECKING:
    from cockpit.metrics.stock_rows import Read
    from cockpit.metrics.types import LedgerFacts
    from cockpit.warehouse.reading import Rows

BOOKED, SUMMARIES = ("stock_days", "stock_movements"), "stock_summaries"
TABLES_OF_STOCK = ("stock_movements", "stock_balances", SUMMARIES)
MASTER = "materials"
PLACES = ("company", "warehouse")
_SAID_COLUMNS = (
    *("opening_quantity", "inbound_quantity", "outbound_quantity", "closing_quantity"),
    *("opening_amount", "inbound_amount", "outbound_amount", "closing_amount"),
)


@dataclass(frozen=True)
class Held:
    """A material at the end of a day; `lowest` is the quantity of the place with least, None where no balance says it;
    `uom` None where units differ."""

    name: str | None
    uom: str | None
    lowest: float | None


@dataclass(frozen=True)
class StockCard:
    """One material's card. `until` is the last day the data speak for; `hidden` tells that costs are out of sight.

    `sources` say where each movement stands, by (delivery, part, row), where the reader may see it. Where `together`,
    its warehouses cannot be told apart.
    """

    material: str
    name: str | None
    uom: str | None
    category: str | None
    currency: str | None
    until: date
    version: int
    months: tuple[Month, ...]
    lines: tuple[Line, ...]
    places: tuple[str, ...]
    together: bool
    hidden: bool
    sources_shown: bool
    sources: Mapping[tuple[int, int, int], Source]


class Stock:
    """A part of the cockpit, which gives it its desks."""

    _warehouse: Warehouse
    _trail: Trail
    _ledgers: LedgerDesk
    _stock: StockDesk

    @at_the_door
    @one_state
    def held(self, actor: Actor, ledger: str, day: date, where: Mapping[str, str]) -> dict[str, Held]:
        """The materials of a ledger by code, as they lie at the end of `day`."""
        return self._stock.held(actor, self._ledgers.facts(actor.scope, ledger), day, where)

    @at_the_door
    @one_state
    def stock_card(self, actor: Actor, request: StockRequest, language: Language) -> StockCard:
        """The stock card of one material. RefusedError where there is none the actor may see."""
        actor.must("drill")
        facts = self._ledgers.facts(actor.scope, request.ledger)
        if not facts:
            raise RefusedError("material_unknown")
        return self._stock.card(actor, facts[0], request, language)


class StockDesk:
    """Reads stock under an actor's scope; what the scope hides does not exist."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def held(
        self, actor: Actor, ledgers: Sequence[LedgerFacts], day: date, where: Mapping[str, str]
    ) -> dict[str, Held]:
        """Every material that was ever in stock, by code, as it lies at the end of `day`. Empty where the scope limits
        what stock does not tell, and where the actor sees no figure that is made of stock."""
        if not tables_of(actor).intersection(TABLES_OF_STOCK):
            return {}
        names = self._names(actor, [one.name for one in ledgers])
        places = {name: where[name] for name in PLACES if name in where}

        from cockpit.metrics import stock_rows

        kind = ("held", *sorted(places))
        values = {"ledgers": [one.name for one in ledgers], "day": day.isoformat(), **places}
        rows = self._ask(kind, actor.scope, lambda read: stock_rows.lying(read, sorted(places)), **values)
        return {
            row["code"]: Held(
                names.get(row["code"]),
                row["uom"] if row["uom"] == row["other"] else None,
                None if row["unknown"] or row["lowest"] is None else float(row["lowest"]),
            )
            for row in rows
            if row["code"]
        }

    def card(self, actor: Actor, ledger: LedgerFacts, request: StockRequest, language: Language) -> StockCard:
        """The card of `request.material`.

        RefusedError where there is no such material, or none the actor may see: both look the same. NotAllowedError
        where stock does not tell what limits the actor.
        """
        scope = actor.scope
        if not tables_of(actor).intersection(TABLES_OF_STOCK):
            raise RefusedError("material_unknown")
        if missing := self._warehouse.unreachable("stock_days", scope):
            named = words.listed((words.dimension(name, language) for name in missing), language)
            raise NotAllowedError("table_not_in_scope", table=words.table("stock_days", language), dimensions=named)
        spans_all, facts = self._spans(scope, ledger, request)
        summaries = self._summaries(scope, ledger, request)
        if not spans_all and not summaries:
            raise RefusedError("material_unknown")
        spans = [one for one in spans_all if _within(one.place, request.where)]
        moves = self._moves(scope, ledger, request, {one.place for one in spans})
        last = min(self._until(ledger), request.end - timedelta(days=1))
        shown = lines(spans, moves, request.start, min(request.end, last + timedelta(days=1)))
        told = periods(request.months_from, request.end, "month", ledger.month_start_day)
        sources = actor.may("source_row")
        return StockCard(
            material=request.material,
            name=self._names(actor, [ledger.name]).get(request.material),
            uom=facts.get("uom"),
            category=facts.get("category"),
            currency=ledger.currency,
            until=last,
            version=self._warehouse.version().number,
            months=tuple(months(told, spans, moves, [s for s in summaries if _within(s.place, request.where)], last)),
            lines=tuple(shown),
            places=tuple(sorted({one.place[1] for one in spans_all if one.place[1]})),
            together=any(one.place[1] is None for one in spans_all),
            hidden="cost_amount" in self._warehouse.concealed("stock_movements", scope),
            sources_shown=sources,
            sources=self._sources(shown) if sources else {},
        )

    # ---------------------------------------------------------------- rows

    def _spans(
        self, scope: Scope, ledger: LedgerFacts, request: StockRequest
    ) -> tuple[list[Span], dict[str, str | None]]:
        from cockpit.metrics import stock_rows

        rows = self._ask("spans", scope, stock_rows.spans, ledgers=[ledger.name], material=request.material)
        spans = [
            Span(
                place=(row["company"] or "", row["warehouse"]),
                start=row["from_day"],
                end=row["to_day"],
                quantity=row["quantity"],
                value=row["value"],
                before=(row["before_quantity"], row["before_value"]),
                last=(row["after_quantity"], row["after_value"]),
            )
            for row in rows
        ]
        for place in {span.place for span in spans}:  # what is not known at first was not known before
            first = next(span for span in spans if span.place == place)
            if first.quantity is None:
                spans.append(replace(first, start=date.min, end=first.start))
        return spans, {name: _only(row[name] for row in rows) for name in ("uom", "category")}

    def _moves(self, scope: Scope, ledger: LedgerFacts, request: StockRequest, places: set[Place]) -> list[Move]:
        """Movements of the places, a transfer slip that names two warehouses from both sides; void ones left out."""
        from cockpit.metrics import stock_rows

        values = {"since": request.months_from.isoformat(), "before": request.end.isoformat()}
        rows = self._ask("moves", scope, stock_rows.moves, ledgers=[ledger.name], material=request.material, **values)
        together = {company for company, place in places if place is None}
        found = []
        for row in rows:
            company = row["company"] or ""
            place = (company, None if company in together else row["warehouse"] or None)
            if place in places:
                found.append(_move(row, place, ledger))
        return found

    def _summaries(self, scope: Scope, ledger: LedgerFacts, request: StockRequest) -> list[Summary]:
        from cockpit.metrics import stock_rows

        rows = self._ask("summaries", scope, stock_rows.summaries, ledgers=[ledger.name], material=request.material)
        return [
            Summary(
                (row["company"] or "", row["warehouse"] or None),
                row["period_start"],
                row["period_end"] + timedelta(days=1),
                *(row[name] for name in _SAID_COLUMNS),
            )
            for row in rows
        ]

    def _names(self, actor: Actor, ledgers: Sequence[str]) -> dict[str, str]:
        """The names of materials by code: that of the master data, else one that stock was delivered with."""
        from cockpit.metrics import stock_rows

        named: dict[str, str] = {}
        for table in (SUMMARIES, "stock_balances", "stock_movements", MASTER):
            if not self._warehouse.unreachable(table, actor.scope):
                told = functools.partial(stock_rows.names, table=table)
                rows = self._ask(("names", table), actor.scope, told, ledgers=list(ledgers))
                named |= {row["code"]: row["name"] for row in rows if row["name"] and row["name"] != row["code"]}
        return named

    def _ask(
        self, kind: Hashable, scope: Scope, make: Callable[[Read], Rows], **values: object
    ) -> list[dict[str, Any]]:
        """The rows of what `make` builds on tables under the scope and of the ``ledgers`` in `values`."""
        from cockpit.metrics.stock_rows import ledgers

        def made(limits: Scope) -> Rows:
            return make(lambda table: self._warehouse.read(table, limits, ledgers()))

        return self._warehouse.ask(("stock", kind), scope, made, **values)

    def _until(self, ledger: LedgerFacts) -> date:
        """The last day that any table of stock speaks for."""
        from cockpit.metrics.reach import reach

        found = [reach(self._warehouse, table, (ledger,)) for table in TABLES_OF_STOCK]
        return max(found, key=lambda one: one.last or date.min).until or ledger.now.date()

    def _sources(self, shown: Sequence[Line]) -> dict[tuple[int, int, int], Source]:
        files = file_names(self._warehouse)
        found = {}
        for line in shown:
            if (move := line.move) is not None:
                file, sheet = files[(move.delivery, move.part)]
                source = Source(move.delivery, file, sheet, move.row, "stock_movements")
                found[(move.delivery, move.part, move.row)] = source
        return found


def _within(place: Place, where: Mapping[str, str]) -> bool:
    company, warehouse = place
    return where.get("company", company) == company and where.get("warehouse", warehouse) == warehouse


def _only(values: Any) -> str | None:
    """The one text there is; None where there is none, or several."""
    known = {value for value in values if value}
    return known.pop() if len(known) == 1 else None


def _move(row: Mapping[str, Any], place: Place, ledger: LedgerFacts) -> Move:
    quantity = row["quantity"]
    if quantity is None:
        quantity = (row["quantity_in"] or 0) - (row["quantity_out"] or 0)
    return Move(
        place=place,
        day=row["document_date"],
        at=row["occurred_at"],
        kind=row["movement_kind"],
        quantity=Decimal(quantity),
        value=_value(row, Decimal(quantity), ledger),
        document=str(row["_doc"]),
        document_no=row["document_no"],
        partner=row["partner_name"] or row["partner_code"],
        delivery=row["_delivery"],
        part=row["_part"],
        row=row["_row"],
    )


def _value(row: Mapping[str, Any], quantity: Decimal, ledger: LedgerFacts) -> Decimal | None:
    """What the line is worth in the ledger's currency; one in another currency counts as not costed."""
    own, home = code_of(row["currency"]), code_of(ledger.currency)
    if own is not None and home is not None and own != home:
        return None
    if row["cost_amount"] is not None:
        return Decimal(row["cost_amount"])
    if row["amount_in"] is not None or row["amount_out"] is not None:
        return Decimal(row["amount_in"] or 0) - Decimal(row["amount_out"] or 0)
    if row["unit_cost"] is not None:
        return (quantity * Decimal(row["unit_cost"])).quantize(Decimal("0.0001"))
    return Decimal(0) if quantity == 0 else None
