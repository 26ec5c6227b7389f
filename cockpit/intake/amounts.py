"""Values a row implies: amounts from price, quantity and tax, the sign of stock movements."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.model import Table

_MONEY = "DECIMAL(18,4)"
_INWARD = ("purchase", "production_receipt", "transfer_in", "return_in")
OUTWARD = ("sale", "production_issue", "transfer_out", "return_out", "scrap")


def _money(amount: str) -> str:
    """SQL: the amount as money; null where it is more than money can hold."""
    return f"TRY(CAST({amount} AS {_MONEY}))"


def derived_amounts(table: Table, given: set[str]) -> dict[str, str]:
    """SQL for the amounts that can be computed where their own column is empty, over the typed columns of `given`.

    amount_net = gross − tax, gross ÷ (1 + rate), or quantity × price; amount_gross likewise upwards. Products are
    exact decimals rounded half up to 4 places. Only what stands in the row is used, never another row.
    """
    ways: dict[str, list[str]] = {"amount_net": [], "amount_gross": [], "cost_amount": []}
    factor = "(1 - coalesce(discount_rate, 0))" if "discount_rate" in given else "1"
    # a price may be for 100 or 1,000 pieces
    per = " / CASE WHEN price_unit > 0 THEN price_unit ELSE 1 END" if "price_unit" in given else ""
    if {"amount_gross", "tax_amount"} <= given:
        ways["amount_net"].append(_money("amount_gross - tax_amount"))
    if {"amount_net", "tax_amount"} <= given:
        ways["amount_gross"].append(_money("amount_net + tax_amount"))
    if {"amount_gross", "tax_rate"} <= given:
        ways["amount_net"].append(_money("CAST(amount_gross AS DECIMAL(28,8)) / (1 + tax_rate)"))
    if {"amount_net", "tax_rate"} <= given:
        ways["amount_gross"].append(_money("amount_net * (1 + CAST(tax_rate AS DECIMAL(10,6)))"))
    if {"quantity", "unit_price"} <= given:
        ways["amount_net"].append(_money(f"{_product('unit_price')}{per} * {factor}"))
    if {"quantity", "unit_price_gross"} <= given:
        gross = _money(f"{_product('unit_price_gross')}{per} * {factor}")
        ways["amount_gross"].append(gross)
        if "tax_rate" in given:
            ways["amount_net"].append(_money(f"CAST({gross} AS DECIMAL(28,8)) / (1 + tax_rate)"))
    if {"quantity", "unit_cost"} <= given:
        ways["cost_amount"].append(_money(f"{_product('unit_cost')}"))
    return {
        name: f"coalesce({', '.join(([name] if name in given else []) + formulas)})"
        for name, formulas in ways.items()
        if formulas and table.has(name)
    }


def _product(price: str) -> str:
    return f"quantity * CAST({price} AS DECIMAL(18,6))"


def outward_sign(given: set[str], facts: Mapping[str, bool]) -> str | None:
    """SQL for the sign of a stock movement's quantity and cost, 1 or -1; None where the source already signs them.

    `facts` say of the sheet as a whole: ``direction_unsigned`` (outward lines have positive quantities beside a
    direction column) and ``kind_unsigned`` (lines of outward kinds have positive quantities, no direction column).
    """
    if "direction" in given and facts.get("direction_unsigned"):
        return "(CASE WHEN direction = 'out' THEN -1 ELSE 1 END)"
    if "movement_kind" in given and facts.get("kind_unsigned"):
        kinds = ", ".join(f"'{kind}'" for kind in OUTWARD)
        return (
            f"(CASE WHEN movement_kind IN ({kinds}) OR (movement_kind IN ('count', 'other')"
            " AND regexp_matches(r_movement_kind, '亏|出库|发出|出$|领用|out|loss')) THEN -1 ELSE 1 END)"
        )
    return None
