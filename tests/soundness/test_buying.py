"""Buying as exports tell it: approvals fall due, orders are placed and received, every figure leads to its lines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cockpit.errors import UsageError
from cockpit.service import LOCAL_ADMINISTRATOR
from tests.soundness.books import Books, utc

LOG = """
    单据编号 | 申请部门 | 节点 | 审批人 | 操作 | 到达时间 | 审批时间 | 截止时间 | 审批意见 | 当前状态
    QG-1 | 生产部 | 提交 | 张三 | 提交 | | 2026-11-16 09:00 | | | 已审核
    QG-1 | 生产部 | 经理 | 李四 | 退回 | 2026-11-16 09:00 | 2026-11-16 10:00 | 2026-11-16 12:00 | 规格不清 | 已审核
    QG-1 | 生产部 | 提交 | 张三 | 提交 | | 2026-11-16 11:00 | | | 已审核
    QG-1 | 生产部 | 经理 | 李四 | 同意 | 2026-11-16 11:00 | 2026-11-18 10:00 | 2026-11-17 12:00 | | 已审核
    QG-2 | 研发部 | 提交 | 赵六 | 提交 | | 2026-11-20 09:00 | | | 审批中
    QG-2 | 研发部 | 经理 | 李四 | | 2026-11-20 09:00 | | 2026-11-23 12:00 | | 审批中
"""
ORDERS = """
    单据编号 | 单据日期 | 供应商 | 部门 | 请购单号 | 行号 | 物料编码 | 数量 | 不含税单价 | 不含税金额 | 交货日期
    PO-1 | 2026-11-17 | 甲厂 | 生产部 | QG-1 | 1 | M1 | 100 | 10 | 1000 | 2026-11-20
    PO-1 | 2026-11-17 | 甲厂 | 生产部 | QG-1 | 2 | M2 | 5 | 20 | 100 | 2026-11-21
    PO-2 | 2026-11-19 | 乙厂 | 研发部 | | 1 | M3 | 7 | 100 | 700 | 2026-11-23
"""
RECEIPTS = """
    入库单号 | 入库日期 | 供应商 | 采购订单号 | 采购订单行号 | 物料编码 | 应收数量 | 实收数量 | 拒收数量
    RK-1 | 2026-11-19 | 甲厂 | PO-1 | 1 | M1 | 100 | 97 | 1
    RK-2 | 2026-11-20 | 甲厂 | PO-1 | 2 | M2 | 5 | 5 |
    RK-3 | 2026-11-18 | 乙厂 | PO-2 | 1 | M3 | 7 | 7 |
"""


@pytest.fixture
def bought(books: Books) -> Books:
    books.load("采购审批记录.csv", LOG)
    books.load("采购订单.csv", ORDERS)
    books.load("采购入库单.csv", RECEIPTS)
    return books


def test_an_open_act_is_late_from_the_day_after_it_was_due(bought: Books) -> None:
    """The statement is compiled once; which day it is, is told each time."""
    assert bought.now == utc("2026-11-22T09:00:00+08:00")
    row = bought.one("approval_breach_rate")
    assert (row.value, row.n, row.reasons) == (0.5, 2, {"not_due_yet": 1})
    bought.now += timedelta(days=1)
    assert bought.one("approval_breach_rate").reasons == {"not_due_yet": 1}
    bought.now += timedelta(days=1)
    late = bought.one("approval_breach_rate")
    assert (late.value, late.n, late.figures["open_late"]) == (pytest.approx(2 / 3), 3, 1)
    lines = bought.one("receipt_shortfall")
    assert (lines.value, lines.n, lines.reasons) == (pytest.approx(1 / 3), 3, {})


def test_what_is_not_due_yet_is_not_short(bought: Books) -> None:
    row = bought.one("receipt_shortfall")
    assert (row.value, row.n, row.reasons) == (0.5, 2, {"not_due_yet": 1})
    assert [row.figures[name] for name in ("short", "over", "rejected")] == [1, 0, 1]
    drill = bought.drill("receipt_shortfall", params={"basis": "amount"})
    assert {one.document_no: one.value for one in drill.rows if one.value} == {"PO-1": pytest.approx(40)}


def test_the_backlog_of_a_day_without_any_is_nothing_and_not_unknown(bought: Books) -> None:
    assert bought.one("approval_backlog").value == 1
    assert bought.one("approval_backlog", end="2026-11-19").value == 0
    days = bought.ask("approval_backlog", grain="day", start="2026-11-16", end="2026-11-22").rows
    assert {row.period: row.value for row in days} == {
        "2026-11-16": 1,
        "2026-11-17": 1,
        "2026-11-20": 1,
        "2026-11-21": 1,
    }
    assert [one.document_no for one in bought.drill("approval_backlog").rows] == ["QG-2"]


def test_figures_lead_to_their_lines(bought: Books) -> None:
    assert bought.by("purchase_amount", "supplier") == {"甲厂": 1100, "乙厂": 700}
    assert bought.by("maverick_rate", "department") == {"生产部": 1, "研发部": 1}
    drill = bought.drill("maverick_rate", where={"supplier": "甲厂"})
    assert [(one.document_no, one.value, [source.line for source in one.sources]) for one in drill.rows] == [
        ("PO-1", 2, [2, 3])
    ]
    assert bought.by("approval_rework_rate", "reason") == {"规格不清": 1}
    rework = bought.drill("approval_rework_rate", where={"reason": "规格不清"}).rows
    assert [(one.document_no, one.dimensions["reason"]) for one in rework] == [("QG-1", "规格不清")]


def test_a_limit_that_is_no_share_is_refused(bought: Books) -> None:
    with pytest.raises(UsageError) as error:
        bought.one("approval_pass_through_share", params={"silent": "98%"})
    assert error.value.code == "parameter_value_unknown"


def test_taking_a_delivery_back_takes_its_part_of_every_line_back(bought: Books) -> None:
    assert bought.one("maverick_rate").figures["receipt_before_order"] == 1
    bought.cockpit.undo(LOCAL_ADMINISTRATOR, 3)
    assert bought.one("maverick_rate").reasons == {"nothing_to_compare": 1}
    assert bought.one("receipt_shortfall").reasons == {"not_due_yet": 1, "receipts_not_known": 2}
    assert bought.cockpit.doctor(LOCAL_ADMINISTRATOR, rebuild=True).exit_status == 0
