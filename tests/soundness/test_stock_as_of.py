"""Stock as of a day from files as departments make them: newest day, other warehouses' files, missing values, scope."""

from __future__ import annotations

import pytest

from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR
from tests.soundness.books import Books

BALANCE = """
    结存日期 | 仓库 | 物料编码 | 分类 | 数量 | 库存金额
    2026-03-31 | 主仓 | M1 | 轴承 | 100 | 1000
    2026-03-31 | 主仓 | M2 | 丝杠 | 10 | 500
    2026-03-31 | 分仓 | M1 | 轴承 | 40 | 400
"""
MOVES = """
    单据编号 | 单据日期 | 业务类型 | 仓库 | 物料编码 | 分类 | 数量 | 成本金额
    X1 | 2026-04-11 | 销售出库 | 主仓 | M1 | 轴承 | -40 | -400
    X2 | 2026-06-20 | 销售出库 | 分仓 | M1 | 轴承 | -10 | -100
    X2 | 2026-06-20 | 销售出库 | 分仓 | M1 | 轴承 | -10 | -100
    X3 | 2026-06-21 | 销售出库 | 主仓 | M2 | 丝杠 | -12 | -600
"""
SUMMARY = """收发存汇总表
2026.06.01 - 2026.06.30
存货编码 | 存货名称 | 仓库 | 期初数量 | 期初金额 | 入库数量 | 入库金额 | 出库数量 | 出库金额 | 期末数量 | 期末金额
M9 | 轴承 | 外仓 | 10 | 100 | 30 | 300 | 20 | 200 | 20 | 200
"""


@pytest.fixture
def stocked(books: Books) -> Books:
    books.load("库存余额.csv", BALANCE, table="stock_balances")
    books.load("出入库流水.csv", MOVES, table="stock_movements")
    return books


def test_value_of_the_newest_day_of_each_month_and_of_each_scope(stocked: Books) -> None:
    """1,900 in March, 1,500 in April; in June 600 + 200, and M2 at −2 pieces is set apart."""
    months = stocked.months("stock_value", start="2026-03-01", end="2026-07-01")
    assert [months[f"2026-0{month}"].value for month in (3, 4, 5, 6)] == [1900, 1500, 1500, 800]
    assert months["2026-06"].reasons == {"negative_stock": 1}
    assert months["2026-06"].figures["negative_value"] == -100
    newest = stocked.one("stock_value")
    assert (newest.value, str(newest.end)) == (800, "2026-06-22")  # as of the newest delivered day
    parts = stocked.by("stock_value", "warehouse")
    assert parts == {"主仓": 600, "分仓": 200} and sum(parts.values()) == newest.value
    for place, value in parts.items():
        limited = stocked.ask("stock_value", scope=Scope({"warehouse": frozenset({str(place)})}))
        assert [row.value for row in limited.rows] == [value]
    now = stocked.months("stock_value", start="2026-11-01", end="2026-12-01")["2026-11"]
    assert (now.value, now.partial) == (800, True)  # what was last known, and said to be
    documents = stocked.drill("stock_value", where={"warehouse": "分仓"})
    assert sum(row.value or 0 for row in documents.rows) == 200
    assert {row.table for row in documents.rows} == {"stock_balances", "stock_movements"}


def test_a_delivery_twice_and_its_undoing_leave_the_stock_as_it_was(stocked: Books) -> None:
    before = stocked.one("stock_value")
    stocked.load("出入库流水2.csv", MOVES, table="stock_movements")
    assert stocked.one("stock_value").value == before.value
    more = MOVES.splitlines()[1] + "\n X9 | 2026-06-21 | 采购入库 | 主仓 | M1 | 轴承 | 5 | 50"
    report = stocked.load("更多.csv", more, table="stock_movements")
    assert stocked.one("stock_value").value == 850
    assert report.delivery_id is not None
    stocked.cockpit.undo(LOCAL_ADMINISTRATOR, report.delivery_id)
    assert stocked.one("stock_value") == before


def test_a_warehouse_told_by_summaries_alone_counts_where_one_ends_and_is_named_where_none_does(
    stocked: Books,
) -> None:
    stocked.load("收发存汇总表.csv", SUMMARY)
    june = stocked.ask("stock_value", start="2026-06-01", end="2026-07-01")
    assert june.rows[0].value == 1000
    assert not any("外仓" in note for note in june.notes)
    # A week that ends with the summary needs no whole summary inside: it asks for one day.
    week = stocked.ask("stock_value", start="2026-06-29", end="2026-07-01")
    assert week.rows[0].value == 1000 and not any("外仓" in note for note in week.notes)
    july = stocked.ask("stock_value", start="2026-07-01", end="2026-08-01")
    assert july.rows[0].value == 800 and any("外仓 (2026-07-01–2026-07-31)" in note for note in july.notes)


