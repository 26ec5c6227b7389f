"""Returns, order cycle and delivery on time: by hand, with what sources leave out, and on real invoices."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime
from decimal import Decimal

import pytest

from cockpit.scope import Scope
from tests.machine import sample_file
from tests.soundness.books import Books

MARCH = {"start": "2026-03-01", "end": "2026-04-01"}
RETURNS = """
    单据编号 | 单据日期 | 物料编码 | 客户名称 | 数量 | 不含税金额 | 原单号
    S1 | 2026-02-10 | M1 | 甲 | 5 | 500 |
    S2 | 2026-03-05 | M1 | 甲 | 4 | 400 |
    S2 | 2026-03-05 | M2 | 甲 | 6 | 600 |
    R1 | 2026-03-20 | M1 | 甲 | -1 | -20 | s1
    R2 | 2026-03-31 | M2 | 甲 | -1 | -10 | S2
"""
ORDERS = """
    单据编号|单据日期|物料编码|客户名称|仓库|数量|已发货数量|不含税金额|确认时间|要求交货日期|实际发货时间
    S1|2026-03-02|M1|甲|东仓|5|5|10|2026-03-02 16:00|2026-03-04|2026-03-02 17:00
    S1|2026-03-02|M2|甲|西仓|5|5|10|2026-03-02 16:00|2026-03-03|2026-03-03 10:00
    S2|2026-03-02|M1|乙|东仓|5|5|10|2026-03-02 10:00|2026-03-09|2026-03-10 09:00
    S3|2026-03-02|M1|乙|东仓|5|2|10|2026-03-02 10:00|2026-03-30|
    S4|2026-03-31|M1|乙|西仓|1|0|10|||
"""


def test_returns_in_their_own_month_and_in_that_of_their_sale(books: Books) -> None:
    books.load("销售.csv", RETURNS)
    row = books.one("return_rate", **MARCH)
    assert (row.value, row.n, row.figures["numerator"], row.figures["denominator"]) == (0.03, 4, 30, 1000)
    months = books.months("return_rate", params={"cohort": "sale"})
    assert {name: row.value for name, row in months.items()} == {"2026-02": 0.04, "2026-03": 0.01}
    assert months["2026-02"].figures["linked_share"] == 1
    assert books.by("return_rate", "product", **MARCH) == {"M1": 20 / 400, "M2": 10 / 600}
    drill = books.drill("return_rate", **MARCH)
    assert {one.document_no: one.value for one in drill.rows} == {"R1": 20, "R2": 10, "S2": 0}


def test_returns_that_belong_to_no_sale_are_left_out_of_the_sales_months(books: Books) -> None:
    books.load("销售.csv", RETURNS)
    more = """单据编号 | 单据日期 | 物料编码 | 数量 | 不含税金额 | 原单号
        R3 | 2026-03-21 | M1 | -1 | -50 |
        R4 | 2026-03-21 | M1 | -1 | -20 | S9
        R5 | 2026-03-22 | M1 | -1 | | S1"""
    books.load("退货.csv", more)
    row = books.one("return_rate", params={"cohort": "sale"})
    assert (row.value, row.reasons) == (30 / 1500, {"return_not_linked": 2, "no_amount": 1})
    assert row.figures["linked_share"] == pytest.approx(0.3)
    assert books.one("return_rate", **MARCH).value == 0.1
    only = books.ask("return_rate", start="2026-03-21", end="2026-03-22")
    assert only.rows[0].value is None and only.notes  # nothing sold that day


def test_an_order_takes_until_its_last_line_is_shipped(books: Books) -> None:
    books.load("订单.csv", ORDERS)
    row = books.one("order_cycle_time", **MARCH)
    assert row.reasons == {"not_shipped": 1, "no_confirmation": 1}
    assert (row.n, row.value, row.figures["p90"]) == (2, 25, 3 + 0.9 * 44)  # 3 h; 7 h and five days of 8
    assert books.one("order_cycle_time", params={"clock": "calendar"}, where={"warehouse": "西仓"}).value == 18
    by = {row.dimensions["warehouse"]: row for row in books.ask("order_cycle_time", by=("warehouse",), **MARCH).rows}
    assert (by["东仓"].value, by["东仓"].n, by["西仓"].value) == (24, 2, 3)  # 1 h and 47 h from one, 3 h from the other
    west = Scope({"warehouse": frozenset({"西仓"})})
    assert [one.value for one in books.ask("order_cycle_time", scope=west, **MARCH).rows] == [3]
    assert {one.document_no for one in books.drill("order_cycle_time", **MARCH).rows} == {"S1", "S2", "S3", "S4"}


def test_lines_are_on_time_by_the_promised_day_and_the_rest_is_late(books: Books) -> None:
    books.load("订单.csv", ORDERS)
    row = books.one("on_time_delivery_rate", **MARCH)
    assert (row.value, row.n, row.reasons) == (0.5, 4, {"no_promised_day": 1})
    assert books.by("on_time_delivery_rate", "customer", **MARCH) == {"甲": 1, "乙": 0}
    running = books.one("on_time_delivery_rate", start="2026-03-01", end="2026-03-04")
    assert (running.value, running.n) == (1, 1)


def test_lines_on_time_are_counted_whatever_their_currency(books: Books) -> None:
    """Lines in dollars had a rate of their own beside that of the lines in the ledger's currency."""
    books.load(
        "订单.csv",
        """单据编号|单据日期|物料编码|客户名称|数量|币种|不含税金额|要求交货日期|实际发货时间
        S1|2026-03-02|M1|甲|5|CNY|10|2026-03-04|2026-03-03 10:00
        S2|2026-03-02|M1|乙|5|USD|10|2026-03-04|2026-03-05 10:00
        S3|2026-03-31|M1|乙|5|USD|10|2026-03-31|2026-03-31 10:00""",
    )
    row = books.one("on_time_delivery_rate", **MARCH)
    assert (row.value, row.n, row.currency) == (2 / 3, 3, None)


