"""Open items over time: for each invoice the spans of days in which its open amount did not change."""

from __future__ import annotations

from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.money import major_units

# An invoice counts as fully matched when what is left is at most 1.00 of its currency and at most 1 % of it: rounding
# in the head, bank charges of cents.
TOLERANCE_AMOUNT = "1.00"
TOLERANCE_SHARE = "0.01"

# A span that nothing has ended yet.
FOREVER = "DATE '9999-12-31'"

# What was allocated to an invoice on a day; a credit note gives away what it takes off another invoice.
_MOVES = """
    SELECT to_document AS document, day, amount FROM allocations
    WHERE _unit IN (SELECT unit FROM touched)
    UNION ALL
    SELECT from_document, day, -amount FROM allocations
    WHERE _unit IN (SELECT unit FROM touched) AND from_table = 'invoices'
"""

_STATEMENT = f"""
    WITH invoices AS (
        SELECT d.* EXCLUDE (total), {major_units("d.total", "d.own_currency")} AS total,
               CASE WHEN d.total IS NULL THEN 'no_gross_amount' WHEN d.rate IS NULL THEN 'no_rate' END AS reason,
               strftime(date_trunc('month', d.day - (l.month_start_day - 1))
                        + CASE WHEN l.month_start_day > 16 THEN INTERVAL 1 MONTH ELSE INTERVAL 0 MONTH END,
                        '%Y-%m') AS month
        FROM finance_documents d LEFT JOIN ledgers l ON l.name = d.ledger
        WHERE d.from_table = 'invoices' AND d._unit IN (SELECT unit FROM touched)
    ), moves AS (
        SELECT document, day, sum(amount) AS amount
        FROM (SELECT document, day, 0::DECIMAL(18,4) AS amount FROM invoices UNION ALL {_MOVES}) GROUP BY ALL
    ), spans AS (
        SELECT document, day AS from_day, lead(day, 1, {FOREVER}) OVER own AS to_day,
               sum(amount) OVER own AS allocated
        FROM moves WINDOW own AS (PARTITION BY document ORDER BY day)
    )
    SELECT i._unit, i.ledger, i.company, i.side, i.document, i.document_no, i.partner_code, i.partner_name,
           i.department, i.salesperson, i.day, i.month, i.due_day, s.from_day, s.to_day, i.reason,
           (i.total * i.rate)::DECIMAL(18,4) AS total, (s.allocated * i.rate)::DECIMAL(18,4) AS allocated,
           (i.total * i.rate)::DECIMAL(18,4) - (s.allocated * i.rate)::DECIMAL(18,4) AS open,
           abs(i.total - s.allocated) <= least({TOLERANCE_AMOUNT}, abs(i.total) * {TOLERANCE_SHARE}) AS matched,
           i.shown_currency AS currency
    FROM invoices i JOIN spans s USING (document)
"""

OPEN_ITEMS = Derivation(
    name="open_items",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "side": "VARCHAR",
        "document": "UUID",
        "document_no": "VARCHAR",
        "partner_code": "VARCHAR",
        "partner_name": "VARCHAR",
        "department": "VARCHAR",
        "salesperson": "VARCHAR",
        "day": "DATE",
        "month": "VARCHAR",
        "due_day": "DATE",
        "from_day": "DATE",
        "to_day": "DATE",
        "reason": "VARCHAR",
        "total": "DECIMAL(18,4)",
        "allocated": "DECIMAL(18,4)",
        "open": "DECIMAL(18,4)",
        "matched": "BOOLEAN",
        "currency": "VARCHAR",
    },
    inputs={"finance_documents": "_unit", "allocations": "_unit"},
    statement=_STATEMENT,
    settings=("ledgers",),
)
