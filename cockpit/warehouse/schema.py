"""The tables of the warehouse file: bookkeeping, canonical tables with their past, derived tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import duckdb

from cockpit.model.types import Table
from cockpit.warehouse import storage
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.identity import quoted, stored_columns

SCHEMA_VERSION = 4

UNDERSCORED = {
    "_number": "UUID",
    "_doc": "UUID",
    "_event": "UUID",
    "_delivery": "BIGINT",
    "_part": "INTEGER",
    "_row": "BIGINT",
}

BOOKKEEPING = """
CREATE TABLE IF NOT EXISTS meta (name VARCHAR PRIMARY KEY, value VARCHAR);
CREATE TABLE IF NOT EXISTS ledgers (
    name VARCHAR PRIMARY KEY, timezone VARCHAR NOT NULL, month_start_day INTEGER NOT NULL,
    currency VARCHAR, now_at TIMESTAMP, sample BOOLEAN NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    id BIGINT PRIMARY KEY, ledger VARCHAR NOT NULL, kind VARCHAR NOT NULL, arrived_at TIMESTAMP NOT NULL,
    export_at TIMESTAMP, status VARCHAR NOT NULL, completes BIGINT, actor VARCHAR, seconds DOUBLE,
    active_from BIGINT, active_to BIGINT, decision VARCHAR, reason VARCHAR, decided_by VARCHAR, decided_at TIMESTAMP);
CREATE TABLE IF NOT EXISTS parts (
    delivery BIGINT NOT NULL, part INTEGER NOT NULL, file VARCHAR, sha256 VARCHAR, sheet VARCHAR, connector VARCHAR,
    "table" VARCHAR, header_row BIGINT, mapping VARCHAR, headers VARCHAR[], rows_read BIGINT, rows_loaded BIGINT,
    rows_rejected BIGINT, rows_skipped BIGINT, status VARCHAR, issues VARCHAR, department VARCHAR, newest_day DATE);
