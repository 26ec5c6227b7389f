"""Several threads on one warehouse: temporary tables are each connection's own, readers see one state."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from cockpit.errors import SystemFailure
from tests.warehouse.desk import Desk

LINE = {"document_no": "S1", "line_no": "1", "document_date": "2026-03-01", "amount_net": 5}


def test_temporary_tables_of_equal_names_stay_apart(desk: Desk) -> None:
    """Deliveries side by side stage under the same names."""
    with desk.warehouse.session() as one, desk.warehouse.session() as other:
        for session, number in ((one, 1), (other, 2)):
            session.con.execute(f"CREATE OR REPLACE TEMP TABLE units AS SELECT {number} AS number")
        assert one.con.execute("SELECT number FROM units").fetchall() == [(1,)]
        assert other.con.execute("SELECT number FROM units").fetchall() == [(2,)]
        with pytest.raises(SystemFailure):
            desk.warehouse.run_sql("SELECT number FROM units")
    with desk.warehouse.session() as later, pytest.raises(duckdb.CatalogException):
        later.con.execute("SELECT number FROM units")


def test_deliveries_of_many_threads_are_all_made(desk: Desk) -> None:
    """Staged side by side, delivered one by one; nothing is lost, and a full computation agrees."""

    def deliver(number: int) -> int | None:
        return desk.deliver("sales_lines", [{**LINE, "document_no": f"S{number}"}]).delivery_id

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(deliver, range(18))) == list(range(1, 19))
    assert desk.total("sales_lines", "amount_net") == 18 * 5.0
    assert desk.sound()


def test_a_snapshot_shows_one_state_to_its_own_thread(desk: Desk) -> None:
    desk.deliver("sales_lines", [LINE])
    with desk.warehouse.snapshot():
        assert desk.total("sales_lines", "amount_net") == 5.0
        writing = threading.Thread(target=desk.deliver, args=("sales_lines", [{**LINE, "document_no": "S2"}]))
        writing.start()
        writing.join(30)
        with desk.warehouse.snapshot():  # inside another it is the same one
            assert desk.total("sales_lines", "amount_net") == 5.0
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(desk.total, "sales_lines", "amount_net").result(30) == 10.0
        assert desk.warehouse.version().number == 1
    assert desk.total("sales_lines", "amount_net") == 10.0
    with pytest.raises(SystemFailure), desk.warehouse.snapshot():
        desk.warehouse.run_sql("SELECT nothing")
    assert desk.warehouse.version().number == 2
