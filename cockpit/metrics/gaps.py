"""Warehouses known by 收发存 summaries alone, and the periods of a question for which none of them fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from cockpit.metrics.query import Reads
from cockpit.period import Period
from cockpit.scope import Scope
from cockpit.warehouse.statements import some

Place = tuple[str, str | None]  # company and warehouse; None where the summaries name no warehouse
Spans = Mapping[Place, Sequence[tuple[date, date]]]  # the periods [from, to) of its summaries, earliest first

NAMED = 3  # places and periods told one by one; of more, the first ones and how many there are


def summary_spans(warehouse: Reads, scope: Scope, ledgers: tuple[str, ...]) -> Spans:
    """The periods of the summaries of each place that nothing else tells about."""

    def ordered(limits: Scope) -> ir.Table:
        pieces = warehouse.read("stock_pieces", limits, (some("ledgers"),))
        periods = pieces.filter(pieces.source == "summaries")
        periods = periods.select("company", "warehouse", "from_day", "to_day").distinct()
        return periods.order_by([ibis.asc("from_day"), ibis.asc("to_day")])

    spans: dict[Place, list[tuple[date, date]]] = {}
    for row in warehouse.ask("summary spans", scope, ordered, ledgers=ledgers):
        spans.setdefault((row["company"], row["warehouse"]), []).append((row["from_day"], row["to_day"]))
    return spans


def missing(
    spans: Spans, tiles: Sequence[Period], where: Mapping[str, tuple[str, ...]], as_of: bool = False
) -> dict[Place, list[Period]]:
    """The periods, from a place's first summary on, of which some day lies in no summary that the period holds whole;
    for what is taken `as_of` each period's end, those with whose end no summary ends.

    `where` are the question's filters: places that it leaves out lack nothing.
    """
    lacking: dict[Place, list[Period]] = {}
    for place, known in spans.items():
        company, warehouse = place
        wanted = (("company", company), ("warehouse", warehouse or ""))
        if any(name in where and value not in where[name] for name, value in wanted):
            continue
        began, ends = known[0][0], {after for _, after in known}
        found = [
            tile
            for tile in tiles
            if tile.end > began and not (tile.end in ends if as_of else _covered(max(tile.start, began), tile, known))
        ]
        if found:
            lacking[place] = found
    return lacking


def _covered(day: date, tile: Period, known: Sequence[tuple[date, date]]) -> bool:
    """Whether summaries inside the period reach from `day` to its end without a gap."""
    for first, after in known:
        if first >= tile.start and after <= tile.end and first <= day < after:
            day = after
    return day >= tile.end


def told(lacking: Mapping[Place, Sequence[Period]]) -> dict[str, str]:
    """Params of the note ``stock_summaries_missing``: the places with their periods, and how many places there are."""
    places = [f"{warehouse or company or '—'} ({_periods(tiles)})" for (company, warehouse), tiles in lacking.items()]
    more = f" … ({len(places)})" if len(places) > NAMED else ""
    return {"places": "; ".join(places[:NAMED]) + more}


def _periods(tiles: Sequence[Period]) -> str:
    names = [tile.label or f"{tile.start}–{tile.end - timedelta(days=1)}" for tile in tiles]
    return ", ".join(names) if len(names) <= NAMED else f"{names[0]} … {names[-1]}"
