"""A Chinese approval log without a final activity; every time is worked out by hand beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.process.log import Log

# Working hours 09:00-12:00 and 13:00-18:00. March 2024: 1 is a Friday, 4 a Monday.
#
# QG-1  submitted Fri 1st 16:00; 部门经理 agrees Mon 4th 10:00: Fri 16-18 = 2 h, Mon 9-10 = 1 h           wait  3 h
#       财务 sends it back Mon 4th 14:30: 10-12 = 2 h, 13-14:30 = 1.5 h                                  wait  3.5 h
#       submitted again Tue 5th 09:00
#       部门经理 agrees Tue 5th 09:20                                                                    wait  0:20
#       财务 agrees Tue 5th 11:00: final                                                                 wait  1:40
#       first submit -> final: 3 + 3.5 + (Mon 14:30-18 = 3.5) + 0:20 + 1:40 = 12 h; last submit -> final: 2 h
#       around the clock: Fri 16:00 -> Tue 11:00 = 91 h
# QG-2  submitted Mon 4th 09:00; 部门经理 hands over Mon 4th 09:30 (转交)                                wait  0.5 h
#       王经理 agrees Mon 4th 11:30, counted from the hand-over                                          wait  2 h
#       财务 asks for another signer Mon 4th 13:30 (加签): 11:30-12, 13-13:30                            wait  1 h
#       法务 agrees Mon 4th 17:30, from the 加签                                                         wait  4 h
#       财务 agrees Mon 4th 18:30: 17:30-18                                                              wait  0.5 h
#       submit -> final: 0.5 + 2 + 1 + 4 + 0.5 = 8 h; around the clock 9.5 h
# QG-3  submitted Tue 5th 10:00; 会签 by three, all of them waited for since Tue 5th 10:00:
#       甲 Tue 5th 10:30 = 0.5 h; 乙 Tue 5th 15:00 = 4 h; 丙 Wed 6th 09:30 = 7.5 h
#       总经理 agrees Wed 6th 11:00, counted from the last of the group                                  wait  1.5 h
#       submit -> final: 7.5 + 1.5 = 9 h; around the clock 25 h
# QG-4  submitted Wed 6th 09:00, 部门经理 refuses Wed 6th 09:30: decided, not approved                   wait  0.5 h
# QG-5  submitted Wed 6th 09:00, withdrawn Wed 6th 10:00
# QG-6  submitted Wed 6th 09:00, waits for 部门经理 since then
# QG-7  saved only
LOG = """
    case_id | node | actor | action | arrived_at | acted_at | document_status | department | amount_net
    QG-1 | 提交 | 小李 | 提交 | | 2024-03-01 16:00 | 已审核 | 生产部 | 9999.99
    QG-1 | 部门经理 | 王经理 | 同意 | | 2024-03-04 10:00 | 已审核 | 生产部 | 9999.99
    QG-1 | 财务 | 赵会计 | 退回 | | 2024-03-04 14:30 | 已审核 | 生产部 | 9999.99
    QG-1 | 提交 | 小李 | 提交 | | 2024-03-05 09:00 | 已审核 | 生产部 | 9999.99
    QG-1 | 部门经理 | 王经理 | 同意 | | 2024-03-05 09:20 | 已审核 | 生产部 | 9999.99
    QG-1 | 财务 | 赵会计 | 同意 | | 2024-03-05 11:00 | 已审核 | 生产部 | 9999.99
    QG-2 | 提交 | 小张 | 提交 | | 2024-03-04 09:00 | 已审核 | 研发部 | 10000
    QG-2 | 部门经理 | 孙经理 | 转交 | | 2024-03-04 09:30 | 已审核 | 研发部 | 10000
    QG-2 | 部门经理 | 王经理 | 同意 | | 2024-03-04 11:30 | 已审核 | 研发部 | 10000
    QG-2 | 财务 | 赵会计 | 加签 | | 2024-03-04 13:30 | 已审核 | 研发部 | 10000
    QG-2 | 法务 | 钱法务 | 同意 | | 2024-03-04 17:30 | 已审核 | 研发部 | 10000
    QG-2 | 财务 | 赵会计 | 同意 | | 2024-03-04 18:30 | 已审核 | 研发部 | 10000
    QG-3 | 提交 | 小李 | 提交 | | 2024-03-05 10:00 | 已审核 | 生产部 | 600000
    QG-3 | 部门会签 | 甲 | 同意 | | 2024-03-05 10:30 | 已审核 | 生产部 | 600000
    QG-3 | 部门会签 | 乙 | 同意 | | 2024-03-05 15:00 | 已审核 | 生产部 | 600000
    QG-3 | 部门会签 | 丙 | 同意 | | 2024-03-06 09:30 | 已审核 | 生产部 | 600000
    QG-3 | 总经理 | 老总 | 同意 | | 2024-03-06 11:00 | 已审核 | 生产部 | 600000
    QG-4 | 提交 | 小李 | 提交 | | 2024-03-06 09:00 | 已驳回 | 生产部 | 60000
    QG-4 | 部门经理 | 王经理 | 不同意 | | 2024-03-06 09:30 | 已驳回 | 生产部 | 60000
    QG-5 | 提交 | 小张 | 提交 | | 2024-03-06 09:00 | | 研发部 | 60000
    QG-5 | 提交 | 小张 | 撤回 | | 2024-03-06 10:00 | | 研发部 | 60000
    QG-6 | 提交 | 小张 | 提交 | | 2024-03-06 09:00 | 审批中 | 研发部 |
    QG-6 | 部门经理 | 孙经理 | 待审批 | 2024-03-06 09:00 | | 审批中 | 研发部 |
    QG-7 | 提交 | 小张 | 暂存 | | 2024-03-06 09:00 | 草稿 | 研发部 |
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """The log, for reading only."""
    made = Log(tmp_path_factory.mktemp("office"))
    made.take(LOG, process="请购")
    yield made
    made.warehouse.close()


