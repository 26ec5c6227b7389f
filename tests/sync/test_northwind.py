"""Figures of a connected source are those of its database, before and after everything that can happen there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR
from tests.sync.books import MAPPING, NORTHWIND, Books, Place, lines, northwind

INCREMENT = {"document_key": ["document_no"], "cursor": "write_date", "overlap": "2 days"}


def test_the_sample_database_as_it_is(place: Place) -> None:
    """A query over a file that nobody may write to; figures known from elsewhere."""
    (place.home / "queries").mkdir()
    (place.home / "queries" / "lines.sql").write_text(NORTHWIND, "utf-8")
    place.block("northwind", f"sqlite:///{northwind()}", select="queries/lines.sql")
    report = place.sync("northwind")
    assert (report["status"], report["rows_read"], report["rows_loaded"]) == ("loaded", 2155, 2155)
    assert place.total()[:2] == (2155, 830)
    assert place.metric("revenue") == pytest.approx(1_265_793.04, abs=0.005)
    growth = place.metric("revenue_growth", start=date(1998, 1, 1), end=date(1998, 5, 1))
    assert growth == pytest.approx(1.2072, abs=0.00005)
    part = place.cockpit.deliveries(LOCAL_ADMINISTRATOR)[0].parts[0]
    assert (part.connector, part.file, part.sheet) == ("sql", "northwind", "lines.sql")
    assert place.sync("northwind")["status"] == "unchanged"
    assert len(place.cockpit.deliveries(LOCAL_ADMINISTRATOR)) == 1


def test_a_first_pull_and_a_second_that_finds_nothing(books: Books, place: Place) -> None:
    place.block("b", books.url, **INCREMENT)
    first = place.sync("b")
    assert (first["state"], first["status"], first["tries"], first["delivery_id"]) == ("done", "loaded", 1, 1)
    assert place.total() == books.total()
    by_country = dict(books.rows("SELECT country, sum(amount) FROM order_lines GROUP BY country"))
    found = dict(place.rows("SELECT region, sum(amount_net) FROM sales_lines GROUP BY region"))
    assert {name: round(Decimal(str(value)), 4) for name, value in by_country.items()} == found
    assert place.metric("revenue") == pytest.approx(float(books.total()[3]), abs=0.005)
    second = place.sync("b")
    assert (second["status"], second["delivery_id"], second["version"]) == ("unchanged", None, first["version"])
    assert second["cursor"] == first["cursor"]
    assert 0 < second["rows_read"] < 100
    view = place.cockpit.sources(LOCAL_ADMINISTRATOR)[0]
    assert (view.state, view.last_run is not None, view.cursor) == ("unchanged", True, first["cursor"])
    assert len(place.cockpit.deliveries(LOCAL_ADMINISTRATOR)) == 1


CHANGES = {
    "new order": [
        "INSERT INTO order_lines VALUES (90001, 1, '1998-06-01', 'NEW', '新客户', 'China', 'Tea', 2, 19.95,"
        " '2000-01-01 00:00:00')"
    ],
    "new line of a known order": [
        "INSERT INTO order_lines VALUES (10300, 99, '1996-09-09', 'MAGAA', 'Magazzini Alimentari Riuniti', 'Italy',"
        " 'Tea', 3, 30, '2000-01-02 00:00:00')"
    ],
    "another amount": [
        "UPDATE order_lines SET amount = amount + 0.0101, write_date = '2000-01-03 00:00:00' WHERE order_id = 10400"
    ],
    "another customer and day": [
        "UPDATE order_lines SET customer = 'OTHER', company = 'Other', order_date = '1997-01-09',"
        " write_date = '2000-01-04 00:00:00' WHERE order_id = 10401"
    ],
    "a line deleted without a trace": ["DELETE FROM order_lines WHERE order_id = 10250 AND line = 41"],
    "an order deleted without a trace": ["DELETE FROM order_lines WHERE order_id = 10255"],
    "late lines": [
        "INSERT INTO order_lines VALUES (90002, 1, '1996-08-01', 'LATE', 'Late', 'France', 'Wine', 5, 55.5,"
        " '1996-08-01 00:00:00')",
        "INSERT INTO order_lines VALUES (10260, 98, '1996-07-19', 'OTTIK', 'Ottilies Käseladen', 'Germany', 'Wine', 1,"
        " 11, '1996-08-01 00:00:00')",
    ],
    "a line moved to another order": ["UPDATE order_lines SET order_id = 10271 WHERE order_id = 10270 AND line = 36"],
    "deleted here, late there": [
        "DELETE FROM order_lines WHERE order_id = 10280 AND line = 24",
        "INSERT INTO order_lines VALUES (10281, 97, '1996-08-14', 'ROMEY', 'Romero y tomillo', 'Spain', 'Wine', 1, 12,"
        " '1996-08-01 00:00:00')",
    ],
}


def test_whatever_happens_at_the_source_shows(books: Books, place: Place) -> None:
    place.block("b", books.url, **INCREMENT)
    place.sync("b")
    first = place.total()
    seen = [first]
    for what, statements in CHANGES.items():
        books.run(*statements)
        report = place.sync("b")
        assert report["status"] == "loaded", what
        assert report["rows_read"] < 200, what
        assert place.total() == books.total(), what
        assert place.sync("b")["status"] == "unchanged", what
        seen.append(place.total())
    assert place.metric("revenue") == pytest.approx(float(books.total()[3]), abs=0.005)
    # each delivery can be taken back alone, and what it took away comes back
    for delivery in range(len(CHANGES) + 1, 1, -1):
        place.undo(delivery)
        assert place.total() == seen[delivery - 2], delivery
    assert place.total() == first
    report = place.sync("b")
    assert report["status"] == "loaded"
    assert place.total() == books.total()
    assert place.sound()


def test_without_a_cursor_everything_is_compared(books: Books, place: Place) -> None:
    place.block("b", books.url)
    place.sync("b")
    for statements in CHANGES.values():
        books.run(*statements)
    report = place.sync("b")
    assert (report["status"], report["rows_read"]) == ("loaded", books.total()[0])
    assert place.total() == books.total()
    assert place.sync("b")["status"] == "unchanged"
    place.undo(1)
    assert place.sync("b")["status"] in ("loaded", "unchanged")
    assert place.total() == books.total()
    assert place.sound()


def test_a_new_cursor_value_without_a_change_is_not_read_for_ever(books: Books, place: Place) -> None:
    place.block("b", books.url, **{**INCREMENT, "overlap": "0 days"})
    place.sync("b")
    books.run("UPDATE order_lines SET write_date = '2001-01-01 00:00:00' WHERE order_id < 10300")
    touched = place.sync("b")
    books.run("UPDATE order_lines SET write_date = '2001-01-02 00:00:00' WHERE order_id = 10299")
    again = place.sync("b")
    assert touched["status"] == again["status"] == "unchanged"
    assert touched["rows_read"] > again["rows_read"] > 0
    assert again["cursor"].startswith("2001-01-02")


def test_another_mapping_reads_everything_again(books: Books, place: Place) -> None:
    place.block("b", books.url, **INCREMENT)
    place.sync("b")
    place.block("b", books.url, {**MAPPING, "amount_net": "quantity"}, **INCREMENT)
    report = place.sync("b")
    assert (report["status"], report["rows_read"]) == ("loaded", 2155)
    assert place.total()[3] == books.total()[2]


def test_the_lines_are_those_of_the_file() -> None:
    assert len(lines()) == 2155
