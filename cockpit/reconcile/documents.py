"""Invoices and payments as one row per document: partner resolved, amount in smallest units, rate of its day."""

from __future__ import annotations

import duckdb

from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.identity import key
from cockpit.warehouse.money import minor_units, with_rate
from cockpit.warehouse.units import IN_TOUCHED_LEDGER, WHOLE_LEDGER, in_touched

# Matching looks at one side of one company at a time; a change there is matched anew as a whole.
_SIDE = ("ledger", "company", "side")
UNIT = key(*_SIDE)
TOUCHED = in_touched(_SIDE, "invoices", "payments")


def touch_sides(con: duckdb.DuckDBPyConnection) -> None:
    """Add to ``touched`` every side of a ledger whose partners or rates changed."""
    con.execute(
        f"INSERT INTO touched SELECT {UNIT} FROM (SELECT ledger, company, side FROM invoices"
        f" UNION SELECT ledger, company, side FROM payments) WHERE {IN_TOUCHED_LEDGER}"
    )


def folded(name: str) -> str:
    """SQL for a partner's name as it is compared: without blanks, case and full-width brackets; null when empty."""
    return f"nullif(lower(regexp_replace(translate({name}, '（）', '()'), '\\s+', '', 'g')), '')"


def number(text: str) -> str:
    """SQL for a document number as it is compared: without blanks around it and without case; null when empty."""
    return f"nullif(upper(trim({text})), '')"


# A line without gross amount says it by net and tax, or by net and rate; a document none of whose lines says it may
# carry its total in the head.
_GROSS = "coalesce(amount_gross, amount_net + tax_amount, (amount_net * (1 + tax_rate))::DECIMAL(18,4))"
_TOTAL = "CASE WHEN count(*) = count(gross) THEN sum(gross) WHEN count(gross) = 0 THEN max(head_gross) END"

_LINES = f"""
    SELECT 'invoices' AS from_table, ledger, company, side, _doc, document_no, invoice_no, source_document_no,
           document_date AS day, due_date, partner_code, partner_name, department, salesperson, currency,
           {_GROSS} AS gross, document_amount_gross AS head_gross
    FROM invoices WHERE {TOUCHED} AND is_void IS NOT TRUE
    UNION ALL
    SELECT 'payments', ledger, company, side, _doc, document_no, NULL, NULL, document_date, NULL, partner_code,
           partner_name, department, salesperson, currency, amount_gross, NULL
    FROM payments WHERE {TOUCHED} AND is_void IS NOT TRUE
"""

# A name leads to a code where it stands beside only one, in this company's documents or in the partners' master data.
_CODES = f"""
    SELECT ledger, company, side, name, min(code) AS code
    FROM (
        SELECT ledger, company, side, {folded("partner_name")} AS name, partner_code AS code FROM lines
        UNION ALL
        SELECT s.ledger, s.company, s.side, {folded("p.partner_name")}, p.partner_code
        FROM partners p JOIN (SELECT DISTINCT ledger, company, side FROM lines) s
          ON s.ledger = p.ledger AND p.company IN ('', s.company)
         AND p.role IN ('both', CASE s.side WHEN 'payable' THEN 'supplier' ELSE 'customer' END)
    )
    WHERE name IS NOT NULL AND code IS NOT NULL
    GROUP BY ALL HAVING min(code) = max(code)
"""

_STATEMENT = f"""
    WITH lines AS ({_LINES}), codes AS ({_CODES}),
    documents AS (
        SELECT from_table, ledger, company, side, _doc AS document, min(document_no) AS document_no, min(day) AS day,
               min(due_date) AS due_day, min(partner_code) AS partner_code, min(partner_name) AS partner_name,
               min(department) AS department, min(salesperson) AS salesperson, min(currency) AS currency,
               list_sort(list_distinct(array_agg({number("document_no")}) || array_agg({number("invoice_no")})))
                   AS numbers,
               list_sort(list_distinct(array_agg({number("source_document_no")}))) AS orders, {_TOTAL} AS gross
        FROM lines GROUP BY ALL
    ),
    rated AS ({with_rate("SELECT * FROM documents", "day")})
    SELECT {key("r.ledger", "r.company", "r.side")} AS _unit, r.from_table, r.ledger, r.company, r.side, r.document,
           r.document_no, r.day, r.due_day, coalesce(r.partner_code, c.code) AS partner_code, r.partner_name,
           coalesce(r.partner_code, c.code, {folded("r.partner_name")}) AS partner_key,
           r.department, r.salesperson, r.numbers, r.orders, r.own_currency, r.shown_currency, r.rate,
           {minor_units("r.gross")} AS total
    FROM rated r
    LEFT JOIN codes c ON c.ledger = r.ledger AND c.company = r.company AND c.side = r.side
          AND c.name = {folded("r.partner_name")}
"""

DOCUMENTS = Derivation(
    name="finance_documents",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "side": "VARCHAR",
        "from_table": "VARCHAR",
        "document": "UUID",
        "document_no": "VARCHAR",
        "day": "DATE",
        "due_day": "DATE",
        "partner_code": "VARCHAR",
        "partner_name": "VARCHAR",
        "partner_key": "VARCHAR",
        "department": "VARCHAR",
        "salesperson": "VARCHAR",
        "numbers": "VARCHAR[]",
        "orders": "VARCHAR[]",
        "own_currency": "VARCHAR",
        "shown_currency": "VARCHAR",
        "rate": "DECIMAL(20,12)",
        "total": "BIGINT",
    },
    inputs={"invoices": UNIT, "payments": UNIT, "partners": WHOLE_LEDGER, "exchange_rates": WHOLE_LEDGER},
    statement=_STATEMENT,
    settings=("ledgers",),
    prepare=touch_sides,
)
