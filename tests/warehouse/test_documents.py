"""Documents: the later delivery's lines replace the known ones; nothing is doubled, lost or replaced unasked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from cockpit.errors import RefusedError
from cockpit.warehouse.delivery import Draft
from tests.warehouse.desk import Desk


def line(
    number: str, amount: float, customer: str | None = "C1", day: date = date(2026, 1, 5), **more: Any
) -> dict[str, Any]:
    return {"document_no": number, "document_date": day, "customer_code": customer, "amount_net": amount, **more}


FIRST = [line("1", 10, line_no=1), line("1", 20, line_no=2), line("2", 5)]


def codes(outcome: Any) -> list[str]:
    return [issue.code for part in outcome.parts for issue in part.issues]


def test_a_delivery_is_visible_with_its_lines(desk: Desk) -> None:
    outcome = desk.deliver("sales_lines", FIRST)
    assert (outcome.status, outcome.version) == ("loaded", 1)
    assert desk.rows("sales_lines", "ledger", "company", "document_no", "amount_net") == [
        ("default", "", "1", 10),
        ("default", "", "1", 20),
        ("default", "", "2", 5),
    ]


def test_the_same_delivery_again_changes_nothing(desk: Desk) -> None:
    desk.deliver("sales_lines", FIRST)
    again = desk.deliver("sales_lines", FIRST)
    assert again.status == "unchanged"
    assert again.version == 1
    assert (again.parts[0].rows_loaded, again.parts[0].rows_skipped) == (0, 3)
    assert desk.total("sales_lines", "amount_net") == 35


def test_equal_lines_inside_a_document_are_real(desk: Desk) -> None:
    desk.deliver("sales_lines", [line("1", 10), line("1", 10)])
    assert desk.total("sales_lines", "amount_net") == 20


def test_a_then_changed_then_a_again(desk: Desk) -> None:
    changed = [line("1", 10, line_no=1), line("1", 25, line_no=2), line("2", 5)]
    for rows, total in ((FIRST, 35), (changed, 40), (FIRST, 35)):
        assert desk.deliver("sales_lines", rows).status == "loaded"
        assert desk.total("sales_lines", "amount_net") == total
    assert desk.sound()


def test_undo_of_any_delivery_gives_what_the_others_say(desk: Desk) -> None:
    changed = [line("1", 10, line_no=1), line("1", 25, line_no=2), line("2", 5)]
    desk.deliver("sales_lines", FIRST)
    desk.deliver("sales_lines", FIRST)  # confirms
    desk.deliver("sales_lines", changed)
    desk.warehouse.undo(1, "tester")
    assert desk.total("sales_lines", "amount_net") == 40
    desk.warehouse.undo(3, "tester")
    assert desk.total("sales_lines", "amount_net") == 35  # the second delivery still says so
    desk.warehouse.undo(2, "tester")
    assert desk.rows("sales_lines", "document_no") == []
    assert desk.sound()
    with pytest.raises(RefusedError):
        desk.warehouse.undo(2, "tester")


def test_an_older_export_arriving_late_replaces_nothing(desk: Desk) -> None:
    desk.deliver("sales_lines", [line("1", 12)], export_at=datetime(2026, 2, 2))
    desk.deliver("sales_lines", [line("1", 10)], export_at=datetime(2026, 2, 1))
    assert desk.total("sales_lines", "amount_net") == 12
    desk.warehouse.undo(1, "tester")
    assert desk.total("sales_lines", "amount_net") == 10


def test_a_document_that_shrank_waits_for_a_decision(desk: Desk) -> None:
    desk.deliver("sales_lines", FIRST)
    held = desk.deliver("sales_lines", [line("1", 10, line_no=1), line("3", 7)])
    assert (held.status, codes(held)) == ("held", ["document_shrank"])
    assert held.parts[0].issues[0].value == "1"
    assert desk.total("sales_lines", "amount_net") == 35  # nothing of it shows, not even the new document
    desk.warehouse.decide(held.delivery_id or 0, True, False, "tester", "line was deleted")
    assert desk.total("sales_lines", "amount_net") == 10 + 5 + 7
    desk.warehouse.undo(held.delivery_id or 0, "tester")
    assert desk.total("sales_lines", "amount_net") == 35
    assert desk.sound()


def test_a_line_swapped_for_another_is_a_lost_line(desk: Desk) -> None:
    desk.deliver("sales_lines", FIRST)
    held = desk.deliver("sales_lines", [line("1", 10, line_no=1), line("1", 20, line_no=3)])
    assert codes(held) == ["document_shrank"]


def test_a_discarded_delivery_never_shows(desk: Desk) -> None:
    desk.deliver("sales_lines", FIRST)
    held = desk.deliver("sales_lines", [line("1", 10, line_no=1)])
    desk.warehouse.decide(held.delivery_id or 0, False, False, "tester", "export cut short")
    assert desk.total("sales_lines", "amount_net") == 35
    with pytest.raises(RefusedError):
        desk.warehouse.decide(held.delivery_id or 0, True, False, "tester", "changed my mind")


@pytest.mark.parametrize("other", [{"customer": "C9"}, {"day": date(2026, 3, 1)}])
@pytest.mark.parametrize(("apart", "total"), [(False, 30 + 8), (True, 30 + 5 + 8)])
def test_a_known_number_with_another_partner_or_day_waits(desk: Desk, other: Any, apart: bool, total: float) -> None:
    desk.deliver("sales_lines", FIRST)
    held = desk.deliver("sales_lines", [line("2", 8, **other)])
    assert (held.status, codes(held)) == ("held", ["document_identity_differs"])
    desk.warehouse.decide(held.delivery_id or 0, True, apart, "tester", "checked")
    assert desk.total("sales_lines", "amount_net") == total
    assert desk.sound()


def test_one_number_of_two_partners_in_one_delivery_stays_apart(desk: Desk) -> None:
    outcome = desk.deliver("sales_lines", [line("9", 1, "A"), line("9", 2, "B"), line("8", 4)])
    assert (outcome.status, codes(outcome)) == ("loaded", ["document_number_shared"])
    assert desk.total("sales_lines", "amount_net") == 7
    assert len({row[0] for row in desk.rows("sales_lines", "_doc")}) == 3


def test_a_missing_partner_is_no_other_partner(desk: Desk) -> None:
    desk.deliver("sales_lines", [line("9", 1, "A"), line("9", 2, None)])
    assert len({row[0] for row in desk.rows("sales_lines", "_doc")}) == 1


def test_two_ledgers_with_the_same_numbers_do_not_meet(desk: Desk) -> None:
    desk.ledger("branch")
    desk.deliver("sales_lines", FIRST)
    outcome = desk.deliver("sales_lines", [line("1", 100)], ledger="branch")
    assert outcome.status == "loaded"
    assert desk.total("sales_lines", "amount_net") == 135


def test_document_types_and_companies_keep_their_own_numbers(desk: Desk) -> None:
    rows = [line("1", 1), line("1", 2, document_type="X"), line("1", 4, company="B")]
    assert codes(desk.deliver("sales_lines", rows)) == []
    assert len({row[0] for row in desk.rows("sales_lines", "_doc")}) == 3


class TestSeveralFiles:
    """Inside one delivery nothing is replaced."""

    def test_whole_documents_repeated_count_once(self, desk: Desk) -> None:
        outcome = desk.deliver("sales_lines", FIRST, [*FIRST, line("3", 7)])
        assert (outcome.status, codes(outcome)) == ("loaded", ["repeated_across_files"])
        assert desk.total("sales_lines", "amount_net") == 42
        second = outcome.parts[1]
        assert (second.rows_loaded, second.rows_skipped) == (1, 3)

    def test_parts_of_a_document_add_up(self, desk: Desk) -> None:
        outcome = desk.deliver("sales_lines", FIRST[:1], FIRST[1:])
        assert (outcome.status, codes(outcome)) == ("loaded", [])
        assert desk.total("sales_lines", "amount_net") == 35

    def test_what_comes_again_in_other_files_is_still_known(self, desk: Desk) -> None:
        desk.deliver("sales_lines", [*FIRST, line("3", 7)])
        again = desk.deliver("sales_lines", [FIRST[0], line("3", 7)], [FIRST[1], line("2", 6), line("4", 1)])
        assert again.status == "loaded"
        assert [(part.status, part.rows_loaded) for part in again.parts] == [("unchanged", 0), ("loaded", 3)]
        assert desk.total("sales_lines", "amount_net") == 44
        places = desk.rows("sales_lines", "document_no", "_delivery")
        assert places == [("1", 1), ("1", 1), ("2", 2), ("3", 1), ("4", 2)]
        desk.warehouse.undo(1, "tester")  # the second delivery says all of it
        assert desk.total("sales_lines", "amount_net") == 44
        assert desk.sound()

    def test_a_near_copy_of_the_data_sheet_waits(self, desk: Desk) -> None:
        copy = [{**row, "region": "East"} for row in FIRST]
        held = desk.deliver("sales_lines", FIRST, copy)
        assert (held.status, codes(held)) == ("held", ["overlapping_sources"])
        assert desk.total("sales_lines", "amount_net") == 0

    def test_a_filtered_copy_of_the_data_sheet_waits(self, desk: Desk) -> None:
        held = desk.deliver("sales_lines", FIRST, [FIRST[0], FIRST[2]])
        assert held.status == "held"

    def test_accepting_overlapping_parts_adds_them(self, desk: Desk) -> None:
        held = desk.deliver("sales_lines", FIRST, [{**row, "region": "East"} for row in FIRST])
        desk.warehouse.decide(held.delivery_id or 0, True, False, "tester", "they belong together")
        assert desk.total("sales_lines", "amount_net") == 70
        assert desk.sound()


def test_rejects_come_back_and_complete_their_delivery(desk: Desk) -> None:
    desk.deliver("sales_lines", FIRST, rejected=1)
    back = [line("1", 30, line_no=3, _mark="0:9")]
    completion = desk.deliver("sales_lines", back, kind="completion", completes=1)
    assert completion.status == "loaded"
    assert desk.total("sales_lines", "amount_net") == 65
    assert len({row[0] for row in desk.rows("sales_lines", "_doc")}) == 2
    desk.deliver("sales_lines", [line("1", 1, line_no=n) for n in (1, 2, 3)])
    assert desk.total("sales_lines", "amount_net") == 8  # a later delivery replaces base and completion alike
    desk.warehouse.undo(3, "tester")
    assert desk.total("sales_lines", "amount_net") == 65
    desk.warehouse.undo(2, "tester")
    assert desk.total("sales_lines", "amount_net") == 35
    assert desk.sound()


def test_a_dry_run_leaves_no_trace(desk: Desk) -> None:
    outcome = desk.deliver("sales_lines", FIRST, dry_run=True)
    assert (outcome.delivery_id, outcome.status, outcome.version) == (None, "dry_run", 0)
    assert outcome.parts[0].rows_loaded == 3
    assert desk.rows("sales_lines", "document_no") == []
    assert desk.warehouse.run_sql("SELECT * FROM deliveries").num_rows == 0


def test_a_blocked_part_blocks_all_unless_forced(desk: Desk) -> None:
    for force, status, rows in ((False, "blocked", 0), (True, "loaded", 3)):
        with desk.warehouse.session() as session:
            good = desk._stage(session.con, "sales_lines", FIRST, "good.csv")
            bad = desk._stage(session.con, "sales_lines", [], "bad.csv")
            bad.status, bad.table, bad.staged, bad.rows_read = "blocked", None, None, 4
            outcome = session.deliver(Draft("default", "load", "tester", desk.clock, force=force), [good, bad])
        assert outcome.status == status
        assert len(desk.rows("sales_lines", "document_no")) == rows
        for part in outcome.parts:
            assert part.staged.rows_read == part.rows_loaded + part.staged.rows_rejected + part.rows_skipped


class TestReferences:
    """A code that no master row knows is told, and the row still counts."""

    def test_unknown_materials_are_named(self, desk: Desk) -> None:
        desk.deliver("materials", [{"material_code": "m1"}])
        outcome = desk.deliver("sales_lines", [line("1", 1, material_code="m1"), line("2", 1, material_code="m9")])
        issue = outcome.parts[0].issues[0]
        assert (issue.code, issue.value, issue.row, issue.count) == ("reference_unknown", "m9", 3, 1)
        assert desk.total("sales_lines", "amount_net") == 2

    def test_a_master_in_the_same_delivery_is_known(self, desk: Desk) -> None:
        sales = [line("1", 1, "V1", material_code="m1")]
        materials = [{"material_code": "m1", "supplier_code": "V1"}]
        outcome = desk.deliver_all(
            {
                "sales_lines": [sales],
                "materials": [materials],
                "partners": [[{"partner_code": "V1", "role": "supplier"}]],
            }
        )
        assert codes(outcome) == []

    def test_without_master_data_nothing_is_said(self, desk: Desk) -> None:
        assert codes(desk.deliver("sales_lines", [line("1", 1, material_code="m1")])) == []


def test_summaries_from_the_26th_propose_the_ledgers_month(desk: Desk) -> None:
    span = {"period_start": date(2026, 9, 26), "period_end": date(2026, 10, 25), "material_code": "m1"}
    assert codes(desk.deliver("stock_summaries", [span])) == ["month_start_proposed"]
    desk.ledger("default", month_start_day=26)
    other = {**span, "warehouse": "B"}
    assert codes(desk.deliver("stock_summaries", [other])) == []
