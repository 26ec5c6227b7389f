"""Stock day by day: for each material and warehouse the spans of days with one balance, and what was used on a day."""

from __future__ import annotations

import duckdb

from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.identity import key
from cockpit.warehouse.money import currency_code
from cockpit.warehouse.units import IN_TOUCHED_LEDGER, WHOLE_LEDGER, in_touched

MATERIAL = "coalesce(material_code, material_name)"
_OWN = ("ledger", "company", MATERIAL)
UNIT = key(*_OWN)
COMPANY = key("ledger", "company")

SINCE_EVER, FOREVER = "DATE '1900-01-01'", "DATE '9999-12-31'"

_TOUCHED = in_touched(_OWN, "stock_movements", "stock_balances")
_COMPANIES = in_touched(("ledger", "company"), "stock_movements", "stock_balances")


def touch_materials(con: duckdb.DuckDBPyConnection) -> None:
    """Add to ``touched`` all materials of a company whose balances changed, or of a ledger whose master data did.

    A snapshot also speaks of the materials it does not list: they are not there.
    """
    con.execute(
        f"INSERT INTO touched SELECT {UNIT} FROM ("
        "SELECT ledger, company, material_code, material_name FROM stock_movements"
        " UNION SELECT ledger, company, material_code, material_name FROM stock_balances"
        f") WHERE {IN_TOUCHED_LEDGER} OR {_COMPANIES}"
        f" UNION SELECT DISTINCT _unit FROM stock_days WHERE {in_touched(('ledger', 'company'), 'stock_days')}"
    )


# Values are in the company's currency; one in another currency counts as not costed.
_HOME = f"coalesce({currency_code('s.currency')} = {currency_code('l.currency')}, true)"

MOVED = "coalesce(s.quantity, coalesce(s.quantity_in, 0) - coalesce(s.quantity_out, 0))"
_VALUE = f"""
    CASE WHEN {_HOME} THEN coalesce(
        s.cost_amount,
        CASE WHEN s.amount_in IS NOT NULL OR s.amount_out IS NOT NULL
             THEN coalesce(s.amount_in, 0) - coalesce(s.amount_out, 0) END,
        (quantity * s.unit_cost)::DECIMAL(18,4)) END
"""
# A return from production is told from a customer's by the words of its document.
_FROM_PRODUCTION = (
    "regexp_matches(lower(coalesce(s.document_type, '')), '生产|领料|退料|材料|委外|production|^(262|232|544)$')"
)

# A transfer slip may name both warehouses in one line: it leaves the one and arrives in the other.
SIDES = """
    SELECT * FROM stock_movements WHERE warehouse_from IS NULL OR warehouse_to IS NULL
    UNION ALL BY NAME
    SELECT * REPLACE (warehouse_from AS warehouse, 'transfer_out' AS movement_kind, -abs(quantity) AS quantity,
                      -abs(cost_amount) AS cost_amount)
    FROM stock_movements WHERE warehouse_from IS NOT NULL AND warehouse_to IS NOT NULL
    UNION ALL BY NAME
    SELECT * REPLACE (warehouse_to AS warehouse, 'transfer_in' AS movement_kind, abs(quantity) AS quantity,
                      abs(cost_amount) AS cost_amount)
    FROM stock_movements WHERE warehouse_from IS NOT NULL AND warehouse_to IS NOT NULL
"""

