"""When an act arrived, who waited for it, and which acts take no part."""

from __future__ import annotations

import pytest

from tests.process.log import Log

# The 4th of March 2024 is a Monday.


def test_a_parallel_group_shares_its_arrival_and_ends_with_its_last(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | acted_at
        A | 提交 | 小李 | 提交 | 2024-03-04 09:00
        A | 部门会签 | 甲 | 同意 | 2024-03-04 09:30
        A | 部门会签 | 乙 | 转交 | 2024-03-04 10:00
        A | 部门会签 | 丁 | 同意 | 2024-03-04 11:00
        A | 部门会签 | 丙 | 同意 | 2024-03-04 12:00
        A | 总经理 | 老总 | 同意 | 2024-03-04 14:00"""
    )
    assert log.arrivals("A") == [
        ("小李", "submit", None, "03-04 09:00"),
        ("甲", "approve", "03-04 09:00", "03-04 09:30"),
        ("乙", "delegate", "03-04 09:00", "03-04 10:00"),
        ("丁", "approve", "03-04 10:00", "03-04 11:00"),  # the successor's wait begins with the hand-over
        ("丙", "approve", "03-04 09:00", "03-04 12:00"),
        ("老总", "approve", "03-04 12:00", "03-04 14:00"),
    ]
    assert [act["arrived_source"] for act in log.acts("A")] == [
        None, "previous", "group", "previous", "group", "previous",
    ]  # fmt: skip


def test_a_second_round_of_signers_does_not_share_the_first_ones_arrival(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | acted_at
        A | 提交 | 小李 | 提交 | 2024-03-04 09:00
        A | 会签 | 甲 | 同意 | 2024-03-04 09:30
        A | 会签 | 乙 | 退回 | 2024-03-04 10:00
        A | 提交 | 小李 | 提交 | 2024-03-04 11:00
        A | 会签 | 甲 | 同意 | 2024-03-04 11:10
        A | 会签 | 乙 | 同意 | 2024-03-04 11:20"""
    )
    arrived = [(actor, arrival) for actor, _, arrival, _ in log.arrivals("A")]
    assert arrived[1:3] == [("甲", "03-04 09:00"), ("乙", "03-04 09:00")]
    assert arrived[4:] == [("甲", "03-04 11:00"), ("乙", "03-04 11:00")]
    assert log.case("A")["with_return"]


def test_two_signers_in_turn_are_no_group(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | acted_at
        A | 提交 | 小李 | 提交 | 2024-03-04 09:00
        A | 财务 | 甲 | 同意 | 2024-03-04 10:00
        A | 财务 | 乙 | 同意 | 2024-03-04 11:00"""
    )
    assert [arrival for _, _, arrival, _ in log.arrivals("A")] == [None, "03-04 09:00", "03-04 10:00"]


def test_the_sources_own_arrival_comes_first(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | arrived_at | acted_at
        A | 提交 | 小李 | 提交 | | 2024-03-04 09:00
        A | 财务 | 甲 | 同意 | 2024-03-04 09:45 | 2024-03-04 10:00"""
    )
    assert log.acts("A")[1]["arrived_source"] == "explicit"
    assert log.one("approval_node_wait").value == 0.25


def test_copies_reminders_and_the_system_take_no_part(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | acted_at
        A | 提交 | 小李 | 提交 | 2024-03-04 09:00
        A | 部门经理 | 小李 | 催办 | 2024-03-04 09:30
        A | 部门经理 | 王经理 | 同意 | 2024-03-04 10:00
        A | 抄送 | 赵会计 | 抄送 | 2024-03-04 10:30
        A | 财务 | 系统 | 同意 | 2024-03-04 10:40
        A | 审计 | 孙 | 自动通过 | 2024-03-04 10:45
        A | 总经理 | 老总 | 同意 | 2024-03-04 11:00"""
    )
    people = log.by("approval_node_wait", "approver")
    assert {name: row.value for name, row in people.items()} == {"王经理": 1, "老总": 1}
    assert log.case("A")["path"] == "部门经理 > 总经理"


def test_an_act_that_stands_before_its_arrival_or_has_none_is_counted_apart(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | arrived_at | acted_at
        A | 财务 | 甲 | 同意 | | 2024-03-04 10:00
        B | 提交 | 小李 | 提交 | | 2024-03-04 09:00
        B | 财务 | 甲 | 同意 | 2024-03-04 11:00 | 2024-03-04 10:00
        C | 财务 | 甲 | | 2024-03-04 11:00 |"""
    )
    row = log.one("approval_node_wait")
    assert (row.value, row.n) == (None, 0)
    assert row.reasons == {"no_arrival": 1, "out_of_order": 1, "act_open": 1}


