"""Plans of revenue spread over the working days of their periods, so that any stretch of days has its plan."""

from __future__ import annotations

import duckdb

from cockpit.locale import LANGUAGES, t
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.identity import literal
from cockpit.warehouse.money import shown, with_rate
from cockpit.warehouse.units import IN_TOUCHED_LEDGER, WHOLE_LEDGER

# What a plan may be made for, beside its company; other slices are narrower than any figure is asked for.
SLICES = ("department", "region", "category", "warehouse", "salesperson", "supplier_code", "customer_code",
          "material_code")  # fmt: skip

_NAMES = ", ".join(sorted({literal("revenue"), *(literal(t("metric.revenue.label", one)) for one in LANGUAGES)}))


def touch_plans(con: duckdb.DuckDBPyConnection) -> None:
    """Add to ``touched`` every plan of a ledger whose rates changed."""
    con.execute(f"INSERT INTO touched SELECT DISTINCT _doc FROM targets WHERE {IN_TOUCHED_LEDGER}")


_SLICE = "concat_ws('+', " + ", ".join(f"CASE WHEN nullif({name}, '') IS NOT NULL THEN '{name}' END"
                                      for name in ("company", *SLICES)) + ")"  # fmt: skip

# A day's share is the plan up to and with it less the plan before it, so that all shares add up to the plan. A period
# without any working day is spread over all its days.
_STATEMENT = f"""
    WITH plans AS (
        SELECT *, row_number() OVER (ORDER BY _delivery, _part, _row) AS plan FROM targets
        WHERE _doc IN (SELECT unit FROM touched) AND metric IN ({_NAMES})
    ), rated AS ({with_rate("SELECT * FROM plans", "period_start")}),
    amounts AS (SELECT r.*, {shown("target")} AS amount FROM rated r),
    days AS (
        SELECT a.plan, c.day, c.is_work,
               count(*) FILTER (WHERE c.is_work) OVER own AS worked, count(*) OVER own AS passed,
               count(*) FILTER (WHERE c.is_work) OVER whole AS all_worked, count(*) OVER whole AS all_days
        FROM amounts a JOIN calendar_days c
          ON c.ledger = a.ledger AND c.company = '' AND c.day BETWEEN a.period_start AND a.period_end
        WINDOW own AS (PARTITION BY a.plan ORDER BY c.day), whole AS (PARTITION BY a.plan)
    ), shares AS (
        SELECT plan, day, CASE WHEN all_worked > 0 THEN worked ELSE passed END AS upto,
               CASE WHEN all_worked > 0 THEN is_work::INTEGER ELSE 1 END AS own,
               CASE WHEN all_worked > 0 THEN all_worked ELSE all_days END AS among
        FROM days
    )
    SELECT a._doc AS _unit, a.ledger, a.company, s.day, {_SLICE} AS slice,
           {", ".join(f"a.{name}" for name in SLICES)},
           CASE WHEN a.rate IS NULL THEN 'no_rate' END AS reason,
           (a.amount * s.upto / s.among)::DECIMAL(18,4) - (a.amount * (s.upto - s.own) / s.among)::DECIMAL(18,4)
               AS amount,
           a.shown_currency AS currency
    FROM amounts a JOIN shares s USING (plan)
"""

PLAN_DAYS = Derivation(
    name="plan_days",
    columns={
        "_unit": "UUID",
        "ledger": "VARCHAR",
        "company": "VARCHAR",
        "day": "DATE",
        "slice": "VARCHAR",
        **dict.fromkeys(SLICES, "VARCHAR"),
        "reason": "VARCHAR",
        "amount": "DECIMAL(18,4)",
        "currency": "VARCHAR",
    },
    inputs={"targets": "_doc", "exchange_rates": WHOLE_LEDGER},
    statement=_STATEMENT,
    settings=("ledgers", "calendars"),
    prepare=touch_plans,
)

DERIVATIONS: tuple[Derivation, ...] = (PLAN_DAYS,)
