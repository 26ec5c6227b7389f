"""Goods received and not invoiced, or invoiced and not received: for each line of an order the spans of days in which
neither changed."""

from __future__ import annotations

import duckdb

from cockpit.reconcile.documents import number
from cockpit.reconcile.open_items import FOREVER
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.identity import key
from cockpit.warehouse.money import with_rate
from cockpit.warehouse.units import IN_TOUCHED_LEDGER, WHOLE_LEDGER, in_touched

# An invoice may name the receipt, which names the order: a company is looked at as a whole.
_COMPANY = ("ledger", "company")
_UNIT = key(*_COMPANY)
_TABLES = ("purchase_orders", "goods_receipts", "invoices")
_TOUCHED = f"{in_touched(_COMPANY, *_TABLES)} AND is_void IS NOT TRUE"


def touch_companies(con: duckdb.DuckDBPyConnection) -> None:
    """Add to ``touched`` every company of a ledger whose rates changed."""
    found = " UNION ".join(f"SELECT ledger, company FROM {table}" for table in _TABLES)
    con.execute(f"INSERT INTO touched SELECT {_UNIT} FROM ({found}) WHERE {IN_TOUCHED_LEDGER}")


_MATERIAL = "upper(trim(coalesce(nullif(material_code, ''), nullif(material_name, ''))))"
_NET = """coalesce(amount_net, amount_gross - tax_amount, (amount_gross / (1 + tax_rate))::DECIMAL(18,4),
    (quantity * unit_price)::DECIMAL(18,4))"""

# The line's price: what all of it costs without tax by its quantity; an order's comes before its receipts'.
_PRICED = f"""
    SELECT ledger, company, order_no, material, source, min(document) AS document, min(supplier_code) AS supplier_code,
           min(supplier_name) AS supplier_name, min(department) AS department, min(currency) AS currency,
           min(day) AS day, min(material_code) AS material_code,
           sum(net) FILTER (WHERE quantity > 0)
               / nullif(sum(quantity) FILTER (WHERE quantity > 0 AND net IS NOT NULL), 0) AS price
    FROM (
        SELECT ledger, company, {number("document_no")} AS order_no, {_MATERIAL} AS material, 0 AS source,
               _doc AS document, supplier_code, supplier_name, department, currency, document_date AS day,
               material_code, quantity, {_NET} AS net
        FROM purchase_orders WHERE {_TOUCHED}
        UNION ALL
        SELECT ledger, company, order_no, material, 1, document, supplier_code, supplier_name, department, currency,
               day, material_code, quantity, net
        FROM receipts
    ) GROUP BY ALL
"""

