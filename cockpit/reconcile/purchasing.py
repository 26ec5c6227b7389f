"""Purchase order lines ready to be judged: net amount, what was received of them, and what came before its time."""

from __future__ import annotations

import duckdb

from cockpit.reconcile.documents import number
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.identity import key
from cockpit.warehouse.masters import joined, picked, told
from cockpit.warehouse.money import shown, with_rate
from cockpit.warehouse.units import IN_TOUCHED_LEDGER, WHOLE_LEDGER, in_touched

# Everything about an order is found by its number; what shares the number is done again together.
_CASE_NUMBER = number("coalesce(document_no, case_id)")


def _unit(text: str) -> str:
    return key("ledger", "company", text)


def _touched(text: str, table: str) -> str:
    return in_touched(("ledger", "company", f"coalesce({text}, '')"), table)


_ORDERS = _touched(number("document_no"), "purchase_orders")
_NAMED = _touched(number("source_document_no"), "{table}")


def touch_orders(con: duckdb.DuckDBPyConnection) -> None:
    """Add to ``touched`` the orders of a ledger whose master data or rates changed, and those whose requisition did."""
    requested = _touched(number("source_document_no"), "purchase_orders")
    con.execute(
        f"INSERT INTO touched SELECT DISTINCT {_unit(number('document_no'))} FROM purchase_orders"
        f" WHERE {IN_TOUCHED_LEDGER} OR {requested}"
    )


# Purchases are without tax: the net amount as it stands, else gross less tax, else quantity times price less discount.
_LESS = "(1 - coalesce(discount_rate, 0))::DECIMAL(12,8)"


def _priced(price: str) -> str:
    return f"(((quantity * {price})::DECIMAL(24,8) * {_LESS})::DOUBLE / coalesce(nullif(price_basis, 0), 1)::DOUBLE)"


_NET = f"""
    coalesce(
        amount_net,
        amount_gross - tax_amount,
        (amount_gross / (1 + tax_rate))::DECIMAL(18,4),
        {_priced("unit_price")}::DECIMAL(18,4),
        ({_priced("unit_price_gross")} / (1 + tax_rate))::DECIMAL(18,4))
"""
_GROSS_KNOWN = "(amount_gross IS NOT NULL OR quantity * unit_price_gross IS NOT NULL)"
_MATERIAL = "coalesce(material_code, material_name)"
_LINE = "nullif(ltrim(trim({column}), '0'), '')"
# What tells the lines of one number apart in an order that never changes.
_PLACE = "required_date, line, _delivery, _part, _row"

# Lists that tell an order's head once leave the other lines' requisition empty.
_OWN = number("source_document_no")
_REQUISITION = (
    f"coalesce({_OWN}, CASE WHEN min({_OWN}) OVER one_order = max({_OWN}) OVER one_order"
    f" THEN min({_OWN}) OVER one_order END)"
)

