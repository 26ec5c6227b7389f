"""What lies in the file: only columns that somebody filled, and a few words for a delivery that repeats another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from cockpit.derive.sales import SALES_FACTS
from cockpit.errors import SystemFailure
from cockpit.model import TABLES
from cockpit.warehouse.delivery import Draft
from tests.warehouse.desk import Desk

ALL = {f"D{n}": n for n in range(20)}
HEAD = {"customer_code": "C", "document_date": date(2026, 1, 1), "line_no": "1"}


def lines(amounts: Mapping[str, int], **more: Any) -> list[dict[str, Any]]:
    return [{**HEAD, "document_no": number, "amount_net": amount, **more} for number, amount in amounts.items()]


def everything_but(sources: Sequence[str], number: str) -> dict[str, list[list[dict[str, Any]]]]:
    """A line and its master data with every column filled but those."""
    known = {
        "document_no": number,
        "material_code": "M",
        "customer_code": "C",
        "partner_code": "C",
        "role": "customer",
        "currency": "CNY",
    }
    by_type = {"VARCHAR": "X", "BOOLEAN": False, "DATE": date(2026, 1, 1), "TIMESTAMP": datetime(2026, 1, 1)}
    return {
        table: [
            [
                {
                    column.name: known.get(column.name, by_type.get(column.duckdb_type, 1))
                    for column in TABLES[table].columns
                    if column.name not in ("ledger", "company") and f"{table}.{column.name}" not in sources
                }
            ]
        ]
        for table in ("sales_lines", "materials", "partners")
    }


def current(desk: Desk) -> dict[str, int]:
    return {number: int(amount) for number, amount in desk.rows("sales_lines", "document_no", "amount_net")}


def held(desk: Desk, table: str) -> set[str]:
    rows = desk.warehouse.run_sql("SELECT name FROM pragma_table_info($1)", [f"stored_{table}"]).to_pylist()
    return {row["name"] for row in rows}


def claims(desk: Desk) -> int:
    return int(desk.warehouse.run_sql("SELECT count(*) AS n FROM claims").to_pylist()[0]["n"])


class TestColumns:
    def test_a_column_is_stored_from_its_first_value_on(self, desk: Desk) -> None:
        desk.deliver("sales_lines", lines({"A": 1}))
        assert "remark" not in held(desk, "sales_lines")
        desk.deliver("sales_lines", lines({"B": 2}, remark="late"))
        assert "remark" in held(desk, "sales_lines") & held(desk, "past_sales_lines")
        assert desk.rows("sales_lines", "document_no", "remark") == [("A", None), ("B", "late")]

    def test_rows_move_with_columns_that_came_later(self, desk: Desk) -> None:
        desk.deliver("sales_lines", lines({"A": 1}))
        second = desk.deliver("sales_lines", lines({"A": 2}, remark="late"))
        assert desk.rows("sales_lines", "amount_net", "remark")[0][1] == "late"
        assert second.delivery_id is not None
        desk.warehouse.undo(second.delivery_id, "tester")
        assert current(desk) == {"A": 1}
        assert desk.rows("sales_lines", "remark") == [(None,)]
        assert desk.sound()

    @pytest.mark.parametrize("column", SALES_FACTS.sources)
    def test_a_derived_column_is_stored_once_something_can_fill_it(self, column: str, tmp_path: Path) -> None:
        desk = Desk(tmp_path, (SALES_FACTS,))
        desk.deliver_all(everything_but(SALES_FACTS.sources[column], "A"))
        assert column not in held(desk, "sales_facts")
        assert desk.sound()  # a full computation finds no value for it either
        desk.deliver_all(everything_but((), "B"))
        assert column in held(desk, "sales_facts")
        assert [value for (value,) in desk.rows("sales_facts", column) if value is not None]
        assert desk.sound()
        desk.warehouse.close()

    def test_what_is_rolled_back_leaves_no_column(self, desk: Desk) -> None:
        desk.deliver("sales_lines", lines({"A": 1}), dry_run=True)
        with pytest.raises(SystemFailure), desk.warehouse.session() as session:
            session.con.execute("CREATE TEMP TABLE broken AS SELECT 'x' AS remark, 1::BIGINT AS _row")
            part = desk._stage(session.con, "sales_lines", lines({"B": 1}), "file.csv")
            part.staged = "broken"
            session.deliver(Draft("default", "load", "tester", desk.clock), [part])
        assert "amount_net" not in held(desk, "sales_lines")
        assert current(desk) == {}

    def test_the_same_row_is_equal_whatever_columns_came_between(self, desk: Desk) -> None:
        desk.deliver("sales_lines", lines({"A": 1, "B": 2}))
        desk.deliver("sales_lines", lines({"C": 3}, remark="late", warehouse="W"))
        assert desk.deliver("sales_lines", lines({"A": 1, "B": 2})).status == "unchanged"


class TestRepeats:
    def test_a_repeated_delivery_is_noted_in_few_words(self, desk: Desk) -> None:
        desk.deliver("sales_lines", lines(ALL))
        before = claims(desk)
        desk.deliver("sales_lines", lines({**ALL, "D3": 99}))
        desk.deliver("sales_lines", lines({**ALL, "D3": 99}))
        assert claims(desk) == before + 1
        assert current(desk) == {**ALL, "D3": 99}

    def test_what_several_deliveries_repeat_outlives_each_of_them(self, desk: Desk) -> None:
        first = desk.deliver("sales_lines", lines(ALL)).delivery_id
        second = desk.deliver("sales_lines", lines({**ALL, "D3": 99})).delivery_id
        without = {number: amount for number, amount in ALL.items() if number not in ("D3", "D4")}
        third = desk.deliver("sales_lines", lines({**without, "D5": 7})).delivery_id
        assert first and second and third
        desk.warehouse.undo(first, "tester")
        assert current(desk) == {**ALL, "D3": 99, "D5": 7}
        desk.warehouse.undo(second, "tester")
        assert current(desk) == {**without, "D5": 7}
        assert desk.sound()
        desk.warehouse.undo(third, "tester")
        assert current(desk) == {}
        assert desk.sound()

    @pytest.mark.parametrize("together", [True, False], ids=["one after the other", "in between"])
    def test_a_changed_document_is_found_wherever_its_lines_stand(self, desk: Desk, together: bool) -> None:
        def rows(changed: int) -> list[dict[str, Any]]:
            told = [(f"D{n}", line) for n in range(6) for line in (1, 2, 3)]
            return [
                {**HEAD, "document_no": number, "line_no": str(line), "amount_net": changed if number == "D4" else line}
                for number, line in (told if together else sorted(told, key=lambda one: one[1]))
            ]

        desk.deliver("sales_lines", rows(10))
        again = desk.deliver("sales_lines", rows(20))
        assert (again.status, again.parts[0].rows_loaded) == ("loaded", 18)
        assert desk.total("sales_lines", "amount_net") == 5 * (1 + 2 + 3) + 3 * 20
        assert desk.sound()
        assert again.delivery_id is not None
        desk.warehouse.undo(again.delivery_id, "tester")
        assert desk.total("sales_lines", "amount_net") == 5 * (1 + 2 + 3) + 3 * 10
        assert desk.sound()

    def test_a_repeat_stands_for_what_its_origin_brought_not_for_what_came_since(self, desk: Desk) -> None:
        desk.deliver("sales_lines", lines(ALL))
        second = desk.deliver("sales_lines", lines({"D1": 50})).delivery_id
        third = desk.deliver("sales_lines", lines({**ALL, "D1": 50})).delivery_id
        assert second and third
        desk.warehouse.undo(second, "tester")
        assert current(desk) == {**ALL, "D1": 50}
        desk.warehouse.undo(third, "tester")
        assert current(desk) == ALL
        assert desk.sound()
