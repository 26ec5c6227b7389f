"""When a connected source may replace what is known, and when a person must decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR
from cockpit.service.requests import LoadRequest
from tests.sync.books import Books, Place

INCREMENT = {"document_key": ["document_no"], "cursor": "write_date"}
Make = Callable[..., Books]


def codes(report: dict[str, object]) -> list[str]:
    return [issue["code"] for issue in report["issues"]]  # type: ignore[index,attr-defined]


@pytest.mark.parametrize("keys", [{}, INCREMENT], ids=["whole", "increment"])
def test_a_great_fall_waits_for_a_decision(keys: dict[str, object], make: Make, place: Place) -> None:
    books = make("sqlite")
    place.block("b", books.url, **keys)
    place.sync("b")
    known = place.total()
    books.run("DELETE FROM order_lines WHERE order_id > 10700")
    report = place.sync("b")
    assert (report["state"], report["status"], report["delivery_id"]) == ("held", "held", 2)
    assert "source_shrank" in codes(report)
    assert place.total() == known
    waiting = place.sync("b")
    assert (waiting["state"], waiting["delivery_id"], codes(waiting)) == ("held", 2, ["source_waits"])
    place.decide(2, accept=False)
    assert place.total() == known
    report = place.sync("b")
    assert (report["status"], report["delivery_id"]) == ("held", 3)
    place.decide(3, accept=True)
    assert place.total() == books.total()
    assert place.sync("b")["status"] == "unchanged"
    place.undo(3)
    assert place.total() == known
    assert place.sound()


@pytest.mark.parametrize("keys", [{}, INCREMENT], ids=["whole", "increment"])
def test_no_rows(keys: dict[str, object], make: Make, place: Place) -> None:
    books = make("sqlite", [])
    place.block("b", books.url, **keys)
    report = place.sync("b")
    assert (report["status"], report["rows_read"], report["delivery_id"]) == ("unchanged", 0, None)
    books.run("INSERT INTO order_lines VALUES (1, 1, '2024-01-01', 'A', 'A', 'X', 'Tea', 1, 10, '2024-01-01 10:00:00')")
    assert place.sync("b")["status"] == "loaded"
    books.run("DELETE FROM order_lines")
    report = place.sync("b")
    assert (report["status"], report["rows_read"]) == ("held", 0)
    assert "source_shrank" in codes(report)
    assert place.total()[0] == 1
    place.decide(int(report["delivery_id"]), accept=True)
    assert place.total()[0] == 0
    assert place.sync("b")["status"] == "unchanged"


def upload(place: Place, text: str) -> int:
    file = place.home / "销售明细.csv"
    file.write_text(text, "utf-8")
    report = place.cockpit.load(LOCAL_ADMINISTRATOR, [file], LoadRequest(table="sales_lines"))
    if report.status == "held":
        place.decide(int(str(report.delivery_id)), accept=True)
    return int(str(report.delivery_id))


HEAD = "单据编号,行号,单据日期,客户编码,物料名称,数量,不含税金额\n"


def test_documents_of_an_upload_are_not_replaced_unasked(make: Make, place: Place) -> None:
    books = make("sqlite")
    place.block("b", books.url, **INCREMENT)
    place.sync("b")
    upload(place, HEAD + "10248,11,1996-07-04,VINET,Queso,12,168\n10248,12,1996-07-04,VINET,Wine,1,5\n"
           "10248,13,1996-07-04,VINET,Wine,1,5\n10248,14,1996-07-04,VINET,Wine,1,5\n")  # fmt: skip
    mine = place.total()
    books.run("UPDATE order_lines SET write_date = '2000-01-01', amount = amount + 1 WHERE order_id = 10248")
    report = place.sync("b")
    assert (report["status"], codes(report)) == ("held", ["document_shrank"])
    assert place.total() == mine
    place.decide(int(report["delivery_id"]), accept=True)
    assert place.total() == books.total()


def test_a_deletion_does_not_take_away_what_an_upload_brought(make: Make, place: Place) -> None:
    books = make("sqlite")
    place.block("b", books.url, **INCREMENT)
    place.sync("b")
    upload(place, HEAD + "10249,14,1996-07-05,TOMSP,Tofu,9,167.4\n10249,51,1996-07-05,TOMSP,Apples,40,1696.5\n")
    mine = place.total()
    books.run("DELETE FROM order_lines WHERE order_id = 10249")
    report = place.sync("b")
    assert (report["status"], codes(report)) == ("held", ["document_shrank"])
    assert place.total() == mine


def test_what_a_source_never_had_stays(make: Make, place: Place) -> None:
    books = make("sqlite")
    upload(place, HEAD + "U-1,1,2024-07-05,C,Tofu,9,100\n")
    place.block("b", books.url)
    place.sync("b")
    books.run("DELETE FROM order_lines WHERE order_id = 10249")
    place.sync("b")
    assert place.total()[0] == books.total()[0] + 1


def test_masters_and_events_only_grow(make: Make, place: Place) -> None:
    books = make("postgresql", [])
    books.run(
        "CREATE TABLE items (code text, name text, at timestamp)",
        "CREATE TABLE acts (doc text, node text, who text, act text, acted timestamptz, at timestamp)",
        "GRANT SELECT ON items, acts TO reader",
        "INSERT INTO items SELECT 'M' || i, '物料' || i, '2024-01-01' FROM generate_series(1, 10) i",
        "INSERT INTO acts SELECT 'PR' || i / 2, 'n' || i % 2, 'boss', '同意', '2024-01-01T08:00Z', '2024-01-01'"
        " FROM generate_series(0, 19) i",
    )
    place.block("items", books.url, {"material_code": "code", "material_name": "name"}, table="materials",
                relation="items", document_key=["material_code"], cursor="at")  # fmt: skip
    place.block("acts", books.url, {"case_id": "doc", "node": "node", "actor": "who", "action": "act",
                "acted_at": "acted"}, table="process_events", relation="acts", document_key=["case_id"], cursor="at",
                values={"process": "采购"})  # fmt: skip
    for name in ("items", "acts"):
        assert place.sync(name)["status"] == "loaded"
        assert place.sync(name)["status"] == "unchanged"
    books.run(
        "DELETE FROM items WHERE code IN ('M3')",
        "UPDATE items SET name = '新名', at = '2024-02-01' WHERE code = 'M4'",
        "INSERT INTO items VALUES ('M0', 'late', '2000-01-01')",
        "DELETE FROM acts WHERE doc = 'PR3'",
        "INSERT INTO acts VALUES ('PR4', 'n2', 'boss', '驳回', '2024-01-05T08:00Z', '2000-01-01')",
    )
    for name in ("items", "acts"):
        assert place.sync(name)["status"] == "loaded", name
        assert place.sync(name)["status"] == "unchanged", name
    assert place.rows("SELECT count(*), count(*) FILTER (material_name = '新名') FROM materials") == [(11, 1)]
    assert place.rows("SELECT count(*), count(DISTINCT case_id) FROM process_events") == [(21, 10)]


def test_balances_of_the_day_keep_those_of_earlier_days(make: Make, place: Place) -> None:
    books = make("sqlite", [])
    books.run(
        "CREATE TABLE stock (place TEXT, item TEXT, quantity REAL)",
        "INSERT INTO stock VALUES ('一号仓', 'M1', 5), ('一号仓', 'M2', 7), ('二号仓', 'M1', 2)",
    )
    mapping = {"warehouse": "place", "material_code": "item", "quantity": "quantity"}
    place.block("stock", books.url, mapping, table="stock_balances", relation="stock")
    assert place.sync("stock")["status"] == "loaded"
    assert place.sync("stock")["status"] == "unchanged"
    books.run("DELETE FROM stock WHERE item = 'M2'")
    books.run("INSERT INTO stock VALUES ('一号仓', 'M3', 1)")
    assert place.sync("stock")["status"] == "loaded"
    found = place.rows("SELECT as_of_day, warehouse, material_code FROM stock_balances ORDER BY ALL")
    today = date(2026, 11, 22)
    assert found == [(today, "一号仓", "M1"), (today, "一号仓", "M3"), (today, "二号仓", "M1")]


def test_kept_after_the_cockpit_was_closed(make: Make, place: Place, tmp_path: Path) -> None:
    books = make("sqlite")
    place.block("b", books.url, **INCREMENT)
    place.sync("b")
    path = place.cockpit._warehouse.path
    place.cockpit.close()
    assert path.exists()
    from cockpit.settings import settings

    again = Place(place.home, settings(), lambda: place.cockpit._warehouse.now())
    try:
        report = again.sync("b")
        assert (report["status"], report["rows_read"] < 100) == ("unchanged", True)
    finally:
        again.cockpit.close()
