"""Inventory turnover days, worked out by hand and recomputed day by day on random books."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
import pytest

from cockpit.metrics.inventory import METRICS
from tests.derive.books import STOCK, Books

TURNOVER = METRICS[0]
JANUARY = ("2024-01-01", "2024-02-01")
QUANTITY = {"params": {"basis": "quantity"}}


@pytest.fixture
def books() -> Books:
    return Books(STOCK)


def day(text: str) -> date:
    return date.fromisoformat(text)


def move(on: str, kind: str, quantity: object, cost: object = "ten", **more: Any) -> dict[str, Any]:
    """A movement of M1 in warehouse A at 10 a piece unless told."""
    return {
        "document_no": f"{on}-{kind}-{more.get('warehouse', 'A')}",
        "document_date": day(on),
        "movement_kind": kind,
        "material_code": "M1",
        "warehouse": "A",
        "quantity": quantity,
        "cost_amount": Decimal(str(quantity)) * 10 if cost == "ten" else cost,
        **more,
    }


def balance(on: str, quantity: object, cost: object = "ten", **more: Any) -> dict[str, Any]:
    row = move(on, "", quantity, cost, **more)
    kept = {name: value for name, value in row.items() if name not in ("document_no", "document_date", "movement_kind")}
    return {"as_of_day": day(on), **kept}


def summary(
    start: str, end: str, opening: tuple[Any, Any], out: tuple[Any, Any], closing: tuple[Any, Any], **more: Any
) -> dict[str, Any]:
    """A row of a 收发存: quantity and amount each."""
    return {
        "period_start": day(start),
        "period_end": day(end),
        "material_code": "M1",
        "warehouse": "A",
        "opening_quantity": opening[0],
        "opening_amount": opening[1],
        "outbound_quantity": out[0],
        "outbound_amount": out[1],
        "closing_quantity": closing[0],
        "closing_amount": closing[1],
        **more,
    }


def test_average_of_daily_balances_over_consumption_times_days(books: Books) -> None:
    """100 for ten days, 60 for ten, 70 for eleven: 2,370 piece-days; 40 sold; 2,370 / 40 = 59.25 days."""
    books.add("stock_balances", [balance("2023-12-31", 100)])
    books.add("stock_movements", [move("2024-01-11", "sale", -40), move("2024-01-21", "purchase", 10)])
    figures = books.one(TURNOVER, *JANUARY)
    assert figures["value"] == pytest.approx(59.25)
    assert (figures["numerator"], figures["denominator"], figures["n"]) == (23700, 400, 1)
    assert figures["average_stock"] == pytest.approx(23700 / 31)
    assert figures["note_stock_from_movements"] and not figures["note_stock_from_summaries"]
    assert books.one(TURNOVER, *JANUARY, **QUANTITY)["value"] == pytest.approx(59.25)


def test_balances_before_the_first_stated_one_are_walked_back(books: Books) -> None:
    books.add("stock_movements", [move("2024-01-11", "sale", -40), move("2024-01-21", "purchase", 10)])
    books.add("stock_balances", [balance("2024-01-31", 70)])
    assert books.one(TURNOVER, *JANUARY)["value"] == pytest.approx(59.25)
    assert books.differing() == {}


def test_a_stated_balance_corrects_what_the_movements_say_from_its_day_on(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100), balance("2024-01-15", 50)])
    books.add("stock_movements", [move("2024-01-11", "sale", -40)])
    figures = books.one(TURNOVER, *JANUARY, **QUANTITY)
    # between the 11th (60) and the stated 50 of the 15th nothing moved: 55 for each of the four days
    assert figures["numerator"] == 10 * 100 + 60 + 4 * 55 + 16 * 50


def test_any_window_cuts_months_and_months_add_up(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100)])
    books.add(
        "stock_movements",
        [move("2024-01-11", "sale", -40), move("2024-02-05", "sale", -20), move("2024-03-31", "sale", -1)],
    )
    assert books.one(TURNOVER, "2024-01-06", "2024-01-16")["numerator"] == (5 * 100 + 5 * 60) * 10
    assert books.one(TURNOVER, "2024-01-06", "2024-01-16")["denominator"] == 400
    assert books.one(TURNOVER, "2024-01-12", "2024-02-06")["numerator"] == (24 * 60 + 40) * 10
    weeks = books.ask(TURNOVER, "2024-01-01", "2024-04-01", grain="week")
    months = books.ask(TURNOVER, "2024-01-01", "2024-04-01", grain="month")
    quarter = books.one(TURNOVER, "2024-01-01", "2024-04-01", grain="quarter")
    for parts in (weeks, months):
        assert sum(row["numerator"] for row in parts) == quarter["numerator"] == (1000 + 25 * 60 + 55 * 40 + 39) * 10
        assert sum(row["denominator"] for row in parts) == quarter["denominator"] == 610
    assert len(months) == 3


def test_balances_alone_are_averaged_and_their_unknown_consumption_is_counted(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100), balance("2024-01-31", 60)])
    figures = books.one(TURNOVER, *JANUARY)
    assert (figures["value"], figures["n"], figures["reasons"]) == (None, 0, {"no_consumption": 1})
    piece = books.rows("SELECT * FROM stock_pieces WHERE from_day = DATE '2024-01-01'")[0]
    assert (piece["source"], piece["days_quantity"]) == ("balances", 31 * 80)


def test_stock_that_nobody_uses_weighs_on_the_average(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100), balance("2023-12-31", 50, material_code="DEAD")])
    books.add("stock_movements", [move("2024-01-01", "sale", -50)])
    assert books.one(TURNOVER, *JANUARY)["value"] == pytest.approx((50 * 31 + 50 * 31) / 50)
    rows = {row["material"]: row for row in books.ask(TURNOVER, *JANUARY, by=("material",))}
    assert rows["DEAD"]["value"] is None and rows["DEAD"]["note_stock_total_not_positive"]
    assert rows["M1"]["value"] == pytest.approx(31)


def test_a_material_a_snapshot_does_not_list_is_not_there(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100), balance("2023-12-31", 50, material_code="GONE")])
    books.add("stock_movements", [move("2024-01-01", "sale", -50)])
    books.add("stock_balances", [balance("2024-01-10", 50)])
    piece = books.rows(
        "SELECT days_quantity FROM stock_pieces WHERE material_code = 'GONE' AND from_day = DATE '2024-01-01'"
    )
    assert piece[0]["days_quantity"] == 10 * 25
    assert books.differing() == {}


def test_movements_without_any_balance_tell_no_stock(books: Books) -> None:
    books.add("stock_movements", [move("2024-01-11", "sale", -40)])
    figures = books.one(TURNOVER, *JANUARY)
    assert (figures["value"], figures["reasons"]) == (None, {"no_balance": 1})


def test_consumption_is_sales_and_issues_less_what_came_back(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 1000)])
    books.add(
        "stock_movements",
        [
            move("2024-01-02", "sale", -40),
            move("2024-01-03", "return_in", 5, document_type="销售退货单"),
            move("2024-01-04", "production_issue", -30),
            move("2024-01-05", "return_in", 3, document_type="生产退料单"),
            move("2024-01-06", "scrap", -7),
            move("2024-01-07", "count", -1),
            move("2024-01-08", "return_out", -2),
            move("2024-01-09", "other", -9),
            move("2024-01-10", "sale", -4, is_void=True),
        ],
    )
    assert books.one(TURNOVER, *JANUARY, **QUANTITY)["denominator"] == 62
    assert books.one(TURNOVER, *JANUARY, params={"basis": "quantity", "consumption": "sales"})["denominator"] == 35


def test_transfers_are_nothing_above_the_warehouse(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100)])
    books.add(
        "stock_movements",
        [
            move("2024-01-11", "transfer_out", -60),
            move("2024-01-11", "transfer_in", 60, warehouse="B"),
            move("2024-01-21", "sale", -20, warehouse="B"),
        ],
    )
    figures = books.one(TURNOVER, *JANUARY, **QUANTITY)
    assert (figures["numerator"], figures["denominator"]) == (100 * 20 + 80 * 11, 20)
    by_warehouse = {row["warehouse"]: row for row in books.ask(TURNOVER, *JANUARY, by=("warehouse",), **QUANTITY)}
    assert (by_warehouse["A"]["numerator"], by_warehouse["A"]["denominator"]) == (100 * 10 + 40 * 21, 60)
    assert (by_warehouse["B"]["numerator"], by_warehouse["B"]["denominator"]) == (60 * 10 + 40 * 11, 20)
    only_a = books.one(TURNOVER, *JANUARY, where={"warehouse": ("A",)}, **QUANTITY)
    assert only_a["denominator"] == 60


def test_summaries_count_in_windows_that_hold_them_whole(books: Books) -> None:
    """(100 + 60) / 2 × 31 / 50 = 49.6 days."""
    books.add("stock_summaries", [summary("2024-01-01", "2024-01-31", (100, 1000), (50, 500), (60, 600))])
    figures = books.one(TURNOVER, *JANUARY)
    assert figures["value"] == pytest.approx(49.6)
    assert figures["note_outbound_undivided"] and figures["note_stock_from_summaries"]
    assert books.one(TURNOVER, "2023-12-01", "2024-03-01")["value"] == pytest.approx(49.6)
    assert books.ask(TURNOVER, "2024-01-01", "2024-01-31") == []
    assert books.ask(TURNOVER, *JANUARY, grain="week") == []
    assert books.one(TURNOVER, *JANUARY, params={"consumption": "sales"})["value"] == pytest.approx(49.6)


def test_months_from_the_26th_to_the_25th(books: Books) -> None:
    books.ledger("default", month_start_day=26)
    books.add("stock_summaries", [summary("2024-08-26", "2024-09-25", (100, 1000), (50, 500), (60, 600))])
    books.add("stock_balances", [balance("2024-08-25", 10, material_code="M2")])
    books.add("stock_movements", [move("2024-09-26", "sale", -2, material_code="M2")])
    rows = books.ask(TURNOVER, "2024-08-26", "2024-10-26", grain="month", by=("material",))
    assert [(row["period_start"], row["material"], row["numerator"], row["denominator"]) for row in rows] == [
        (day("2024-08-26"), "M1", 800 * 31, 500),
        (day("2024-08-26"), "M2", 100 * 31, 0),
        (day("2024-09-26"), "M2", 80 * 30, 20),
    ]


def test_two_warehouses_summaries_of_one_period_add_up_and_their_total_does_not(books: Books) -> None:
    span = ("2024-01-01", "2024-01-31")
    books.add(
        "stock_summaries",
        [
            summary(*span, (100, 1000), (50, 500), (60, 600)),
            summary(*span, (20, 200), (10, 100), (10, 100), warehouse="B"),
            summary(*span, (120, 1200), (60, 600), (70, 700), warehouse=None),
        ],
    )
    figures = books.one(TURNOVER, *JANUARY)
    assert (figures["numerator"], figures["denominator"], figures["n"]) == ((800 + 150) * 31, 600, 2)


def test_a_summary_beside_movements_does_not_count(books: Books) -> None:
    books.add(
        "stock_summaries",
        [
            summary("2024-01-01", "2024-01-31", (100, 1000), (40, 400), (70, 700)),
            summary("2024-01-01", "2024-01-31", (5, 50), (5, 50), (0, 0), material_code="M2"),
        ],
    )
    assert books.one(TURNOVER, *JANUARY)["denominator"] == 450
    books.add("stock_movements", [move("2024-01-11", "sale", -40), move("2024-01-21", "purchase", 10)])
    assert books.one(TURNOVER, *JANUARY)["denominator"] == 450
    books.add("stock_balances", [balance("2023-12-31", 100)])
    rows = {row["material"]: row for row in books.ask(TURNOVER, *JANUARY, by=("material",))}
    assert (rows["M1"]["numerator"], rows["M1"]["denominator"]) == (23700, 400)
    assert rows["M1"]["note_stock_from_movements"] and rows["M2"]["note_stock_from_summaries"]
    assert books.differing() == {}


def test_a_summary_beside_balances_gives_the_consumption_they_lack(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100), balance("2024-01-31", 60)])
    books.add("stock_summaries", [summary("2024-01-01", "2024-01-31", (100, 1000), (50, 500), (60, 600))])
    figures = books.one(TURNOVER, *JANUARY)
    assert (figures["value"], figures["excluded"]) == (pytest.approx(49.6), 0)


def test_a_year_beside_its_months_counts_once(books: Books) -> None:
    books.add(
        "stock_summaries",
        [
            summary("2024-01-01", "2024-01-31", (100, 1000), (50, 500), (60, 600)),
            summary("2024-02-01", "2024-02-29", (60, 600), (10, 100), (50, 500)),
            summary("2024-01-01", "2024-02-29", (100, 1000), (60, 600), (50, 500)),
            summary("2024-01-01", "2024-12-31", (100, 1000), (400, 4000), (20, 200)),
            summary("2024-01-15", "2024-02-14", (1, 1), (1, 1), (1, 1)),
        ],
    )
    assert books.one(TURNOVER, *JANUARY)["denominator"] == 500
    assert books.one(TURNOVER, "2024-01-01", "2024-03-01")["denominator"] == 600
    assert books.one(TURNOVER, "2024-01-01", "2024-03-01")["reasons"] == {"overlapping_summary": 1}
    assert books.one(TURNOVER, "2024-01-01", "2025-01-01")["denominator"] == 4000


def test_negative_opening_amounts_give_no_value_but_a_quantity(books: Books) -> None:
    span = ("2024-09-26", "2024-10-25")
    books.ledger("default", month_start_day=26)
    books.add(
        "stock_summaries",
        [
            summary(*span, (-40, -400), (50, 500), (60, 600)),
            summary(*span, (100, None), (10, None), (90, None), material_code="M2"),
            summary(*span, (10, 100), (5, 50), (5, 50), material_code="M3"),
        ],
    )
    window = ("2024-09-26", "2024-10-26")
    figures = books.one(TURNOVER, *window)
    assert figures["value"] is None and figures["note_stock_mostly_uncosted"]
    assert figures["reasons"] == {"negative_stock": 1, "not_costed": 1}
    assert figures["covered_share"] == pytest.approx(15 / (100 + 190 + 15))
    by_quantity = books.one(TURNOVER, *window, **QUANTITY)
    assert by_quantity["value"] == pytest.approx((10 + 95 + 7.5) * 30 / 65)
    assert (by_quantity["negative_positions"], by_quantity["excluded"]) == (1, 0)


def test_a_few_bad_rows_are_set_apart_and_counted(books: Books) -> None:
    span = ("2024-01-01", "2024-01-31")
    books.add(
        "stock_summaries",
        [
            summary(*span, (90, 900), (50, 500), (90, 900)),
            summary(*span, (10, -1), (1, 10), (10, 90), material_code="M2"),
        ],
    )
    figures = books.one(TURNOVER, *JANUARY)
    assert (figures["value"], figures["reasons"]) == (pytest.approx(900 * 31 / 500), {"negative_stock": 1})
    assert figures["covered_share"] == pytest.approx(0.9)


def test_an_uncosted_movement_makes_the_value_unknown_until_the_next_stated_balance(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100), balance("2024-01-31", 70)])
    books.add(
        "stock_movements",
        [move("2024-01-11", "sale", -40, None), move("2024-01-21", "purchase", 10), move("2024-02-11", "sale", -10)],
    )
    assert books.one(TURNOVER, *JANUARY)["reasons"] == {"not_costed": 1}
    assert books.one(TURNOVER, *JANUARY)["value"] is None
    assert books.one(TURNOVER, *JANUARY, **QUANTITY)["value"] == pytest.approx(59.25)
    assert books.one(TURNOVER, "2024-02-01", "2024-03-01")["value"] == pytest.approx((10 * 70 + 19 * 60) / 10)


def test_returns_beyond_consumption_are_no_turnover(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100)])
    books.add("stock_movements", [move("2024-01-11", "return_in", 40)])
    figures = books.one(TURNOVER, *JANUARY)
    assert figures["value"] is None and figures["note_stock_total_not_positive"]


def test_different_units_are_noted_by_quantity_only(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100), balance("2023-12-31", 7, material_code="M2", uom="箱")])
    books.add("stock_movements", [move("2024-01-11", "sale", -40)])
    books.add("materials", [{"material_code": "M1", "uom": "件", "category": "五金"}])
    assert books.one(TURNOVER, *JANUARY, **QUANTITY)["note_mixed_units"]
    assert not books.one(TURNOVER, *JANUARY)["note_mixed_units"]
    assert {row["category"] for row in books.ask(TURNOVER, *JANUARY, by=("category",))} == {"五金", None}
    assert books.differing() == {}


def test_two_ledgers_with_the_same_materials_stay_apart(books: Books) -> None:
    books.ledger("other")
    books.add("stock_balances", [balance("2023-12-31", 100), balance("2023-12-31", 10, ledger="other")])
    books.add("stock_movements", [move("2024-01-11", "sale", -40), move("2024-01-11", "sale", -5, ledger="other")])
    assert books.one(TURNOVER, *JANUARY, **QUANTITY)["denominator"] == 40
    assert books.one(TURNOVER, *JANUARY, ledgers=("default", "other"), **QUANTITY)["denominator"] == 45


def test_rows_without_warehouse_take_the_materials_warehouses_together(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100, warehouse=None)])
    books.add("stock_movements", [move("2024-01-11", "sale", -40), move("2024-01-21", "purchase", 10, warehouse="B")])
    figures = books.one(TURNOVER, *JANUARY, **QUANTITY)
    assert (figures["value"], figures["n"]) == (pytest.approx(59.25), 1)


def test_random_books_agree_with_a_recomputation_day_by_day(books: Books) -> None:
    luck = random.Random(20240925)
    opening = {(m, w): luck.randrange(500, 900) for m in ("M1", "M2", "M3") for w in ("A", "B")}
    books.add(
        "stock_balances",
        [balance("2023-12-31", quantity, material_code=m, warehouse=w) for (m, w), quantity in opening.items()],
    )
    kinds = ["sale", "sale", "production_issue", "purchase", "return_in", "transfer_out", "count"]
    moves = []
    for number in range(200):
        kind = luck.choice(kinds)
        quantity = luck.randrange(1, 9) * (-1 if kind in ("sale", "production_issue", "transfer_out") else 1)
        quantity = 1 if kind == "return_in" else quantity
        on = (day("2024-01-01") + timedelta(days=luck.randrange(121))).isoformat()
        place = {"material_code": luck.choice(["M1", "M2", "M3"]), "warehouse": luck.choice("AB")}
        moves.append(move(on, kind, quantity, **place, line_no=str(number)))
    for part in (moves[:90], moves[90:91], moves[91:]):
        books.add("stock_movements", part)
    books.remove("stock_movements", "line_no IN ('7', '8', '120')")
    moves = [row for row in moves if row["line_no"] not in ("7", "8", "120")]
    assert books.differing() == {}
    for start, end in (("2024-01-01", "2024-05-01"), ("2024-02-01", "2024-03-01"), ("2024-01-17", "2024-04-09")):
        total = used = 0
        on = day(start)
        while on < day(end):
            moved = [row for row in moves if row["document_date"] <= on]
            total += sum(opening.values()) + sum(row["quantity"] for row in moved)
            today = [row for row in moves if row["document_date"] == on]
            used -= sum(
                row["quantity"] for row in today if row["movement_kind"] in ("sale", "production_issue", "return_in")
            )
            on += timedelta(days=1)
        figures = books.one(TURNOVER, start, end, **QUANTITY)
        assert (figures["numerator"], figures["denominator"]) == (total, used)
        assert figures["value"] == pytest.approx(total / used)
        assert books.one(TURNOVER, start, end)["value"] == pytest.approx(total / used)


def test_the_documents_behind_it_are_movements_and_summaries_of_the_window(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100)])
    books.add(
        "stock_movements",
        [move("2024-01-11", "sale", -40), move("2024-01-21", "purchase", 10), move("2024-02-01", "sale", -1)],
    )
    books.add("stock_summaries", [summary("2024-01-01", "2024-01-31", (5, 50), (3, 30), (2, 20), material_code="M2")])
    context, _ = books.facts(TURNOVER, *JANUARY, **QUANTITY)
    assert TURNOVER.documents is not None
    rows = books.rows(str(ibis.to_sql(TURNOVER.documents(context), dialect="duckdb")))
    assert {(row["document_table"], row["material"], row["numerator"]) for row in rows} == {
        ("stock_movements", "M1", 40),
        ("stock_summaries", "M2", 3),
    }
