"""Each time that stock of a material in a warehouse fell below its reorder point, and the order that answered it."""

from __future__ import annotations

import duckdb

from cockpit.derive.stock_days import FOREVER, MATERIAL, MOVED, QUANTITY, SIDES, UNIT
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.identity import key
from cockpit.warehouse.units import in_touched
from cockpit.warehouse.working_time import local, with_working

_OWN = ("ledger", "company", MATERIAL)


def nothing_to_watch(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether nobody ever stated a reorder point."""
    stated = " UNION ALL ".join(
        f"(SELECT 1 FROM {table} WHERE reorder_point > 0 LIMIT 1)" for table in ("materials", "stock_balances")
    )
    return not con.execute(f"{stated} UNION ALL (SELECT 1 FROM replenishments LIMIT 1)").fetchall()


# A point that a balance states holds in its warehouse from that day on; before the first one the material's own holds,
# else that first one. The lots of a material repeat its point; warehouses taken together need the sum of theirs. An
# export writes 0 where nobody set one.
_POINTS = f"""
    stated AS (
        SELECT ledger, company, {MATERIAL} AS material, coalesce(warehouse, '') AS warehouse, as_of_day AS day,
               max(reorder_point) AS point
        FROM stock_balances WHERE reorder_point > 0 AND {in_touched(_OWN, "stock_balances")} GROUP BY ALL
    ), own AS (
        SELECT ledger, company, material_code AS material, max(reorder_point) AS point FROM materials
        WHERE reorder_point > 0 GROUP BY ALL
    ), held AS (
        SELECT ledger, company, material_code AS material, coalesce(warehouse, '') AS place, day,
               min(category) AS category, bool_or(moved) AS moved, min(after_quantity) AS quantity,
               arg_max(before_quantity, moved) AS before
        FROM stock_days WHERE day IS NOT NULL AND after_quantity IS NOT NULL AND _unit IN (SELECT unit FROM touched)
          AND ((ledger, company, material_code) IN (SELECT (ledger, company, material) FROM stated)
               OR (ledger, company, material_code) IN (SELECT (ledger, company, material) FROM own)
               OR (ledger, material_code) IN (SELECT (ledger, material) FROM own WHERE company = ''))
        GROUP BY ALL
    ), by_place AS (
        SELECT ledger, company, material, place, day,
               coalesce(sum(point) FILTER (warehouse <> ''), sum(point)) AS point
        FROM stated JOIN (SELECT DISTINCT ledger, company, material, place FROM held) USING (ledger, company, material)
        WHERE place = '' OR place = warehouse GROUP BY ALL
    ), first_stated AS (
        SELECT ledger, company, material, place, arg_min(point, day) AS point FROM by_place GROUP BY ALL
    ), pointed AS (
        SELECT h.*, coalesce(s.point, o.point, a.point, f.point) AS point
        FROM held h ASOF LEFT JOIN by_place s
          ON s.ledger = h.ledger AND s.company = h.company AND s.material = h.material AND s.place = h.place
             AND s.day <= h.day
        LEFT JOIN own o ON o.ledger = h.ledger AND o.company = h.company AND o.material = h.material
        LEFT JOIN own a ON a.ledger = h.ledger AND a.company = '' AND a.material = h.material
        LEFT JOIN first_stated f
          ON f.ledger = h.ledger AND f.company = h.company AND f.material = h.material AND f.place = h.place
    )
"""

# Stock is that at the end of a day: what falls and rises again within one is nothing. Where stock was below when it
# was first known, or fell unseen between two stated balances, nobody can say since when.
_FALLS = """
    watched AS (
        SELECT *, quantity < point AS below, lag(day) OVER own AS previous_day,
               lag(quantity < point, 1, before < point) OVER own AS was_below
        FROM pointed WHERE point IS NOT NULL WINDOW own AS (PARTITION BY ledger, company, material, place ORDER BY day)
    ), changes AS (
        SELECT *, lead(day) OVER (PARTITION BY ledger, company, material, place ORDER BY day) AS next_day
        FROM watched WHERE below <> was_below OR below AND previous_day IS NULL
    ), falls AS (
        SELECT * EXCLUDE (below, next_day), next_day AS recovered_on,
               CASE WHEN was_below THEN 'already_below'
                    WHEN NOT moved AND previous_day IS DISTINCT FROM day - 1 THEN 'fell_between_balances' END AS unseen
        FROM changes WHERE below
    )
"""

# A day without a time of day is read as midnight, so that midnight tells no time.
_TIMED = "coalesce({wall} > date_trunc('day', {wall}), false)"
_WALL = local("{instant}", "l.timezone")

# The movement that took it below: the first after which stock did not reach the point again on that day. It is told
# only where all that moved on the day tells its time on that very day and explains the day's balance.
_MOVES = f"""
    moves AS (
        SELECT ledger, company, material, f.place, f.day, m._doc, m.document_no, m.moved_quantity, m.occurred_at,
               {_TIMED.format(wall="m.wall")} AND m.wall::DATE = f.day AS timed
        FROM falls f JOIN (
            SELECT s.ledger, s.company, {MATERIAL} AS material, coalesce(s.warehouse, '') AS warehouse,
                   s.document_date AS day, {MOVED} AS moved_quantity, s.occurred_at, s._doc, s.document_no,
                   {_WALL.format(instant="s.occurred_at")} AS wall
            FROM ({SIDES}) s JOIN ledgers l ON l.name = s.ledger
            WHERE {in_touched(_OWN, "stock_movements")} AND s.is_void IS NOT TRUE
        ) m USING (ledger, company, material, day)
        WHERE f.unseen IS NULL AND (f.place = '' OR f.place = m.warehouse)
    ), steps AS (
        SELECT ledger, company, material, place, day, occurred_at, sum(moved_quantity) AS step
        FROM moves GROUP BY ALL
    ), running AS (
        SELECT s.*, f.point, f.before + sum(s.step) OVER (
                   PARTITION BY ledger, company, material, place, day ORDER BY occurred_at) AS balance
        FROM steps s JOIN falls f USING (ledger, company, material, place, day)
    ), crossings AS (
        SELECT ledger, company, material, place, day, min(occurred_at) AS below_at
        FROM (SELECT *, max(occurred_at) FILTER (balance >= point) OVER (
                         PARTITION BY ledger, company, material, place, day) AS enough_at FROM running)
        WHERE enough_at IS NULL OR occurred_at > enough_at GROUP BY ALL
    ), told AS (
        SELECT ledger, company, material, place, day, bool_and(timed) AS timed, sum(moved_quantity) AS moved_quantity,
               arg_min(struct_pack(doc := _doc, num := document_no), struct_pack(q := moved_quantity, d := _doc))
                   AS largest
        FROM moves GROUP BY ALL
    ), causes AS (
        SELECT t.ledger, t.company, t.material, t.place, t.day, t.largest, t.moved_quantity,
               CASE WHEN t.timed THEN c.below_at END AS below_at,
               min(struct_pack(doc := m._doc, num := m.document_no)) FILTER (t.timed AND m.occurred_at = c.below_at)
                   AS crossing
        FROM told t JOIN moves m USING (ledger, company, material, place, day)
        LEFT JOIN crossings c USING (ledger, company, material, place, day) GROUP BY ALL
    ), dated AS (
        SELECT f.* EXCLUDE (day, moved, before, was_below, previous_day), f.day AS below_on,
               CASE WHEN f.before + c.moved_quantity = f.quantity THEN c.below_at END AS below_at,
               coalesce(CASE WHEN f.before + c.moved_quantity = f.quantity THEN c.crossing END, c.largest) AS cause
        FROM falls f LEFT JOIN causes c USING (ledger, company, material, place, day)
    )
"""

# The first order from the fall on, up to the day on which stock is enough again. On the day of the fall itself an order
# earlier by the clock is none; where one of the two tells no time, the day decides. An order that names no warehouse
# answers but is not shown: who sees one warehouse alone does not see it.
_ORDERS = f"""
    orders AS (
        SELECT ledger, company, material, place, _doc, document_no,
               CASE WHEN timed THEN wall::DATE ELSE document_date END AS ordered_on,
               CASE WHEN timed THEN created_at END AS ordered_at
        FROM (SELECT p.*, {MATERIAL} AS material, coalesce(p.warehouse, '') AS place,
                     {_WALL.format(instant="p.created_at")} AS wall, {_TIMED.format(wall="wall")} AS timed
              FROM purchase_orders p JOIN ledgers l ON l.name = p.ledger
              WHERE {in_touched(_OWN, "purchase_orders")} AND p.is_void IS NOT TRUE AND coalesce(p.quantity, 1) > 0)
    ), answered AS (
        SELECT f.*, o.ordered_on, o.ordered_at, CASE WHEN f.place IN ('', o.place) THEN o._doc END AS order_doc,
               o.document_no AS order_no
        FROM dated f LEFT JOIN orders o
          ON o.ledger = f.ledger AND o.company = f.company AND o.material = f.material
             AND (f.place = '' OR o.place IN ('', f.place))
             AND o.ordered_on BETWEEN f.below_on AND coalesce(f.recovered_on, {FOREVER})
             AND coalesce(o.ordered_at >= f.below_at, true)
        QUALIFY row_number() OVER (PARTITION BY f.ledger, f.company, f.material, f.place, f.below_on
                                   ORDER BY o.ordered_on, o.ordered_at NULLS LAST, o._doc, o.document_no) = 1
    ), paired AS (
        SELECT a.* EXCLUDE (below_at, ordered_at), a.below_at IS NULL OR a.ordered_at IS NULL AS by_day,
               CASE WHEN by_day THEN timezone('UTC', timezone(l.timezone, a.below_on::TIMESTAMP))
                    ELSE a.below_at END AS below_at,
               CASE WHEN a.ordered_on IS NULL THEN NULL
                    WHEN by_day THEN timezone('UTC', timezone(l.timezone, a.ordered_on::TIMESTAMP))
                    ELSE a.ordered_at END AS ordered_at
        FROM answered a JOIN ledgers l ON l.name = a.ledger
    )
"""

_STATEMENT = f"""
    WITH {_POINTS}, {_FALLS}, {_MOVES}, {_ORDERS},
    worked AS ({with_working("SELECT * FROM paired", ("below_at", "ordered_at"))})
    SELECT {key("ledger", "company", "material")} AS _unit, ledger, company, nullif(place, '') AS warehouse,
           material AS material_code, category, point AS reorder_point, quantity, below_on, recovered_on, ordered_on,
           below_at, ordered_at, w_below, w_ordered, by_day,
           coalesce(below_provisional OR ordered_provisional, false) AS hours_provisional,
           CASE WHEN unseen IS NOT NULL THEN unseen
                WHEN ordered_on IS NOT NULL THEN NULL
                WHEN recovered_on IS NOT NULL THEN 'recovered_without_order'
                ELSE 'not_ordered_yet' END AS reason,
           CASE WHEN order_doc IS NOT NULL THEN 'purchase_orders' ELSE 'stock_movements' END AS document_table,
           coalesce(order_doc, cause.doc) AS document,
           CASE WHEN order_doc IS NOT NULL THEN order_no ELSE cause.num END AS document_no
    FROM worked
"""

REPLENISHMENTS = Derivation(
    name="replenishments",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "warehouse": "VARCHAR",
        "material_code": "VARCHAR",
        "category": "VARCHAR",
        "reorder_point": QUANTITY,
        "quantity": QUANTITY,  # at the end of the day of the fall
        "below_on": "DATE",
        "recovered_on": "DATE",
        "ordered_on": "DATE",
        "below_at": "TIMESTAMP",
        "ordered_at": "TIMESTAMP",
        "w_below": "BIGINT",
        "w_ordered": "BIGINT",
        "by_day": "BOOLEAN",  # one of the two tells no time of day: both are midnights
        "hours_provisional": "BOOLEAN",
        "reason": "VARCHAR",
        "document_table": "VARCHAR",  # the order of that warehouse, else the movement that took stock below
        "document": "UUID",
        "document_no": "VARCHAR",
    },
    # Whatever changes a movement, a balance or a material changes its days of stock.
    inputs={"stock_days": "_unit", "purchase_orders": UNIT},
    statement=_STATEMENT,
    settings=("ledgers", "calendars"),
    idle=nothing_to_watch,
)
