"""Stock in pieces that add up: per position and month (or period of a 收发存) stock times days, and what was used."""

from __future__ import annotations

import duckdb

from cockpit.derive.stock_days import COMPANY, MATERIAL, QUANTITY, VALUE
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.identity import key
from cockpit.warehouse.units import IN_TOUCHED_LEDGER, WHOLE_LEDGER, in_touched

_TOUCHED = in_touched(("ledger", "company"), "stock_days", "stock_summaries")


def touch_companies(con: duckdb.DuckDBPyConnection) -> None:
    """Add to ``touched`` every company of a ledger whose master data changed."""
    con.execute(
        f"INSERT INTO touched SELECT {COMPANY} FROM (SELECT ledger, company FROM stock_days"
        f" UNION SELECT ledger, company FROM stock_summaries) WHERE {IN_TOUCHED_LEDGER}"
    )


def _month(day: str, plus: str = "") -> str:
    """SQL for the first day of the ledger's month that holds `day`, or of one some months on."""
    return f"(date_trunc('month', {day} - shift){plus})::DATE + shift"


_NEXT = " + INTERVAL 1 MONTH"

# A company's months run from its first known day (an opening balance belongs to the day after) to the month of its
# newest. `moved` are the months in which anything moved.
_MONTHS = f"""
    days AS (
        SELECT d.*, l.month_start_day - 1 AS shift
        FROM stock_days d JOIN ledgers l ON l.name = d.ledger WHERE {_TOUCHED}
    ), company_days AS (
        SELECT ledger, company, shift, day, bool_or(moved) AS moved FROM days WHERE day IS NOT NULL GROUP BY ALL
    ), reaches AS (
        SELECT ledger, company, {_month("min(day + (NOT moved)::INTEGER)")} AS first_month,
               {_month("max(day)", _NEXT)} AS end_day
        FROM company_days GROUP BY ledger, company, shift
    ), moved_months AS (
        SELECT DISTINCT ledger, company, {_month("day")} AS from_day FROM company_days WHERE moved
    ), clipped AS (
        SELECT d.*, greatest(d.from_day, r.first_month) AS begins, least(d.to_day, r.end_day) AS ends
        FROM days d JOIN reaches r USING (ledger, company) WHERE begins < ends
    ), cut AS (
        SELECT c.*, {_month("begins", " + to_months(n)")} AS month_day,
               {_month("begins", " + to_months(n + 1)")} AS month_end,
               greatest(begins, month_day) AS f, least(ends, month_end) AS t
        FROM (SELECT *, unnest(range(
                  date_diff('month', date_trunc('month', begins - shift), date_trunc('month', ends - 1 - shift)) + 1
              ))::INTEGER AS n FROM clipped) c
    )
"""

# Stock times days of a position's month. A month in which the company moved nothing and this position's stock changed
# all the same has an unknown consumption.
_BOOKED = """
    booked AS (
        SELECT ledger, company, warehouse, material_code, category, uom, month_day AS from_day, month_end AS to_day,
               arg_min(CASE WHEN from_day < f THEN struct_pack(q := quantity, v := value)
                            ELSE struct_pack(q := before_quantity, v := before_value) END, f) AS opening,
               arg_max(CASE WHEN to_day > t THEN struct_pack(q := quantity, v := value)
                            ELSE struct_pack(q := after_quantity, v := after_value) END, f) AS closing,
               coalesce(sum(quantity * (t - f)), 0) AS days_quantity, coalesce(sum(value * (t - f)), 0) AS days_value,
               coalesce(bool_or(value IS NULL AND quantity <> 0), false) AS days_uncosted,
               coalesce(bool_or(used_uncosted AND day >= f), false) AS used_uncosted,
               bool_or(quantity IS NULL) AS unknown,
               min(least(quantity, before_quantity))
                   IS DISTINCT FROM max(greatest(quantity, before_quantity)) AS changed,
               sum(CASE WHEN day >= f THEN used_quantity ELSE 0 END) AS used_quantity,
               sum(CASE WHEN day >= f THEN used_value ELSE 0 END) AS used_value,
               sum(CASE WHEN day >= f THEN sold_quantity ELSE 0 END) AS sold_quantity,
               sum(CASE WHEN day >= f THEN sold_value ELSE 0 END) AS sold_value,
               sum(CASE WHEN day >= f THEN sent_quantity ELSE 0 END) AS sent_quantity,
               sum(CASE WHEN day >= f THEN sent_value ELSE 0 END) AS sent_value
        FROM cut GROUP BY ledger, company, warehouse, material_code, category, uom, month_day, month_end
    ), months AS (
        SELECT b.* EXCLUDE (opening, closing, unknown, changed), b.opening.q AS opening_quantity,
               b.opening.v AS opening_value, b.closing.q AS closing_quantity, b.closing.v AS closing_value,
               CASE WHEN m.from_day IS NOT NULL THEN 'movements' ELSE 'balances' END AS source,
               CASE WHEN unknown THEN 'no_balance'
                    WHEN m.from_day IS NULL AND changed THEN 'no_consumption' END AS reason
        FROM booked b LEFT JOIN moved_months m USING (ledger, company, from_day)
        WHERE NOT (days_quantity = 0 AND days_value = 0 AND NOT days_uncosted AND used_quantity = 0
                   AND sold_quantity = 0 AND sent_quantity = 0 AND coalesce(b.opening.q, 0) = 0
                   AND coalesce(b.closing.q, 0) = 0)
    )
"""

