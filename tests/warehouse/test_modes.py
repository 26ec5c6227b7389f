"""Events, snapshots, periods, masters: what a later delivery does to each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.warehouse.desk import Desk


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 1, day, hour)


def act(
    case: str, node: str, actor: str, action: str, arrived: datetime | None, acted: datetime | None, **more: Any
) -> Any:
    keys = {"process": "P", "case_id": case, "node": node, "actor": actor, "action": action}
    return {**keys, "arrived_at": arrived, "acted_at": acted, **more}


class TestEvents:
    first = (
        act("K", "提交", "甲", "提交", None, at(5, 1), document_status="审批中"),
        act("K", "经理", "乙", "", at(5, 1), None, document_status="审批中"),
    )
    week_later = (
        act("K", "提交", "甲", "提交", None, at(5, 1), document_status="已审核"),
        act("K", "经理", "乙", "同意", at(5, 1), at(6, 2), document_status="已审核"),
        act("L", "提交", "甲", "提交", None, at(8, 1), document_status="审批中"),
    )

    def test_the_same_log_a_week_later_closes_open_acts_and_brings_the_new_status(self, desk: Desk) -> None:
        desk.deliver("process_events", self.first)
        desk.deliver("process_events", self.week_later)
        assert desk.rows("process_events", "case_id", "node", "acted_at", "document_status") == [
            ("K", "提交", at(5, 1), "已审核"),
            ("K", "经理", at(6, 2), "已审核"),
            ("L", "提交", at(8, 1), "审批中"),
        ]
        desk.warehouse.undo(2, "tester")
        assert len(desk.rows("process_events", "case_id")) == 2
        assert desk.sound()

    def test_in_the_other_order_the_open_act_stays_closed(self, desk: Desk) -> None:
        desk.deliver("process_events", self.week_later, export_at=datetime(2026, 1, 9))
        desk.deliver("process_events", self.first, export_at=datetime(2026, 1, 5))
        assert len(desk.rows("process_events", "case_id")) == 3
        assert ("K", at(6, 2)) in desk.rows("process_events", "case_id", "acted_at")

    def test_events_repeated_in_the_source_are_real_and_come_again_once(self, desk: Desk) -> None:
        twice = [act("K", "催办", "甲", "催办", None, at(5, 1))] * 2
        desk.deliver("process_events", twice)
        again = desk.deliver("process_events", twice)
        assert again.status == "unchanged"
        assert len(desk.rows("process_events", "case_id")) == 2

    def test_a_log_delivered_twice_survives_the_undo_of_the_first(self, desk: Desk) -> None:
        desk.deliver("process_events", self.first)
        desk.deliver("process_events", self.first)
        desk.warehouse.undo(1, "tester")
        assert len(desk.rows("process_events", "case_id")) == 2
        desk.warehouse.undo(2, "tester")
        assert desk.rows("process_events", "case_id") == []
        assert desk.sound()

    def test_the_sources_own_id_is_the_identity(self, desk: Desk) -> None:
        desk.deliver("process_events", [act("K", "经理", "乙", "同意", None, at(6, 1), source_event_id="e1")])
        desk.deliver("process_events", [act("K", "经理", "乙", "同意", None, at(6, 2), source_event_id="e1")])
        assert desk.rows("process_events", "acted_at") == [(at(6, 2),)]

    def test_a_new_running_number_is_no_new_event(self, desk: Desk) -> None:
        desk.deliver("process_events", [act("K", "经理", "乙", "同意", None, at(6, 1), sequence=2)])
        desk.deliver("process_events", [act("K", "经理", "乙", "同意", None, at(6, 1), sequence=3)])
        assert desk.rows("process_events", "sequence") == [(3,)]

    def test_two_files_with_the_same_events_count_once(self, desk: Desk) -> None:
        outcome = desk.deliver("process_events", self.first, self.first)
        assert [issue.code for part in outcome.parts for issue in part.issues] == ["repeated_across_files"]
        assert len(desk.rows("process_events", "case_id")) == 2


def balance(day: date, warehouse: str, material: str, quantity: float) -> dict[str, Any]:
    return {"as_of_day": day, "warehouse": warehouse, "material_code": material, "quantity": quantity}


def test_a_snapshot_replaces_its_day_and_warehouse_only(desk: Desk) -> None:
    new_year, later = date(2026, 1, 1), date(2026, 1, 31)
    rows = [balance(new_year, "A", "m1", 1), balance(new_year, "A", "m2", 2), balance(new_year, "B", "m1", 4)]
    desk.deliver("stock_balances", [*rows, balance(later, "A", "m1", 8)])
    outcome = desk.deliver("stock_balances", [balance(new_year, "A", "m1", 16)])
    assert outcome.status == "loaded"
    assert desk.total("stock_balances", "quantity") == 4 + 8 + 16
    desk.warehouse.undo(outcome.delivery_id or 0, "tester")
    assert desk.total("stock_balances", "quantity") == 15


def test_a_period_replaces_what_it_covers_and_two_warehouses_stand_side_by_side(desk: Desk) -> None:
    def summary(warehouse: str, opening: float) -> dict[str, Any]:
        span = {"period_start": date(2026, 9, 26), "period_end": date(2026, 10, 25)}
        return {**span, "warehouse": warehouse, "material_code": "m1", "opening_quantity": opening}

    desk.deliver("stock_summaries", [summary("A", 1)])
    desk.deliver("stock_summaries", [summary("B", 2)])
    assert desk.total("stock_summaries", "opening_quantity") == 3
    desk.deliver("stock_summaries", [summary("A", 4)])
    assert desk.total("stock_summaries", "opening_quantity") == 6


def test_a_master_takes_the_newest_word_field_by_field(desk: Desk) -> None:
    desk.deliver("materials", [{"material_code": "m1", "material_name": "轴承", "category": "五金"}])
    desk.deliver("materials", [{"material_code": "m1", "category": "标准件"}])
    assert desk.rows("materials", "material_name", "category") == [("轴承", "标准件")]
    assert desk.deliver("materials", [{"material_code": "m1", "category": "标准件"}]).status == "unchanged"
    desk.warehouse.undo(2, "tester")
    desk.warehouse.undo(3, "tester")
    assert desk.rows("materials", "category") == [("五金",)]
    assert desk.sound()


def test_a_calendar_row_changes_the_working_days_of_its_ledger(desk: Desk) -> None:
    spring = "SELECT is_work, seconds FROM calendar_days WHERE day = DATE '2026-01-05' AND company = ''"
    assert desk.warehouse.run_sql(spring).to_pylist() == [{"is_work": True, "seconds": 8 * 3600}]
    desk.deliver("calendars", [{"day": date(2026, 1, 5), "is_work": True, "shifts": "08:00-12:00"}])
    assert desk.warehouse.run_sql(spring).to_pylist() == [{"is_work": True, "seconds": 4 * 3600}]
    version = desk.warehouse.version()
    assert (version.data, version.settings) == (0, 1)
    desk.warehouse.undo(1, "tester")
    assert desk.warehouse.run_sql(spring).to_pylist() == [{"is_work": True, "seconds": 8 * 3600}]
