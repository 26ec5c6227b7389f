"""From staged parts to the rows of a delivery: keys, repeats between files, numbers shared by several partners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from cockpit.issues import Issue
from cockpit.model.types import Table
from cockpit.warehouse import claims, storage
from cockpit.warehouse.identity import (
    business_day,
    content,
    contents,
    event_key,
    key,
    line_key,
    listed,
    literal,
    partner,
    quoted,
    unit_key,
)
from cockpit.warehouse.schema import UNDERSCORED, column_types
from cockpit.warehouse.staging import StagedPart

# Beyond this share of documents that two parts both hold but tell differently, nobody can say which one is meant.
OVERLAP_LIMIT = 0.5


@dataclass(frozen=True)
class Finding:
    """A finding about one part; `holds` means that a person must decide."""

    part: int
    issue: Issue
    holds: bool = False


Params = Sequence[object] | dict[str, object]


def fetch(con: duckdb.DuckDBPyConnection, sql: str, params: Params = ()) -> list[tuple[object, ...]]:
    """All rows at once: an open result would keep the connection from registering anything else."""
    return con.execute(sql, params if isinstance(params, dict) else list(params)).fetchall()


def count(con: duckdb.DuckDBPyConnection, sql: str, params: Params = ()) -> int:
    return int(str(fetch(con, sql, params)[0][0] or 0))


def new_rows(table: Table) -> str:
    """Name of the temporary view of a delivery's rows of one canonical table, confirmed documents left out."""
    return quoted(f"new_{table.name}")


def arrived(table: Table) -> str:
    """Name of the temporary view of everything the staged parts hold of one canonical table, without keys."""
    return quoted(f"arrived_{table.name}")


def whole(table: Table) -> str:
    """Name of the temporary view of the rows of `new_rows` and those whose documents are confirmed, without keys."""
    return quoted(f"whole_{table.name}")


def placed(table: Table) -> str:
    """Name of the temporary view ``(_part, _row, _number)`` of all rows of `whole`, with the keys of their units."""
    return quoted(f"placed_{table.name}")


def counts(con: duckdb.DuckDBPyConnection, table: Table) -> dict[int, int]:
    """How many rows each part brings, confirmed ones among them."""
    confirmed = f" UNION ALL SELECT part, lines FROM {claims.seen(table)} WHERE confirmed IS NOT NULL"
    counted = fetch(
        con,
        f"SELECT part, sum(lines) FROM (SELECT _part AS part, count(*) AS lines FROM {new_rows(table)} GROUP BY _part"
        f"{'' if table.mode in ('event', 'master') else confirmed}) GROUP BY part",
    )
    return {int(str(part)): int(str(lines)) for part, lines in counted}


def build(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    parts: Sequence[tuple[int, StagedPart]],
    draft_ledger: str,
    delivery: int,
    confirming: bool,
) -> None:
    """Fill `new_rows(table)` from the staged parts (index and part), with all underscored columns.

    With `confirming`, documents that are known as they are stay out of it; see `claims.compare`.
    """
    ledger = f"{literal(draft_ledger)}::VARCHAR"
    types = {column.name: column.duckdb_type for column in table.columns}
    filled = {index: _filled(con, part.staged or "", types) for index, part in parts}
    own = {name: kind for name, kind in types.items() if name not in ("ledger", "company")}
    selects = [
        f"SELECT {ledger} AS ledger, coalesce(company, '') AS company, {storage.shown(own, filled[index])},"
        f" {index}::INTEGER AS _part, _row FROM {quoted(part.staged or '')}"
        for index, part in parts
    ]
    con.execute(f"CREATE OR REPLACE TEMP VIEW {arrived(table)} AS {' UNION ALL '.join(selects)}")
    some = {name for names in filled.values() for name in names}
    keyed = _keyed(con, table, ledger, delivery, some, [index for index, _ in parts], confirming)
    storage.create(con, f"new_{table.name}", column_types(table), some | {"ledger", "company", *UNDERSCORED}, True)
    storage.insert(con, f"new_{table.name}", f"({keyed})")
    confirmed = (
        f"{arrived(table)} a JOIN {claims.seen(table)} d ON d.confirmed IS NOT NULL"
        f" AND d.unit = {claims.unit_mark(table, ledger, some)}"
    )
    single = table.mode in ("event", "master")
    numbers = "" if single else f" UNION ALL SELECT a._part, a._row, d.number FROM {confirmed}"
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {placed(table)} AS SELECT _part, _row, _number FROM {new_rows(table)}{numbers}"
    )
    names = (*types, "_part", "_row")
    others = "" if single else f" UNION ALL SELECT {listed(names, 'a')} FROM {confirmed}"
    con.execute(f"CREATE OR REPLACE TEMP VIEW {whole(table)} AS SELECT {listed(names)} FROM {new_rows(table)}{others}")


FIRST_ROWS = 10_000