CREATE TABLE IF NOT EXISTS uploads (sha256 VARCHAR PRIMARY KEY, bytes BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS rejects (
    delivery BIGINT NOT NULL, part INTEGER NOT NULL, row BIGINT NOT NULL, cells VARCHAR[], reasons VARCHAR,
    closed_by BIGINT);
CREATE TABLE IF NOT EXISTS versions (
    id BIGINT PRIMARY KEY, made_at TIMESTAMP NOT NULL, action VARCHAR NOT NULL, delivery BIGINT,
    settings BOOLEAN NOT NULL);
CREATE TABLE IF NOT EXISTS claims (
    "table" VARCHAR NOT NULL, delivery BIGINT NOT NULL, number UUID NOT NULL, doc UUID NOT NULL, unit UBIGINT,
    partner VARCHAR, day DATE, lines BIGINT NOT NULL, content HUGEINT NOT NULL, origin BIGINT NOT NULL,
    current BOOLEAN NOT NULL);
CREATE TABLE IF NOT EXISTS repeated_deliveries (
    "table" VARCHAR NOT NULL, delivery BIGINT NOT NULL, origin BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS repeat_exceptions (
    "table" VARCHAR NOT NULL, delivery BIGINT NOT NULL, origin BIGINT NOT NULL, doc UUID NOT NULL);
CREATE TABLE IF NOT EXISTS confirmations (
    "table" VARCHAR NOT NULL, delivery BIGINT NOT NULL, number UUID NOT NULL, event UUID NOT NULL,
    origin BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS delivery_limits (
    delivery BIGINT NOT NULL, dimension VARCHAR NOT NULL, allowed VARCHAR[] NOT NULL);
CREATE TABLE IF NOT EXISTS set_aside (
    "table" VARCHAR NOT NULL, delivery BIGINT NOT NULL, number UUID NOT NULL, "by" BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS source_runs (
    source VARCHAR PRIMARY KEY, ran_at TIMESTAMP NOT NULL, state VARCHAR NOT NULL, rows_read BIGINT NOT NULL,
    seconds DOUBLE NOT NULL, delivery BIGINT, issue VARCHAR);
CREATE TABLE IF NOT EXISTS source_readings (
    delivery BIGINT PRIMARY KEY, origin VARCHAR NOT NULL, definition VARCHAR NOT NULL, cursor_kind VARCHAR,
    cursor VARCHAR, decisions VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS source_keys (
    origin VARCHAR NOT NULL, delivery BIGINT NOT NULL, key UUID NOT NULL, number UUID, rows BIGINT NOT NULL,
    rejected UBIGINT NOT NULL, current BOOLEAN NOT NULL);
CREATE TABLE IF NOT EXISTS data_days (
    ledger VARCHAR NOT NULL, company VARCHAR NOT NULL, "table" VARCHAR NOT NULL, day DATE NOT NULL,
    rows BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS calendar_days (
    ledger VARCHAR NOT NULL, company VARCHAR NOT NULL, day DATE NOT NULL, is_work BOOLEAN NOT NULL,
    seconds BIGINT NOT NULL, cum BIGINT NOT NULL, s1 INTEGER NOT NULL, e1 INTEGER NOT NULL, s2 INTEGER NOT NULL,
    e2 INTEGER NOT NULL, provisional BOOLEAN NOT NULL);
CREATE VIEW IF NOT EXISTS delivered_parts AS
    SELECT d.ledger, coalesce(split_part(r.origin, '/', 1), p.department, p.connector) AS source, p."table",
           p.department, d.active_to IS NOT NULL AS undone, p.status, p.rows_loaded, p.rows_rejected,
           list_sum(list_transform(list_filter(findings, lambda one: one.severity = 'error' AND one.code IN
               ('required_value_missing', 'alternative_missing')), lambda one: one.count))::BIGINT AS incomplete,
           list_sum(list_transform(list_filter(findings, lambda one: one.severity = 'error' AND one.code NOT IN
               ('required_value_missing', 'alternative_missing')), lambda one: one.count))::BIGINT AS unreadable,
           least(d.arrived_at, coalesce(l.now_at, d.arrived_at)) AS came_at,
           timezone(l.timezone, timezone('UTC', came_at))::DATE AS came_on, s.ran_at,
           timezone('UTC', timezone(l.timezone, (p.newest_day + 1)::TIMESTAMP)) AS newest_end, g.day_gap
    FROM (SELECT *, from_json(issues, '[{"code":"VARCHAR","severity":"VARCHAR","count":"BIGINT"}]') AS findings
          FROM parts) p
    JOIN deliveries d ON d.id = p.delivery JOIN ledgers l ON l.name = d.ledger
    LEFT JOIN source_readings r ON r.delivery = d.id
    LEFT JOIN (
        SELECT ledger, "table", max(day - before) AS day_gap
        FROM (SELECT DISTINCT x.ledger, x."table", x.day, e.newest,
                     lag(x.day) OVER (PARTITION BY x.ledger, x."table" ORDER BY x.day) AS before
              FROM (SELECT DISTINCT ledger, "table", day FROM data_days) x
              JOIN (SELECT o.ledger, q."table", max(q.newest_day) AS newest FROM parts q
                    JOIN deliveries o ON o.id = q.delivery GROUP BY ALL) e
                ON e.ledger = x.ledger AND e."table" = x."table" AND x.day <= e.newest)
        WHERE day > newest - INTERVAL 1 YEAR GROUP BY ALL) g ON g.ledger = d.ledger AND g."table" = p."table"
    LEFT JOIN source_runs s ON s.source = split_part(r.origin, '/', 1) AND s.state = 'done'
    WHERE p."table" IS NOT NULL AND d.active_from IS NOT NULL AND d.kind <> 'patch';
CREATE VIEW IF NOT EXISTS delivery_order AS
    SELECT d.id AS delivery, b.id AS base, d.ledger AS ledger,
           d.active_from IS NOT NULL AND d.active_to IS NULL AS active,
           dense_rank() OVER (ORDER BY coalesce(b.export_at, b.arrived_at), b.id) AS ord
    FROM deliveries d JOIN deliveries b ON b.id = coalesce(d.completes, d.id);
CREATE VIEW IF NOT EXISTS asides AS
    SELECT s."table", s.delivery, s.number FROM set_aside s JOIN deliveries d ON d.id = s."by"
    WHERE d.active_from IS NOT NULL AND d.active_to IS NULL;
"""


# What of the bookkeeping is read like a table: one row per delivered part, with its source, and when its data end.
VIEWS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "delivered_parts": {
            "ledger": "VARCHAR",
            "source": "VARCHAR",
            "table": "VARCHAR",
            "department": "VARCHAR",
            "undone": "BOOLEAN",
            "status": "VARCHAR",
            "rows_loaded": "BIGINT",
            "rows_rejected": "BIGINT",
            "incomplete": "BIGINT",
            "unreadable": "BIGINT",
            "came_at": "TIMESTAMP",
            "came_on": "DATE",
            "ran_at": "TIMESTAMP",
            "newest_end": "TIMESTAMP",
            "day_gap": "BIGINT",  # longest distance in days between days with rows of the table within a year
        }
    }
)


def column_types(table: Table) -> dict[str, str]:
    """DuckDB types of a canonical table as stored, underscored columns included."""
    types = {column.name: column.duckdb_type for column in table.columns}
    return {name: types.get(name) or UNDERSCORED[name] for name in stored_columns(table)}


def definition(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())


def create(con: duckdb.DuckDBPyConnection, tables: Iterable[Table], derivations: Iterable[Derivation]) -> None:
    """Make every table that is not there yet, in one transaction."""
    con.execute("BEGIN")
    for statement in BOOKKEEPING.split(";\n"):
        if statement.strip():
            con.execute(statement)
    there = _views(con)
    for table in tables:
        columns = column_types(table)
        first = [name for name in columns if name in UNDERSCORED or name in ("ledger", "company")]
        for name in (table.name, f"past_{table.name}"):
            if there.get(name) != columns:
                storage.create(con, name, columns, first)
    for derivation in derivations:
        if there.get(derivation.name) != derivation.columns:
            always = [name for name in derivation.columns if name not in derivation.sources]
            storage.create(con, derivation.name, derivation.columns, always)
    con.execute("INSERT OR IGNORE INTO meta VALUES ('schema_version', ?)", [str(SCHEMA_VERSION)])
    con.execute("COMMIT")


def _views(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The columns and types of every view in the file."""
    found: dict[str, dict[str, str]] = {}
    for view, column, kind in con.execute(
        "SELECT c.table_name, c.column_name, c.data_type FROM duckdb_columns() c JOIN duckdb_views() v"
        " ON v.view_oid = c.table_oid WHERE NOT v.internal AND NOT v.temporary ORDER BY c.table_name, c.column_index"
    ).fetchall():
        found.setdefault(view, {})[column] = kind
    return found