def test_what_is_promised_for_later_is_not_late_yet(tmp_path_factory: pytest.TempPathFactory) -> None:
    books = Books(tmp_path_factory.mktemp("due"), now=datetime(2026, 3, 31, 10))
    later = "S5|2026-03-30|M1|丙|东仓|1|0|10||2026-04-20|"
    books.load("订单.csv", f"{ORDERS.rstrip()}\n{later}")
    assert books.one("on_time_delivery_rate").value == 0.5
    assert books.ask("on_time_delivery_rate", grain="month").rows[-1].period == "2026-03"
    books.close()


def test_a_source_that_never_tells_of_shipping_says_nothing_about_being_late(books: Books) -> None:
    only = "单据编号|单据日期|物料编码|数量|不含税金额|要求交货日期\nS1|2026-03-02|M1|1|10|2026-03-05"
    books.load("订单.csv", only, table="sales_lines")
    row = books.one("on_time_delivery_rate", start="2026-03-01", end="2026-03-03")
    assert row.value is None
    books.load("其他.csv", "单据编号|单据日期|物料编码|数量|不含税金额\nS7|2026-03-31|M1|1|10", table="sales_lines")
    row = books.one("on_time_delivery_rate", **MARCH)
    assert (row.value, row.reasons) == (None, {"no_promised_day": 1, "shipping_unknown": 1})
    assert books.one("order_cycle_time", **MARCH).reasons == {"no_confirmation": 2}


def test_returns_of_a_real_shop_by_month_and_country(books: Books) -> None:
    path = sample_file("retail/online_retail_2010-2011.csv")
    sold: dict[str, Decimal] = defaultdict(Decimal)
    back: dict[str, Decimal] = defaultdict(Decimal)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            day = line["InvoiceDate"].split()[0].split("/")
            amount = Decimal(line["Quantity"]) * Decimal(line["UnitPrice"])
            (sold if amount > 0 else back)[f"{day[2]}-{int(day[1]):02}"] += amount
    books.deliver([path])
    rows = books.months("return_rate")
    assert {name: row.value for name, row in rows.items()} == {
        month: pytest.approx(float(-back[month] / sold[month])) for month in sold
    }
