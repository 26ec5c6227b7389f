"""The documents behind stock: the newest count or balance of each warehouse, what moved since, and 收发存 summaries."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from cockpit.metrics.positions import MATERIAL, summaries_at, untold
from cockpit.metrics.types import FactContext

_COLUMNS = (*MATERIAL, "warehouse", "category", "material", "day", "period_start", "period_end", "quantity", "value",
            "document_table", "document", "document_no", "reason")  # fmt: skip


def _described(rows: ir.Table, table: str, day: str, quantity: ir.Value, value: ir.Value) -> ir.Table:
    """Rows of a canonical table in the columns all documents share; value may be worked out from the unit cost."""
    code = ibis.coalesce(rows.material_code, rows.material_name)
    number = rows.document_no if "document_no" in rows.columns else ibis.null("string")
    described = rows.mutate(
        material_code=code,
        material=code,
        day=rows[day],
        quantity=quantity.cast("decimal(18, 6)"),
        value=value.cast("decimal(18, 4)"),
        document_table=ibis.literal(table),
        document=rows["_doc"],
        document_no=number,
        reason=ibis.null("string"),
    )
    return described.select(*_COLUMNS)


def sides(moves: ir.Table) -> ir.Table:
    """Movements by the warehouse they change: a transfer slip that names two leaves one and arrives in the other."""
    both = moves.warehouse_from.notnull() & moves.warehouse_to.notnull()
    left, arrived = (
        moves.filter(both).mutate(
            warehouse=moves[place], quantity=sign * moves.quantity.abs(), cost_amount=sign * moves.cost_amount.abs(),
            movement_kind=ibis.literal(kind),
        )
        for place, kind, sign in (("warehouse_from", "transfer_out", -1), ("warehouse_to", "transfer_in", 1))
    )  # fmt: skip
    same = {name: moves.schema()[name] for name in ("quantity", "cost_amount")}
    return moves.filter(~both).union(left.cast(same)).union(arrived.cast(same))


def _worth(rows: ir.Table) -> ir.Value:
    return ibis.coalesce(rows.cost_amount, rows.quantity * rows.unit_cost)


def moved(context: FactContext, since: int | None = None) -> ir.Table:
    """Movements before each period's end, or on so many days up to it, that are not void."""
    moves, periods = context.read("stock_movements"), context.periods
    moves = sides(moves.filter(~moves.is_void.fill_null(False)))
    joined = moves.inner_join(periods, moves.document_date < periods.period_end)
    if since is not None:
        joined = joined.filter(joined.period_end.delta(joined.document_date, unit="day") <= since)
    return joined


def movements(rows: ir.Table, quantity: ir.Value) -> ir.Table:
    """Movements as documents that count with `quantity`."""
    return _described(rows, "stock_movements", "document_date", quantity, _worth(rows))


def _booked(context: FactContext) -> ir.Table:
    """The newest balance of each warehouse before a period's end, and what moved there after its day."""
    balances, periods = context.read("stock_balances"), context.periods
    stated = balances.inner_join(periods, balances.as_of_day < periods.period_end)
    newest = stated.as_of_day.max().over(ibis.window(group_by=["ledger", "company", "warehouse", "period_end"]))
    stated = stated.mutate(newest=newest).filter(lambda rows: rows.as_of_day == rows.newest)
    days = stated.select("ledger", "company", "period_end", "newest", place=stated.warehouse.fill_null("")).distinct()
    unplaced = days.filter(days.place == "").drop("place").rename(newest_of_all="newest")
    moves = moved(context)
    moves = moves.mutate(place=moves.warehouse.fill_null(""))
    moves = moves.left_join(days, ["ledger", "company", "place", "period_end"], rname="{name}_placed")
    moves = moves.left_join(unplaced, ["ledger", "company", "period_end"], rname="{name}_unplaced")
    after = ibis.greatest(moves.newest, moves.newest_of_all)
    moves = moves.filter(after.isnull() | (moves.document_date > after))
    held = _described(stated, "stock_balances", "as_of_day", stated.quantity, _worth(stated))
    return held.union(movements(moves, moves.quantity))


def _summarised(context: FactContext, ended: ir.Table) -> ir.Table:
    """The summaries whose closing stock counts at a period's end."""
    rows = context.read("stock_summaries")
    keys = ended.select(
        "ledger", "company", "period_start", "period_end", "from_day", place=ended.warehouse.fill_null(""),
        code=ended.material_code,
    )  # fmt: skip
    joined = rows.rename(starts="period_start", ends="period_end").mutate(
        code=ibis.coalesce(rows.material_code, rows.material_name), place=rows.warehouse.fill_null("")
    )
    joined = joined.inner_join(
        keys,
        [
            *(joined[name] == keys[name] for name in ("ledger", "company", "code", "place")),
            joined.starts == keys.from_day,
            joined.ends.delta(keys.period_end, unit="day") == -1,
        ],
        rname="{name}_ended",
    )
    return _described(joined, "stock_summaries", "ends", joined.closing_quantity, joined.closing_amount)


def behind(context: FactContext) -> ir.Table:
    """Documents that what lies in stock at each period's end is made of: ``quantity`` and ``value`` add up to it."""
    ended = summaries_at(context)
    return untold(_booked(context), ended).union(_summarised(context, ended))


def of_positions(documents: ir.Table, rows: ir.Table, more: Mapping[str, str] | None = None) -> ir.Table:
    """The documents of the positions in `rows`, with `more` of their columns (new name → column)."""
    named = {name: rows[column] for name, column in (more or {}).items()}
    keys = [*MATERIAL, "place", "period_start"]
    chosen = rows.select(*MATERIAL, "period_start", place=rows.warehouse.fill_null(""), **named).distinct()
    placed = documents.mutate(place=documents.warehouse.fill_null(""))
    return placed.inner_join(chosen, keys)
