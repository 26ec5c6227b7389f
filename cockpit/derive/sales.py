"""Sales lines ready to be added up: amounts and cost in the shown currency, category and region filled in, and when
each line was confirmed, promised and shipped."""

from __future__ import annotations

import duckdb

from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.masters import joined, picked, told
from cockpit.warehouse.money import shown, with_rate
from cockpit.warehouse.units import IN_TOUCHED_LEDGER, WHOLE_LEDGER
from cockpit.warehouse.working_time import with_working


def touch_documents(con: duckdb.DuckDBPyConnection) -> None:
    """Add to ``touched`` every sales document of a ledger whose master data or rates changed; fill
    ``touched_deliveries(delivery)`` with those that brought the touched documents: rows lie delivery by delivery, so
    that all others need not be looked at."""
    con.execute(f"INSERT INTO touched SELECT DISTINCT _doc FROM sales_lines WHERE {IN_TOUCHED_LEDGER}")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE touched_deliveries AS SELECT DISTINCT _delivery AS delivery FROM sales_lines"
        " WHERE _doc IN (SELECT unit FROM touched)"
    )


_DISCOUNTED = "(1 - coalesce(discount_rate, 0))::DECIMAL(12,8)"
_LISTED = "(quantity * unit_price)::DECIMAL(24,8)"
# Without a discount the product of two long decimals is spared, which is the dearest step of all.
_PRICED = (
    f"CASE WHEN discount_rate IS NULL THEN {_LISTED}::DECIMAL(18,4) ELSE ({_LISTED} * {_DISCOUNTED})::DECIMAL(18,4) END"
)

# Revenue is without tax: the net amount as it stands, else gross less tax, else quantity times price less discount.
_NET = f"""
    coalesce(
        amount_net,
        amount_gross - tax_amount,
        (amount_gross / (1 + tax_rate))::DECIMAL(18,4),
        {_PRICED} - coalesce(discount_amount, 0),
        ((quantity * unit_price_gross)::DECIMAL(24,8) * {_DISCOUNTED} / (1 + tax_rate))::DECIMAL(18,4)
            - coalesce(discount_amount, 0))
"""
# The same with tax, as far as the line tells its tax.
_GROSS = f"""
    coalesce(
        amount_gross,
        amount_net + tax_amount,
        (amount_net * (1 + tax_rate))::DECIMAL(18,4),
        ((quantity * unit_price_gross)::DECIMAL(24,8) * {_DISCOUNTED})::DECIMAL(18,4) - coalesce(discount_amount, 0),
        (({_PRICED} - coalesce(discount_amount, 0)) * (1 + tax_rate))::DECIMAL(18,4))
"""
_GROSS_KNOWN = "(amount_gross IS NOT NULL OR quantity * unit_price_gross IS NOT NULL)"
_COST = "coalesce(cost_amount, (quantity * unit_cost)::DECIMAL(18,4))"


# What a fact has from its line alone.
_OWN = (
    "material_code",
    "material_name",
    "customer_code",
    "salesperson",
    "department",
    "channel",
    "warehouse",
    "site",
    "project",
    "quantity",
    "uom",
)


_STATEMENT = f"""
    WITH lines AS (
        SELECT *, {_NET} AS net, {_COST} AS cost_own, {_GROSS_KNOWN} AS gross_known
        FROM sales_lines WHERE _delivery IN (SELECT delivery FROM touched_deliveries)
             AND _doc IN (SELECT unit FROM touched)
    ), worked AS ({with_working("SELECT * FROM lines", ("confirmed_at", "shipped_at"))}),
    rated AS ({with_rate("SELECT * FROM worked", "document_date")}),
    product AS ({picked("materials", "true", "material_code", "category")}),
    buyer AS ({picked("partners", "role IN ('customer', 'both')", "partner_code", "region", "partner_name")})
    SELECT s._doc AS _unit, s.ledger, s.company, s.document_date AS day, s.document_no,
           CASE WHEN s.is_void THEN 'void'
                WHEN s.net IS NULL AND s.gross_known THEN 'tax_unknown'
                WHEN s.net IS NULL THEN 'no_amount'
                WHEN s.rate IS NULL THEN 'no_rate' END AS reason,
           {shown("s.net")} AS revenue, {shown(_GROSS)} AS revenue_gross, {shown("s.cost_own")} AS cost,
           s.shown_currency AS currency,
           s.material_code, s.material_name, {told("category", "product")} AS category,
           s.customer_code,
           {told("customer_name", "buyer", "partner_name")} AS customer_name,
           {told("region", "buyer")} AS region, s.salesperson, s.department, s.channel, s.warehouse, s.site,
           s.project, s.quantity, s.uom, coalesce(s.quantity < 0, false) OR coalesce(s.net < 0, false) AS is_return,
           nullif(upper(trim(s.source_document_no)), '') AS origin_no,
           s.confirmed_at, s.w_confirmed, s.confirmed_local::DATE AS confirmed_on, s.required_date AS required_day,
           s.shipped_at, s.w_shipped, s.shipped_local::DATE AS shipped_on,
           coalesce(s.quantity_shipped < s.quantity, false) AS is_short,
           coalesce(s.quantity_shipped >= s.quantity, false) AS is_complete,
           coalesce(s.confirmed_provisional OR s.shipped_provisional, false) AS hours_provisional
    FROM rated s{joined("product", "product", "material_code")}{joined("buyer", "buyer", "customer_code")}
"""

SALES_FACTS = Derivation(
    name="sales_facts",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "day": "DATE",
        "document_no": "VARCHAR",
        "reason": "VARCHAR",
        "revenue": "DECIMAL(18,4)",
        "revenue_gross": "DECIMAL(18,4)",
        "cost": "DECIMAL(18,4)",
        "currency": "VARCHAR",
        "material_code": "VARCHAR",
        "material_name": "VARCHAR",
        "category": "VARCHAR",
        "customer_code": "VARCHAR",
        "customer_name": "VARCHAR",
        "region": "VARCHAR",
        "salesperson": "VARCHAR",
        "department": "VARCHAR",
        "channel": "VARCHAR",
        "warehouse": "VARCHAR",
        "site": "VARCHAR",
        "project": "VARCHAR",
        "quantity": "DECIMAL(18,6)",
        "uom": "VARCHAR",
        "is_return": "BOOLEAN",
        "origin_no": "VARCHAR",
        "confirmed_at": "TIMESTAMP",
        "w_confirmed": "BIGINT",
        "confirmed_on": "DATE",
        "required_day": "DATE",
        "shipped_at": "TIMESTAMP",
        "w_shipped": "BIGINT",
        "shipped_on": "DATE",
        "is_short": "BOOLEAN",  # less was shipped than ordered
        "is_complete": "BOOLEAN",  # as much was shipped as ordered
        "hours_provisional": "BOOLEAN",
    },
    inputs={
        "sales_lines": "_doc",
        "materials": WHOLE_LEDGER,
        "partners": WHOLE_LEDGER,
        "exchange_rates": WHOLE_LEDGER,
    },
    statement=_STATEMENT,
    settings=("ledgers", "calendars"),
    prepare=touch_documents,
    sources={
        "cost": ("sales_lines.cost_amount", "sales_lines.unit_cost"),
        "category": ("sales_lines.category", "materials.category"),
        "customer_name": ("sales_lines.customer_name", "partners.partner_name"),
        "region": ("sales_lines.region", "partners.region"),
        **{name: (f"sales_lines.{name}",) for name in _OWN},
    },
)

DERIVATIONS: tuple[Derivation, ...] = (SALES_FACTS,)