def test_the_rule_is_the_last_approval(office: Log) -> None:
    assert [(row["final_rule"], row["chosen_by"]) for row in office.table("process_rules", "process")] == [
        ("last_approval", "log")
    ]
    finals = [(act["case_id"], act["actor"]) for act in office.table("approval_acts") if act["is_final"]]
    assert finals == [("QG-1", "赵会计"), ("QG-2", "赵会计"), ("QG-3", "老总")]


def test_cycle_times_by_hand(office: Log) -> None:
    # 8, 9, 12: median 9, p90 9 + 0.8 x 3 = 11.4, mean 29/3
    row = office.one("approval_cycle_time")
    assert (row.value, row.n) == (pytest.approx(9), 3)
    assert row.figures["p90"] == pytest.approx(11.4)
    assert row.figures["mean"] == pytest.approx(29 / 3)
    assert row.reasons == {"no_final": 3, "no_submit": 1}
    # 9.5, 25, 91
    assert office.one("approval_cycle_time", params={"clock": "calendar"}).value == pytest.approx(25)
    # 2, 8, 9
    assert office.one("approval_cycle_time", params={"start": "last_submit"}).value == pytest.approx(8)


def test_breakdowns_and_periods(office: Log) -> None:
    departments = office.by("approval_cycle_time", "department")
    assert {name: row.value for name, row in departments.items()} == {"生产部": 10.5, "研发部": 8}
    bands = office.by("approval_cycle_time", "amount_band")
    assert {name: row.value for name, row in bands.items() if row.n} == {
        "1_below_10k": 12,
        "2_10k_50k": 8,
        "5_from_500k": 9,
    }
    days = {row.period.label: row for row in office.ask("approval_cycle_time", grain="day")}
    assert {day: row.n for day, row in days.items() if row.n} == {"2024-03-04": 1, "2024-03-05": 1, "2024-03-06": 1}
    submitted = office.ask("approval_cycle_time", grain="day", params={"period": "submit"})
    assert [row.period.label for row in submitted if row.n] == ["2024-03-01", "2024-03-04", "2024-03-05"]
    paths = office.by("approval_cycle_time", "path")
    assert paths["部门会签 > 总经理"].value == 9
    assert paths["部门经理 > 财务·退回 > 提交·提交 > 部门经理 > 财务"].value == 12
    assert paths["部门经理·转交 > 部门经理 > 财务·加签 > 法务 > 财务"].value == 8