def _filled(con: duckdb.DuckDBPyConnection, staged: str, types: Mapping[str, str]) -> set[str]:
    """The columns in which any staged row has a value; most show it in the first rows."""
    there = storage.filled(con, [staged])[staged]
    names, found = [name for name in types if name in there and name != "ledger"], set[str]()
    for source in (f"(SELECT * FROM {quoted(staged)} LIMIT {FIRST_ROWS})", quoted(staged)):
        asked = [name for name in names if name not in found]
        if asked:
            some = fetch(con, f"SELECT {', '.join(f'count({quoted(name)}) > 0' for name in asked)} FROM {source}")
            found |= {name for name, any_value in zip(asked, some[0], strict=True) if any_value}
    return found


def _keyed(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    ledger: str,
    delivery: int,
    filled: set[str],
    parts: Sequence[int],
    confirming: bool,
) -> str:
    """SQL for the rows that arrived, with their keys."""
    marks = f"{delivery}::BIGINT AS _delivery"
    if table.mode not in ("event", "master"):
        source = arrived(table)
        if confirming and claims.known(con, table) and claims.compare(con, table, source, ledger, filled, parts):
            source = _unconfirmed(con, table, ledger, filled, parts)
        else:
            claims.compare_nothing(con, table)
        claims.digest(con, table, source, ledger, filled)
        own = f"{claims.documents(table)} d ON {claims.same_unit(table, filled)}"
        return f"SELECT a.*, d.number AS _number, d.number AS _doc, {marks} FROM {source} a JOIN {own}"
    number = unit_key(table, "s")
    keyed = f"SELECT s.*, {number} AS _number, {number} AS _doc, {marks} FROM {arrived(table)} s"
    if table.mode == "master":
        return keyed
    # The ordinal tells apart events that are equal in everything else; it is counted file by file.
    told = event_key(table, "k", "k._number", "''")
    return (
        f"SELECT * EXCLUDE (_told, _nth), CASE WHEN _nth = 1 THEN _told ELSE {key('_told', '_nth')} END AS _event"
        f" FROM (SELECT *, row_number() OVER (PARTITION BY _part, _told ORDER BY _row) AS _nth"
        f" FROM (SELECT k.*, {told} AS _told FROM ({keyed}) k))"
    )


def _unconfirmed(
    con: duckdb.DuckDBPyConnection, table: Table, ledger: str, filled: set[str], parts: Sequence[int]
) -> str:
    """Name of a temporary view of the rows that arrived and whose units `claims.compare` did not find confirmed."""
    # Few rows are wanted: their other columns are fetched once it is known which ones. Where no unit has rows of others
    # between its own, that is known already.
    units = f"{claims.seen(table)} WHERE unit IS NOT NULL AND confirmed IS NULL"
    if len(parts) > 1 or count(con, f"SELECT count(*) FROM {units} AND last - first + 1 <> lines"):
        lines = (
            f"SELECT a._part, a._row FROM {arrived(table)} a WHERE {claims.unit_mark(table, ledger, filled)} IN"
            f" (SELECT unit FROM {units})"
        )
    else:
        lines = f"SELECT part AS _part, unnest(range(first, last + 1)) AS _row FROM {units}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE wanted AS {lines}")
    own = {"ledger", "company", "_part", "_row"}
    columns = {name: kind for name, kind in column_types(table).items() if name in own or name not in UNDERSCORED}
    storage.create(con, "unconfirmed", columns, filled | own, temporary=True)
    # Lines are told apart by their file where there are several; one condition alone is answered far sooner.
    part = " AND w._part = a._part" if len(parts) > 1 else ""
    storage.insert(con, "unconfirmed", f"(SELECT a.* FROM {arrived(table)} a JOIN wanted w ON w._row = a._row{part})")
    return "unconfirmed"


def settle_repeats(con: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[int]) -> list[Finding]:
    """Count once what several parts repeat; hold what they tell differently in most of the documents they share."""
    if len(parts) < 2 or table.mode == "master":
        return []
    if table.mode == "event":
        return _settle_repeated_events(con, table)
    new = new_rows(table)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE shared_docs AS SELECT _doc, _part, count(*) AS lines,"
        f" {contents(table, 'n')} AS content FROM {new} n"
        f" WHERE _doc IN (SELECT _doc FROM {new} GROUP BY _doc HAVING min(_part) <> max(_part)) GROUP BY ALL"
    )
    shared = count(con, "SELECT count(DISTINCT _doc) FROM shared_docs")
    if not shared:
        return []
    con.execute(
        "CREATE OR REPLACE TEMP TABLE repeats AS SELECT _doc, _part, lines FROM shared_docs"
        " QUALIFY row_number() OVER (PARTITION BY _doc, lines, content ORDER BY _part) > 1"
    )
    findings = [
        Finding(
            int(str(part)), Issue("repeated_across_files", "warning", count=int(str(rows)), params={"documents": docs})
        )
        for part, docs, rows in fetch(
            con, "SELECT _part, count(*), sum(lines) FROM repeats GROUP BY _part ORDER BY _part"
        )
    ]
    con.execute(
        f"DELETE FROM {storage.stored(f'new_{table.name}')} n USING repeats r"
        " WHERE n._doc = r._doc AND n._part = r._part"
    )
    differing = _differing(con, table)
    equal = count(con, "SELECT count(DISTINCT _doc) FROM repeats")
    if differing and (differing + equal) / shared > OVERLAP_LIMIT:
        part = max(parts)
        params = {"documents": differing, "shared": shared}
        findings.append(
            Finding(part, Issue("overlapping_sources", "error", count=differing, params=params), holds=True)
        )
    return findings