# Empty quantities follow from the others; an empty amount beside a quantity is not costed.
_PERIODS = f"""
    given AS (
        SELECT ledger, company, nullif(warehouse, '') AS warehouse, {MATERIAL} AS material_code,
               nullif(category, '') AS category, nullif(uom, '') AS uom, period_start AS from_day,
               period_end + 1 AS to_day,
               coalesce(opening_quantity, coalesce(closing_quantity, 0) - coalesce(inbound_quantity, 0)
                        + coalesce(outbound_quantity, 0)) AS opening_q,
               coalesce(closing_quantity, coalesce(opening_quantity, 0) + coalesce(inbound_quantity, 0)
                        - coalesce(outbound_quantity, 0)) AS closing_q,
               coalesce(outbound_quantity, opening_q + coalesce(inbound_quantity, 0) - closing_q) AS used_q,
               CASE WHEN opening_q = 0 THEN coalesce(opening_amount, 0) ELSE opening_amount END AS opening_v,
               CASE WHEN closing_q = 0 THEN coalesce(closing_amount, 0) ELSE closing_amount END AS closing_v,
               CASE WHEN used_q = 0 THEN coalesce(outbound_amount, 0) ELSE outbound_amount END AS used_v
        FROM stock_summaries WHERE {_TOUCHED} AND period_end >= period_start
    ), periods AS (
        SELECT ledger, company, warehouse, material_code, min(category) AS category, min(uom) AS uom, from_day, to_day,
               sum(opening_q) AS opening_quantity, sum(closing_q) AS closing_quantity, sum(used_q) AS used_quantity,
               CASE WHEN count(*) = count(opening_v) THEN sum(opening_v) END AS opening_value,
               CASE WHEN count(*) = count(closing_v) THEN sum(closing_v) END AS closing_value,
               sum(used_v) AS used_value, count(*) > count(used_v) AS used_uncosted
        FROM given GROUP BY ALL
    )
"""

# One source per material and period: movements with balances come first; only a warehouse that no movement and no
# balance ever names is told by its own summaries beside them. A period without warehouse beside the same
# one by warehouse is its total; one that shorter ones fill completely repeats them, any other that holds shorter ones
# stands for them where a window holds it. Of two that overlap in part the one made of the ledger's months stays, else
# the earlier.
_CHOSEN = """
    booked_places AS (
        SELECT DISTINCT ledger, company, warehouse FROM days
    ), told_apart AS (
        SELECT p.*, p.warehouse IS NOT NULL AND b.ledger IS NULL AND u.ledger IS NULL AS apart
        FROM periods p
        LEFT JOIN booked_places b ON b.ledger = p.ledger AND b.company = p.company AND b.warehouse = p.warehouse
        LEFT JOIN booked_places u ON u.ledger = p.ledger AND u.company = p.company AND u.warehouse IS NULL
    ), alone AS (
        SELECT p.*, row_number() OVER () AS number,
               day(p.from_day - l.month_start_day + 1) = 1 AND day(p.to_day - l.month_start_day + 1) = 1 AS aligned
        FROM told_apart p JOIN ledgers l ON l.name = p.ledger
        WHERE NOT EXISTS (FROM months m WHERE m.ledger = p.ledger AND m.company = p.company AND NOT p.apart
                AND m.material_code = p.material_code AND m.source = 'movements' AND m.reason IS NULL
                AND m.from_day < p.to_day AND m.to_day > p.from_day)
          AND NOT (p.warehouse IS NULL AND EXISTS (FROM periods o WHERE o.ledger = p.ledger AND o.company = p.company
                AND o.material_code = p.material_code AND o.from_day = p.from_day AND o.to_day = p.to_day
                AND o.warehouse IS NOT NULL))
    ), pairs AS (
        SELECT a.number, a.aligned, b.number AS other, b.aligned AS other_aligned, a.from_day, b.from_day AS other_from,
               b.to_day AS other_to, b.from_day >= a.from_day AND b.to_day <= a.to_day AS holds,
               b.from_day <= a.from_day AND b.to_day >= a.to_day AS inside
        FROM alone a JOIN alone b ON a.ledger = b.ledger AND a.company = b.company
         AND a.material_code = b.material_code AND a.warehouse IS NOT DISTINCT FROM b.warehouse
         AND a.from_day < b.to_day AND b.from_day < a.to_day AND a.number <> b.number
    ), overlapping AS (
        SELECT DISTINCT number FROM pairs
        WHERE NOT holds AND NOT inside
          AND (other_aligned AND NOT aligned OR other_aligned = aligned AND other_from < from_day)
    ), nested AS (
        SELECT * FROM pairs WHERE (holds OR inside) AND number NOT IN (FROM overlapping)
          AND other NOT IN (FROM overlapping)
    ), repeated AS (
        SELECT n.number FROM nested n JOIN alone a ON a.number = n.number
        WHERE n.holds AND n.other NOT IN (SELECT number FROM nested WHERE holds)
        GROUP BY n.number, a.to_day, a.from_day HAVING sum(n.other_to - n.other_from) = a.to_day - a.from_day
    ), containers AS (
        SELECT number, arg_min(struct_pack(f := other_from, t := other_to), other_to - other_from) AS smallest
        FROM nested WHERE inside AND other NOT IN (FROM repeated) GROUP BY ALL
    ), summaries AS (
        SELECT a.* EXCLUDE (number, aligned), c.smallest.f AS within_from, c.smallest.t AS within_to,
               CASE WHEN a.number IN (FROM overlapping) THEN 'overlapping_summary' END AS reason
        FROM alone a LEFT JOIN containers c USING (number) WHERE a.number NOT IN (FROM repeated)
    ), kept_months AS (
        SELECT m.* FROM months m
        WHERE m.source = 'movements' AND m.reason IS NULL
           OR NOT EXISTS (FROM summaries s WHERE s.ledger = m.ledger AND s.company = m.company AND NOT s.apart
                AND s.material_code = m.material_code AND s.reason IS NULL
                AND s.from_day < m.to_day AND s.to_day > m.from_day)
    )
"""

