"""Where rows came from: file, sheet and line of every row of a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cockpit.scope import Scope
from cockpit.service.results import Source
from cockpit.warehouse.statements import some
from cockpit.warehouse.store import Warehouse

if TYPE_CHECKING:
    from cockpit.warehouse.reading import Rows

SOURCES_SHOWN = 200


def sources_of(
    warehouse: Warehouse, scope: Scope, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[Source]]:
    """File, sheet and line of every row of the `wanted` documents (table, document), in reading order."""
    found: dict[tuple[str, str], list[Source]] = {}
    by_table: dict[str, list[str]] = {}
    for table, document in wanted:
        by_table.setdefault(table, []).append(document)
    for table, ids in by_table.items():

        def lines(limits: Scope, table: str = table) -> Rows:
            rows = warehouse.read(table, limits)
            rows = rows.filter(rows["_doc"].cast("string").isin([some("documents")]))
            rows = rows.select(
                document=rows["_doc"].cast("string"), delivery=rows["_delivery"], part=rows["_part"], line=rows["_row"]
            )
            return rows.order_by(["document", "delivery", "part", "line"])

        places = warehouse.ask(("sources", table), scope, lines, documents=ids)
        files = file_names(warehouse)
        for place in places:
            mine = found.setdefault((table, place["document"]), [])
            if len(mine) < SOURCES_SHOWN:
                file, sheet = files[(place["delivery"], place["part"])]
                mine.append(Source(place["delivery"], file, sheet, place["line"], table))
    return found


def file_names(warehouse: Warehouse) -> dict[tuple[int, int], tuple[str, str | None]]:
    """File and sheet of every part ever delivered."""
    rows = warehouse.run_sql("SELECT delivery, part, file, sheet FROM parts").to_pylist()
    return {(row["delivery"], row["part"]): (row["file"], row["sheet"]) for row in rows}
