"""Days outstanding and goods without invoice: by hand, with what does not fit together, and recomputed day by day."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest

from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR
from tests.soundness.books import Books

MARCH = {"start": "2026-03-01", "end": "2026-04-01"}
INVOICES = "方向|单据编号|单据日期|往来单位编码|往来单位名称|到期日|价税合计"
PAYMENTS = "方向|单据编号|单据日期|往来单位编码|发票号|金额"
SALES = "单据编号|单据日期|客户编码|客户名称|物料编码|数量|不含税金额|税率"


def load(books: Books, table: str, head: str, *lines: str, name: str = "") -> None:
    books.load(f"{name or table}.csv", "\n".join([head, *lines]), table=table)


@pytest.fixture
def march(books: Books) -> Books:
    """What the dictionary's examples say, until 31 March."""
    load(
        books, "invoices", INVOICES,
        "应收|R1|2026-03-01|C1||2026-03-11|1130", "应收|R2|2026-03-22|C2|乙||2260", "应收|R3|2026-03-31|C9|丙||0.01",
        "应付|P1|2026-03-01|V1|供应商||1000", "应付|P2|2026-03-22|V1|供应商||1000",
    )  # fmt: skip
    load(books, "payments", PAYMENTS, "应收|K1|2026-03-16|C1|R1|1130", "应付|F1|2026-03-21|V1|P1|1000")
    load(books, "sales_lines", SALES, "S1|2026-03-01|C1|甲|M1|1|1000|13%", "S2|2026-03-31|C2||M1|1|2000|13%")
    return books


def test_days_sales_outstanding_by_hand(march: Books) -> None:
    row = march.one("days_sales_outstanding", **MARCH)
    assert row.value == pytest.approx(39550.01 / 3390)
    assert row.figures["denominator"] == 3390
    assert row.figures["terms_days"] == 10
    assert row.figures["beyond_terms_days"] == pytest.approx(39550.01 / 3390 - 10)
    assert (row.n, row.excluded, row.partial) == (3, 0, False)
    ends = march.one("days_sales_outstanding", params={"average": "ends"}, **MARCH)
    assert ends.value == pytest.approx(2260.01 / 2 * 31 / 3390)
    documents = march.drill("days_sales_outstanding", **MARCH).rows
    assert sum(one.value or 0 for one in documents) == pytest.approx(39550.01 / 31)


def test_a_customer_has_one_name_on_both_sides(march: Books) -> None:
    by = march.by("days_sales_outstanding", "customer", **MARCH)
    assert by == {"甲": pytest.approx(1130 * 15 / 1130), "乙": pytest.approx(10), "丙": None}
    assert march.one("days_sales_outstanding", where={"customer": "乙"}, **MARCH).value == pytest.approx(10)


def test_days_payable_outstanding_by_hand(march: Books) -> None:
    row = march.one("days_payable_outstanding", **MARCH)
    assert (row.value, row.figures["denominator"], row.n) == (15, 2000, 2)
    assert march.by("days_payable_outstanding", "supplier", **MARCH) == {"供应商": 15}


def test_revenue_of_unknown_tax_is_taken_at_the_average_or_not_at_all(march: Books) -> None:
    load(march, "sales_lines", SALES, "S3|2026-03-15|C1|甲|M1|1|500|", name="一行")
    row = march.one("days_sales_outstanding", **MARCH)
    assert row.value == pytest.approx(39550.01 / (3500 * 1.13))
    assert row.reasons == {"gross_unknown": 1}
    load(march, "sales_lines", SALES, "S4|2026-03-15|C1|甲|M1|1|9000|", name="多数")
    result = march.ask("days_sales_outstanding", **MARCH)
    assert [one.value for one in result.rows] == [None]
    assert any("without any tax rate" in note for note in result.notes)


def test_sides_never_meet_and_only_what_both_sources_reach_counts(march: Books) -> None:
    load(march, "sales_lines", SALES, "S5|2026-05-20|C1|甲|M1|1|1|13%", name="五月")
    months = march.months("days_sales_outstanding")
    assert list(months) == ["2026-03"]  # invoices reach no further
    alone = Scope({"side": frozenset({"payable"})})
    result = march.ask("days_payable_outstanding", scope=alone, **MARCH)
    assert [row.value for row in result.rows] == [15]
    result = march.ask("days_sales_outstanding", scope=alone, **MARCH)
    assert all(row.value is None for row in result.rows) and result.out_of_reach


