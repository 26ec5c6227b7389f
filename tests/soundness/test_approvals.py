"""Approval times worked out by hand, on logs as Chinese offices export them."""

from __future__ import annotations

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR
from tests.soundness.books import Books

# Monday 2026-03-02 is an ordinary working day; hours 09:00-12:00 and 13:00-18:00.
#
# CG-1  提交 Mon 09:30, 经理 同意 Mon 11:00 (1.5 h), 财务 退回 Mon 14:00 (11-12 and 13-14: 2 h),
#       提交 Tue 10:00 (14-18 and 9-10: 5 h), 经理 同意 Tue 10:30 (0.5 h), 财务 同意 Tue 16:30 (10:30-12, 13-16:30: 5 h)
#       first submit -> last final: 1.5 + 2 + 5 + 0.5 + 5 = 14 h; last submit -> last final: 5.5 h; calendar 31 h
# CG-2  提交 Fri 17:00, 经理 转交 Fri 17:30, 副总 同意 Mon 2026-03-09 09:15: 1 h + 0.25 h = 1.25 h; calendar 64.25 h
# CG-3  提交 Mon 09:00, 经理 加签 Mon 10:00, 法务 同意 Mon 15:00, 经理 同意 Mon 16:00: 3 + 3 = 6 h
# CG-4  提交 Mon 09:00, 会签 法务 Mon 11:00 and 财务 Mon 17:00, both from 09:00; 总经理 同意 Tue 09:30:
#       submit -> final 8 + 0.5 = 8.5 h; waits: 法务 2 h, 财务 7 h, 总经理 1.5 h (after the last of the group)
# CG-5  提交 Mon 09:00, 经理 still open
LOG = """
    单据编号 | 申请部门 | 节点 | 审批人 | 操作 | 到达时间 | 审批时间 | 当前状态
    CG-1 | 生产部 | 提交 | 张三 | 提交 | | 2026-03-02 09:30 | 已审核
    CG-1 | 生产部 | 经理 | 李四 | 同意 | | 2026-03-02 11:00 | 已审核
    CG-1 | 生产部 | 财务 | 王五 | 退回 | | 2026-03-02 14:00 | 已审核
    CG-1 | 生产部 | 提交 | 张三 | 提交 | | 2026-03-03 10:00 | 已审核
    CG-1 | 生产部 | 经理 | 李四 | 同意 | | 2026-03-03 10:30 | 已审核
    CG-1 | 生产部 | 财务 | 王五 | 同意 | | 2026-03-03 16:30 | 已审核
    CG-2 | 研发部 | 提交 | 赵六 | 提交 | | 2026-03-06 17:00 | 已审核
    CG-2 | 研发部 | 经理 | 李四 | 转交 | | 2026-03-06 17:30 | 已审核
    CG-2 | 研发部 | 副总 | 陈敏 | 同意 | | 2026-03-09 09:15 | 已审核
    CG-3 | 研发部 | 提交 | 赵六 | 提交 | | 2026-03-02 09:00 | 已审核
    CG-3 | 研发部 | 经理 | 李四 | 加签 | | 2026-03-02 10:00 | 已审核
    CG-3 | 研发部 | 法务 | 高翔 | 同意 | | 2026-03-02 15:00 | 已审核
    CG-3 | 研发部 | 经理 | 李四 | 同意 | | 2026-03-02 16:00 | 已审核
    CG-4 | 生产部 | 提交 | 张三 | 提交 | | 2026-03-02 09:00 | 已审核
    CG-4 | 生产部 | 会签 | 高翔 | 会签 | 2026-03-02 09:00 | 2026-03-02 11:00 | 已审核
    CG-4 | 生产部 | 会签 | 王五 | 会签 | 2026-03-02 09:00 | 2026-03-02 17:00 | 已审核
    CG-4 | 生产部 | 总经理 | 老板 | 同意 | | 2026-03-03 09:30 | 已审核
    CG-5 | 生产部 | 提交 | 张三 | 提交 | | 2026-03-02 09:00 | 审批中
    CG-5 | 生产部 | 经理 | 李四 | | 2026-03-02 09:00 | | 审批中
"""


@pytest.fixture
def log(books: Books) -> Books:
    books.load("采购审批记录.csv", LOG)
    return books


def hours(books: Books, **params: str) -> dict[str | None, float | None]:
    drill = books.drill("approval_cycle_time", params=params)
    return {row.document_no: row.value for row in drill.rows if row.reason is None}


def test_working_hours_by_hand(log: Books) -> None:
    assert hours(log) == {"CG-1": 14, "CG-2": 1.25, "CG-3": 6, "CG-4": 8.5}
    row = log.one("approval_cycle_time")
    assert row.value == pytest.approx((6 + 8.5) / 2)
    assert row.figures["mean"] == pytest.approx((14 + 1.25 + 6 + 8.5) / 4)
    assert row.figures["p90"] == pytest.approx(8.5 + 0.7 * (14 - 8.5))
    assert (row.n, row.excluded, row.reasons) == (4, 1, {"no_final": 1})


def test_calendar_hours_and_the_last_round(log: Books) -> None:
    assert hours(log, clock="calendar") == {"CG-1": 31, "CG-2": 64.25, "CG-3": 7, "CG-4": 24.5}
    assert hours(log, start="last_submit")["CG-1"] == 5.5


