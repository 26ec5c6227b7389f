"""Reconciled rate and overdue amount, worked out by hand and recomputed on random books."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cockpit.metrics.reconciliation import METRICS
from tests.derive.books import RECONCILE, Books
from tests.reconcile.test_links import invoice, payment

RATE, OVERDUE = METRICS


@pytest.fixture
def books() -> Books:
    return Books(RECONCILE)


def by_period(rows: list[dict[str, Any]], name: str = "value") -> dict[str, Any]:
    return {row["period_start"].isoformat(): row[name] for row in rows}


def test_rate_as_of_each_months_end_counts_payments_dated_up_to_it(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100, "2024-01-10"), invoice("I2", 300, "2024-02-10")])
    books.add(
        "payments", [payment("P1", 40, "2024-01-31", invoice_no="I1"), payment("P2", 60, "2024-03-01", invoice_no="I1")]
    )
    rows = books.ask(RATE, "2023-12-01", "2024-04-01", grain="month")
    assert by_period(rows) == {
        "2024-01-01": pytest.approx(0.4),
        "2024-02-01": pytest.approx(0.1),
        "2024-03-01": pytest.approx(0.25),
    }
    assert by_period(rows, "n") == {"2024-01-01": 1, "2024-02-01": 2, "2024-03-01": 2}
    counted = books.ask(RATE, "2024-01-01", "2024-04-01", grain="month", params={"basis": "count"})
    assert by_period(counted) == {"2024-01-01": 0, "2024-02-01": 0, "2024-03-01": 0.5}


def test_a_payment_before_its_invoice_counts_from_the_invoices_day(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100, "2024-02-10")])
    books.add("payments", [payment("P1", 100, "2024-01-05", invoice_no="I1")])
    assert books.ask(RATE, "2024-01-01", "2024-02-10") == []
    assert books.one(RATE, "2024-01-01", "2024-02-11")["value"] == 1


def test_due_population_leaves_out_what_is_not_due_and_counts_what_has_no_due_day(books: Books) -> None:
    books.add(
        "invoices",
        [
            invoice("I1", 100, due_date=date(2024, 1, 31)),
            invoice("I2", 100, due_date=date(2024, 2, 1)),
            invoice("I3", 100),
        ],
    )
    books.add("payments", [payment("P1", 50, invoice_no="I1")])
    figures = books.one(RATE, "2024-01-01", "2024-02-01", params={"population": "due"})
    assert (figures["value"], figures["n"], figures["reasons"]) == (0.5, 1, {"no_due_date": 1})


def test_matched_within_tolerance_is_one_unit_and_one_per_cent(books: Books) -> None:
    books.add("invoices", [invoice("I1", 1000), invoice("I2", 1000), invoice("I3", 10), invoice("I4", 0)])
    books.add(
        "payments",
        [
            payment("P1", 999, invoice_no="I1"),
            payment("P2", Decimal("998.99"), invoice_no="I2"),
            payment("P3", Decimal("9.80"), invoice_no="I3"),
        ],
    )
    figures = books.one(RATE, "2024-01-01", "2024-02-01", params={"basis": "count"})
    assert (figures["numerator"], figures["denominator"], figures["documents_matched"]) == (2, 4, 2)


def test_sides_are_never_added(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100), invoice("R1", 300, side="receivable")])
    books.add("payments", [payment("P1", 100)])
    rows = books.ask(RATE, "2024-01-01", "2024-02-01")
    assert [(row["side"], row["value"]) for row in rows] == [("payable", 1), ("receivable", 0)]


def test_credit_notes_lower_what_is_to_be_settled_and_a_negative_total_is_no_rate(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100), invoice("C1", -20, source_document_no="I1")])
    books.add("payments", [payment("P1", 80)])
    assert books.one(RATE, "2024-01-01", "2024-02-01")["value"] == 1
    books.add("invoices", [invoice("C2", -500)])
    assert books.one(RATE, "2024-01-01", "2024-02-01")["value"] is None


def test_currencies_convert_with_the_invoices_rate_or_stay_apart(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100), invoice("I2", 100, currency="USD")])
    books.add("payments", [payment("P1", 100, invoice_no="I1"), payment("P2", 50, invoice_no="I2", currency="USD")])
    rows = books.ask(RATE, "2024-01-01", "2024-02-01")
    assert [(row["currency"], row["value"]) for row in rows] == [("CNY", 1), ("USD", 0.5)]
    rate = {"from_currency": "USD", "to_currency": "CNY", "day": date(2024, 1, 10), "rate": 7}
    books.add("exchange_rates", [rate])
    figures = books.one(RATE, "2024-01-01", "2024-02-01")
    assert (figures["numerator"], figures["denominator"]) == (450, 800)
    books.add("invoices", [invoice("I3", 100, currency="EUR")])
    assert books.one(RATE, "2024-01-01", "2024-02-01")["reasons"] == {"no_rate": 1}
    assert books.differing() == {}


def test_two_ledgers_with_the_same_numbers_give_their_own_rates(books: Books) -> None:
    books.ledger("other")
    books.add("invoices", [invoice("I1", 100), invoice("I1", 100, ledger="other")])
    books.add("payments", [payment("P1", 100, invoice_no="I1")])
    assert books.one(RATE, "2024-01-01", "2024-02-01")["value"] == 1
    assert books.one(RATE, "2024-01-01", "2024-02-01", ledgers=("other",))["value"] == 0
    assert books.one(RATE, "2024-01-01", "2024-02-01", ledgers=("default", "other"))["value"] == 0.5


def test_rate_by_partner_and_by_month_of_issue(books: Books) -> None:
    books.ledger("default", month_start_day=26)
    books.add(
        "invoices",
        [invoice("I1", 100, "2024-01-25"), invoice("I2", 100, "2024-01-26", partner_code="V2", partner_name="乙")],
    )
    books.add("payments", [payment("P1", 100, "2024-01-28")])
    rows = books.ask(RATE, "2024-01-01", "2024-03-01", by=("month",))
    assert {row["month"]: row["value"] for row in rows} == {"2024-01": 1, "2024-02": 0}
    rows = books.ask(RATE, "2024-01-01", "2024-03-01", by=("partner",))
    assert {row["partner"]: row["value"] for row in rows} == {"V1": 1, "乙": 0}


def test_example_of_overdue(books: Books) -> None:
    """The worked example of the dictionary: one, thirty and thirty-one days late on 31 March."""
    due = {"I1": "2024-03-30", "I2": "2024-03-01", "I3": "2024-02-29"}
    invoices = [invoice(number, 10, "2023-12-01", due_date=date.fromisoformat(day)) for number, day in due.items()]
    books.add("invoices", invoices)
    books.add("payments", [payment("P1", 4, "2024-03-05", invoice_no="I1")])
    figures = books.one(OVERDUE, "2024-01-01", "2024-04-01")
    assert (figures["value"], figures["overdue_1_30"], figures["overdue_31_60"]) == (26, 16, 10)


def test_overdue_amount_by_age_as_of_the_day(books: Books) -> None:
    due = {
        "I1": "2024-03-31",
        "I2": "2024-03-30",
        "I3": "2024-03-01",
        "I4": "2024-02-29",
        "I5": "2023-12-31",
        "C1": "2024-01-31",
    }
    books.add(
        "invoices",
        [
            invoice(number, -7 if number == "C1" else 10, "2023-12-01", due_date=date.fromisoformat(day))
            for number, day in due.items()
        ]
        + [invoice("I6", 10, "2023-12-01"), invoice("I7", 10, "2023-12-01", due_date=date(2024, 1, 1))],
    )
    books.add(
        "payments", [payment("P1", 4, "2024-03-05", invoice_no="I2"), payment("P2", 10, "2024-01-05", invoice_no="I7")]
    )
    figures = books.one(OVERDUE, "2024-01-01", "2024-04-01")
    assert figures["value"] == 36
    bands = [figures[name] for name in ("overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_over_90")]
    assert bands == [16, 10, 0, 10]
    assert figures["oldest_days"] == 91
    assert figures["reasons"] == {"no_due_date": 1, "credit_note": 1}
    rows = books.ask(OVERDUE, "2024-01-01", "2024-04-01", by=("age_band",))
    assert {row["age_band"]: row["value"] for row in rows if row["value"] is not None} == {
        "1-30": 16,
        "31-60": 10,
        "90+": 10,
    }


def test_random_books_agree_with_a_recomputation_payment_by_payment(books: Books) -> None:
    luck = random.Random(20240229)
    first = date(2024, 1, 1)
    invoices, payments, allocated = [], [], defaultdict(Decimal)
    for number in range(60):
        issued = first + timedelta(days=luck.randrange(150))
        total = Decimal(luck.randrange(100, 90000)) / 100
        invoices.append(invoice(f"I{number:03d}", total, issued.isoformat(), partner_code=f"V{luck.randrange(4)}"))
    for number in range(150):
        target = luck.choice(invoices)
        paid = Decimal(luck.randrange(-2000, 60000)) / 100
        day = first + timedelta(days=luck.randrange(200))
        payments.append(
            payment(
                f"P{number:03d}",
                paid,
                day.isoformat(),
                invoice_no=target["document_no"],
                partner_code=target["partner_code"],
            )
        )
    for start in range(0, 150, 50):
        books.add("payments", payments[start : start + 50])
    books.add("invoices", invoices)
    assert books.differing() == {}
    for end in (date(2024, 2, 1), date(2024, 4, 1), date(2024, 9, 1)):
        allocated.clear()
        for paid in sorted(payments, key=lambda row: (row["document_date"], row["document_no"])):
            allocated[paid["invoice_no"], "sum"] += paid["amount_gross"] if paid["document_date"] < end else 0
        issued_so_far = [row for row in invoices if row["document_date"] < end]
        settled = sum(
            min(max(allocated[row["document_no"], "sum"], Decimal(0)), row["amount_gross"]) for row in issued_so_far
        )
        total = sum(row["amount_gross"] for row in issued_so_far)
        figures = books.one(RATE, "2024-01-01", end.isoformat())
        assert (figures["numerator"], figures["denominator"]) == (settled, total)
