"""Stock as of a day, worked out by hand and recomputed day by day on random books."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import ibis
import pytest

from cockpit.metrics import METRICS
from cockpit.metrics.types import Metric
from tests.derive.books import STOCK, Books
from tests.metrics.test_inventory import balance, day, move, summary

VALUE, NEGATIVE, COVER, SLOW, OUT = (
    METRICS[name]
    for name in ("stock_value", "negative_stock_share", "days_of_cover", "slow_moving_share", "stock_out_rate")
)
TURNOVER_RATE = METRICS["inventory_turnover_rate"]
JANUARY = ("2024-01-01", "2024-02-01")


@pytest.fixture
def books() -> Iterator[Books]:
    made = Books(STOCK)
    yield made
    made.con.close()


def documents(books: Books, metric: Metric, start: str, end: str, **asked: Any) -> list[dict[str, Any]]:
    context, _ = books.facts(metric, start, end, **asked)
    assert metric.documents is not None
    return books.rows(str(ibis.to_sql(metric.documents(context), dialect="duckdb")))


def test_value_is_that_of_the_last_day_and_its_documents_add_up_to_it(books: Books) -> None:
    """100 for 1,000; less 40 for 400, plus 10 for 100: 70 for 700 at the end of January."""
    books.add("stock_balances", [balance("2023-12-31", 100)])
    books.add("stock_movements", [move("2024-01-11", "sale", -40), move("2024-01-21", "purchase", 10)])
    books.add("stock_movements", [move("2024-03-05", "sale", -70), move("2024-01-12", "sale", -1, is_void=True)])
    rows = books.ask(VALUE, "2023-12-01", "2024-04-01", grain="month")
    assert [(row["value"], row["positions_held"]) for row in rows] == [(1000, 1), (700, 1), (700, 1), (0, 0)]
    assert rows[0]["currency"] == "CNY" and rows[0]["note_stock_from_balances"]
    assert rows[1]["note_stock_from_movements"] and not rows[1]["note_stock_from_balances"]
    behind = documents(books, VALUE, *JANUARY)
    assert {(row["document_table"], row["document_no"], int(row["amount"])) for row in behind} == {
        ("stock_balances", None, 1000),
        ("stock_movements", "2024-01-11-sale-A", -400),
        ("stock_movements", "2024-01-21-purchase-A", 100),
    }
    assert books.ask(VALUE, "2023-01-01", "2023-12-31") == []  # before the first known day nothing is known


def test_negative_and_uncosted_stock_is_left_out_of_the_value_and_told(books: Books) -> None:
    books.add(
        "stock_balances",
        [
            balance("2024-01-31", 90),
            balance("2024-01-31", -5, material_code="M2"),
            balance("2024-01-31", 5, None, material_code="M3"),
        ],
    )
    books.add("stock_movements", [move("2024-01-05", "sale", -1, company="乙")])
    row = books.one(VALUE, *JANUARY)
    assert (row["value"], row["negative_value"], row["covered_share"]) == (900, -50, 0.9)
    assert row["reasons"] == {"negative_stock": 1, "not_costed": 1, "no_balance": 1}
    books.add("stock_balances", [balance("2024-01-31", 60, None, material_code="M4")])
    row = books.one(VALUE, *JANUARY)
    assert row["value"] is None and row["note_stock_value_mostly_unknown"]


def test_a_summary_tells_what_neither_movements_nor_balances_tell(books: Books) -> None:
    """A material of each kind: booked, summarised, booked in one warehouse and summarised in another, a year beside
    its January, and a company total beside balances."""
    january = ("2024-01-01", "2024-01-31")
    books.add(
        "stock_balances", [balance("2023-12-31", 100), balance("2023-12-31", 8, material_code="TOTAL", company="乙")]
    )
    books.add("stock_movements", [move("2024-01-11", "sale", -40)])
    books.add(
        "stock_summaries",
        [
            summary(*january, (1, 10), (1, 10), (1, 77)),
            summary(*january, (5, 50), (3, 30), (2, 20), material_code="M2"),
            summary(*january, (9, 90), (0, 0), (9, 90), warehouse="C"),
            summary(*january, (5, 50), (3, 30), (3, 30), material_code="M3"),
            summary("2024-01-01", "2024-12-31", (5, 50), (3, 30), (4, 40), material_code="M3"),
            summary(*january, (7, 70), (0, 0), (7, 70), material_code="TOTAL", warehouse=None, company="乙"),
        ],
    )
    rows = books.ask(VALUE, "2024-01-01", "2025-01-01", grain="month", by=("material", "warehouse"))
    told = {(row["period_start"].month, row["material"], row["warehouse"]): int(row["value"]) for row in rows}
    assert {key[1:]: value for key, value in told.items() if key[0] == 1} == {
        ("M1", "A"): 600,
        ("M1", "C"): 90,
        ("M2", "A"): 20,
        ("M3", "A"): 30,
        ("TOTAL", None): 70,
    }
    assert {key[1:]: value for key, value in told.items() if key[0] == 12} == {
        ("M1", "A"): 600,
        ("TOTAL", "A"): 80,
        ("M3", "A"): 40,
    }
    assert {
        (row["document_table"], row["material"], int(row["amount"])) for row in documents(books, VALUE, *JANUARY)
    } == {
        ("stock_balances", "M1", 1000),
        ("stock_movements", "M1", -400),
        ("stock_summaries", "M1", 90),
        ("stock_summaries", "M2", 20),
        ("stock_summaries", "M3", 30),
        ("stock_summaries", "TOTAL", 70),
    }
    assert books.differing() == {}


def test_ledgers_in_different_currencies_are_never_added(books: Books) -> None:
    books.ledger("other", currency="USD")
    books.add("stock_balances", [balance("2024-01-31", 100), balance("2024-01-31", 10, ledger="other")])
    rows = books.ask(VALUE, *JANUARY, ledgers=("default", "other"))
    assert {row["currency"]: row["value"] for row in rows} == {"CNY": 1000, "USD": 100}


def test_turnover_rate_is_a_year_over_turnover_days(books: Books) -> None:
    """400 × 365 ÷ (10 × 1,000 + 21 × 600) = 6.46 times a year, 365 ÷ 56.5."""
    books.add("stock_balances", [balance("2023-12-31", 100)])
    books.add("stock_movements", [move("2024-01-11", "sale", -40)])
    row = books.one(TURNOVER_RATE, *JANUARY)
    assert row["value"] == pytest.approx(400 * 365 / 22_600) and round(row["value"], 2) == 6.46
    assert row["value"] == pytest.approx(365 / books.one(METRICS["inventory_turnover_days"], *JANUARY)["value"])
    assert (row["numerator"], row["average_stock"]) == (400, pytest.approx(22_600 / 31))
    nothing_used = books.one(TURNOVER_RATE, "2024-01-12", "2024-02-01")
    assert nothing_used["value"] is None and nothing_used["note_stock_total_not_positive"]


def test_negative_materials_over_materials_with_stock(books: Books) -> None:
    """A 10, B −5, C 5 worth −20, D nothing: 2 of 3; by quantity 1 of 3; warehouses do not cancel."""
    books.add(
        "stock_balances",
        [
            balance("2024-01-31", 10, material_code="MA"),
            balance("2024-01-31", -5, material_code="MB"),
            balance("2024-01-31", 5, -20, material_code="MC"),
            balance("2024-01-31", 0, material_code="MD"),
            balance("2024-01-31", 9, material_code="MB", warehouse="B"),
        ],
    )
    row = books.one(NEGATIVE, *JANUARY)
    assert (row["numerator"], row["denominator"], row["n"]) == (2, 3, 3)
    by_quantity = books.one(NEGATIVE, *JANUARY, params={"basis": "quantity"})
    assert (by_quantity["numerator"], by_quantity["denominator"]) == (1, 3)
    by_warehouse = {row["warehouse"]: row["value"] for row in books.ask(NEGATIVE, *JANUARY, by=("warehouse",))}
    assert by_warehouse == {"A": pytest.approx(2 / 3), "B": 0}
    behind = documents(books, NEGATIVE, *JANUARY)
    assert {(row["material"], row["warehouse"], int(row["numerator"])) for row in behind} == {
        ("MB", "A", -5),
        ("MC", "A", 5),
    }


def test_cover_is_stock_over_the_mean_day_of_the_last_thirty(books: Books) -> None:
    """60 pieces; 40 sold and 4 back in the 30 days up to 31 January, 1.2 a day: 50 days."""
    books.add("stock_balances", [balance("2023-11-30", 106)])
    books.add(
        "stock_movements",
        [
            move("2024-01-01", "sale", -10),  # the 31st day before
            move("2024-01-02", "sale", -40),
            move("2024-01-31", "return_in", 4),
            move("2024-01-20", "transfer_out", -6),
            move("2024-01-20", "transfer_in", 6, warehouse="B"),
        ],
    )
    books.add("materials", [{"material_code": "M1", "abc_class": "A", "uom": "件"}])
    row = books.one(COVER, *JANUARY)
    assert (row["value"], row["numerator"], float(row["denominator"])) == (pytest.approx(50), 60, pytest.approx(1.2))
    assert not row["note_mixed_units"]
    places = {row["warehouse"]: row for row in books.ask(COVER, *JANUARY, by=("warehouse",))}
    assert float(places["A"]["denominator"]) == pytest.approx((36 + 6) / 30)
    assert places["B"]["value"] is None and places["B"]["note_cover_without_outflow"]
    assert books.one(COVER, *JANUARY, by=("abc_class",))["abc_class"] == "A"
    behind = documents(books, COVER, *JANUARY)
    assert {row["document_no"]: int(row["numerator"]) for row in behind} == {
        "2024-01-02-sale-A": 40,
        "2024-01-31-return_in-A": -4,
    }
    assert books.one(COVER, "2023-12-01", "2023-12-25")["reasons"] == {"outflow_unknown": 1}


def test_cover_of_a_summary_rests_on_its_whole_period(books: Books) -> None:
    books.add("stock_summaries", [summary("2024-01-01", "2024-01-31", (100, 1000), (62, 620), (38, 380))])
    books.add("stock_summaries", [summary("2023-11-01", "2024-01-31", (5, 50), (3, 30), (2, 20), material_code="M2")])
    row = books.one(COVER, *JANUARY)
    assert (row["value"], row["reasons"]) == (pytest.approx(19), {"summary_too_long": 1})
    assert row["note_cover_from_summaries"] and row["note_stock_held_by_summaries"]


def test_slow_stock_is_what_nobody_used_for_long(books: Books) -> None:
    """A 1,000 used 200 days ago, B 3,000 used 10 days ago, C 500 received 30 days ago: 1,000 of 4,500."""
    end = day("2024-12-31")
    ago = {days: (end - timedelta(days=days)).isoformat() for days in (200, 30, 10, 300)}
    opening = [("MA", 101), ("MB", 301)]
    books.add("stock_balances", [balance("2023-12-31", quantity, material_code=code) for code, quantity in opening])
    books.add(
        "stock_movements",
        [
            move(ago[200], "production_issue", -1, material_code="MA"),
            move(ago[10], "sale", -1, material_code="MB"),
            move(ago[30], "purchase", 50, material_code="MC"),
        ],
    )
    year = ("2024-01-01", "2025-01-01")
    row = books.one(SLOW, *year)
    assert (row["numerator"], row["denominator"]) == (1000, 4500) and row["value"] == pytest.approx(1000 / 4500)
    assert books.one(SLOW, *year, params={"days": "365"})["value"] == 0
    bands = {row["age_band"]: row["denominator"] for row in books.ask(SLOW, *year, by=("age_band",))}
    assert bands == {"180-364": 1000, "0-89": 3500}
    assert {row["material"] for row in documents(books, SLOW, *year)} == {"MA"}
    # MA's stock moves on to B: nobody uses it there, but A has sent it away.
    books.add(
        "stock_movements",
        [
            move(ago[300], "transfer_out", -40, material_code="MB"),
            move(ago[300], "transfer_in", 40, material_code="MB", warehouse="B"),
        ],
    )
    assert books.one(SLOW, *year)["numerator"] == 1000
    places = {row["warehouse"]: row["numerator"] for row in books.ask(SLOW, *year, by=("warehouse",))}
    assert places == {"A": 1000, "B": 400}
    # What was received long ago by the balance's own word is old even when it is new in these books.
    books.add("stock_balances", [balance(ago[10], 50, material_code="MC", first_received_on=day("2022-01-01"))])
    assert books.differing() == {}


def test_stock_is_not_called_slow_before_its_movements_are_known_for_long_enough(books: Books) -> None:
    books.add("stock_balances", [balance("2023-12-31", 100), balance("2023-12-31", 50, material_code="DEAD")])
    books.add("stock_movements", [move("2024-01-11", "sale", -40)])
    row = books.one(SLOW, *JANUARY, params={"days": "90"})
    assert (row["value"], row["reasons"]) == (None, {"outflow_unknown": 1})
    assert row["covered_share"] == pytest.approx(60 / 110) and row["note_slow_stock_mostly_unknown"]
    rows = books.ask(SLOW, "2024-01-01", "2024-05-01", grain="month", params={"days": "90"})
    assert [row["numerator"] for row in rows][-1] == 500 + 600  # 109 days without sales as well
    books.add("stock_balances", [balance("2024-01-31", 10, company="乙", material_code="M9")])
    assert books.one(SLOW, *JANUARY, params={"days": "90"})["reasons"] == {"outflow_unknown": 2}  # no movements at all


def test_days_without_stock_over_days_with_demand(books: Books) -> None:
    """June: one material is empty from the 11th to the 15th, one never: 5 of 60 days."""
    books.add("stock_balances", [balance("2024-04-30", 20), balance("2024-04-30", 20, material_code="M2")])
    books.add("stock_balances", [balance("2024-04-30", 0, material_code="NEVER")])
    books.add(
        "stock_movements",
        [
            move("2024-05-20", "sale", -10),
            move("2024-06-11", "sale", -10),
            move("2024-06-16", "purchase", 5),
            move("2024-05-20", "sale", -10, material_code="M2"),
            move("2024-06-30", "count", 1, material_code="M2"),
        ],
    )
    books.add("stock_summaries", [summary("2024-06-01", "2024-06-30", (5, 50), (3, 30), (2, 20), material_code="M5")])
    june = ("2024-06-01", "2024-07-01")
    row = books.one(OUT, *june)
    assert (row["numerator"], row["denominator"], row["reasons"]) == (5, 60, {"no_daily_stock": 1})
    # From the 20th of May on for 30 days, M1 again from the 11th of June on.
    assert books.one(OUT, *june, params={"demand_days": "30"})["denominator"] == 30 + 18
    assert books.one(OUT, "2024-06-12", "2024-06-18")["numerator"] == 4
    assert {(row["document_no"], int(row["numerator"])) for row in documents(books, OUT, *june)} == {
        ("2024-06-11-sale-A", 5)
    }


def test_random_books_agree_with_a_recomputation_day_by_day(books: Books) -> None:
    luck = random.Random(20241101)
    places = [(m, w) for m in ("M1", "M2", "M3", "M4", "M5") for w in ("A", "B")]
    opening = {place: luck.randrange(0, 25) for place in places}
    books.add(
        "stock_balances",
        [balance("2023-12-31", quantity, material_code=m, warehouse=w) for (m, w), quantity in opening.items()],
    )
    kinds = {"sale": -1, "production_issue": -1, "purchase": 1, "return_in": 1, "transfer_out": -1, "count": 1}
    moves = []
    for number in range(120):
        kind = luck.choice([*kinds, "sale"])
        on = day("2024-01-01") + timedelta(days=luck.randrange(200))
        material, place = luck.choice(places)
        if material == "M5" and on > day("2024-01-20"):
            continue
        quantity = luck.randrange(1, 6) * kinds[kind]
        more = {"material_code": material, "warehouse": place, "line_no": str(number)}
        moves.append(move(on.isoformat(), kind, quantity, **more))
    books.add("stock_movements", moves[:60])
    books.add("stock_movements", moves[60:])
    assert books.differing() == {}

    def held(place: tuple[str, str], on: date) -> int:
        return opening[place] + sum(
            each["quantity"] for each in moves if at(each) == place and each["document_date"] <= on
        )

    def at(each: dict[str, Any]) -> tuple[str, str]:
        return each["material_code"], each["warehouse"]

    def used(where: set[tuple[str, str]], on: date, sent: bool) -> int:
        kinds = ("sale", "production_issue", "return_in", *(("transfer_out",) if sent else ()))
        return -sum(
            each["quantity"]
            for each in moves
            if at(each) in where and each["document_date"] == on and each["movement_kind"] in kinds
        )

    def back(on: date, days: int) -> list[date]:
        return [on - timedelta(days=number) for number in range(days)]

    ends = [day(text) for text in ("2024-04-30", "2024-05-31", "2024-06-30")]
    window = ("2024-04-01", "2024-07-01")
    values = {
        row["period_start"].month: row
        for row in books.ask(VALUE, *window, grain="month", by=("warehouse",))
        if row["warehouse"] == "A"
    }
    slow = {row["period_start"].month: row for row in books.ask(SLOW, *window, grain="month", params={"days": "90"})}
    cover = {row["period_start"].month: row for row in books.ask(COVER, *window, grain="month")}
    shares = {row["period_start"].month: row for row in books.ask(NEGATIVE, *window, grain="month")}
    empty = {row["period_start"].month: row for row in books.ask(OUT, *window, grain="month")}
    for end in ends:
        stock = {place: held(place, end) for place in places}
        month = end.month
        assert (
            values[month]["value"] == 10 * sum(q for (_, w), q in stock.items() if w == "A" and q > 0)
            or values[month]["value"] is None
        )
        assert shares[month]["numerator"] == len({m for (m, _), q in stock.items() if q < 0})
        assert shares[month]["denominator"] == len({m for (m, _), q in stock.items() if q})
        flow = sum(used(set(places), on, False) for on in back(end, 30))
        assert cover[month]["numerator"] == sum(stock.values())
        assert float(cover[month]["denominator"]) == pytest.approx(flow / 30)
        dead = 0
        for material in {m for m, _ in places}:
            own = {place for place in places if place[0] == material}
            # net per position and day, as the books keep them
            lively = any(used({place}, on, False) > 0 for place in own for on in back(end, 90))
            seen = min(
                (on for place in own for on in back(end, 400) if held(place, max(on, day("2023-12-31"))) > 0),
                default=end,
            )
            if not lively and (end - seen).days >= 90:
                dead += sum(10 * stock[place] for place in own if stock[place] > 0)
        assert slow[month]["numerator"] == dead
        demanded = zero = 0
        newest = max(each["document_date"] for each in moves)
        for on in [each for each in back(end, end.day) if each <= newest]:
            for place in places:
                sold = any(used({place}, each, False) > 0 or sent(moves, place, each) for each in back(on, 90))
                demanded += sold
                zero += sold and held(place, on) <= 0
        assert (empty[month]["numerator"], empty[month]["denominator"]) == (zero, demanded)


def sent(moves: list[dict[str, Any]], place: tuple[str, str], on: date) -> bool:
    return any(
        (each["material_code"], each["warehouse"], each["document_date"], each["movement_kind"])
        == (*place, on, "transfer_out")
        for each in moves
    )