_INPUTS = f"""
    moves AS (
        SELECT s.ledger, s.company, {MATERIAL} AS material, coalesce(s.warehouse, '') AS warehouse,
               s.document_date AS day, nullif(s.category, '') AS category, nullif(s.uom, '') AS uom,
               {MOVED} AS quantity, {_VALUE} AS value,
               s.movement_kind IN ('sale', 'production_issue', 'return_in') AS used,
               s.movement_kind = 'sale' OR s.movement_kind = 'return_in' AND NOT {_FROM_PRODUCTION} AS sold,
               s.movement_kind = 'transfer_out' AS sent
        FROM ({SIDES}) s LEFT JOIN ledgers l ON l.name = s.ledger
        WHERE {_TOUCHED} AND s.is_void IS NOT TRUE
    ), stated AS (
        SELECT s.ledger, s.company, {MATERIAL} AS material, coalesce(s.warehouse, '') AS warehouse,
               s.as_of_day AS day, nullif(s.category, '') AS category, nullif(s.uom, '') AS uom,
               coalesce(s.quantity, 0) AS quantity,
               CASE WHEN {_HOME} THEN coalesce(s.cost_amount, (s.quantity * s.unit_cost)::DECIMAL(18,4)) END AS value
        FROM stock_balances s LEFT JOIN ledgers l ON l.name = s.ledger WHERE {_TOUCHED}
        -- A day's total beside the same day by warehouse says it again.
        QUALIFY coalesce(s.warehouse, '') <> '' OR NOT bool_or(coalesce(s.warehouse, '') <> '')
                OVER (PARTITION BY s.ledger, s.company, {MATERIAL}, s.as_of_day)
    )
"""

# Where one of a material's rows names no warehouse, its warehouses cannot be told apart and are taken together.
_LEVELS = """
    levels AS (
        SELECT ledger, company, material, bool_or(warehouse = '') AS together, min(category) AS category,
               min(uom) AS uom
        FROM (SELECT ledger, company, material, warehouse, category, uom FROM moves
              UNION ALL SELECT ledger, company, material, warehouse, category, uom FROM stated)
        GROUP BY ALL
    ), flows AS (
        SELECT ledger, company, material, CASE WHEN together THEN '' ELSE warehouse END AS place, day,
               sum(quantity) AS quantity, coalesce(sum(value), 0) AS value,
               count(*) FILTER (value IS NULL AND quantity <> 0) AS uncosted,
               -coalesce(sum(quantity) FILTER (used), 0) AS used_quantity,
               -coalesce(sum(value) FILTER (used), 0) AS used_value,
               -coalesce(sum(quantity) FILTER (sold), 0) AS sold_quantity,
               -coalesce(sum(value) FILTER (sold), 0) AS sold_value,
               -coalesce(sum(quantity) FILTER (sent), 0) AS sent_quantity,
               -coalesce(sum(value) FILTER (sent), 0) AS sent_value,
               count(*) FILTER (value IS NULL AND quantity <> 0 AND (used OR sent)) > 0 AS used_uncosted
        FROM moves JOIN levels USING (ledger, company, material) GROUP BY ALL
    ), listed AS (
        SELECT ledger, company, material, CASE WHEN together THEN '' ELSE warehouse END AS place, day,
               sum(quantity) AS quantity, coalesce(sum(value), 0) AS value,
               count(*) FILTER (value IS NULL AND quantity <> 0) > 0 AS uncosted
        FROM stated JOIN levels USING (ledger, company, material) GROUP BY ALL
    )
"""

# A snapshot of a warehouse states every material of that warehouse: one it does not list is not there. In a company
# that keeps balances, a warehouse none of them ever lists was empty before anything moved there.
_ANCHORS = """
    positions AS (
        SELECT ledger, company, material, place FROM flows UNION SELECT ledger, company, material, place FROM listed
    ), snapshots AS (
        SELECT DISTINCT ledger, company, coalesce(warehouse, '') AS place, as_of_day AS day
        FROM stock_balances WHERE (ledger, company) IN (SELECT (ledger, company) FROM levels)
    ), anchors AS (
        SELECT ledger, company, material, place, day, coalesce(b.quantity, 0) AS anchor_quantity,
               coalesce(b.value, 0) AS anchor_value, coalesce(b.uncosted, false) AS anchor_uncosted
        FROM (SELECT p.*, s.day FROM positions p JOIN snapshots s USING (ledger, company, place)
              UNION SELECT ledger, company, material, place, day FROM listed
              UNION SELECT ledger, company, material, place, min(day) - 1 FROM flows
                    WHERE (ledger, company) IN (SELECT (ledger, company) FROM snapshots)
                      AND (ledger, company, place) NOT IN (SELECT (ledger, company, place) FROM snapshots)
                      AND (ledger, company, material, place) NOT IN (
                          SELECT (ledger, company, material, place) FROM listed)
                    GROUP BY ALL)
        LEFT JOIN listed b USING (ledger, company, material, place, day)
    ), events AS (
        SELECT ledger, company, material, place, day, f.quantity IS NOT NULL AS moved,
               a.anchor_quantity IS NOT NULL AS anchored, f.* EXCLUDE (ledger, company, material, place, day),
               a.anchor_quantity, a.anchor_value, a.anchor_uncosted
        FROM flows f FULL JOIN anchors a USING (ledger, company, material, place, day)
    )
"""

