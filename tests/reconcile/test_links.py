"""Which payment settles which invoice: every rule with the cases it must leave alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.derive.books import RECONCILE, Books


def invoice(number: str, amount: object, day: str = "2024-01-10", **more: Any) -> dict[str, Any]:
    row = {"side": "payable", "document_no": number, "document_date": date.fromisoformat(day), "amount_gross": amount}
    return {**row, "partner_code": "V1", **more}


def payment(number: str, amount: object, day: str = "2024-01-20", **more: Any) -> dict[str, Any]:
    return invoice(number, amount, day, **more)


@pytest.fixture
def books() -> Books:
    return Books(RECONCILE)


def links(books: Books) -> list[tuple[Any, ...]]:
    assert books.differing() == {}
    rows = books.rows(
        "SELECT from_no, to_no, amount, rule, day::VARCHAR AS day FROM allocations ORDER BY day, from_no, to_no"
    )
    return [(row["from_no"], row["to_no"], float(row["amount"]), row["rule"], row["day"]) for row in rows]


def test_a_named_invoice_is_settled_by_instalments_in_order_of_days(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100)])
    books.add(
        "payments",
        [
            payment("P2", 60, "2024-02-02", invoice_no="I1"),
            payment("P1", 50, "2024-02-01", invoice_no=" i1 "),
            payment("P0", 10, "2024-01-02", invoice_no="I1"),
        ],
    )
    assert links(books) == [
        ("P0", "I1", 10, "reference", "2024-01-10"),
        ("P1", "I1", 50, "reference", "2024-02-01"),
        ("P2", "I1", 40, "reference", "2024-02-02"),
    ]
    spans = books.rows("SELECT from_day::VARCHAR AS d, allocated, open, matched FROM open_items ORDER BY from_day")
    assert [(row["d"], float(row["allocated"]), float(row["open"]), row["matched"]) for row in spans] == [
        ("2024-01-10", 10, 90, False),
        ("2024-02-01", 60, 40, False),
        ("2024-02-02", 100, 0, True),
    ]


def test_a_payment_taken_back_opens_the_invoice_again(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100)])
    books.add(
        "payments",
        [
            payment("P1", 100, "2024-02-01", invoice_no="I1"),
            payment("P2", -100, "2024-02-05", invoice_no="I1"),
            payment("P3", 100, "2024-02-09", invoice_no="I1"),
        ],
    )
    assert [link[2] for link in links(books)] == [100, -100, 100]


def test_an_overpayment_stays_with_the_payment(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100)])
    books.add("payments", [payment("P1", 120, invoice_no="I1"), payment("P2", -20, "2024-01-25", invoice_no="I1")])
    assert links(books) == [("P1", "I1", 100, "reference", "2024-01-20")]


def test_lines_of_one_payment_each_pay_the_invoice_they_name(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100), invoice("I2", 30, "2024-01-11")])
    books.add("payments", [payment("P1", 100, invoice_no="I1"), payment("P1", 30, invoice_no="I2")])
    assert links(books) == [
        ("P1", "I1", 100, "reference", "2024-01-20"),
        ("P1", "I2", 30, "reference", "2024-01-20"),
    ]


def test_several_numbers_in_one_text_are_served_oldest_due_first(books: Books) -> None:
    books.add(
        "invoices",
        [
            invoice("INV-01", 100, due_date=date(2024, 3, 1)),
            invoice("INV-02", 30, due_date=date(2024, 2, 1)),
            invoice("INV-03", 50, due_date=date(2024, 4, 1)),
        ],
    )
    books.add(
        "payments",
        [
            payment("P1", 70, "2024-02-01", remark="付INV-01、INV-02货款"),
            payment("P2", 90, "2024-02-02", invoice_no="INV-01,INV-03"),
        ],
    )
    assert links(books) == [
        ("P1", "INV-01", 40, "reference", "2024-02-01"),
        ("P1", "INV-02", 30, "reference", "2024-02-01"),
        ("P2", "INV-01", 60, "reference", "2024-02-02"),
        ("P2", "INV-03", 30, "reference", "2024-02-02"),
    ]


def test_a_payment_of_invoices_less_a_credit_note_settles_all_of_them(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100), invoice("C1", -15)])
    books.add("payments", [payment("P1", 85, invoice_no="I1 C1")])
    assert {(link[1], link[2]) for link in links(books)} == {("I1", 100), ("C1", -15)}
    assert all(row["matched"] for row in books.rows("SELECT matched FROM open_items WHERE to_day > DATE '2024-02-01'"))


def test_a_credit_note_takes_off_the_invoice_it_names(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100), invoice("C1", -15, "2024-02-01", source_document_no="I1")])
    books.add("payments", [payment("P1", 85, "2024-02-03")])
    assert links(books) == [
        ("C1", "I1", 15, "credit_note", "2024-02-01"),
        ("P1", "I1", 85, "amount", "2024-02-03"),
    ]
    now = "SELECT document_no, open FROM open_items WHERE to_day = DATE '9999-12-31' ORDER BY 1"
    assert [float(row["open"]) for row in books.rows(now)] == [0, 0]


def test_a_number_of_another_partner_side_or_currency_is_not_meant(books: Books) -> None:
    books.add(
        "invoices", [invoice("I1", 100), invoice("I2", 100, side="receivable"), invoice("I3", 100, currency="USD")]
    )
    books.add(
        "payments",
        [
            payment("P1", 100, invoice_no="I1", partner_code="V2"),
            payment("P2", 100, invoice_no="I2"),
            payment("P3", 100, invoice_no="I3"),
        ],
    )
    assert links(books) == []


def test_without_a_partner_the_number_decides_where_only_one_partner_has_it(books: Books) -> None:
    books.add(
        "invoices",
        [invoice("I1", 100), invoice("I2", 70), invoice("I2", 70, partner_code="V2", document_type="other")],
    )
    books.add(
        "payments",
        [payment("P1", 100, invoice_no="I1", partner_code=None), payment("P2", 70, invoice_no="I2", partner_code=None)],
    )
    assert [link[:2] for link in links(books)] == [("P1", "I1")]


def test_without_a_partner_nothing_is_matched_by_amount(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100)])
    books.add("payments", [payment("P1", 100, partner_code=None)])
    assert links(books) == []


def test_equal_amounts_match_within_ninety_days_and_only_forward(books: Books) -> None:
    books.add(
        "invoices",
        [invoice("I1", 10, "2024-01-01"), invoice("I2", 20, "2024-01-01"), invoice("I3", 30, "2024-01-01")],
    )
    books.add(
        "payments",
        [payment("P1", 10, "2024-03-31"), payment("P2", 20, "2024-04-01"), payment("P3", 30, "2023-12-31")],
    )
    assert links(books) == [("P1", "I1", 10, "amount", "2024-03-31")]


@pytest.mark.parametrize(
    ("invoices", "payments"),
    [
        ([invoice("I1", 100), invoice("I2", 100)], [payment("P1", 100)]),
        ([invoice("I1", 100)], [payment("P1", 100), payment("P2", 100)]),
    ],
)
def test_two_candidates_on_either_side_are_ambiguous(books: Books, invoices: list[Any], payments: list[Any]) -> None:
    books.add("invoices", invoices)
    books.add("payments", payments)
    assert links(books) == []


def test_a_payment_that_names_an_unknown_invoice_waits_for_it(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100)])
    books.add("payments", [payment("P1", 100, invoice_no="I9")])
    assert links(books) == []
    books.add("invoices", [invoice("I9", 100)])
    assert links(books) == [("P1", "I9", 100, "reference", "2024-01-20")]


def test_an_order_number_does_not_keep_equal_amounts_apart(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100, source_document_no="PO1"), invoice("I2", 40, source_document_no="PO1")])
    books.add("payments", [payment("P1", 100, invoice_no="PO1")])
    assert links(books) == [("P1", "I1", 100, "amount", "2024-01-20")]


def test_amounts_are_compared_in_smallest_units(books: Books) -> None:
    books.add("invoices", [invoice("I1", Decimal("208.73")), invoice("I2", Decimal("0.30"), "2024-01-11")])
    books.add("payments", [payment("P1", Decimal("208.7300")), payment("P2", Decimal("0.3001"))])
    assert [link[:2] for link in links(books)] == [("P1", "I1"), ("P2", "I2")]


def test_a_bank_that_knows_only_names_finds_the_partner_by_its_name(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100, partner_name="华东贸易（上海）有限公司")])
    books.add("payments", [payment("P1", 100, partner_code=None, partner_name="华东贸易(上海)有限公司 ")])
    assert [link[:2] for link in links(books)] == [("P1", "I1")]


def test_a_name_that_stands_for_two_codes_finds_nobody(books: Books) -> None:
    books.add(
        "invoices", [invoice("I1", 100, partner_name="同名"), invoice("I2", 50, partner_code="V2", partner_name="同名")]
    )
    books.add("payments", [payment("P1", 100, partner_code=None, partner_name="同名")])
    assert links(books) == []


def test_master_data_that_arrives_later_names_the_partner(books: Books) -> None:
    books.add("invoices", [invoice("I1", 100)])
    books.add("payments", [payment("P1", 100, partner_code=None, partner_name="甲公司")])
    assert links(books) == []
    books.add("partners", [{"role": "customer", "partner_code": "V1", "partner_name": "甲公司"}])
    assert links(books) == []
    books.add("partners", [{"role": "supplier", "partner_code": "V1", "partner_name": "甲公司"}])
    assert [link[:2] for link in links(books)] == [("P1", "I1")]


def test_ledgers_and_companies_with_the_same_numbers_never_meet(books: Books) -> None:
    books.ledger("other")
    books.add("invoices", [invoice("I1", 100, ledger="other"), invoice("I2", 70, company="B")])
    books.add(
        "payments",
        [payment("P1", 100, invoice_no="I1"), payment("P3", 70, company="A"), payment("P4", 100, "2024-01-21")],
    )
    assert links(books) == []


def test_undone_payments_and_late_invoices_give_the_same_as_a_fresh_start(books: Books) -> None:
    books.add("payments", [payment("P1", 100), payment("P2", 100)])
    books.add("invoices", [invoice("I1", 100)])
    assert links(books) == []
    books.remove("payments", "document_no = 'P2'")
    assert [link[:2] for link in links(books)] == [("P1", "I1")]
    books.add("invoices", [invoice("I2", 100)])
    assert links(books) == []


def test_void_documents_and_documents_without_amount_take_no_part(books: Books) -> None:
    books.add(
        "invoices",
        [
            invoice("I1", 100, is_void=True),
            invoice("I2", None, amount_net=50),
            invoice("I3", None, amount_net=50, tax_amount=5),
        ],
    )
    books.add("payments", [payment("P1", 100), payment("P2", 55), payment("P3", 50)])
    assert [link[:2] for link in links(books)] == [("P2", "I3")]
    assert [
        row["document_no"] for row in books.rows("SELECT document_no FROM open_items WHERE reason = 'no_gross_amount'")
    ] == ["I2"]
