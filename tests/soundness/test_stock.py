"""Stock turnover by hand: movements with balances, 收发存 summaries, transfers, negative stock, 26th-to-25th months."""

from __future__ import annotations

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR
from tests.soundness.books import Books

JANUARY = {"start": "2026-01-01", "end": "2026-02-01"}

# 31 days. Opening 100 pieces at 10 = 1,000. Sold 40 on the 11th: 10 days at 1,000, 21 days at 600.
# Average = (10 × 1,000 + 21 × 600) / 31 = 22,600 / 31; consumption 400 -> 22,600 / 31 / 400 × 31 = 56.5 days
BALANCE = "结存日期 | 仓库 | 物料编码 | 数量 | 库存金额\n 2025-12-31 | 主仓 | M1 | 100 | 1000"
MOVES = """
    单据编号 | 单据日期 | 业务类型 | 仓库 | 物料编码 | 数量 | 成本金额
    X1 | 2026-01-11 | 销售出库 | 主仓 | M1 | -40 | -400
"""


def test_average_of_daily_balances_by_hand(books: Books) -> None:
    books.load("库存余额.csv", BALANCE, table="stock_balances")
    books.load("出入库流水.csv", MOVES, table="stock_movements")
    row = books.one("inventory_turnover_days", **JANUARY)
    assert row.value == pytest.approx(56.5)
    assert row.figures["denominator"] == pytest.approx(400)


def test_transfers_are_no_consumption_above_the_warehouse(books: Books) -> None:
    books.load("库存余额.csv", BALANCE, table="stock_balances")
    moves = (
        MOVES
        + """
        T1 | 2026-01-20 | 调拨出库 | 主仓 | M1 | -30 | -300
        T1 | 2026-01-20 | 调拨入库 | 分仓 | M1 | 30 | 300
    """
    )
    books.load("出入库流水.csv", moves, table="stock_movements")
    assert books.one("inventory_turnover_days", **JANUARY).figures["denominator"] == pytest.approx(400)


SUMMARY = """收发存汇总表
2024.09.26 - 2024.10.25
存货编码 | 存货名称 | 仓库 | 期初数量 | 期初金额 | 入库数量 | 入库金额 | 出库数量 | 出库金额 | 期末数量 | 期末金额
M1 | 轴承 | {warehouse} | 10 | 100 | 30 | 300 | 20 | 200 | 20 | 200
M2 | 丝杠 | {warehouse} | {opening} | {amount} | 5 | 50 | 5 | 50 | {opening} | {amount}
合计： | | | 12 | 120 | 35 | 350 | 25 | 250 | 22 | 220
"""


def test_a_summary_of_a_26th_to_25th_month(books: Books) -> None:
    books.cockpit.ledger(LOCAL_ADMINISTRATOR, "default", month_start_day=26)
    books.load("收发存汇总表.csv", SUMMARY.format(warehouse="主仓", opening=2, amount=20))
    months = books.months("inventory_turnover_days", start="2024-09-26", end="2024-10-26")
    row = months["2024-10"]
    # ((120 + 220) / 2) / 250 × 30 days
    assert row.value == pytest.approx(170 / 250 * 30)


def test_two_warehouses_summaries_add(books: Books) -> None:
    books.cockpit.ledger(LOCAL_ADMINISTRATOR, "default", month_start_day=26)
    for warehouse in ("主仓", "分仓"):
        books.load(f"收发存_{warehouse}.csv", SUMMARY.format(warehouse=warehouse, opening=2, amount=20))
    row = books.one("inventory_turnover_days", start="2024-09-26", end="2024-10-26")
    assert row.figures["denominator"] == 500
    assert row.value == pytest.approx(170 / 250 * 30)
    assert books.by("inventory_turnover_days", "warehouse", start="2024-09-26", end="2024-10-26") == {
        "主仓": pytest.approx(20.4),
        "分仓": pytest.approx(20.4),
    }


def test_negative_opening_amounts_give_no_figure_by_value_but_one_by_quantity(books: Books) -> None:
    books.cockpit.ledger(LOCAL_ADMINISTRATOR, "default", month_start_day=26)
    books.load("收发存汇总表.csv", SUMMARY.format(warehouse="主仓", opening=-200, amount=-2000))
    window = {"start": "2024-09-26", "end": "2024-10-26"}
    result = books.ask("inventory_turnover_days", **window)
    assert result.rows[0].value is None
    assert result.notes or result.rows[0].reasons
    by_quantity = books.by("inventory_turnover_days", "material", params={"basis": "quantity"}, **window)
    assert any(value is not None for value in by_quantity.values())