_STATEMENT = f"""
    WITH {_MONTHS}, {_BOOKED}, {_PERIODS}, {_CHOSEN},
    categories AS (
        SELECT ledger, company, material_code, min(category) AS category, min(uom) AS uom FROM materials GROUP BY ALL
    ), pieces AS (
        SELECT * EXCLUDE (days_uncosted, used_uncosted), days_uncosted OR used_uncosted AS uncosted,
               NULL::DATE AS within_from, NULL::DATE AS within_to
        FROM kept_months
        UNION ALL BY NAME
        SELECT s.* EXCLUDE (used_uncosted, category, uom, apart), s.used_uncosted AS uncosted, 'summaries' AS source,
               coalesce(s.category, o.category, a.category) AS category, coalesce(s.uom, o.uom, a.uom) AS uom,
               (s.opening_quantity + s.closing_quantity) * (s.to_day - s.from_day) * 0.5 AS days_quantity,
               coalesce((s.opening_value + s.closing_value) * (s.to_day - s.from_day) * 0.5, 0) AS days_value,
               s.used_quantity AS sold_quantity, s.used_value AS sold_value, 0 AS sent_quantity, 0 AS sent_value
        FROM summaries s
        LEFT JOIN categories o ON o.ledger = s.ledger AND o.company = s.company AND o.material_code = s.material_code
        LEFT JOIN categories a ON a.ledger = s.ledger AND a.company = '' AND a.material_code = s.material_code
    )
    SELECT {key("ledger", "company")} AS _unit, * FROM pieces
"""

STOCK_PIECES = Derivation(
    name="stock_pieces",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "warehouse": "VARCHAR",
        "material_code": "VARCHAR",
        "category": "VARCHAR",
        "uom": "VARCHAR",
        "source": "VARCHAR",
        "reason": "VARCHAR",
        "from_day": "DATE",
        "to_day": "DATE",
        "within_from": "DATE",
        "within_to": "DATE",
        "opening_quantity": QUANTITY,
        "opening_value": VALUE,
        "closing_quantity": QUANTITY,
        "closing_value": VALUE,
        "days_quantity": "DECIMAL(38,6)",
        "days_value": "DECIMAL(38,4)",
        "used_quantity": QUANTITY,
        "used_value": VALUE,
        "sold_quantity": QUANTITY,
        "sold_value": VALUE,
        "sent_quantity": QUANTITY,
        "sent_value": VALUE,
        "uncosted": "BOOLEAN",
    },
    inputs={"stock_days": COMPANY, "stock_summaries": COMPANY, "materials": WHOLE_LEDGER},
    statement=_STATEMENT,
    settings=("ledgers",),
    prepare=touch_companies,
)
