"""Counts against the books and the lag of posting, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import ibis
import pytest

from cockpit.metrics import METRICS
from tests.derive.books import STOCK, Books
from tests.metrics.test_inventory import balance, move

COUNTS, LAG = METRICS["count_accuracy"], METRICS["posting_lag"]
JANUARY = ("2024-01-01", "2024-02-01")


@pytest.fixture
def books() -> Iterator[Books]:
    made = Books(STOCK)
    yield made
    made.con.close()


def counted(book: object, found: object, value: object, **more: Any) -> dict[str, Any]:
    return balance("2024-01-31", book, value, quantity_counted=found, **more)


def test_lines_that_agree_over_lines_counted(books: Books) -> None:
    """Of 4 lines worth 100, 200, 300 and 400 the last is 2 short: 3 of 4, by value 600 of 1,000."""
    books.add(
        "stock_balances",
        [
            counted(10, 10, 100, material_code="M1"),
            counted(20, 20, 200, material_code="M2"),
            counted(30, "30.000000", 300, material_code="M3", warehouse="B"),
            counted(40, 38, 400, material_code="M4", warehouse="B"),
            balance("2024-01-31", 50, material_code="NOT COUNTED"),
        ],
    )
    row = books.one(COUNTS, *JANUARY)
    assert (row["numerator"], row["denominator"], row["value"]) == (3, 4, 0.75)
    assert (row["surplus"], row["shortage"]) == (0, 2)
    by_value = books.one(COUNTS, *JANUARY, params={"basis": "value"})
    assert (by_value["numerator"], by_value["denominator"], by_value["currency"]) == (600, 1000, "CNY")
    places = {row["warehouse"]: row["value"] for row in books.ask(COUNTS, *JANUARY, by=("warehouse",))}
    assert places == {"A": 1, "B": 0.5}


def test_lines_that_cannot_be_compared_are_counted_with_a_reason(books: Books) -> None:
    books.add(
        "stock_balances",
        [
            counted(10, 12, 100, material_code="M1", batch="1"),
            counted(10, 8, 100, material_code="M1", batch="2"),
            counted(None, 3, 30, material_code="M2"),
            counted(5, 5, None, material_code="M3"),
            counted(-5, -5, -50, material_code="M4"),
            counted(0, 0, None, material_code="M5"),
            counted(1, 1, 7, material_code="M6", currency="USD"),
        ],
    )
    row = books.one(COUNTS, *JANUARY)
    assert (row["numerator"], row["denominator"], row["reasons"]) == (4, 6, {"no_book_quantity": 1})
    assert (row["surplus"], row["shortage"]) == (2, 2)  # one batch's surplus does not fill another's gap
    by_value = {row["currency"]: row for row in books.ask(COUNTS, *JANUARY, params={"basis": "value"})}
    assert by_value["CNY"]["reasons"] == {"no_book_quantity": 1, "not_costed": 1, "negative_stock": 1}
    assert (by_value["CNY"]["value"], by_value["USD"]["value"]) == (0, 1)
    assert books.ask(COUNTS, "2024-02-01", "2024-03-01") == []


def at(text: str) -> datetime:
    """A Shanghai wall time as it is stored."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC).replace(tzinfo=None)


def lagging(number: int, occurred: str | None, posted: str | None, **more: Any) -> dict[str, Any]:
    instants = {"occurred_at": occurred and at(occurred), "posted_at": posted and at(posted)}
    return move("2024-01-11", "sale", -1, line_no=str(number), **instants, **more)


def test_hours_from_what_happened_to_what_was_posted(books: Books) -> None:
    """1, 3 and 16 hours: median 3, P90 13.4, mean 6.67; what cannot be told is counted with its reason."""
    books.add(
        "stock_movements",
        [
            lagging(1, "2024-01-11 09:00", "2024-01-11 10:00"),
            lagging(2, "2024-01-11 13:00", "2024-01-11 16:00"),
            lagging(3, "2024-01-11 17:00", "2024-01-12 09:00"),
            lagging(4, None, "2024-01-11 10:00"),
            lagging(5, "2024-01-11 09:00", None),
            lagging(6, "2024-01-11 09:00", "2024-01-12 00:00"),  # a posting day without a time
            lagging(7, "2024-01-11 00:00", "2024-01-11 16:00"),
            lagging(8, "2024-01-11 12:00", "2024-01-11 11:59"),
            lagging(9, "2024-01-11 09:00", "2024-01-11 10:00", is_void=True),
        ],
    )
    _, facts = books.facts(LAG, *JANUARY)
    rows = books.rows(
        "SELECT reason, count(*) AS n, quantile_cont(seconds, [0.5, 0.9]) AS q, avg(seconds) AS mean FROM"
        f" ({ibis.to_sql(facts, dialect='duckdb')}) GROUP BY reason"
    )
    told = {row["reason"]: row for row in rows}
    assert [hours(each) for each in told[None]["q"]] == pytest.approx([3, 13.4])
    assert hours(told[None]["mean"]) == pytest.approx(20 / 3)
    assert {reason: row["n"] for reason, row in told.items() if reason} == {
        "no_instant": 2,
        "day_only": 2,
        "out_of_order": 1,
        "void": 1,
    }
    assert books.one(LAG, *JANUARY)["share_late"] == pytest.approx(1 / 3)


def hours(seconds: float) -> float:
    return seconds / 3600