def test_a_tie_goes_by_the_sources_own_order_then_by_the_file(log: Log) -> None:
    told = """case_id | {order} actor | action | acted_at
        A | {2} 乙 | 同意 | 2024-03-04 10:00
        A | {3} 甲 | 同意 | 2024-03-04 10:00
        A | {1} 小李 | 提交 | 2024-03-04 10:00"""
    log.take(told.replace("{order}", "sequence |").replace("{2}", "2 |").replace("{3}", "3 |").replace("{1}", "1 |"))
    assert [actor for actor, *_ in log.arrivals("A")] == ["小李", "乙", "甲"]


def test_a_file_written_newest_first_is_read_backwards_where_instants_are_equal(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | acted_at
        A | 财务 | 乙 | 同意 | 2024-03-04 10:00
        A | 部门经理 | 甲 | 同意 | 2024-03-04 09:00
        A | 提交 | 小李 | 提交 | 2024-03-04 09:00"""
    )
    assert [actor for actor, *_ in log.arrivals("A")] == ["小李", "甲", "乙"]


def test_the_department_of_the_document_and_of_who_handles_it(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | acted_at | department
        A | 提交 | 小李 | 提交 | 2024-03-04 09:00 | 生产部
        A | 财务 | 甲 | 同意 | 2024-03-04 10:00 | 财务部
        B | 提交 | 小张 | 提交 | 2024-03-04 09:00 | 研发部
        B | 财务 | 甲 | 同意 | 2024-03-04 11:00 | 研发部"""
    )
    assert [(case["case_id"], case["department"]) for case in log.table("approval_cases")] == [
        ("A", "生产部"),
        ("B", "研发部"),
    ]
    assert [act["approver_department"] for act in log.acts("A")] == ["生产部", "财务部"]
    assert {name: row.value for name, row in log.by("approval_node_wait", "department").items()} == {
        "生产部": 1,
        "研发部": 2,
    }


def test_the_later_delivery_tells_what_the_document_is(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | acted_at | amount_net | category | document_status
        A | 提交 | 小李 | 提交 | 2024-03-04 09:00 | 100 | 办公 | 审批中""",
        process="请购",
    )
    log.take(
        """case_id | node | actor | action | acted_at | amount_net | document_status
        A | 财务 | 甲 | 同意 | 2024-03-04 10:00 | 20000 | 已审核""",
        process="请购",
    )
    case = log.case("A")
    assert (case["amount"], case["amount_band"], case["category"]) == (20000, "2_10k_50k", "办公")
    assert case["approved"]
    assert log.sound()


def test_an_older_export_that_arrives_late_changes_nothing_that_is_known_since(log: Log) -> None:
    log.take(
        """case_id | node | actor | action | acted_at | amount_net
        A | 提交 | 小李 | 提交 | 2024-03-04 09:00 | 100"""
    )
    log.deliver(
        "process_events",
        log.read(
            """case_id | node | actor | action | acted_at | amount_net
            A | 财务 | 甲 | 同意 | 2024-03-04 10:00 | 7"""
        ),
        export_at=log.utc("2024-03-05 00:00"),
    )
    assert log.case("A")["amount"] == 100


@pytest.mark.parametrize(
    ("amount", "band"),
    [
        (None, None),
        (-500, "1_below_10k"),
        ("9999.99", "1_below_10k"),
        (10000, "2_10k_50k"),
        (50000, "3_50k_200k"),
        (200000, "4_200k_500k"),
        (500000, "5_from_500k"),
    ],
)
def test_amount_bands(log: Log, amount: object, band: str | None) -> None:
    event = {"case_id": "A", "activity": "提交", "acted_at": log.utc("2024-03-04 09:00"), "amount_gross": amount}
    log.deliver("process_events", [event])
    assert log.case("A")["amount_band"] == band


def test_a_document_in_another_currency_stands_in_no_band(log: Log) -> None:
    log.ledger("default", currency="CNY")
    log.deliver("process_events", [{"case_id": "A", "activity": "提交", "amount_net": 20000, "currency": "USD"}])
    assert (log.case("A")["amount"], log.case("A")["amount_band"]) == (20000, None)
