"""Which approval is the final one: one rule per process, for all its documents."""

from __future__ import annotations

import pytest

from tests.process.log import Log

THREE = """case_id | node | actor | action | acted_at | amount_net
    A | 提交 | 小李 | 提交 | 2024-03-04 09:00 | 100
    A | 部门经理 | 王 | 同意 | 2024-03-04 10:00 | 100
    A | 财务 | 赵 | 同意 | 2024-03-04 11:00 | 100
    B | 提交 | 小李 | 提交 | 2024-03-04 09:00 | 60000
    B | 部门经理 | 王 | 同意 | 2024-03-04 10:00 | 60000
    B | 财务 | 赵 | 同意 | 2024-03-04 12:00 | 60000"""


def rule(log: Log) -> tuple[str, str]:
    (row,) = log.table("process_rules", "process")
    return row["final_rule"], row["chosen_by"]


def finals(log: Log) -> list[tuple[str, str]]:
    return [(act["case_id"], act["actor"]) for act in log.table("approval_acts", "case_id, place") if act["is_final"]]


def test_the_first_explicit_final_turns_the_whole_process(log: Log) -> None:
    log.take(THREE, process="请购")
    assert rule(log) == ("last_approval", "log")
    assert finals(log) == [("A", "赵"), ("B", "赵")]
    log.take(
        """case_id | node | actor | action | acted_at
        C | 提交 | 小李 | 提交 | 2024-03-05 09:00
        C | 总经理 | 老总 | 终审通过 | 2024-03-05 10:00""",
        process="请购",
    )
    assert rule(log) == ("explicit", "log")
    assert finals(log) == [("C", "老总")]  # A and B were never delivered again
    assert log.one("approval_cycle_time").reasons == {"no_final": 2}
    assert log.sound()
    log.warehouse.undo(2, "tester")
    assert finals(log) == [("A", "赵"), ("B", "赵")]
    assert log.sound()


def test_another_process_keeps_its_own_rule(log: Log) -> None:
    log.take(THREE, process="请购")
    log.take(THREE.replace("同意", "终审"), process="付款")
    rules = {row["process"]: row["final_rule"] for row in log.table("process_rules", "process")}
    assert rules == {"请购": "last_approval", "付款": "explicit"}
    assert {row.dimensions["process"]: row.n for row in log.ask("approval_cycle_time", by=("process",))} == {
        "请购": 2,
        "付款": 2,
    }


def test_the_last_declared_node_by_amount(log: Log) -> None:
    log.take(THREE, process="请购")
    log.define(("node", "部门经理", None), ("node", "财务", None), ("node", "总经理", "50000"))
    assert rule(log) == ("last_node", "definition")
    assert finals(log) == [("A", "赵")]  # B's amount asks for the general manager
    log.take(
        """case_id | node | actor | action | acted_at | amount_net
        B | 总经理 | 老总 | 同意 | 2024-03-04 15:00 | 60000""",
        process="请购",
    )
    assert finals(log) == [("A", "赵"), ("B", "老总")]
    assert log.sound()


def test_the_definition_names_its_final_activity(log: Log) -> None:
    log.take(THREE, process="请购")
    log.define(("action", "^部门经理$", "final_approve"))
    assert rule(log) == ("explicit", "log")
    assert finals(log) == [("A", "王"), ("B", "王")]
    log.define(("action", "^部门经理$", "final_approve"), ("final", None, "last_approval"))
    assert rule(log) == ("last_approval", "definition")
    assert finals(log) == [("A", "赵"), ("B", "赵")]
    assert log.sound()


