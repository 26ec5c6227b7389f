"""Approval discipline worked out by hand: late, sent back, waiting, how many nodes, passing on, the declared path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.errors import UsageError
from cockpit.scope import Scope
from tests.process.log import Log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path)
    yield made
    made.warehouse.close()


# Monday 2024-03-04; working hours 09:00-12:00 and 13:00-18:00.
DUE = """case_id | node | action | actor | department | arrived_at | acted_at | due_at
    A | 财务 | 同意 | 李 | 生产部 | 2024-03-04 09:00 | 2024-03-04 11:00 | 2024-03-04 12:00
    B | 财务 | 同意 | 李 | 生产部 | 2024-03-04 09:00 | 2024-03-05 09:30 | 2024-03-04 15:00
    C | 经理 | | 王 | 研发部 | 2024-03-04 09:00 | | 2024-03-04 18:00
    D | 经理 | | 王 | 研发部 | 2024-03-04 09:00 | | 2030-02-01 18:00
    E | 经理 | 同意 | 王 | 研发部 | 2024-03-04 09:00 | 2024-03-04 10:00 | """


def test_example_of_breach_rate(log: Log) -> None:
    log.take(DUE)
    row = log.one("approval_breach_rate")
    assert (row.value, row.n) == (pytest.approx(2 / 3), 3)
    assert row.reasons == {"not_due_yet": 1, "no_due_instant": 1}
    assert row.figures["open_late"] == 1
    parts = log.by("approval_breach_rate", "node")
    assert {name: row.value for name, row in parts.items()} == {"财务": 0.5, "经理": 1}
    scope = Scope({"department": frozenset({"生产部"})})
    assert (log.one("approval_breach_rate", scope=scope).value, log.one("approval_breach_rate", scope=scope).n) == (
        0.5,
        2,
    )


def test_the_period_is_that_of_the_due_day_and_not_of_the_act(log: Log) -> None:
    log.take(
        """case_id | node | action | arrived_at | acted_at | due_at
        A | 财务 | 同意 | 2024-03-29 09:00 | 2024-04-02 11:00 | 2024-03-29 12:00
        B | 财务 | | 2024-03-29 09:00 | | 2024-04-01 12:00"""
    )
    rows = log.ask("approval_breach_rate", grain="month", window=("2024-03-01", "2024-05-01"))
    assert [(row.period.label, row.value, row.n) for row in rows] == [("2024-03", 1, 1), ("2024-04", 1, 1)]


def test_a_target_of_the_node_is_counted_in_working_time(log: Log) -> None:
    log.define(("target_hours", "财务", "4"), ("target_hours", "法务", "8"), process="*")
    log.deliver("calendars", [{"company": "乙", "day": datetime(2024, 3, 5).date(), "is_work": False}])
    log.take(
        """case_id | company | node | action | arrived_at | acted_at | due_at
        A | | 财务 | 同意 | 2024-03-04 11:00 | 2024-03-04 16:00 |
        B | | 财务 | 同意 | 2024-03-04 17:00 | 2024-03-05 11:59 |
        C | | 财务 | 同意 | 2024-03-04 17:00 | 2024-03-05 13:01 |
        D | 乙 | 财务 | 同意 | 2024-03-04 17:00 | 2024-03-06 11:00 |
        E | | 法务 | 同意 | 2024-03-04 09:00 | 2024-03-04 18:00 |
        F | | 财务 | 同意 | 2024-03-04 09:00 | 2024-03-04 10:00 | 2024-03-04 09:30"""
    )
    due = {act["case_id"]: log.wall(act["due_at"]) for act in log.table("approval_acts")}
    assert due == {
        "A": "03-04 16:00",
        "B": "03-05 12:00",
        "C": "03-05 12:00",
        "D": "03-06 12:00",  # that company does not work on Tuesday
        "E": "03-04 18:00",
        "F": "03-04 09:30",  # the source's own word
    }
    row = log.one("approval_breach_rate")
    assert (row.figures["numerator"], row.n) == (2, 6)
    assert log.sound()


# ------------------------------------------------------------------ sent back

REWORK = """case_id | department | node | action | acted_at | comment
    A | 甲 | 申请人 | 提交 | 2024-03-04 09:00 |
    A | 甲 | 经理 | 同意 | 2024-03-04 10:00 |
    A | 甲 | 财务 | 退回 | 2024-03-04 11:00 | 预算有误
    A | 甲 | 申请人 | 提交 | 2024-03-05 09:00 |
    A | 甲 | 经理 | 同意 | 2024-03-05 10:00 |
    A | 甲 | 财务 | 同意 | 2024-03-05 11:00 |
    B | 甲 | 申请人 | 提交 | 2024-03-04 09:00 |
    B | 甲 | 经理 | 驳回 | 2024-03-04 10:00 | 重复
    C | 乙 | 申请人 | 提交 | 2024-03-04 09:00 |
    C | 乙 | 经理 | 同意 | 2024-03-04 10:00 |
    C | 乙 | 财务 | 同意 | 2024-03-04 11:00 |
    D | 乙 | 申请人 | 提交 | 2024-04-04 09:00 |
    D | 乙 | 经理 | 同意 | 2024-04-04 10:00 |
    D | 乙 | 财务 | 同意 | 2024-04-04 11:00 |
    E | 乙 | 申请人 | 提交 | 2024-03-04 09:00 |
    E | 乙 | 经理 | 退回 | 2024-03-04 10:00 | 重复
    E | 乙 | 申请人 | 提交 | 2024-03-04 11:00 |
    E | 乙 | 经理 | | | """


def test_example_of_rework_rate(log: Log) -> None:
    log.take(REWORK)
    row = log.one("approval_rework_rate")
    assert (row.value, row.n, row.reasons) == (0.5, 4, {"not_decided": 1})
    assert [row.figures[name] for name in ("with_return", "with_rejection", "resubmitted")] == [1, 1, 1]
    nodes = log.by("approval_rework_rate", "node")
    assert {name: (row.value, row.n) for name, row in nodes.items()} == {
        "经理": (0.25, 4),
        "财务": (pytest.approx(1 / 3), 3),
    }
    months = log.ask("approval_rework_rate", grain="month", window=("2024-03-01", "2024-05-01"))
    assert [(row.value, row.n) for row in months] == [(pytest.approx(2 / 3), 3), (0, 1)]
    departments = log.by("approval_rework_rate", "department")
    assert {name: row.value for name, row in departments.items()} == {"甲": 1, "乙": 0}
    one_node = log.one("approval_rework_rate", where={"node": ("经理", "财务")})
    assert (one_node.value, one_node.n) == (0.5, 4)  # a document two nodes dealt with is one document


def test_reasons_are_shares_of_all_documents_decided(log: Log) -> None:
    log.take(REWORK)
    window: dict[str, Any] = {"window": ("2024-03-01", "2024-05-01")}
    reasons = log.by("approval_rework_rate", "reason", **window)
    assert {name: (row.value, row.figures["denominator"]) for name, row in reasons.items()} == {
        "预算有误": (0.25, 4),
        "重复": (0.25, 4),
    }
    assert reasons["重复"].reasons == {"not_decided": 1}
    march = [row for row in log.ask("approval_rework_rate", ("reason",), grain="month", **window) if row.n]
    assert [(row.period.label, row.value) for row in march] == [("2024-03", pytest.approx(1 / 3))] * 2
    assert log.one("approval_rework_rate", where={"reason": ("重复",)}).value == 0.25
    both = log.ask("approval_rework_rate", by=("node", "reason"), where={"department": ("甲",)}, **window)
    found = {(row.dimensions["node"], row.dimensions["reason"]): row.value for row in both}
    assert found == {("经理", "重复"): 0.5, ("财务", "预算有误"): 1}
    hidden = log.by("approval_rework_rate", "reason", scope=Scope({"department": frozenset({"甲"})}))
    assert {name: row.figures["denominator"] for name, row in hidden.items()} == {"预算有误": 2, "重复": 2}


# ------------------------------------------------------------------ nodes and paths


def test_example_of_steps(log: Log) -> None:
    log.take(
        """case_id | node | action | acted_at | amount_net
        甲 | 申请人 | 提交 | 2024-03-04 09:00 | 5000
        甲 | 经理 | 同意 | 2024-03-04 10:00 | 5000
        甲 | 财务 | 同意 | 2024-03-04 11:00 | 5000
        乙 | 申请人 | 提交 | 2024-03-04 09:00 | 60000
        乙 | 经理 | 退回 | 2024-03-04 10:00 | 60000
        乙 | 申请人 | 提交 | 2024-03-04 10:30 | 60000
        乙 | 经理 | 同意 | 2024-03-04 11:00 | 60000
        乙 | 财务 | 同意 | 2024-03-04 11:30 | 60000
        乙 | 总经理 | 同意 | 2024-03-04 13:30 | 60000
        乙 | 出纳 | 抄送 | 2024-03-04 13:31 | 60000"""
    )
    assert log.one("approval_steps").value == 2.5
    bands = log.by("approval_steps", "amount_band")
    assert {name: row.value for name, row in bands.items()} == {"1_below_10k": 2, "3_50k_200k": 3}


PATHS = """case_id | node | action | acted_at | amount_net | category
    A | 申请人 | 提交 | 2024-03-04 09:00 | 50000 | 钢材
    A | 经理 | 转交 | 2024-03-04 09:30 | 50000 | 钢材
    A | 经理 | 同意 | 2024-03-04 10:00 | 50000 | 钢材
    A | 财务 | 同意 | 2024-03-04 11:00 | 50000 | 钢材
    B | 申请人 | 提交 | 2024-03-04 09:00 | 200000 | 钢材
    B | 经理 | 同意 | 2024-03-04 10:00 | 200000 | 钢材
    B | 财务 | 同意 | 2024-03-04 11:00 | 200000 | 钢材
    C | 申请人 | 提交 | 2024-03-04 09:00 | 50000 | 塑料
    C | 财务 | 同意 | 2024-03-04 10:00 | 50000 | 塑料
    C | 经理 | 同意 | 2024-03-04 11:00 | 50000 | 塑料
    D | 申请人 | 提交 | 2024-03-04 09:00 | 50000 | 塑料
    D | 经理 | 驳回 | 2024-03-04 10:00 | 50000 | 塑料"""


def test_example_of_standard_path(log: Log) -> None:
    nodes = (("node", "经理", None), ("node", "财务", None), ("node", "总经理", "100000"))
    log.define(*nodes, ("final", "", "last_approval"), process="*")
    log.take(PATHS)
    row = log.one("approval_standard_path_share")
    assert (row.value, row.n) == (0.5, 4)
    parts = log.by("approval_standard_path_share", "category")
    assert {name: row.value for name, row in parts.items()} == {"钢材": 0.5, "塑料": 0.5}


def test_ways_that_are_not_the_declared_one_and_those_nobody_can_judge(log: Log) -> None:
    log.define(
        ("node", "经理", None), ("node", "财务", None), ("node", "总经理", "100000"), ("final", "", "last_approval")
    )
    log.take(
        """case_id | node | action | acted_at | amount_net
        returned | 申请人 | 提交 | 2024-03-04 09:00 | 50000
        returned | 经理 | 退回 | 2024-03-04 10:00 | 50000
        returned | 申请人 | 提交 | 2024-03-04 10:30 | 50000
        returned | 经理 | 同意 | 2024-03-04 11:00 | 50000
        returned | 财务 | 同意 | 2024-03-04 11:30 | 50000
        added | 申请人 | 提交 | 2024-03-04 09:00 | 50000
        added | 经理 | 同意 | 2024-03-04 10:00 | 50000
        added | 法务 | 同意 | 2024-03-04 10:30 | 50000
        added | 财务 | 同意 | 2024-03-04 11:00 | 50000
        whole | 申请人 | 提交 | 2024-03-04 09:00 | 100000
        whole | 经理 | 同意 | 2024-03-04 10:00 | 100000
        whole | 财务 | 同意 | 2024-03-04 11:00 | 100000
        whole | 总经理 | 同意 | 2024-03-04 13:30 | 100000
        priceless | 申请人 | 提交 | 2024-03-04 09:00 |
        priceless | 经理 | 同意 | 2024-03-04 10:00 |
        priceless | 财务 | 同意 | 2024-03-04 11:00 | """,
        process="请购",
    )
    log.take(
        """case_id | node | action | acted_at
        undeclared | 申请人 | 提交 | 2024-03-04 09:00
        undeclared | 经理 | 同意 | 2024-03-04 10:00""",
        process="报销",
    )
    judged = {case["case_id"]: (case["standard_path"], case["path_reason"]) for case in log.table("approval_cases")}
    assert judged == {
        "returned": (False, None),
        "added": (False, None),
        "whole": (True, None),
        "priceless": (None, "amount_not_comparable"),
        "undeclared": (None, "no_declared_path"),
    }
    row = log.one("approval_standard_path_share")
    assert (row.value, row.reasons) == (
        pytest.approx(1 / 3),
        {"amount_not_comparable": 1, "no_declared_path": 1},
    )
    # an edited definition needs no new delivery; paths stand before nodes, one of several is enough
    log.define(("path", "经理→法务 > 财务", None), ("path", "经理 > 财务 > 总经理", None))
    changed = {case["case_id"]: case["standard_path"] for case in log.table("approval_cases")}
    assert changed == {"returned": False, "added": True, "whole": True, "priceless": False, "undeclared": None}
    assert log.sound()


# ------------------------------------------------------------------ waiting


def test_example_of_backlog(log: Log) -> None:
    log.take(
        """case_id | node | action | arrived_at | acted_at | due_at
        甲 | 经理 | 同意 | 2024-03-30 09:00 | 2024-04-01 10:00 | 2024-04-02 18:00
        乙 | 财务 | | 2024-03-20 09:00 | | 2024-03-25 18:00
        丙 | 经理 | 同意 | 2024-03-28 09:00 | 2024-03-29 10:00 | """
    )
    row = log.one("approval_backlog", window=("2024-03-01", "2024-04-01"))
    assert (row.value, row.figures["past_due_share"], row.figures["age_p90_days"]) == (2, 0.5, 10)
    days = log.ask("approval_backlog", grain="day", window=("2024-03-24", "2024-03-30"))
    late = {str(row.period.label)[-2:]: (row.value, row.figures["past_due_share"]) for row in days}
    assert late == {"24": (1, 0), "25": (1, 0), "26": (1, 1), "27": (1, 1), "28": (2, 1), "29": (1, 1)}
    assert log.by("approval_backlog", "node", window=("2024-03-01", "2024-04-01"))["财务"].value == 1
    # who is limited to nodes reaches no documents: nothing is told, not a part
    assert not log.ask(
        "approval_backlog", window=("2024-03-01", "2024-04-01"), scope=Scope({"node": frozenset({"经理"})})
    )


def test_what_a_closed_document_left_open_waits_no_longer(log: Log) -> None:
    log.take(
        """case_id | node | action | arrived_at | acted_at
        withdrawn | 申请人 | 提交 | | 2024-03-01 09:00
        withdrawn | 经理 | | 2024-03-01 09:00 |
        withdrawn | 申请人 | 撤回 | | 2024-03-05 09:00
        lost | 申请人 | 提交 | | 2024-03-04 09:00
        waiting | 申请人 | 提交 | | 2024-03-06 09:00
        waiting | 经理 | | 2024-03-06 09:00 |
        waiting | 抄送人 | 抄送 | 2024-03-06 09:00 | """
    )
    days = log.ask("approval_backlog", grain="day", window=("2024-03-01", "2024-03-08"))
    told = {str(row.period.label)[-1]: (row.value, row.reasons) for row in days}
    lost = {"no_open_act": 1}
    assert told == {
        "1": (1, {}),
        "2": (1, {}),
        "3": (1, {}),
        "4": (1, lost),
        "5": (None, lost),
        "6": (1, lost),
        "7": (1, lost),
    }


# ------------------------------------------------------------------ passing on


def passing(log: Log, returned: int = 10, comment: str = "") -> None:
    """Two hundred documents: the department head takes three quarters of an hour, legal a quarter."""
    rows: list[dict[str, Any]] = []
    monday = datetime(2024, 3, 4, 1, 0, tzinfo=UTC).replace(tzinfo=None)  # 09:00 in Shanghai

    def act(case: int, node: str, action: str, minutes: tuple[int, int], text: str = "") -> None:
        arrived, acted = (monday + timedelta(days=7 * (case % 4), minutes=one) for one in minutes)
        rows.append({"company": "", "process": "请购", "case_id": f"P{case}", "node": node, "action": action,
                     "arrived_at": arrived, "acted_at": acted, "comment": text})  # fmt: skip

    for case in range(200):
        act(case, "部门经理", "退回" if case < returned else "同意", (0, 45), "请补充" if case < returned else "")
        act(case, "法务会签", "同意", (60, 75), comment if case % 10 == 0 else "同意。")
    log.deliver("process_events", rows)


def test_example_of_pass_through(log: Log) -> None:
    passing(log)
    row = log.one("approval_pass_through_share")
    assert (row.value, row.figures["numerator"], row.figures["denominator"]) == (0.25, 50, 200)
    assert row.figures["candidates"] == 1
    nodes = log.by("approval_pass_through_share", "node")
    assert {name: (row.value, row.figures["objection_share"]) for name, row in nodes.items()} == {
        "部门经理": (0, 0.05),
        "法务会签": (1, 0),
    }
    # a month alone holds too few acts to judge by, a window of months does not
    asked = {"grain": "week", "window": ("2024-03-04", "2024-04-01")}
    assert {row.value for row in log.ask("approval_pass_through_share", **asked)} == {0.25}
    assert log.one("approval_pass_through_share", window=("2024-03-04", "2024-03-11")).value == 0


def test_limits_of_pass_through_are_parameters(log: Log) -> None:
    passing(log, comment="数量与合同不符，已更正")

    def share(**params: str) -> float | None:
        return log.one("approval_pass_through_share", params=params).value

    assert share() == 0  # one act in ten says something
    assert share(silent="0.9") == 0.25
    assert share(silent="0.9", objections="0.018") == 0  # 200 acts without any leave up to 1.9 %
    assert share(silent="0.9", under_one_minute="0.5") == 0
    assert share(silent="0.5", objections="1") == 0.25  # what the department head returned was nobody's before
    for value in ("", "-1", "2", "x", "0,9", "nan"):
        with pytest.raises(UsageError) as error:
            share(silent=value)
        assert error.value.code == "parameter_value_unknown"


def test_an_objection_somebody_made_before_is_no_objection_of_its_own(log: Log) -> None:
    passing(log, returned=2)
    # the head's returns were each document's first; legal's return follows the head's
    log.take(
        """case_id | node | action | arrived_at | acted_at
        P0 | 法务会签 | 退回 | 2024-03-04 12:00 | 2024-03-04 13:15""",
        process="请购",
    )
    nodes = log.by("approval_pass_through_share", "node", params={"objections": "0.04"})
    assert {name: row.value for name, row in nodes.items()} == {"部门经理": 0, "法务会签": 1}
