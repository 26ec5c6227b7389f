"""What lies in stock, material by material: names, quantities, and the stock card (收发存) of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cockpit.errors import NotAllowedError, RefusedError
from cockpit.locale import Language
from cockpit.period import periods
from cockpit.scope import Scope
from cockpit.service import words
from cockpit.service.requests import Actor, StockRequest
from cockpit.service.results import Source
from cockpit.service.sight import tables_of
from cockpit.service.sources import file_names
from cockpit.service.stock_card import Line, Month, Move, Place, Span, Summary, lines, months
from cockpit.warehouse.money import code_of
from cockpit.warehouse.statements import one, some
from cockpit.warehouse.store import Warehouse

if TYPE_CHECKING:
    import ibis.expr.types as ir

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

        def lying(limits: Scope) -> Rows:
            days = _at(self._warehouse.read("stock_days", limits, (some("ledgers"),)), places)
            there = days.from_day <= _day("day")
            there = there & (days.to_day > _day("day"))
            return days.group_by(code=days.material_code).aggregate(
                lowest=days.quantity.min(where=there),
                unknown=(there & days.quantity.isnull()).any(),
                uom=days.uom.min(),
                other=days.uom.max(),
            )

        kind = ("held", *sorted(places))
        values = {"ledgers": [one.name for one in ledgers], "day": day.isoformat(), **places}
        rows = self._warehouse.ask(kind, actor.scope, lying, **values)
        return {
            row["code"]: Held(
                names.get(row["code"]),
                row["uom"] if row["uom"] == row["other"] else None,
                None if row["unknown"] or row["lowest"] is None else float(row["lowest"]),
            )
            for row in rows
            if row["code"]
        }

    def card(
        self, actor: Actor, ledger: LedgerFacts, request: StockRequest, until: date | None, language: Language
    ) -> StockCard:
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
        last = min(until or ledger.now.date(), request.end - timedelta(days=1))
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
        def mine(limits: Scope) -> Rows:
            days = self._warehouse.read("stock_days", limits, (some("ledgers"),))
            return days.filter(days.material_code == one("material")).order_by("from_day")

        rows = self._warehouse.ask("spans", scope, mine, ledgers=[ledger.name], material=request.material)
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
        from cockpit.metrics.stock_documents import sides

        def mine(limits: Scope) -> Rows:
            rows = self._warehouse.read("stock_movements", limits, (some("ledgers"),))
            code = rows.material_code.coalesce(rows.material_name)
            rows = rows.filter(code == one("material"), ~rows.is_void.fill_null(False))
            rows = rows.filter(rows.document_date >= _day("since"), rows.document_date < _day("before"))
            return sides(rows)

        values = {"since": request.months_from.isoformat(), "before": request.end.isoformat()}
        rows = self._warehouse.ask("moves", scope, mine, ledgers=[ledger.name], material=request.material, **values)
        together = {company for company, place in places if place is None}
        found = []
        for row in rows:
            company = row["company"] or ""
            place = (company, None if company in together else row["warehouse"] or None)
            if place in places:
                found.append(_move(row, place, ledger))
        return found

    def _summaries(self, scope: Scope, ledger: LedgerFacts, request: StockRequest) -> list[Summary]:
        def mine(limits: Scope) -> Rows:
            rows = self._warehouse.read(SUMMARIES, limits, (some("ledgers"),))
            code = rows.material_code.coalesce(rows.material_name)
            return rows.filter(code == one("material"), rows.period_end >= rows.period_start)

        rows = self._warehouse.ask("summaries", scope, mine, ledgers=[ledger.name], material=request.material)
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
        named: dict[str, str] = {}
        for table in (SUMMARIES, "stock_balances", "stock_movements", MASTER):

            def told(limits: Scope, table: str = table) -> Rows:
                rows = self._warehouse.read(table, limits, (some("ledgers"),))
                rows = rows.filter(rows.material_code.notnull(), rows.material_name.notnull())
                return rows.group_by(code=rows.material_code).aggregate(name=rows.material_name.min())

            if not self._warehouse.unreachable(table, actor.scope):
                rows = self._warehouse.ask(("names", table), actor.scope, told, ledgers=list(ledgers))
                named |= {row["code"]: row["name"] for row in rows if row["name"] and row["name"] != row["code"]}
        return named

    def _sources(self, shown: Sequence[Line]) -> dict[tuple[int, int, int], Source]:
        files = file_names(self._warehouse)
        found = {}
        for line in shown:
            if (move := line.move) is not None:
                file, sheet = files[(move.delivery, move.part)]
                source = Source(move.delivery, file, sheet, move.row, "stock_movements")
                found[(move.delivery, move.part, move.row)] = source
        return found


def _day(name: str) -> ir.DateValue:
    import ibis

    return ibis.literal(one(name)).cast("date")


def _at(rows: ir.Table, places: Mapping[str, str]) -> ir.Table:
    return rows.filter(*(rows[name] == one(name) for name in sorted(places))) if places else rows


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