def test_departments_and_drill_to_the_line(log: Books) -> None:
    by = log.by("approval_cycle_time", "department")
    assert by == {"生产部": pytest.approx((14 + 8.5) / 2), "研发部": pytest.approx((1.25 + 6) / 2)}
    rows = log.drill("approval_cycle_time", where={"department": "研发部"}).rows
    assert {row.document_no for row in rows} == {"CG-2", "CG-3"}
    assert [source.line for source in next(row for row in rows if row.document_no == "CG-2").sources] == [8, 9, 10]


def test_waits_at_the_nodes(log: Books) -> None:
    waits = {row.dimensions["approver"]: row for row in log.ask("approval_node_wait", by=("approver",)).rows}
    assert waits["高翔"].n == 2  # countersigned after 2 h; joined CG-3 for 10-12 and 13-15
    assert waits["老板"].value == 1.5  # from the last countersignature at 17:00 on
    assert waits["陈敏"].value == pytest.approx(0.75)  # from the hand-over at 17:30 on
    assert waits["王五"].figures["p90"] is not None


def test_outcomes(log: Books) -> None:
    figures = log.one("approval_outcomes").figures
    assert (figures["approved"], figures["never_final"], figures["resubmitted"]) == (4, 1, 1)
    assert figures["with_rejection"] == 0


def test_a_week_later_the_open_act_is_closed_and_nothing_doubles(log: Books) -> None:
    later = LOG.replace(
        "CG-5 | 生产部 | 经理 | 李四 | | 2026-03-02 09:00 | | 审批中",
        "CG-5 | 生产部 | 经理 | 李四 | 同意 | 2026-03-02 09:00 | 2026-03-04 12:00 | 已审核",
    ).replace(
        "CG-5 | 生产部 | 提交 | 张三 | 提交 | | 2026-03-02 09:00 | 审批中",
        "CG-5 | 生产部 | 提交 | 张三 | 提交 | | 2026-03-02 09:00 | 已审核",
    )
    log.load("采购审批记录(2).csv", later)
    assert hours(log) == {"CG-1": 14, "CG-2": 1.25, "CG-3": 6, "CG-4": 8.5, "CG-5": 8 + 8 + 3}
    log.cockpit.undo(LOCAL_ADMINISTRATOR, 2)
    assert "CG-5" not in hours(log)


def test_make_up_days_count_and_the_festival_does_not(books: Books) -> None:
    # Friday 2026-02-13 17:00 to Wednesday 2026-02-25 10:00 over the Spring Festival; Saturday the 14th is worked:
    # 1 h + 8 h + 8 h (Tuesday the 24th) + 1 h
    books.load(
        "采购审批记录.csv",
        """单据编号 | 节点 | 审批人 | 操作 | 审批时间
        CG-9 | 提交 | 张三 | 提交 | 2026-02-13 17:00
        CG-9 | 经理 | 李四 | 同意 | 2026-02-25 10:00""",
    )
    assert hours(books) == {"CG-9": 18}


def test_beyond_the_official_years_the_figure_is_provisional(books: Books) -> None:
    books.load(
        "采购审批记录.csv",
        """单据编号 | 节点 | 审批人 | 操作 | 审批时间
        CG-9 | 提交 | 张三 | 提交 | 2027-03-01 09:00
        CG-9 | 经理 | 李四 | 同意 | 2027-03-01 10:00""",
    )
    row = books.one("approval_cycle_time")
    assert (row.value, row.provisional) == (1, True)


def test_missing_and_reversed_instants_are_left_out_with_their_reason(books: Books) -> None:
    books.load(
        "采购审批记录.csv",
        """单据编号 | 节点 | 审批人 | 操作 | 审批时间 | 当前状态
        A | 提交 | 张三 | 提交 | 2026-03-02 10:00 | 已审核
        A | 经理 | 李四 | 同意 | 2026-03-02 09:00 | 已审核
        B | 经理 | 李四 | 同意 | 2026-03-02 09:30 | 已审核
        C | 提交 | 张三 | 提交 | 2026-03-02 09:00 | 已审核
        C | 经理 | 李四 | 同意 | 2026-03-02 11:00 | 已审核""",
    )
    row = books.one("approval_cycle_time")
    assert (row.value, row.n, row.excluded) == (2, 1, 2)


def test_instants_with_offset_hold_in_any_zone_and_naive_ones_follow_daylight_saving(books: Books) -> None:
    books.cockpit.ledger(LOCAL_ADMINISTRATOR, "berlin", timezone="Europe/Berlin")
    # The clocks go forward in the night of 2026-03-29: 23:00 to 04:00 are four hours, not five.
    books.load(
        "log.csv",
        """Case ID | Activity | Timestamp | Resource
        A | Submitted | 2026-03-28 23:00:00 | x
        A | Final approved | 2026-03-29 04:00:00 | y""",
        ledger="berlin",
        table="process_events",
        process="requests",
    )
    assert books.one("approval_cycle_time", ledger="berlin", params={"clock": "calendar"}).value == 4
    books.load(
        "log2.csv",
        """Case ID | Activity | Timestamp | Resource
        A | Submitted | 2026-03-28T23:00:00.000+01:00 | x
        A | Final approved | 2026-03-29T04:00:00.000+02:00 | y""",
        ledger="default",
        table="process_events",
        process="requests",
    )
    assert books.one("approval_cycle_time", ledger="default", params={"clock": "calendar"}).value == 4