_LINES = f"""
    SELECT *, {number("document_no")} AS num, {_REQUISITION} AS requisition_num,
           {_LINE.format(column="line_no")} AS line, {_MATERIAL} AS material, {_NET} AS net,
           {_GROSS_KNOWN} AS gross_known
    FROM purchase_orders WHERE {_ORDERS} WINDOW one_order AS (PARTITION BY _doc)
"""
# A number that several orders share says nothing about which of them a receipt belongs to, nor does a line's.
_VALID = "FILTER (WHERE is_void IS NOT TRUE)"
_NUMBERED = f"""
    SELECT * REPLACE (CASE WHEN count(*) {_VALID} OVER same_line = 1 THEN line END AS line),
           row_number() OVER (ORDER BY _delivery, _part, _row) AS id,
           is_void IS NOT TRUE AND min(_doc) {_VALID} OVER same = max(_doc) {_VALID} OVER same AS alone
    FROM rated WINDOW same AS (PARTITION BY ledger, company, num),
                      same_line AS (PARTITION BY ledger, company, num, line)
"""
_RECEIPTS = f"""
    SELECT ledger, company, {number("source_document_no")} AS num, {_LINE.format(column="source_line_no")} AS line,
           {_MATERIAL} AS material, document_date AS day, quantity, quantity_rejected
    FROM goods_receipts WHERE {_NAMED.format(table="goods_receipts")} AND is_void IS NOT TRUE
"""
_SAME = "r.ledger = s.ledger AND r.company = s.company AND r.num = s.num AND s.alone"
_TOTALS = (
    "sum(r.quantity) AS quantity, sum(r.quantity_rejected) AS rejected,"
    " min(r.day) FILTER (WHERE r.quantity > 0) AS first_on, max(r.day) AS last_on"
)
# A receipt that names its order's line belongs to it; any other to the lines of its material, one after the other.
_EXACT = f"SELECT s.id, {_TOTALS} FROM numbered s JOIN receipts r ON {_SAME} AND r.line = s.line GROUP BY s.id"
_LOOSE = f"""
    SELECT r.ledger, r.company, r.num, r.material, {_TOTALS}
    FROM receipts r ANTI JOIN numbered s ON {_SAME} AND r.line = s.line GROUP BY ALL
"""
_SHARED = f"""
    SELECT s.id, l.rejected, l.first_on, l.last_on, s.place = 1 AS first,
           CASE WHEN s.place = s.places THEN greatest(l.quantity - s.before, 0)
                ELSE least(greatest(l.quantity - s.before, 0), s.room) END AS quantity
    FROM (
        SELECT *, sum(room) OVER same_material - room AS before, row_number() OVER same_material AS place,
               count(*) OVER (PARTITION BY ledger, company, num, material) AS places
        FROM (SELECT n.*, greatest(coalesce(n.quantity, 0) - coalesce(e.quantity, 0), 0) AS room
              FROM numbered n LEFT JOIN exact e ON e.id = n.id WHERE n.alone)
        WINDOW same_material AS (PARTITION BY ledger, company, num, material ORDER BY {_PLACE}
                                 ROWS UNBOUNDED PRECEDING)
    ) s JOIN loose l ON l.ledger = s.ledger AND l.company = s.company AND l.num = s.num
         AND l.material = s.material
"""
_RECEIVED = """
    SELECT id, sum(quantity) AS quantity, sum(rejected) AS rejected, min(first_on) AS first_on, max(last_on) AS last_on
    FROM (SELECT id, quantity, rejected, first_on, last_on FROM exact UNION ALL
          SELECT id, quantity, CASE WHEN first THEN rejected END, first_on, last_on FROM shared)
    GROUP BY id
"""
_INVOICED = f"""
    SELECT s.id, min(r.day) AS first_on
    FROM numbered s JOIN (
        SELECT ledger, company, {number("source_document_no")} AS num, {_MATERIAL} AS material, document_date AS day
        FROM invoices WHERE {_NAMED.format(table="invoices")} AND side = 'payable' AND is_void IS NOT TRUE
          AND coalesce(amount_gross, amount_net, 0) >= 0
    ) r ON {_SAME} AND (r.material = s.material OR r.material IS NULL) GROUP BY s.id
"""
_NUMBERS = "SELECT ledger, company, {num} FROM lines WHERE {num} IS NOT NULL"
# When what was asked for was approved, or that it never was; an approval still under way says nothing yet.
_APPROVALS = f"""
    SELECT ledger, company, {_CASE_NUMBER} AS num, max(first_final_on) AS approved_on,
           bool_and(rejected OR withdrawn) AS denied
    FROM approval_cases
    WHERE (ledger, company, {_CASE_NUMBER}) IN (
        {_NUMBERS.format(num="num")} UNION ALL {_NUMBERS.format(num="requisition_num")})
    GROUP BY ALL
"""
_DATED = f"""
    SELECT s.*, q.approved_on AS requisition_on, coalesce(q.denied, false) AS requisition_denied,
           greatest(q.approved_on, o.approved_on) AS gate_on,
           coalesce(q.denied, false) OR coalesce(o.denied, false) AS denied,
           r.quantity AS receipts, r.rejected AS receipts_rejected, r.first_on AS receipt_on, r.last_on, i.first_on
               AS invoice_on, {told("category", "product")} AS category_told,
           {told("supplier_name", "seller", "partner_name")} AS supplier_told
    FROM numbered s LEFT JOIN received r ON r.id = s.id LEFT JOIN invoiced i ON i.id = s.id
    LEFT JOIN approvals q ON q.ledger = s.ledger AND q.company = s.company AND q.num = s.requisition_num
    LEFT JOIN approvals o ON o.ledger = s.ledger AND o.company = s.company AND o.num = s.num
    {joined("product", "product", "material_code")}{joined("seller", "seller", "supplier_code")}
"""