def test_a_summary_takes_part_only_in_windows_that_hold_it_whole(books: Books) -> None:
    books.load("收发存汇总表.csv", SUMMARY.format(warehouse="主仓", opening=2, amount=20))
    result = books.ask("inventory_turnover_days", start="2024-10-01", end="2024-11-01")
    assert all(row.value is None for row in result.rows)
    assert any("主仓 (2024-10-01–2024-10-31)" in note for note in result.notes)


def test_a_period_without_a_warehouse_s_summary_names_the_warehouse(books: Books) -> None:
    """Found: a year with a summary for one of its months looked like a whole year."""
    books.load("收发存汇总表.csv", SUMMARY.format(warehouse="主仓", opening=2, amount=20))
    books.load("库存余额.csv", BALANCE, table="stock_balances")
    whole = books.ask("inventory_turnover_days", start="2024-09-26", end="2024-10-26")
    assert whole.rows[0].value is not None or whole.rows[0].excluded
    assert not any("主仓" in note for note in whole.notes)
    longer = books.ask("inventory_turnover_days", start="2024-09-01", end="2025-01-01")
    assert any("主仓 (2024-09-01–2024-12-31)" in note for note in longer.notes)
    # Before its first summary nothing is missing, and a question about another place is not told.
    earlier = books.ask("inventory_turnover_days", start="2024-01-01", end="2024-09-01")
    assert not any("主仓" in note for note in earlier.notes)
    other = books.ask("inventory_turnover_days", start="2024-09-01", end="2025-01-01", where={"warehouse": "分仓"})
    assert not any("主仓" in note for note in other.notes)


def test_movements_win_over_summaries_of_the_same_material(books: Books) -> None:
    books.load("库存余额.csv", BALANCE, table="stock_balances")
    books.load("出入库流水.csv", MOVES, table="stock_movements")
    alone = books.one("inventory_turnover_days", **JANUARY)
    summary = SUMMARY.replace("2024.09.26 - 2024.10.25", "2026.01.01 - 2026.01.31")
    lines = [line for line in summary.splitlines() if not line.startswith("M2")]
    books.load("收发存汇总表.csv", "\n".join(lines).format(warehouse="主仓"))
    both = books.one("inventory_turnover_days", **JANUARY)
    assert both.value == alone.value
    assert both.figures["denominator"] == alone.figures["denominator"]


def test_a_warehouse_told_only_by_its_summaries_stands_beside_the_movements_of_others(books: Books) -> None:
    books.load("库存余额.csv", BALANCE, table="stock_balances")
    books.load("出入库流水.csv", MOVES, table="stock_movements")
    summary = SUMMARY.replace("2024.09.26 - 2024.10.25", "2026.01.01 - 2026.01.31")
    lines = [line for line in summary.splitlines() if not line.startswith("M2")]
    books.load("收发存汇总表.csv", "\n".join(lines).format(warehouse="分仓"))
    # 主仓 alone: 56.5 days over 400; 分仓: (100 + 200) / 2 / 200 × 31 days; both: their averages over their consumption
    assert books.by("inventory_turnover_days", "warehouse", **JANUARY) == {
        "主仓": pytest.approx(56.5),
        "分仓": pytest.approx(150 / 200 * 31),
    }
    row = books.one("inventory_turnover_days", **JANUARY)
    assert row.value == pytest.approx((22_600 + 150 * 31) / 600)


def test_documents_behind_turnover_say_what_they_consumed_and_that_they_hold_several_materials(books: Books) -> None:
    """Found: a document's consumed amount was shown in days, and its several materials as none."""
    books.load("库存余额.csv", BALANCE + "\n 2025-12-31 | 主仓 | M2 | 10 | 500", table="stock_balances")
    more = "\n X1 | 2026-01-11 | 销售出库 | 主仓 | M2 | -1 | -50\n X2 | 2026-01-12 | 销售出库 | 主仓 | M2 | -1 | -50"
    books.load("出入库流水.csv", MOVES.rstrip() + more, table="stock_movements")
    found = books.drill("inventory_turnover_days", **JANUARY)
    assert (found.label, found.unit) == ("Consumption", "amount")
    assert [(row.document_no, row.value, row.dimensions["material"], row.several) for row in found.rows] == [
        ("X1", 450, None, ("material",)),
        ("X2", 50, "M2", ()),
    ]
    assert books.drill("inventory_turnover_days", params={"basis": "quantity"}, **JANUARY).unit == "count"
