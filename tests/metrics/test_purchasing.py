"""Purchasing worked out by hand: what was ordered, what came before its time, what did not come as ordered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cockpit.scope import Scope
from tests.process.log import Log

Row = dict[str, Any]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path)
    yield made
    made.warehouse.close()


def order(number: str, day: str = "2026-03-01", **more: Any) -> Row:
    row = {"company": "", "document_no": number, "document_date": date.fromisoformat(day), "material_code": "M1"}
    return {**row, "quantity": 10, "amount_net": 100, "supplier_code": "S1", **more}


def receipt(number: str, of: str, day: str, quantity: float = 10, **more: Any) -> Row:
    row = {"company": "", "document_no": number, "document_date": date.fromisoformat(day), "material_code": "M1"}
    return {**row, "source_document_no": of, "quantity": quantity, **more}


def bill(number: str, of: str, day: str, **more: Any) -> Row:
    row = {"company": "", "side": "payable", "document_no": number, "document_date": date.fromisoformat(day)}
    return {**row, "source_document_no": of, "partner_code": "S1", "amount_gross": 113, **more}


def test_example_of_purchase_amount(desk: Log) -> None:
    desk.deliver(
        "purchase_orders",
        [
            order("P1", amount_net=100),
            order("P2", amount_net=None, amount_gross=113, tax_rate=Decimal("0.13")),
            order("P3", amount_net=None, quantity=3, unit_price=20, discount_rate=Decimal("0.1")),
        ],
    )
    assert desk.one("purchase_amount").value == 254


def test_amounts_that_cannot_be_told_are_counted_and_never_zero(desk: Log) -> None:
    desk.deliver(
        "purchase_orders",
        [
            order("P1", amount_net=None, unit_price=300, quantity=7, price_basis=100),  # 300 per hundred
            order("P2", is_void=True),
            order("P3", amount_net=None, amount_gross=113),
            order("P4", amount_net=None, quantity=None),
            order("P5", amount_net=-40),
        ],
    )
    row = desk.one("purchase_amount")
    assert (row.value, row.n, row.reasons) == (21 - 40, 2, {"void": 1, "tax_unknown": 1, "no_amount": 1})


def test_currencies_are_never_added(desk: Log) -> None:
    desk.deliver("purchase_orders", [order("P1", currency="CNY"), order("P2", currency="USD", amount_net=7)])
    assert {row.currency: row.value for row in desk.ask("purchase_amount")} == {"CNY": 100, "USD": 7}
    counted = desk.one("maverick_rate")
    assert (counted.value, counted.reasons) == (None, {"nothing_to_compare": 2})


def test_category_and_supplier_come_from_master_data_where_the_line_lacks_them(desk: Log) -> None:
    desk.deliver("purchase_orders", [order("P1"), order("P2", category="杂项", supplier_name="乙厂")])
    assert set(desk.by("purchase_amount", "supplier")) == {"S1", "乙厂"}
    desk.deliver("materials", [{"company": "", "material_code": "M1", "material_name": "钢板", "category": "钢材"}])
    desk.deliver("partners", [{"company": "", "partner_code": "S1", "partner_name": "甲厂", "role": "supplier"}])
    assert {name: row.value for name, row in desk.by("purchase_amount", "category").items()} == {
        "钢材": 100,
        "杂项": 100,
    }
    assert set(desk.by("purchase_amount", "supplier")) == {"甲厂", "乙厂"}
    assert desk.sound()


def test_example_of_maverick_rate(desk: Log) -> None:
    desk.take(
        """document_no | case_id | action | acted_at
        R1 | R1 | 提交 | 2026-02-27 09:00
        R1 | R1 | 同意 | 2026-03-03 10:00
        R3 | R3 | 提交 | 2026-02-27 09:00
        R3 | R3 | 同意 | 2026-03-01 10:00"""
    )
    orders = [
        order("P1", "2026-03-01", source_document_no="R1"),
        order("P2", "2026-03-05"),
        order("P3", "2026-03-01", source_document_no="r3 "),
        order("P4"),
    ]
    desk.deliver("purchase_orders", orders)
    desk.deliver("goods_receipts", [receipt("G2", "P2", "2026-03-04"), receipt("G3", "P3", "2026-03-04")])
    desk.deliver("invoices", [bill("I3", "P3", "2026-03-04")])
    row = desk.one("maverick_rate")
    assert (row.value, row.n, row.reasons) == (pytest.approx(2 / 3), 3, {"nothing_to_compare": 1})
    assert {name: value for name, value in row.figures.items() if value} == {
        "numerator": 2,
        "denominator": 3,
        "order_before_approval": 1,
        "receipt_before_order": 1,
    }


def test_each_step_waits_for_the_one_before_it(desk: Log) -> None:
    desk.take(
        """document_no | case_id | action | acted_at | document_status
        R1 | R1 | 提交 | 2026-02-27 09:00 |
        R1 | R1 | 驳回 | 2026-02-28 10:00 |
        R2 | R2 | 提交 | 2026-02-27 09:00 |
        P3 | P3 | 提交 | 2026-03-01 09:00 |
        P3 | P3 | 同意 | 2026-03-06 10:00 | """
    )
    desk.take(
        """document_no | case_id | action | arrived_at
        R2 | R2 |  | 2026-02-27 09:00"""
    )
    desk.deliver(
        "purchase_orders",
        [
            order("P1", "2026-03-02", amount_net=30, source_document_no="R1", department="甲"),  # was rejected
            order("P2", "2026-03-02", amount_net=30, source_document_no="R2", department="甲"),  # approval under way
            order("P3", "2026-03-01", amount_net=30, department="乙"),  # its own approval: only what follows must wait
            order("P4", "2026-03-02", amount_net=10, department="乙"),
        ],
    )
    desk.deliver("goods_receipts", [receipt("G3", "P3", "2026-03-05"), receipt("G4", "P4", "2026-03-09")])
    desk.deliver("invoices", [bill("I3", "P3", "2026-03-04"), bill("I4", "P4", "2026-03-08")])
    row = desk.one("maverick_rate")
    assert (row.value, row.reasons) == (1, {"nothing_to_compare": 1})
    assert [row.figures[name] for name in ("order_before_approval", "receipt_before_approval")] == [1, 1]
    assert [row.figures[name] for name in ("invoice_before_approval", "invoice_before_receipt")] == [1, 2]
    assert [row.figures[name] for name in ("receipt_before_order", "invoice_before_order")] == [0, 0]
    parts = desk.by("maverick_rate", "department", params={"basis": "amount"})
    assert {name: row.figures["denominator"] for name, row in parts.items()} == {"甲": 30, "乙": 40}
    # a later approval answers for what was under way; taking the log back leaves nothing behind
    desk.take(
        """document_no | case_id | action | arrived_at | acted_at
        R2 | R2 | 同意 | 2026-02-27 09:00 | 2026-03-10 09:00"""
    )
    assert desk.one("maverick_rate").figures["order_before_approval"] == 2
    assert desk.sound()


def test_a_requisition_told_once_holds_for_all_lines_of_its_order(desk: Log) -> None:
    desk.take(
        """document_no | case_id | action | acted_at
        R1 | R1 | 提交 | 2026-02-27 09:00
        R1 | R1 | 同意 | 2026-03-03 10:00"""
    )
    lines = [order("P1", line_no="1", source_document_no="R1"), order("P1", line_no="2")]
    desk.deliver("purchase_orders", lines)
    assert desk.one("maverick_rate").figures["order_before_approval"] == 2


def test_returned_goods_and_credit_notes_come_before_nothing(desk: Log) -> None:
    desk.deliver("purchase_orders", [order("P1", "2026-03-05"), order("P2", "2026-03-05")])
    desk.deliver("goods_receipts", [receipt("G1", "P1", "2026-03-01", -2), receipt("G1b", "P1", "2026-03-06")])
    desk.deliver("invoices", [bill("I2", "P2", "2026-03-01", amount_gross=-5)])
    row = desk.one("maverick_rate")
    assert (row.value, row.n, row.reasons) == (0, 1, {"nothing_to_compare": 1})


def test_example_of_receipt_shortfall(desk: Log) -> None:
    due = {"required_date": date(2026, 3, 10)}
    desk.deliver(
        "purchase_orders",
        [
            order("P1", quantity=100, amount_net=1000, quantity_received=90, **due),
            order("P2", quantity=50, amount_net=1000, quantity_received=50, quantity_rejected=2, **due),
            order("P3", quantity=20, amount_net=100, quantity_received=20, **due),
        ],
    )
    row = desk.one("receipt_shortfall")
    assert row.value == pytest.approx(2 / 3)
    assert [row.figures[name] for name in ("short", "over", "rejected")] == [1, 0, 1]
    amounts = desk.one("receipt_shortfall", params={"basis": "amount"})
    assert amounts.value == pytest.approx(140 / 2100)
    assert [amounts.figures[name] for name in ("short", "over", "rejected")] == [100, 0, 40]


def test_what_cannot_be_judged_is_left_out_with_its_reason(desk: Log) -> None:
    due = {"required_date": date(2026, 3, 10)}
    desk.deliver(
        "purchase_orders",
        [
            order("P1", quantity_received=0, **due),  # nothing came
            order("P2", quantity_received=12, quantity_rejected=1, **due),  # over and rejected is one line
            order("P3", quantity_received=10),
            order("P4", quantity=None, quantity_received=10, **due),
            order("P5", quantity_received=0, required_date=date(2030, 1, 1)),  # the clock stands at that day
            order("P6", quantity_received=0, required_date=date(2029, 12, 31)),
            order("P7", **due),
            order("P8", quantity_received=1, is_void=True, **due),
        ],
    )
    row = desk.one("receipt_shortfall")
    reasons = {"no_required_date": 1, "no_quantity": 1, "not_due_yet": 1, "receipts_not_known": 1, "void": 1}
    assert (row.value, row.n, row.reasons) == (1, 3, reasons)
    assert [row.figures[name] for name in ("short", "over", "rejected")] == [2, 1, 1]


def test_receipts_are_given_to_the_lines_they_belong_to(desk: Log) -> None:
    due = {"required_date": date(2026, 3, 10)}
    desk.deliver(
        "purchase_orders",
        [
            order("P1", line_no="1", quantity=10, **due),
            order("P1", line_no="2", quantity=10, **due),  # the same material again
            order("P2", line_no="10", quantity=10, material_code="M2", **due),
            order("P2", line_no="20", quantity=10, material_code="M3", **due),
            order("P3", quantity=10, **due),
            order("P4", quantity=10, required_date=date(2026, 3, 20)),  # after the last receipt
            order("P5", quantity=10, required_date=date(2026, 3, 5)),
        ],
    )
    desk.deliver(
        "goods_receipts",
        [
            receipt("G0", "P9", "2026-03-01"),  # of an order nobody knows
            receipt("G1", "P1", "2026-03-04", 13),  # ten for the first line, three for the second
            receipt("G2", "P2", "2026-03-04", 10, material_code="M2", source_line_no="0010"),
            receipt("G3", "P2", "2026-03-12", 12, material_code="M3", source_line_no="0020", quantity_rejected=1),
            receipt("G4", "P5", "2026-03-02", 6),
            receipt("G4", "P5", "2026-03-03", 4),
        ],
    )
    kept = desk.rows("purchase_facts", "document_no", "line_no", "received", "rejected")
    assert kept == [
        ("P1", "1", 10, None),
        ("P1", "2", 3, None),
        ("P2", "10", 10, None),
        ("P2", "20", 12, 1),
        ("P3", None, None, None),
        ("P4", None, None, None),
        ("P5", None, 10, None),
    ]
    row = desk.one("receipt_shortfall")
    assert (row.n, row.reasons) == (6, {"receipts_not_known": 1})
    assert [row.figures[name] for name in ("short", "over", "rejected")] == [2, 1, 1]  # P3 was due while others came
    assert desk.sound()


def test_a_number_of_two_orders_tells_nobodys_receipts(desk: Log) -> None:
    due = {"required_date": date(2026, 3, 10)}
    twins = [order("P1", document_type=kind, **due) for kind in ("标准", "委外")]
    desk.deliver("purchase_orders", [*twins, order("P2", **due)])
    desk.deliver("goods_receipts", [receipt("G1", "P1", "2026-03-04"), receipt("G2", "P2", "2026-03-12")])
    assert sorted(desk.rows("purchase_facts", "document_no", "received"), key=str) == [
        ("P1", None),
        ("P1", None),
        ("P2", 10),
    ]


def test_who_may_see_one_department_sees_its_lines_only(desk: Log) -> None:
    due = {"required_date": date(2026, 3, 10)}
    desk.deliver(
        "purchase_orders",
        [
            order("P1", department="甲", quantity_received=9, **due),
            order("P2", department="乙", amount_net=7, quantity_received=10, **due),
        ],
    )
    desk.deliver("goods_receipts", [receipt("G1", "P1", "2026-02-01")])
    for department, amount, rate, short in (("甲", 100, 1, 1), ("乙", 7, None, 0)):
        scope = Scope({"department": frozenset({department})})
        assert desk.one("purchase_amount", scope=scope).value == amount
        assert desk.one("maverick_rate", scope=scope).value == rate
        assert desk.one("receipt_shortfall", scope=scope).value == short


def test_a_total_is_no_sum_of_rates(desk: Log) -> None:
    due = {"required_date": date(2026, 3, 10)}
    lines = [order(f"P{i}", supplier_code="S2", quantity_received=10, **due) for i in range(3)]
    desk.deliver("purchase_orders", [order("P9", quantity_received=1, **due), *lines])
    assert {name: row.value for name, row in desk.by("receipt_shortfall", "supplier").items()} == {"S1": 1, "S2": 0}
    assert desk.one("receipt_shortfall").value == 0.25
