"""Which documents belong together: approval, order, receipt, invoice and payment, by the numbers they name."""

from __future__ import annotations

import duckdb

from cockpit.reconcile.documents import number
from cockpit.warehouse import storage
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.identity import key

# Which column of which table names a document of which other table; some only for one side.
_REFERENCES: tuple[tuple[str, str, str, str, str], ...] = (
    ("process_events", "document_no", "purchase_orders", "approval", "true"),
    ("purchase_orders", "source_document_no", "process_events", "requisition", "true"),
    ("goods_receipts", "source_document_no", "purchase_orders", "receipt", "true"),
    ("stock_movements", "source_document_no", "purchase_orders", "movement", "true"),
    ("stock_movements", "source_document_no", "sales_lines", "movement", "true"),
    ("invoices", "source_document_no", "purchase_orders", "invoice", "side = 'payable'"),
    ("invoices", "receipt_no", "goods_receipts", "invoice", "side = 'payable'"),
    ("invoices", "source_document_no", "sales_lines", "invoice", "side = 'receivable'"),
    ("sales_lines", "linked_invoice_no", "invoices", "invoice", "true"),
    ("payments", "source_document_no", "purchase_orders", "payment", "side = 'payable'"),
    ("payments", "source_document_no", "sales_lines", "payment", "side = 'receivable'"),
)
# By which numbers a document is named.
_OWN_NUMBERS: tuple[tuple[str, str], ...] = (
    *((target, "document_no") for target in dict.fromkeys(reference[2] for reference in _REFERENCES)),
    ("invoices", "invoice_no"),
)
_TABLES = tuple(dict.fromkeys(table for reference in _REFERENCES for table in (reference[0], reference[2])))


def _columns(table: str) -> tuple[str, ...]:
    """The columns of a table by which it names others or is named."""
    naming = [column for source, column, _, _, _ in _REFERENCES if source == table]
    named = [column for target, column in _OWN_NUMBERS if target == table]
    return tuple(dict.fromkeys([*naming, *named]))


def _units(table: str) -> str:
    """A row belongs to as many units as it names numbers, its own included."""
    units = (f"CASE WHEN {number(column)} IS NOT NULL THEN {key('ledger', 'company', number(column))} END"
             for column in _columns(table))  # fmt: skip
    return f"unnest([{', '.join(units)}])"


# Only distinct numbers are made into keys, and only documents whose number somebody names are looked for.
_NAMING = """
    INSERT INTO link_naming SELECT *, '{table}', '{target}', '{kind}' FROM (SELECT DISTINCT ledger, company, _doc,
    {number} AS number FROM {table} WHERE {condition} AND {number} IS NOT NULL)
    WHERE {unit} IN (SELECT unit FROM touched)
"""
_NAMED = """
    INSERT INTO link_named SELECT DISTINCT t.ledger, t.company, t._doc, {number}, '{table}' FROM {table} t
    SEMI JOIN link_naming n ON n.to_table = '{table}' AND n.ledger = t.ledger AND n.company = t.company
    AND n.number = {number}
"""
_DOCUMENT = "ledger VARCHAR, company VARCHAR, doc UUID, number VARCHAR"


def name_documents(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ``link_naming`` with the documents that name touched numbers and ``link_named`` with those named so.

    Columns that no delivery ever filled are not asked.
    """
    there = storage.filled(con, _TABLES)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE link_naming ({_DOCUMENT}, from_table VARCHAR, to_table VARCHAR, kind VARCHAR)"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE link_named ({_DOCUMENT}, to_table VARCHAR)")
    unit = key("ledger", "company", "number")
    for table, column, target, kind, condition in _REFERENCES:
        if column in there[table]:
            named = number(column)
            con.execute(
                _NAMING.format(table=table, target=target, kind=kind, number=named, condition=condition, unit=unit)
            )
    targets = {table for (table,) in con.execute("SELECT DISTINCT to_table FROM link_naming").fetchall()}
    for table, column in _OWN_NUMBERS:
        if table in targets and column in there[table]:
            con.execute(_NAMED.format(table=table, number=number(f"t.{column}")))


def nothing_linked(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether no document ever named another one, and none is linked otherwise."""
    there = storage.filled(con, _TABLES)
    if any(column in there[table] for table, column, *_ in _REFERENCES):
        return False
    linked = "SELECT 1 FROM allocations UNION ALL SELECT 1 FROM document_links"
    return not con.execute(f"SELECT 1 FROM ({linked}) LIMIT 1").fetchall()


_STATEMENT = f"""
    SELECT DISTINCT {key("n.ledger", "n.company", "n.number")} AS _unit, n.ledger, n.company, n.from_table,
           n.doc AS from_doc, n.to_table, t.doc AS to_doc, n.kind
    FROM link_naming n JOIN link_named t ON t.ledger = n.ledger AND t.company = n.company AND t.to_table = n.to_table
         AND t.number = n.number
    UNION ALL
    SELECT DISTINCT _unit, ledger, company, from_table, from_document, to_table, to_document,
           CASE from_table WHEN 'payments' THEN 'payment' ELSE 'credit_note' END
    FROM allocations WHERE _unit IN (SELECT unit FROM touched)
"""

DOCUMENT_LINKS = Derivation(
    name="document_links",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "from_table": "VARCHAR",
        "from_doc": "UUID",
        "to_table": "VARCHAR",
        "to_doc": "UUID",
        "kind": "VARCHAR",
    },
    inputs={**{table: _units(table) for table in _TABLES}, "allocations": "_unit"},
    unit_columns={table: ("ledger", "company", *_columns(table)) for table in _TABLES},
    statement=_STATEMENT,
    prepare=name_documents,
    idle=nothing_linked,
)