def test_every_day_added_up(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Balances of every day, and sales, without any of the product's tables."""
    books, luck = Books(tmp_path_factory.mktemp("days"), now=datetime(2026, 7, 1)), random.Random(2)
    first, after = date(2026, 1, 1), date(2026, 7, 1)
    invoices, payments, sales = [], [], []
    for i in range(120):
        day = first + timedelta(days=luck.randrange(181) if i > 1 else i * 180)
        amount, paid = luck.randrange(100, 9000), luck.randrange(1, 60)
        invoices.append((f"R{i}", day, f"C{i % 3}", amount))
        if i % 4:
            payments.append(
                (f"K{i}", day + timedelta(days=paid), f"C{i % 3}", f"R{i}", luck.choice((amount, amount // 2)))
            )
        sales.append((f"S{i}", day, f"C{i % 3}", amount))
    load(books, "invoices", INVOICES, *(f"应收|{no}|{day}|{who}|{who}||{amount}" for no, day, who, amount in invoices))
    load(
        books, "payments", PAYMENTS, *(f"应收|{no}|{day}|{who}|{of}|{amount}" for no, day, who, of, amount in payments)
    )
    load(books, "sales_lines", SALES, *(f"S{no}|{day}|{who}|{who}|M1|1|{amount}|13%" for no, day, who, amount in sales))

    def balance(day: date, who: str) -> float:
        issued = {no: amount for no, on, one, amount in invoices if on <= day and one == who}
        return sum(issued.values()) - sum(a for _, on, _, of, a in payments if on <= day and of in issued)

    rows = books.ask("days_sales_outstanding", grain="month", by=("customer",), start=first, end=after).rows
    assert len(rows) == 18
    for row in rows:
        who, month = str(row.dimensions["customer"]), int(str(row.period)[-2:])
        days = [day for day in (first + timedelta(days=n) for n in range(181)) if day.month == month]
        sold = sum(amount for _, on, one, amount in sales if one == who and on.month == month) * 1.13
        assert row.value == pytest.approx(sum(balance(day, who) for day in days) / sold), row
    whole = books.one("days_sales_outstanding", start=first, end=after)
    total = sum(balance(first + timedelta(days=n), f"C{who}") for n in range(181) for who in range(3))
    assert whole.value == pytest.approx(total / (sum(amount for *_, amount in sales) * 1.13))
    books.close()


ORDERS = "单据编号|单据日期|供应商名称|物料编码|采购订单数量|不含税单价"
RECEIPTS = "入库单号|入库日期|供应商名称|物料编码|实收数量|采购订单号"
BILLS = "方向|单据编号|单据日期|往来单位名称|物料编码|开票数量|采购订单号|入库单号|价税合计"


@pytest.fixture
def bought(books: Books) -> Books:
    load(
        books, "purchase_orders", ORDERS,
        "PO1|2026-02-20|甲|M1|10|50", "PO2|2026-02-20|乙|M1|5|20", "PO2|2026-02-20|乙|M2|5|1",
    )  # fmt: skip
    load(
        books, "goods_receipts", RECEIPTS,
        "GR1|2026-03-05|甲|M1|10|PO1", "GR2|2026-03-10|乙|M2|5|PO2", "GR3|2026-06-30|甲|M1|1|PO1",
    )  # fmt: skip
    load(
        books, "invoices", BILLS,
        "应付|I1|2026-03-20|甲|M1|4|po1||226", "应付|I2|2026-03-25|乙|M1|3|PO2||60",
        "应付|I3|2026-03-26|乙|M2|5||GR2|5",
    )  # fmt: skip
    return books


def test_goods_without_invoice_and_invoices_without_goods_stand_apart(bought: Books) -> None:
    row = bought.one("gr_ir_open_amount", **MARCH)
    assert (row.value, row.figures["invoiced_first_amount"], row.n) == (300, 60, 2)
    assert (row.figures["oldest_open_days"], row.figures["over_90_days_amount"]) == (26, 0)
    months = bought.months("gr_ir_open_amount", start="2026-02-01", end="2026-07-01")
    assert months["2026-06"].value == 350 and months["2026-06"].figures["over_90_days_amount"] == 350
    assert months["2026-06"].figures["oldest_open_days"] == 117
    assert bought.by("gr_ir_open_amount", "supplier", **MARCH) == {"甲": 300, "乙": 0}
    assert bought.by("gr_ir_open_amount", "age_band", **MARCH) == {"0-30": 300}
    assert bought.one("gr_ir_open_amount", start="2026-03-01", end="2026-03-20").value == 505  # 10 × 50 + 5 × 1
    drill = {one.document_no: one.value for one in bought.drill("gr_ir_open_amount", **MARCH).rows}
    assert drill == {"PO1": 300, "PO2": 0}


def test_what_cannot_be_told_is_counted_and_what_changes_is_computed_anew(bought: Books) -> None:
    load(bought, "invoices", BILLS, "应付|I4|2026-03-28|甲|||PO1||100", name="无数量")
    row = bought.one("gr_ir_open_amount", **MARCH)
    assert (row.value, row.reasons) == (0, {"invoice_without_quantity": 1})
    load(
        bought,
        "goods_receipts",
        "入库单号|入库日期|供应商名称|物料编码|实收数量",
        "GR9|2026-03-30|丙|M7|2",
        name="无单价",
    )
    assert bought.one("gr_ir_open_amount", **MARCH).reasons == {"invoice_without_quantity": 1, "no_price": 1}
    load(bought, "invoices", BILLS, "应付|I5|2026-03-28|乙|M9|1|PO2||100", name="别的物料")
    reasons = bought.one("gr_ir_open_amount", **MARCH).reasons
    assert reasons == {"invoice_without_quantity": 1, "no_price": 1, "invoice_of_other_material": 2}
    report = bought.cockpit.doctor(LOCAL_ADMINISTRATOR, rebuild=True)
    assert report.exit_status == 0, report.json("en")


def test_invoices_that_name_nothing_leave_everything_untold(books: Books) -> None:
    load(books, "goods_receipts", RECEIPTS, "GR1|2026-03-05|甲|M1|10|PO1")
    load(books, "invoices", INVOICES, "应付|P1|2026-03-31|V1|供应商||1000")
    row = books.one("gr_ir_open_amount", **MARCH)
    assert (row.value, row.reasons) == (None, {"invoices_name_no_order": 1})