# The balance of a day is the last stated one before it plus what moved since; before the first stated one, that one
# less what moved until then. A value is known as long as everything that moved in between was costed.
_BALANCES = """
    summed AS (
        SELECT *, coalesce(sum(quantity) OVER own, 0) AS moved_quantity,
               coalesce(sum(value) OVER own, 0) AS moved_value, coalesce(sum(uncosted) OVER own, 0) AS moved_uncosted
        FROM events WINDOW own AS (PARTITION BY ledger, company, material, place ORDER BY day)
    ), marked AS (
        SELECT *, CASE WHEN anchored THEN struct_pack(
            quantity := anchor_quantity - moved_quantity, value := anchor_value - moved_value,
            uncosted := moved_uncosted, unknown := anchor_uncosted) END AS mark
        FROM summed
    ), based AS (
        SELECT *, coalesce(
            last_value(mark IGNORE NULLS) OVER (own ROWS UNBOUNDED PRECEDING),
            first_value(mark IGNORE NULLS) OVER (own ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS base
        FROM marked WINDOW own AS (PARTITION BY ledger, company, material, place ORDER BY day)
    ), balanced AS (
        SELECT * EXCLUDE (base, mark), moved_quantity + base.quantity AS balance,
               CASE WHEN moved_quantity + base.quantity = 0 THEN 0
                    WHEN NOT base.unknown AND moved_uncosted = base.uncosted THEN moved_value + base.value END AS worth,
               base.quantity AS head_quantity,
               CASE WHEN base.quantity = 0 THEN 0
                    WHEN NOT base.unknown AND base.uncosted = 0 THEN base.value END AS head_value
        FROM based
    )
"""

