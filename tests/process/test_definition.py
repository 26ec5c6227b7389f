"""How the words of a log become actions, and whose word counts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cockpit.process.definition import (
    DefinitionRow,
    Node,
    ProcessDefinition,
    definition_of,
    final_rule,
    meaning_of,
    status_of,
)

PLAIN = ProcessDefinition()


@pytest.mark.parametrize(
    ("node", "activity", "result", "action"),
    [
        ("部门经理", "", "同意", "approve"),
        ("部门经理审批", "", "不同意", "reject"),
        ("财务审批", "", "退回修改", "return"),
        ("财务", "", "驳回", "reject"),
        ("", "张三提交的请购单", "同意", "approve"),
        ("", "采购申请审批", "待审批", "other"),
        ("", "部门经理审批", "", "approve"),
        ("提交申请", "", "", "submit"),
        ("部门会签", "", "同意", "approve"),
        ("", "", "会签", "countersign"),
        ("财务", "", "转交", "delegate"),
        ("财务", "", "加签", "add_sign"),
        ("", "抄送", "", "cc"),
        ("部门经理", "", "催办", "remind"),
        ("部门经理", "", "自动通过", "auto"),
        ("总经理终审", "", "同意", "final_approve"),
        ("总经理终审", "", "不同意", "reject"),
        ("", "Declaration FINAL_APPROVED by SUPERVISOR", "", "final_approve"),
        ("", "Declaration SAVED by EMPLOYEE", "", "other"),
        ("", "Payment Handled", "", "other"),
        ("", "看不懂的话", "", "other"),
        ("", "", "", "other"),
    ],
)
def test_default_words(node: str, activity: str, result: str, action: str) -> None:
    assert meaning_of(PLAIN, node, activity, result).action == action


def test_states_need_a_yes_where_only_the_node_names_them() -> None:
    assert meaning_of(PLAIN, "", "Payment Handled", "").state == "paid"
    assert meaning_of(PLAIN, "出纳付款", "", "同意").state == "paid"
    assert meaning_of(PLAIN, "出纳付款", "", "退回").state is None


def test_parallel_nodes_are_known_by_their_name() -> None:
    assert meaning_of(PLAIN, "部门会签", "", "同意").parallel
    assert not meaning_of(PLAIN, "部门经理", "", "同意").parallel


def test_a_definitions_own_words_come_first_but_a_no_stays_a_no() -> None:
    own = ProcessDefinition(actions=(("final_approve", "总监"), ("submit", "^已阅$")), states=(("archived", "入档"),))
    assert meaning_of(own, "采购总监", "", "同意").action == "final_approve"
    assert meaning_of(own, "采购总监", "", "退回").action == "return"
    assert meaning_of(own, "采购总监", "", "加签").action == "add_sign"
    assert meaning_of(own, "经理", "", "已阅").action == "submit"
    assert meaning_of(own, "经理", "", "同意").action == "approve"
    assert meaning_of(own, "", "资料入档", "").state == "archived"


def test_own_words_may_join_node_and_result() -> None:
    own = ProcessDefinition(actions=(("final_approve", "总经理.*同意"),))
    assert meaning_of(own, "总经理", "审批", "同意").action == "final_approve"
    assert meaning_of(own, "副总", "审批", "同意").action == "approve"


def test_statuses() -> None:
    own = ProcessDefinition(statuses=(("approved", "^放行$"),))
    assert [status_of(own, text) for text in ("放行", "审批中", "已作废", "C", "没见过")] == [
        "approved",
        "pending",
        "void",
        "approved",
        None,
    ]


def row(kind: str, pattern: str | None, value: str | None, **place: str) -> DefinitionRow:
    return DefinitionRow(
        place.get("ledger", "default"), place.get("company", ""), place.get("process", "请购"), kind, pattern, value
    )


def test_rows_become_a_definition() -> None:
    made = definition_of(
        [
            row("action", "放行", "approve"),
            row("state", "入档", "archived"),
            row("node", "部门经理", None),
            row("node", "总经理", "50,000"),
            row("node", "董事长", "500000"),
            row("target_hours", "部门经理", "4"),
            row("target_hours", "总经理", "bald"),
            row("final", None, "last_node"),
            row("action", "放行", "reject", process="付款"),
            row("action", "放行", "reject", ledger="other"),
        ],
        "default",
        "",
        "请购",
    )
    assert made == ProcessDefinition(
        actions=(("approve", "放行"),),
        states=(("archived", "入档"),),
        nodes=(Node("部门经理"), Node("总经理"), Node("董事长", Decimal(500000))),
        targets=(("部门经理", 14400),),
        final="last_node",
    )
    assert meaning_of(made, "董事长", "", "同意").place == 3
    assert meaning_of(made, "部门经理", "", "同意").target_seconds == 14400
    assert meaning_of(made, "副部门经理", "", "同意").place is None


def test_a_companys_own_rows_come_first_and_stay_its_own() -> None:
    rows = [
        row("action", "放行", "reject", company="二厂"),
        row("node", "厂长", None, company="二厂"),
        row("action", "放行", "approve"),
        row("node", "总经理", None),
        row("action", "准", "approve", process="*"),
    ]
    plain, own = definition_of(rows, "default", "", "请购"), definition_of(rows, "default", "二厂", "请购")
    assert plain.actions == (("approve", "放行"), ("approve", "准"))
    assert own.actions[0] == ("reject", "放行")
    assert (plain.nodes, own.nodes) == ((Node("总经理"),), (Node("厂长"),))


def test_a_pattern_that_is_no_regular_expression_is_plain_text() -> None:
    made = definition_of([row("action", "同意(", "final_approve")], "default", "", "请购")
    assert meaning_of(made, "", "", "同意(口头)").action == "final_approve"


@pytest.mark.parametrize(
    ("definition", "explicit", "expected"),
    [
        (PLAIN, False, ("last_approval", "log")),
        (PLAIN, True, ("explicit", "log")),
        (ProcessDefinition(nodes=(Node("总经理"),)), False, ("last_node", "definition")),
        (ProcessDefinition(nodes=(Node("总经理"),)), True, ("explicit", "log")),
        (ProcessDefinition(final="last_approval"), True, ("last_approval", "definition")),
        (ProcessDefinition(final="last_node"), False, ("last_approval", "log")),  # no node is declared
    ],
)
def test_the_final_rule(definition: ProcessDefinition, explicit: bool, expected: tuple[str, str]) -> None:
    assert final_rule(definition, explicit) == expected