_STATEMENT = f"""
    WITH receipts AS (
        SELECT ledger, company, coalesce({number("source_document_no")}, {number("document_no")}) AS order_no,
               {number("document_no")} AS receipt_no, {_MATERIAL} AS material, document_date AS day, quantity,
               _doc AS document, supplier_code, supplier_name, department, currency, material_code, {_NET} AS net
        FROM goods_receipts WHERE {_TOUCHED}
    ), named AS (
        SELECT ledger, company, receipt_no, min(order_no) AS order_no FROM receipts
        GROUP BY ALL HAVING min(order_no) = max(order_no)
    ), naming AS (
        SELECT ledger, company, {number("source_document_no")} AS first_no, {number("receipt_no")} AS second_no,
               {_MATERIAL} AS material, document_date AS day, quantity
        FROM invoices WHERE {_TOUCHED} AND side = 'payable'
    ), billed AS (
        SELECT n.ledger, n.company, coalesce(a.order_no, n.first_no, b.order_no, n.second_no) AS order_no, n.material,
               n.day, n.quantity
        FROM naming n
        LEFT JOIN named a ON a.ledger = n.ledger AND a.company = n.company AND a.receipt_no = n.first_no
        LEFT JOIN named b ON b.ledger = n.ledger AND b.company = n.company AND b.receipt_no = n.second_no
        WHERE n.first_no IS NOT NULL OR n.second_no IS NOT NULL
    ), priced AS ({_PRICED}),
    lines AS (
        SELECT ledger, company, order_no, material, arg_min(document, source) AS document, min(source) AS source,
               arg_min(supplier_code, source) AS supplier_code, arg_min(supplier_name, source) AS supplier_name,
               arg_min(department, source) AS department, arg_min(currency, source) AS currency,
               arg_min(day, source) AS day, arg_min(material_code, source) AS material_code,
               arg_min(price, source) AS price
        FROM priced GROUP BY ALL
    ), rated AS ({with_rate("SELECT * FROM lines", "day")}),
    acts AS (
        SELECT ledger, company, order_no, material, day, quantity AS received, 0::DECIMAL(18,6) AS invoiced
        FROM receipts
        UNION ALL
        SELECT ledger, company, order_no, material, day, 0, quantity FROM billed
    ), unclear AS (
        SELECT ledger, company, order_no,
               CASE WHEN bool_or(received IS NULL) THEN 'receipt_without_quantity'
                    WHEN bool_or(invoiced IS NULL OR material IS NULL) THEN 'invoice_without_quantity'
                    ELSE 'invoice_of_other_material' END AS reason
        FROM acts LEFT JOIN lines l USING (ledger, company, order_no, material)
        WHERE received IS NULL OR invoiced IS NULL OR l.order_no IS NULL GROUP BY ALL
    ), days AS (
        SELECT ledger, company, order_no, material, day, coalesce(sum(received), 0) AS received,
               coalesce(sum(invoiced), 0) AS invoiced
        FROM acts WHERE material IS NOT NULL GROUP BY ALL
    ), spans AS (
        SELECT ledger, company, order_no, material, day AS from_day, lead(day, 1, {FOREVER}) OVER own AS to_day,
               sum(received) OVER own AS received, sum(invoiced) OVER own AS invoiced
        FROM days WINDOW own AS (PARTITION BY ledger, company, order_no, material ORDER BY day)
    ), aged AS (
        SELECT s.ledger, s.company, s.order_no, s.material, s.from_day, s.to_day, s.received - s.invoiced AS quantity,
               min(e.from_day) FILTER (WHERE CASE WHEN s.received > s.invoiced THEN e.received > s.invoiced
                                                  ELSE e.invoiced > s.received END) AS open_since
        FROM spans s JOIN spans e ON e.ledger = s.ledger AND e.company = s.company AND e.order_no = s.order_no
             AND e.material = s.material AND e.from_day <= s.from_day
        GROUP BY ALL
    )
    SELECT {key("r.ledger", "r.company")} AS _unit, r.ledger, r.company,
           CASE r.source WHEN 0 THEN 'purchase_orders' ELSE 'goods_receipts' END AS document_table, r.document,
           r.order_no AS document_no, r.supplier_code, r.supplier_name, r.department, r.material_code,
           a.from_day, a.to_day, a.open_since, a.quantity,
           CASE WHEN (r.ledger, r.company) NOT IN (SELECT (ledger, company) FROM billed) THEN 'invoices_name_no_order'
                WHEN u.reason IS NOT NULL THEN u.reason
                WHEN a.quantity <> 0 AND r.price IS NULL THEN 'no_price'
                WHEN r.rate IS NULL THEN 'no_rate' END AS reason,
           (a.quantity * r.price * r.rate)::DECIMAL(18,4) AS amount_open, r.shown_currency AS currency
    FROM rated r
    JOIN aged a ON a.ledger = r.ledger AND a.company = r.company AND a.order_no = r.order_no AND a.material = r.material
    LEFT JOIN unclear u ON u.ledger = r.ledger AND u.company = r.company AND u.order_no = r.order_no
    WHERE a.quantity <> 0 OR u.reason IS NOT NULL
"""

RECEIPT_BALANCES = Derivation(
    name="receipt_balances",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "document_table": "VARCHAR",
        "document": "UUID",
        "document_no": "VARCHAR",
        "supplier_code": "VARCHAR",
        "supplier_name": "VARCHAR",
        "department": "VARCHAR",
        "material_code": "VARCHAR",
        "from_day": "DATE",
        "to_day": "DATE",
        "open_since": "DATE",
        "quantity": "DECIMAL(18,6)",  # received less invoiced
        "reason": "VARCHAR",
        "amount_open": "DECIMAL(18,4)",
        "currency": "VARCHAR",
    },
    inputs={**dict.fromkeys(_TABLES, _UNIT), "exchange_rates": WHOLE_LEDGER},
    statement=_STATEMENT,
    settings=("ledgers",),
    prepare=touch_companies,
)