# For stock that nobody uses: the last day up to here on which some was used or sent to another warehouse, and the
# first on which there was any.
# Between two stated balances that differ although nothing moved, the way is unknown: half of both for each day.
_STEPS = f"""
    ahead AS (
        SELECT *, lead(day, 1, {FOREVER}) OVER own AS next_day, lead(balance) OVER own AS next_balance,
               lead(worth) OVER own AS next_worth,
               coalesce(lead(anchored AND NOT moved) OVER own
                        AND (lead(balance) OVER own, lead(worth) OVER own) IS DISTINCT FROM (balance, worth)
                        AND lead(day) OVER own - day > 1, false) AS glides,
               row_number() OVER own AS position,
               max(day) FILTER (used_quantity > 0) OVER (own ROWS UNBOUNDED PRECEDING) AS last_used_day,
               max(day) FILTER (sent_quantity > 0) OVER (own ROWS UNBOUNDED PRECEDING) AS last_sent_day,
               CASE WHEN first_value(head_quantity) OVER own > 0 THEN {SINCE_EVER}
                    ELSE min(day) FILTER (balance > 0) OVER (own ROWS UNBOUNDED PRECEDING) END AS first_stock_day
        FROM balanced WINDOW own AS (PARTITION BY ledger, company, material, place ORDER BY day)
    ), around AS (
        SELECT *, lag(glides, 1, false) OVER own AS glided,
               CASE WHEN position = 1 THEN head_quantity ELSE lag(balance) OVER own END AS previous_balance,
               CASE WHEN position = 1 THEN head_value ELSE lag(worth) OVER own END AS previous_worth
        FROM ahead WINDOW own AS (PARTITION BY ledger, company, material, place ORDER BY day)
    ), spans AS (
        SELECT ledger, company, material, place, NULL::DATE AS day, {SINCE_EVER} AS from_day, day AS to_day,
               head_quantity AS quantity, head_value AS value, head_quantity AS before_quantity,
               head_value AS before_value, head_quantity AS after_quantity, head_value AS after_value, false AS moved,
               0 AS used_quantity, 0 AS used_value, 0 AS sold_quantity, 0 AS sold_value, 0 AS sent_quantity,
               0 AS sent_value, false AS used_uncosted, NULL::DATE AS last_used_day, NULL::DATE AS last_sent_day,
               CASE WHEN head_quantity > 0 THEN {SINCE_EVER} END AS first_stock_day
        FROM around WHERE position = 1 AND head_quantity IS NOT NULL
        UNION ALL
        SELECT ledger, company, material, place, day, day + glided::INTEGER,
               CASE WHEN glides THEN day + 1 ELSE next_day END, balance, worth,
               CASE WHEN glided THEN balance ELSE previous_balance END,
               CASE WHEN glided THEN worth ELSE previous_worth END, balance, worth, moved,
               coalesce(used_quantity, 0), coalesce(used_value, 0), coalesce(sold_quantity, 0),
               coalesce(sold_value, 0), coalesce(sent_quantity, 0), coalesce(sent_value, 0),
               coalesce(used_uncosted, false), last_used_day, last_sent_day, first_stock_day
        FROM around
        UNION ALL
        SELECT ledger, company, material, place, next_day, day + 1, next_day + 1, (balance + next_balance) * 0.5,
               (worth + next_worth) * 0.5, balance, worth, next_balance, next_worth, false, 0, 0, 0, 0, 0, 0, false,
               last_used_day, last_sent_day, coalesce(first_stock_day, next_day)
        FROM around WHERE glides
    )
"""

_STATEMENT = f"""
    WITH {_INPUTS}, {_LEVELS}, {_ANCHORS}, {_BALANCES}, {_STEPS},
    categories AS (
        SELECT ledger, company, material_code, min(category) AS category, min(uom) AS uom FROM materials GROUP BY ALL
    )
    SELECT {key("s.ledger", "s.company", "s.material")} AS _unit, s.ledger, s.company, s.material AS material_code,
           nullif(s.place, '') AS warehouse, coalesce(v.category, o.category, a.category) AS category,
           coalesce(v.uom, o.uom, a.uom) AS uom, s.* EXCLUDE (ledger, company, material, place)
    FROM spans s JOIN levels v USING (ledger, company, material)
    LEFT JOIN categories o ON o.ledger = s.ledger AND o.company = s.company AND o.material_code = s.material
    LEFT JOIN categories a ON a.ledger = s.ledger AND a.company = '' AND a.material_code = s.material
    WHERE s.from_day < s.to_day
"""

QUANTITY, VALUE = "DECIMAL(18,6)", "DECIMAL(18,4)"

STOCK_DAYS = Derivation(
    name="stock_days",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "warehouse": "VARCHAR",
        "material_code": "VARCHAR",
        "category": "VARCHAR",
        "uom": "VARCHAR",
        "day": "DATE",
        "from_day": "DATE",
        "to_day": "DATE",
        "moved": "BOOLEAN",
        "quantity": QUANTITY,
        "value": VALUE,
        "before_quantity": QUANTITY,
        "before_value": VALUE,
        "after_quantity": QUANTITY,
        "after_value": VALUE,
        "used_quantity": QUANTITY,
        "used_value": VALUE,
        "sold_quantity": QUANTITY,
        "sold_value": VALUE,
        "sent_quantity": QUANTITY,
        "sent_value": VALUE,
        "used_uncosted": "BOOLEAN",
        "last_used_day": "DATE",
        "last_sent_day": "DATE",
        "first_stock_day": "DATE",
    },
    inputs={"stock_movements": UNIT, "stock_balances": COMPANY, "materials": WHOLE_LEDGER},
    statement=_STATEMENT,
    settings=("ledgers",),
    prepare=touch_materials,
)
