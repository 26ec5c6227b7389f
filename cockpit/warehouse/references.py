"""Codes that lead nowhere: values of a delivery that the ledger's master data do not know."""

from __future__ import annotations

import duckdb

from cockpit.issues import Issue
from cockpit.model.types import Table
from cockpit.warehouse.identity import quoted
from cockpit.warehouse.rows import Finding, count, fetch, whole

# column → master table and the columns in which its values may stand
REFERENCES = {
    "material_code": ("materials", ("material_code",)),
    "supplier_code": ("partners", ("partner_code",)),
    "customer_code": ("partners", ("partner_code",)),
    "partner_code": ("partners", ("partner_code",)),
    "warehouse": ("warehouses", ("warehouse_code", "warehouse")),
    "department": ("departments", ("department_code", "department")),
}


def unknown(con: duckdb.DuckDBPyConnection, table: Table, ledger: str, delivered: frozenset[str]) -> list[Finding]:
    """Warnings for values that no master row of the ledger, or of this delivery, knows. A master that was never
    delivered says nothing, and its own codes are no references."""
    findings = []
    for column, (master, places) in REFERENCES.items():
        if not table.has(column) or table.name == master:
            continue
        known = " UNION ALL ".join(
            f"SELECT {place} AS value FROM {source} WHERE ledger = $ledger"
            for place in places
            for source in (master, *((f'"new_{master}"',) if master in delivered else ()))
        )
        if not count(con, f"SELECT count(*) FROM ({known})", {"ledger": ledger}):
            continue
        rows = fetch(
            con,
            f"SELECT _part, count(*), min(_row), arg_min({quoted(column)}, _row) FROM"
            f" {whole(table)}"
            f" WHERE {quoted(column)} IS NOT NULL AND {quoted(column)} <> '' AND {quoted(column)} NOT IN"
            f" (SELECT value FROM ({known}) WHERE value IS NOT NULL) GROUP BY _part ORDER BY _part",
            {"ledger": ledger},
        )
        for part, times, row, value in rows:
            params = {"master": master}
            issue = Issue("reference_unknown", "warning", int(str(row)), column, str(value), int(str(times)), params)
            findings.append(Finding(int(str(part)), issue))
    return findings
