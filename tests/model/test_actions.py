"""The default words of approval logs mean what they say."""

from __future__ import annotations

import duckdb
import pytest

from cockpit.locale import LANGUAGES, catalogue
from cockpit.model import ACTION_PATTERNS, STATE_PATTERNS, STATUS_PATTERNS, meaning

ACTIONS = {
    "submit": "提交|重新提交|发起|发起申请|送审|申请人提交|Declaration SUBMITTED by EMPLOYEE|Resubmitted"
    "|Create Purchase Requisition|RFQ Sent|draft → sent",
    "approve": "同意|通过|审批通过|审核通过|核准|部门经理审批|财务审核|已审批|Consent|agree|同意，提交财务"
    "|Declaration APPROVED by ADMINISTRATION"
    "|Analyze Purchase Requisition|approved|已完成|复核",
    "final_approve": "终审通过|终审|办结|审批完成|流程结束|to approve → purchase|采购订单"
    "|Declaration FINAL_APPROVED by SUPERVISOR",
    "reject": "驳回|不同意|审批不通过|拒绝|否决|终审驳回|Declaration REJECTED by MISSING|Reject|Dissent|refused",
    "return": "退回|退回修改|打回|驳回修改|退回上一节点|Returned to requester|sent back",
    "withdraw": "撤回|撤销申请|取消|withdrawn|Recalled",
    "delegate": "转交|转审|转办|委托|delegated|Reassigned",
    "add_sign": "加签|前加签|后加签|Add approver",
    "countersign": "会签|会签同意|countersigned",
    "cc": "抄送|已阅|CC|notified",
    "remind": "催办|催审|Reminder sent",
    "auto": "自动通过|系统自动审批|超时自动通过|跳过|auto-approved|Automatically approved",
    "other": "暂存|待审批|审批中|未审核|Declaration SAVED by EMPLOYEE|draft|to approve|pending",
}
STATUSES = {
    "approved": "C|已审核|审核通过|已审批|同意|Consent|approved|purchase|verified|2|终审|已核准|Released|已关闭",
    "pending": "B|审核中|待审批|待批准|审批中|to approve|pending|waiting|Open|1|已提交",
    "draft": "A|Z|暂存|创建|已创建|开立|未审核|已保存|draft|新建|0",
    "rejected": "D|重新审核|审批不通过|驳回|返回|打回|退回|Reject|Dissent|中止|终止|rejected|refused",
    "void": "作废|已作废|红冲|cancel|Cancelled|已取消|void",
}


@pytest.mark.parametrize("action", ACTIONS)
def test_actions(action: str) -> None:
    texts = ACTIONS[action].split("|")
    assert {text: meaning(text, ACTION_PATTERNS) for text in texts} == dict.fromkeys(texts, action)


@pytest.mark.parametrize("status", STATUSES)
def test_statuses(status: str) -> None:
    texts = STATUSES[status].split("|")
    assert {text: meaning(text, STATUS_PATTERNS) for text in texts} == dict.fromkeys(texts, status)


def test_states_stand_beside_actions() -> None:
    assert meaning("Payment Handled", STATE_PATTERNS) == "paid"
    assert meaning("已付款", STATE_PATTERNS) == "paid"
    assert meaning("付款完成", STATE_PATTERNS) == "paid"
    assert meaning("Request Payment", STATE_PATTERNS) == "payment_requested"
    for activity in ("Payment Handled", "Request Payment", "Send invoice", "Deliver Goods Services"):
        assert meaning(activity, ACTION_PATTERNS) is None
    assert meaning("Request For Payment APPROVED by BUDGET OWNER", STATE_PATTERNS) is None
    assert meaning(None, ACTION_PATTERNS) is None
    assert meaning("", ACTION_PATTERNS) is None


def test_the_warehouse_reads_the_patterns_alike() -> None:
    """The patterns are run in bulk by DuckDB, whose regular expressions know no look-around."""
    con = duckdb.connect()
    texts = [text for words in (*ACTIONS.values(), *STATUSES.values()) for text in words.split("|")]
    for patterns in (ACTION_PATTERNS, STATE_PATTERNS, STATUS_PATTERNS):
        branches = " ".join(
            f"WHEN regexp_matches(text, ${2 * i + 2}, 'i') THEN ${2 * i + 3}" for i in range(len(patterns))
        )
        values = [value for word, pattern in patterns for value in (pattern, word)]
        rows = con.execute(
            f"SELECT text, CASE {branches} END FROM (SELECT unnest($1) AS text)", [texts, *values]
        ).fetchall()
        assert dict(rows) == {text: meaning(text, patterns) for text in texts}


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels(language: str) -> None:
    texts = catalogue(language)  # type: ignore[arg-type]
    needed = {f"choice.action.{word}" for word, _ in ACTION_PATTERNS}
    needed |= {f"choice.document_status.{word}" for word, _ in STATUS_PATTERNS}
    needed |= {f"choice.state.{word}" for word, _ in STATE_PATTERNS}
    assert needed <= set(texts)