def _differing(con: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Documents that two parts hold with the same lines told differently, or where one has only some lines."""
    new = new_rows(table)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE shared_lines AS SELECT _doc, _part, {line_key(table, 'n')} AS line,"
        f" {content(table, 'n')} AS mark, count(*) AS times FROM {new} n WHERE _doc IN"
        f" (SELECT _doc FROM {new} WHERE _doc IN (SELECT _doc FROM shared_docs) GROUP BY _doc"
        f" HAVING min(_part) <> max(_part)) GROUP BY ALL"
    )
    # Where lines can have a key, lines without one tell nothing; where they cannot, the document is its one line.
    keyed = "WHERE line <> ''" if line_key(table, "n") != "''" else ""
    return count(
        con,
        "SELECT count(DISTINCT _doc) FROM ("
        " SELECT _doc FROM (SELECT _doc, line, _part, sum(times) AS n, sum(mark::HUGEINT *"
        " times) AS c FROM shared_lines"
        f"  {keyed} GROUP BY ALL) GROUP BY _doc, line HAVING count(*) > 1 AND (min(n) <> max(n) OR min(c) <> max(c))"
        " UNION ALL"
        " SELECT a._doc FROM shared_lines a JOIN (SELECT DISTINCT _doc, _part FROM shared_lines) p"
        "  ON p._doc = a._doc AND p._part <> a._part LEFT JOIN shared_lines b"
        "  ON b._doc = a._doc AND b._part = p._part AND b.mark = a.mark AND b.times >= a.times"
        "  GROUP BY a._doc, a._part, p._part HAVING count(*) = count(b.mark))",
    )


def _settle_repeated_events(con: duckdb.DuckDBPyConnection, table: Table) -> list[Finding]:
    new = new_rows(table)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE repeats AS SELECT _event, _part, _row FROM {new}"
        " QUALIFY row_number() OVER (PARTITION BY _event ORDER BY _part, _row) > 1"
    )
    # An act that one file leaves open and another closes is one act.
    con.execute(
        f"INSERT INTO repeats SELECT b._event, b._part, b._row FROM {new} b WHERE b.acted_at IS NULL AND EXISTS"
        f" (SELECT 1 FROM {new} c WHERE c._number = b._number AND c._part <> b._part AND c.acted_at IS NOT NULL"
        " AND coalesce(c.node, c.activity) IS NOT DISTINCT FROM coalesce(b.node, b.activity)"
        " AND c.actor IS NOT DISTINCT FROM b.actor"
        " AND (b.arrived_at IS NULL OR c.arrived_at IS NOT DISTINCT FROM b.arrived_at))"
    )
    rows = fetch(con, "SELECT _part, count(*) FROM repeats GROUP BY _part ORDER BY _part")
    con.execute(
        f"DELETE FROM {storage.stored(f'new_{table.name}')} n USING repeats r"
        " WHERE n._part = r._part AND n._row = r._row"
    )
    return [
        Finding(
            int(str(part)), Issue("repeated_across_files", "warning", count=int(str(times)), params={"documents": ""})
        )
        for part, times in rows
    ]


def tell_apart(con: duckdb.DuckDBPyConnection, table: Table) -> list[Finding]:
    """Give documents that share a number but not partner or day an identity of their own; fill ``new_claims``."""
    new, who, day = new_rows(table), partner(table, "n"), business_day(table, "n")
    told = (
        f"CREATE OR REPLACE TEMP TABLE new_claims AS SELECT number AS _number, number AS _doc, unit, partner, day,"
        f" lines, content, part, row, several FROM {claims.documents(table)} WHERE NOT again"
        f" UNION ALL SELECT _number, _doc, any_value(d.unit), min({who}), min({day}), count(*),"
        f" {contents(table, 'n')}, min(_part), min(_row), coalesce(min({who}) <> max({who}), false)"
        f" OR coalesce(min({day}) <> max({day}), false) FROM {new} n JOIN {claims.documents(table)} d"
        " ON d.number = n._number AND d.again GROUP BY _number, _doc"
    )
    con.execute(told)
    if table.mode != "document":
        return []
    shared = fetch(con, "SELECT part, count(*), min(row) FROM new_claims WHERE several GROUP BY part ORDER BY part")
    if not shared:
        return []
    con.execute(
        f"UPDATE {storage.stored(f'new_{table.name}')} s SET _doc = k.own FROM (SELECT _part, _row,"
        f" {key('n._number', who, day)} AS own FROM {new} n WHERE _number IN"
        " (SELECT _number FROM new_claims WHERE several)) k WHERE k._part = s._part AND k._row = s._row"
    )
    con.execute(told)
    return [
        Finding(int(str(part)), Issue("document_number_shared", "warning", row=int(str(row)), count=int(str(times))))
        for part, times, row in shared
    ]
