"""One document: only working time counts as waiting, lines keep all digits, sources are named."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from cockpit.service.results import DocumentView, Related, Source, TimelineEvent
from cockpit.ui import document
from cockpit.ui.timeline import axis_of, inside, timeline
from cockpit.ui.tree import find, targets, texts
from tests.ui.made import AS_OF, ZONE


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def off_hours() -> list[tuple[datetime, datetime]]:
    """12 to 18 November: nights, lunch, and a weekend of two whole days."""
    spans = []
    for day in range(12, 19):
        if day in (14, 15):
            spans.append((at(day, 0), at(day + 1, 0)))
        else:
            spans += [(at(day, 0), at(day, 9)), (at(day, 12), at(day, 13)), (at(day, 18), at(day + 1, 0))]
    return spans


EVENTS = (
    TimelineEvent("提交", None, "张磊", "submit", None, at(12, 16, 20), None, None),
    TimelineEvent("采购主管审批", None, "何静", "approve", at(12, 16, 20), at(13, 9, 35), 2.25, 17.25),
    TimelineEvent("分管副总审批", None, "陈敏", "final_approve", at(13, 9, 35), at(18, 14, 30), 27.9, 124.9),
)


def test_working_time_is_what_lies_outside_the_off_hours() -> None:
    parts = list(inside((at(12, 16, 20), at(13, 9, 35)), off_hours()))
    assert parts == [(at(12, 16, 20), at(12, 18)), (at(13, 9), at(13, 9, 35))]
    assert list(inside((at(14, 8), at(15, 20)), off_hours())) == []
    assert list(inside((at(16, 9), at(16, 11)), [])) == [(at(16, 9), at(16, 11))]


def test_the_axis_covers_whole_days() -> None:
    axis = axis_of(EVENTS, AS_OF)
    assert axis is not None
    assert (axis.start, axis.end, axis.days) == (at(12, 0), at(19, 0), 7)
    assert axis.x(at(12, 0)) == 0 and axis.x(at(19, 0)) == 100


def test_an_open_act_reaches_to_now_and_is_called_open() -> None:
    waiting = TimelineEvent("总经理", None, "周岚", "approve", at(18, 14, 30), None, None, None)
    axis = axis_of((*EVENTS, waiting), AS_OF)
    assert axis is not None and axis.end == at(21, 0)
    tree = timeline((*EVENTS, waiting), off_hours(), AS_OF, "zh_CN")
    assert tree is not None
    assert "待处理" in list(texts(tree)) and len(list(find(tree, "open"))) == 1


def test_the_timeline_names_days_off_and_hours() -> None:
    tree = timeline(EVENTS, off_hours(), AS_OF, "zh_CN")
    assert tree is not None
    said = list(texts(tree))
    assert "11-14 周六 休" in said and "11-12 周四" in said
    assert "27.9" in said and "终审通过 11-18 14:30" in said


def test_no_instants_no_timeline() -> None:
    assert timeline((TimelineEvent("x", None, None, "approve", None, None, None, None),), [], AS_OF, "en") is None


def found(**given: object) -> DocumentView:
    lines = tuple(
        {"line_no": n, "material_code": "007", "quantity": Decimal(n), "amount_net": Decimal("103200.5")}
        for n in (1, 2)
    )
    plain: dict[str, object] = {
        "table": "purchase_orders",
        "document": "id",
        "document_no": "PO-1",
        "facts": {"amount_net": Decimal("206401"), "currency": "CNY", "department": "生产制造部", "company": ""},
        "lines": lines,
        "line_columns": ("line_no", "material_code", "quantity", "amount_net"),
        "events": EVENTS,
        "off_hours": tuple(off_hours()),
        "related": (Related("invoices", "x", "FP-1", None, 318_000.0, "CNY"),),
        "sources": tuple(Source(1, "a.xlsx", "明细", line, "purchase_orders") for line in (3806, 3807, 3808, 3812)),
    }
    return DocumentView(**{**plain, **given})  # type: ignore[arg-type]


def test_facts_come_with_their_unit_and_blanks_are_left_out() -> None:
    said = list(texts(document.facts_tree(found(), "zh_CN")))
    assert "206,401.00 元" in said and "生产制造部" in said
    assert "公司" not in said


def test_lines_keep_leading_zeros_and_all_digits() -> None:
    said = list(texts(document.lines_tree(found(), "zh_CN")))
    assert said.count("007") == 2 and "103,200.50" in said
    assert said[-1] == "206,401.00"


def test_amounts_of_several_currencies_are_not_added() -> None:
    lines = ({"amount_net": 1, "currency": "CNY"}, {"amount_net": 1, "currency": "USD"})
    assert document.totals_of(found(lines=lines, line_columns=("currency", "amount_net"))) == {}


def test_a_missing_amount_leaves_no_total() -> None:
    lines = ({"line_no": 1, "amount_net": 1}, {"line_no": 2, "amount_net": None})
    assert document.totals_of(found(lines=lines, line_columns=("line_no", "amount_net"))) == {}


def test_neighbouring_source_lines_are_one_entry() -> None:
    assert document.runs([3808, 3806, 3807, 3812]) == "3,806–3,808, 3,812"
    said = list(texts(document.sources_tree(found().sources, "zh_CN")))
    assert "3,806–3,808, 3,812" in said and "a.xlsx" in said and "明细" in said


def test_related_documents_lead_to_themselves() -> None:
    tree = document.chain(found(), "document", "zh_CN")
    assert list(targets(tree)) == ["document//invoices/x"]
    assert "31.8 万元" in list(texts(tree))


def test_where_the_waiting_sat() -> None:
    tree = document.sayings(found(), "zh_CN")
    assert tree is not None
    assert "92.5% 的等待在一个节点" in list(texts(tree))