def test_an_open_act_keeps_the_last_approval_from_being_final(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | arrived_at | acted_at | document_status
        A | 提交 | 小李 | 提交 | | 2024-03-04 09:00 |
        A | 部门经理 | 王 | 同意 | | 2024-03-04 10:00 |
        A | 财务 | 赵 | | 2024-03-04 10:00 | |
        B | 提交 | 小李 | 提交 | | 2024-03-04 09:00 | 审批中
        B | 部门经理 | 王 | 同意 | | 2024-03-04 10:00 | 审批中
        C | 提交 | 小李 | 提交 | | 2024-03-04 09:00 |
        C | 部门经理 | 王 | 同意 | | 2024-03-04 10:00 |
        C | 财务 | 赵 | 退回 | | 2024-03-04 11:00 |
        D | 提交 | 小李 | 提交 | | 2024-03-04 09:00 | 没有见过的状态
        D | 部门经理 | 王 | 同意 | | 2024-03-04 10:00 | 没有见过的状态"""
    )
    assert finals(log) == [("D", "王")]
    assert log.one("approval_outcomes").figures["open"] == 3


def test_the_last_of_a_final_group_decides(log: Log) -> None:
    log.define(("node", "总经理会签", None))
    log.take(
        """case_id | node | actor | action | arrived_at | acted_at
        A | 提交 | 小李 | 提交 | | 2024-03-04 09:00
        A | 总经理会签 | 甲 | 同意 | 2024-03-04 09:00 | 2024-03-04 10:00
        A | 总经理会签 | 乙 | 同意 | 2024-03-04 09:00 | 2024-03-04 11:00
        B | 提交 | 小李 | 提交 | | 2024-03-04 09:00
        B | 总经理会签 | 甲 | 同意 | 2024-03-04 09:00 | 2024-03-04 10:00
        B | 总经理会签 | 乙 | | 2024-03-04 09:00 |
        C | 提交 | 小李 | 提交 | | 2024-03-04 09:00
        C | 总经理会签 | 甲 | 不同意 | 2024-03-04 09:00 | 2024-03-04 10:00
        C | 总经理会签 | 乙 | 同意 | 2024-03-04 09:00 | 2024-03-04 11:00""",
        process="请购",
    )
    assert finals(log) == [("A", "乙")]
    assert log.one("approval_cycle_time", params={"end": "first_final"}).value == 2


def test_first_and_last_final_and_the_round_before_each(log: Log) -> None:
    log.take(
        """case_id | activity | acted_at
        A | Request SUBMITTED by EMPLOYEE | 2024-03-04 09:00
        A | Request FINAL_APPROVED by SUPERVISOR | 2024-03-04 10:00
        A | Request SUBMITTED by EMPLOYEE | 2024-03-04 11:00
        A | Request FINAL_APPROVED by SUPERVISOR | 2024-03-04 11:30
        A | Request SUBMITTED by EMPLOYEE | 2024-03-04 15:00"""
    )

    def hours(**params: str) -> object:
        return log.one("approval_cycle_time", params=params).value

    assert hours() == 2.5
    assert hours(end="first_final") == 1
    assert hours(start="last_submit") == 0.5
    assert hours(start="last_submit", end="first_final") == 1


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("A | 同意 | 2024-03-04 10:00 |", {"no_submit": 1}),
        ("A | 提交 | 2024-03-04 10:00 |", {"no_final": 1}),
        ("A | 同意 | 2024-03-04 10:00 |\nA | 提交 | 2024-03-04 11:00 | 2024-03-01 09:00", {"out_of_order": 1}),
        ("A | 同意 | 2024-03-04 10:00 | 2024-03-04 11:00", {"out_of_order": 1}),
        ("A | 同意 | 2024-03-04 10:00 | 2024-03-04 09:00", {}),  # the creation stands in for the submission
        ("A | 提交 | 1980-01-02 10:00 |\nA | 同意 | 2024-03-04 11:00 |", {"outside_calendar": 1}),
    ],
)
def test_why_a_document_has_no_duration(log: Log, text: str, reasons: dict[str, int]) -> None:
    # A status that says approved makes the approval final, whatever stands around it.
    log.take(f"case_id | action | acted_at | created_at\n{text}", document_status="已审核")
    assert log.one("approval_cycle_time").reasons == reasons