def test_waits_by_hand(office: Log) -> None:
    people = office.by("approval_node_wait", "approver")
    assert people["王经理"].figures["hours_total"] == pytest.approx(3 + 1 / 3 + 2 + 0.5)
    assert people["赵会计"].figures["hours_total"] == pytest.approx(3.5 + 5 / 3 + 1 + 0.5)
    assert people["钱法务"].value == 4
    assert [people[name].value for name in ("甲", "乙", "丙", "老总")] == [0.5, 4, 7.5, 1.5]
    # 转交 after half an hour; the open act has no wait yet
    assert (people["孙经理"].value, people["孙经理"].n, people["孙经理"].reasons) == (0.5, 1, {"act_open": 1})
    nodes = office.by("approval_node_wait", "node")
    assert nodes["部门会签"].value == 4
    # 3, 0:20, 0.5, 2, 0.5
    assert (nodes["部门经理"].value, nodes["部门经理"].n) == (0.5, 5)


def test_outcomes(office: Log) -> None:
    row = office.one("approval_outcomes")
    assert (row.value, row.n) == (7, 7)
    told = {name: count for name, count in row.figures.items() if count}
    assert told == {
        "approved": 3,
        "rejected": 1,
        "withdrawn": 1,
        "open": 1,
        "draft": 1,
        "never_final": 3,
        "resubmitted": 1,
        "with_rejection": 1,
        "with_return": 1,
    }
    states = {name: row.value for name, row in office.by("approval_outcomes", "state").items()}
    assert states == {"approved": 3, "rejected": 1, "withdrawn": 1, "open": 1, "never_final": 3, "draft": 1}


def test_decided(office: Log) -> None:
    decided = {row["case_id"]: office.wall(row["decided_at"]) for row in office.table("approval_cases")}
    assert decided == {
        "QG-1": "03-05 11:00",
        "QG-2": "03-04 18:30",
        "QG-3": "03-06 11:00",
        "QG-4": "03-06 09:30",  # a final rejection decides, too
        "QG-5": None,
        "QG-6": None,
        "QG-7": None,
    }
    assert {row["case_id"]: row["nodes_acted"] for row in office.table("approval_cases")} == {
        "QG-1": 2,
        "QG-2": 3,
        "QG-3": 2,
        "QG-4": 1,
        "QG-5": 0,
        "QG-6": 0,
        "QG-7": 0,
    }


def test_one_week_later_and_undone_again(log: Log) -> None:
    log.take(LOG, process="请购")
    before = log.table("approval_acts", "case_id, place")
    # The open act of QG-6 was done Thu 7th 10:00 (8 + 1 = 9 h after Wed 09:00); its status has moved on.
    later = LOG.replace("审批中", "已审核").replace(
        "待审批 | 2024-03-06 09:00 | ", "同意 | 2024-03-06 09:00 | 2024-03-07 10:00"
    )
    log.take(later, process="请购")
    acts = log.acts("QG-6")
    assert [(act["actor"], act["action"]) for act in acts] == [("小张", "submit"), ("孙经理", "approve")]
    row = log.one("approval_cycle_time")
    assert (row.value, row.n) == (pytest.approx(9), 4)
    assert log.case("QG-6")["document_status"] == "已审核"
    assert log.by("approval_node_wait", "approver")["孙经理"].figures["hours_total"] == pytest.approx(9.5)
    assert log.one("approval_outcomes").figures["open"] == 0
    assert log.sound()
    log.warehouse.undo(2, "tester")
    assert log.table("approval_acts", "case_id, place") == before
    assert log.sound()


def test_lines_in_any_order(office: Log, log: Log) -> None:
    header, *lines = LOG.strip().splitlines()
    log.take("\n".join([header, *reversed(lines)]), process="请购")
    for table, order in (("approval_acts", "case_id, place"), ("approval_cases", "case_id")):
        assert log.table(table, order) == office.table(table, order)