# What happened before what it should have waited for, each only where both days are known.
DISORDERS: dict[str, str] = {
    "order_before_approval": "requisition_on > document_date OR requisition_denied",
    "receipt_before_approval": "receipt_on < gate_on OR denied AND receipt_on IS NOT NULL",
    "receipt_before_order": "receipt_on < document_date",
    "invoice_before_approval": "invoice_on < gate_on OR denied AND invoice_on IS NOT NULL",
    "invoice_before_order": "invoice_on < document_date",
    "invoice_before_receipt": "invoice_on < receipt_on",
}
_FOUND = ", ".join(f"CASE WHEN {condition} THEN '{name}' END" for name, condition in DISORDERS.items())

_STATEMENT = f"""
    WITH lines AS MATERIALIZED ({_LINES}), rated AS ({with_rate("SELECT * FROM lines", "document_date")}),
         numbered AS MATERIALIZED ({_NUMBERED}), receipts AS MATERIALIZED ({_RECEIPTS}),
         exact AS MATERIALIZED ({_EXACT}), loose AS ({_LOOSE}), shared AS ({_SHARED}), received AS ({_RECEIVED}),
         invoiced AS ({_INVOICED}), approvals AS MATERIALIZED ({_APPROVALS}),
         product AS ({picked("materials", "true", "material_code", "category")}),
         seller AS ({picked("partners", "role IN ('supplier', 'both')", "partner_code", "partner_name")}),
         dated AS ({_DATED})
    SELECT {key("ledger", "company", "num")} AS _unit, ledger, company, _doc AS document, document_no, line_no,
           document_date AS day, required_date AS required_on,
           CASE WHEN is_void THEN 'void'
                WHEN net IS NULL AND gross_known THEN 'tax_unknown'
                WHEN net IS NULL THEN 'no_amount'
                WHEN rate IS NULL THEN 'no_rate' END AS reason,
           coalesce(is_void, false) AS is_void, {shown("net")} AS amount, shown_currency AS currency,
           document_type, department, supplier_code, supplier_told AS supplier_name, material_code, material_name,
           category_told AS category, buyer, requester, warehouse, site, project,
           quantity, coalesce(quantity_received, receipts) AS received,
           CASE WHEN quantity_received IS NOT NULL THEN 'order' WHEN receipts IS NOT NULL THEN 'receipts' END
               AS received_from,
           coalesce(quantity_rejected, receipts_rejected) AS rejected, receipt_on, last_on AS last_receipt_on,
           list_filter([{_FOUND}], lambda word: word IS NOT NULL) AS out_of_order,
           requisition_on IS NOT NULL OR requisition_denied OR receipt_on IS NOT NULL OR invoice_on IS NOT NULL
               AS compared
    FROM dated
"""

PURCHASES = Derivation(
    name="purchase_facts",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "document": "UUID",
        "document_no": "VARCHAR",
        "line_no": "VARCHAR",
        "day": "DATE",
        "required_on": "DATE",
        "reason": "VARCHAR",  # why the line has no amount
        "is_void": "BOOLEAN",
        "amount": "DECIMAL(18,4)",
        "currency": "VARCHAR",
        "document_type": "VARCHAR",
        "department": "VARCHAR",
        "supplier_code": "VARCHAR",
        "supplier_name": "VARCHAR",
        "material_code": "VARCHAR",
        "material_name": "VARCHAR",
        "category": "VARCHAR",
        "buyer": "VARCHAR",
        "requester": "VARCHAR",
        "warehouse": "VARCHAR",
        "site": "VARCHAR",
        "project": "VARCHAR",
        "quantity": "DECIMAL(18,6)",
        "received": "DECIMAL(18,6)",
        "received_from": "VARCHAR",  # order or receipts
        "rejected": "DECIMAL(18,6)",
        "receipt_on": "DATE",
        "last_receipt_on": "DATE",
        "out_of_order": "VARCHAR[]",
        "compared": "BOOLEAN",  # whether any two days could be compared
    },
    inputs={
        "purchase_orders": _unit(number("document_no")),
        "goods_receipts": _unit(number("source_document_no")),
        "invoices": _unit(number("source_document_no")),
        "approval_cases": _unit(_CASE_NUMBER),
        "materials": WHOLE_LEDGER,
        "partners": WHOLE_LEDGER,
        "exchange_rates": WHOLE_LEDGER,
    },
    unit_columns={
        "purchase_orders": ("ledger", "company", "document_no"),
        "goods_receipts": ("ledger", "company", "source_document_no"),
        "invoices": ("ledger", "company", "source_document_no"),
    },
    statement=_STATEMENT,
    settings=("ledgers",),
    prepare=touch_orders,
)

DERIVATIONS: tuple[Derivation, ...] = (PURCHASES,)