def test_shares_of_stock_are_sums_over_sums(stocked: Books) -> None:
    """June: M2 of 主仓 is negative, one of two materials, two of three when warehouses are told apart."""
    june = {"start": "2026-06-01", "end": "2026-07-01"}
    assert stocked.one("negative_stock_share", **june).value == pytest.approx(1 / 2)
    assert stocked.by("negative_stock_share", "warehouse", **june) == {"主仓": 0.5, "分仓": 0}
    # Nothing sold in 主仓 for 80 days, in 分仓 for 10: 600 of 800, though M1 as a material is used.
    slow = {"start": "2026-06-01", "end": "2026-07-01", "params": {"days": "90"}}
    assert stocked.one("slow_moving_share", **slow).value == 0
    assert stocked.one("slow_moving_share", start="2026-07-01", end="2026-08-01", params={"days": "90"}).value == 0
    places = stocked.by("slow_moving_share", "warehouse", start="2026-07-01", end="2026-08-01", params={"days": "90"})
    assert places == {"主仓": 1, "分仓": 0}
    # 60 + 20 − 2 on hand, 32 used in 30 days
    assert stocked.one("days_of_cover", **june).value == pytest.approx(78 / (32 / 30))
    row = stocked.one("stock_out_rate", **june)
    assert row.figures["numerator"] == 1  # M2 on the 21st, the newest day known


def test_nothing_is_claimed_of_stock_without_what_it_needs(books: Books) -> None:
    books.load("出入库流水.csv", MOVES, table="stock_movements")
    for metric in ("stock_value", "negative_stock_share", "days_of_cover", "slow_moving_share"):
        row = books.one(metric, start="2026-06-01", end="2026-07-01")
        assert (row.value, set(row.reasons)) == (None, {"no_balance"}), metric
    for metric in ("posting_lag", "stock_out_rate"):
        row = books.one(metric, start="2026-06-01", end="2026-07-01")
        assert (row.value, row.n) == (None, 0), metric
    assert books.one("count_accuracy", start="2026-06-01", end="2026-07-01").value is None


COUNT = """
    盘点日期 | 仓库 | 物料编码 | 数量 | 实盘数量 | 库存金额
    2026-06-30 | 主仓 | M1 | 60 | 60 | 600
    2026-06-30 | 主仓 | M2 | 10 | 9 | 400
    2026-06-30 | 主仓 | M3 | 5 | | 50
"""


def test_count_lists_and_posting_days_as_they_come(books: Books) -> None:
    books.load("盘点表.csv", COUNT, table="stock_balances")
    row = books.one("count_accuracy", start="2026-06-01", end="2026-07-01")
    assert (row.value, row.n, row.figures["shortage"]) == (0.5, 2, 1)
    assert books.one("count_accuracy", params={"basis": "value"}).value == pytest.approx(0.6)
    moves = """
        单据编号 | 单据日期 | 出入库时间 | 记账时间 | 业务类型 | 仓库 | 物料编码 | 数量
        X1 | 2026-06-11 | 2026-06-11 09:00:00 | 2026-06-11 13:00:00 | 销售出库 | 主仓 | M1 | -40
        X2 | 2026-06-12 | 2026-06-12 09:00:00 | 2026-06-13 | 销售出库 | 主仓 | M1 | -40
    """
    books.load("出入库流水.csv", moves, table="stock_movements")
    lag = books.one("posting_lag", start="2026-06-01", end="2026-07-01")
    assert (lag.value, lag.n, lag.reasons) == (pytest.approx(4), 1, {"day_only": 1})
    assert books.by("posting_lag", "movement_kind") == {"sale": pytest.approx(4)}


def test_the_day_of_a_balance_sheet_holds_what_the_sheet_says(books: Books) -> None:
    """Was half of the sheet and of the one before it on the very day of the sheet: 625 instead of 650."""
    books.load(
        "库存余额.csv",
        """
        结存日期 | 仓库 | 物料编码 | 数量 | 库存金额
        2026-03-31 | 主仓 | M1 | 60 | 600
        2026-04-30 | 主仓 | M1 | 65 | 650
        """,
        table="stock_balances",
    )
    months = books.months("stock_value", start="2026-03-01", end="2026-05-01")
    assert [months[f"2026-0{month}"].value for month in (3, 4)] == [600, 650]
    assert books.one("stock_value", start="2026-04-10", end="2026-04-11").value == 625  # on the way, nobody knows
