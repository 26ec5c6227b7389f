"""Invoices and payments: what is settled, what is open, what is never matched by guess."""

from __future__ import annotations

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR
from tests.soundness.books import Books

INVOICES = """
    单据编号 | 单据日期 | 供应商编码 | 供应商 | 价税合计 | 到期日
    I1 | 2026-01-10 | V1 | 恒昌 | 100 | 2026-02-10
    I2 | 2026-01-20 | V1 | 恒昌 | 200 | 2026-02-20
    I3 | 2026-02-05 | V2 | 德力 | 300 | 2026-03-05
    I4 | 2026-03-01 | V2 | 德力 | 400 | 2026-04-01
"""
PAYMENTS = """
    付款单号 | 付款日期 | 供应商编码 | 发票号 | 付款金额
    P1 | 2026-02-01 | V1 | I1 | 100
    P2 | 2026-02-15 | V1 | I2 | 50
    P3 | 2026-03-20 | V2 | | 300
"""


@pytest.fixture
def open_items(books: Books) -> Books:
    books.load("应付发票.csv", INVOICES)
    books.load("付款单.csv", PAYMENTS)
    return books


def test_reconciled_rate_as_of_each_month_end(open_items: Books) -> None:
    # End of January: 300 issued, nothing paid. February: 600 issued, 150 paid.
    # March: 1,000 issued, 450 paid: P3 has no reference, but I3 is V2's only open 300 within 90 days.
    months = open_items.months("reconciled_rate", start="2026-01-01", end="2026-04-01", where={"side": "payable"})
    assert {period: row.value for period, row in months.items()} == {
        "2026-01": 0,
        "2026-02": pytest.approx(150 / 600),
        "2026-03": pytest.approx(450 / 1000),
    }


def test_reconciled_rate_by_count(open_items: Books) -> None:
    row = open_items.one(
        "reconciled_rate", start="2026-01-01", end="2026-04-01", params={"basis": "count"}, where={"side": "payable"}
    )
    assert row.value == pytest.approx(2 / 4)  # I1 and I3 are settled in full


def test_only_what_is_due_counts_when_asked(open_items: Books) -> None:
    row = open_items.one(
        "reconciled_rate", start="2026-01-01", end="2026-03-01", params={"population": "due"}, where={"side": "payable"}
    )
    assert row.value == pytest.approx(150 / 300)  # I1 and I2 are due by the end of February


def test_overdue_by_age(open_items: Books) -> None:
    # As of 31 March: I2 has 150 open since 20 February (39 days); I4 is not due before 1 April.
    asked = {"start": "2026-01-01", "end": "2026-04-01", "where": {"side": "payable"}}
    assert open_items.one("overdue_amount", **asked).value == 150
    bands = open_items.by("overdue_amount", "age_band", **asked)
    assert [value for value in bands.values() if value] == [150]
    drill = open_items.drill("overdue_amount", **asked)
    assert [(row.document_no, row.value) for row in drill.rows if row.value] == [("I2", 150)]


def test_ambiguous_amounts_are_not_matched(books: Books) -> None:
    books.load(
        "应付发票.csv",
        """单据编号 | 单据日期 | 供应商编码 | 价税合计
        I1 | 2026-01-10 | V1 | 100
        I2 | 2026-01-12 | V1 | 100""",
    )
    books.load("付款单.csv", "付款单号|付款日期|供应商编码|付款金额\nP1|2026-02-01|V1|100")
    row = books.one("reconciled_rate", start="2026-01-01", end="2026-03-01", where={"side": "payable"})
    assert row.value == 0


def test_an_amount_never_matches_across_partners_or_ledgers(books: Books) -> None:
    books.load("应付发票.csv", "单据编号|单据日期|供应商编码|价税合计\nI1|2026-01-10|V1|100")
    books.load("付款单.csv", "付款单号|付款日期|供应商编码|付款金额\nP1|2026-02-01|V2|100")
    books.load("付款单.csv", "付款单号|付款日期|供应商编码|付款金额\nP1|2026-02-01|V1|100", ledger="branch")
    row = books.one(
        "reconciled_rate", ledger="default", start="2026-01-01", end="2026-03-01", where={"side": "payable"}
    )
    assert row.value == 0


def test_the_two_sides_are_never_added(books: Books) -> None:
    books.load("应付发票.csv", INVOICES)
    books.load("应收发票.csv", "单据编号|单据日期|客户编码|客户|价税合计\nR1|2026-01-10|C1|甲公司|900")
    rows = books.ask("reconciled_rate", start="2026-01-01", end="2026-04-01").rows
    assert {row.dimensions["side"] for row in rows} == {"payable", "receivable"}


def test_undoing_the_payments_opens_the_invoices_again(open_items: Books) -> None:
    open_items.cockpit.undo(LOCAL_ADMINISTRATOR, 2)
    row = open_items.one("reconciled_rate", start="2026-01-01", end="2026-04-01", where={"side": "payable"})
    assert row.value == 0
