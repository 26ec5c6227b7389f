"""What stands in a database arrives exactly: no detour over binary fractions, no zone lost, no text bent."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from cockpit.service import LOCAL_ADMINISTRATOR
from cockpit.service.requests import LoadRequest
from tests import servers
from tests.sync.books import Place

TEXTS = [
    "plain",
    "quotes \" and ' and , and ;",
    "two\nlines\r\nand\ttab",
    "back\\slash \\N \\. % %s %(x)s :name ${DB} {x}",
    "中文，全角 ＡＢ 😀 ö",
    "'; DROP TABLE odd; --",
]
MAPPING = {
    "document_no": "单号",
    "line_no": "line",
    "document_date": "day",
    "material_code": "code",
    "amount_net": "amount",
    "quantity": "quantity",
    "remark": "words",
    "confirmed_at": "zoned",
    "shipped_at": "naive",
    "is_void": "flag",
    "customer_code": "raw",
    "channel": "named",
}
DEFINED = {
    "postgresql": "CREATE TABLE odd (单号 varchar(30), line int, day date, code text, amount numeric(18,4),"
    " quantity numeric(18,6), words text, zoned timestamptz, naive timestamp, flag boolean, raw bytea, doc jsonb)",
    "mysql": "CREATE TABLE odd (单号 varchar(30), line int, day date, code varchar(40), amount decimal(18,4),"
    " quantity decimal(18,6), words text, zoned timestamp(6) NULL, naive datetime(6), flag bit(1), raw varbinary(20),"
    " doc json)",
}
QUERY = {
    "postgresql": "SELECT odd.*, doc ->> 'zh_CN' AS named FROM odd WHERE 单号 LIKE '%-%';",
    "mysql": "SELECT odd.*, json_value(doc, '$.zh_CN') AS named FROM odd WHERE 单号 LIKE '%-%' -- 全部",
}


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_values_arrive_exactly(kind: str, server_of: Any, place: Place) -> None:
    server = server_of(kind)
    database = "odd"
    charset = " CHARACTER SET utf8mb4" if kind == "mysql" else ""
    servers.execute(server, "mysql" if kind == "mysql" else "postgres", f"CREATE DATABASE {database}{charset}")
    servers.execute(server, database, DEFINED[kind])
    instant = "2024-03-10 09:30:15.123456" + ("+08" if kind == "postgresql" else "")
    with servers.connect(server, database) as con, con.cursor() as cursor:
        if kind == "mysql":
            cursor.execute("SET time_zone = '+08:00'")
        else:
            cursor.execute("GRANT SELECT ON odd TO reader")
        for number, text in enumerate(TEXTS):
            values = (f"00{number}-7", number, "2024-02-29", "110000000000000000", "12345678901234.5678")
            rest = ("0.000001", text, instant, "2024-03-10 09:30:15.123456", number % 2 == 0, b"\x00\xffA'\\")
            named = '{"zh_CN": "轴承 \\"7\\"", "en_US": "bearing"}'
            holders = ", ".join(["%s"] * 12)
            cursor.execute(f"INSERT INTO odd VALUES ({holders})", (*values, *rest, named))
        cursor.execute("INSERT INTO odd (单号, line, day, code, amount) VALUES ('x-empty', 1, '2024-03-01', 'M', -0.5)")
    (place.home / "odd.sql").write_text(QUERY[kind], "utf-8-sig")
    place.block(
        "odd", server.url(database), MAPPING, select="odd.sql", values={"currency": "CNY", "department": "一部"}
    )
    report = place.sync("odd")
    assert (report["status"], report["rows_read"], report["rows_loaded"]) == ("loaded", 7, 7), report
    found: dict[str, Any] = {
        row["document_no"]: row
        for row in place.cockpit._warehouse.records(
            "SELECT document_no, document_date, material_code, amount_net, quantity, remark, confirmed_at, shipped_at,"
            " is_void, customer_code, channel, currency, department FROM sales_lines"
        )
    }
    for number, text in enumerate(TEXTS):
        row = found[f"00{number}-7"]
        assert row["remark"] == text
        assert row["document_date"] == date(2024, 2, 29)
        assert row["material_code"] == "110000000000000000"
        assert (row["amount_net"], row["quantity"]) == (Decimal("12345678901234.5678"), Decimal("0.000001"))
        # with offset: that instant; without: the ledger's wall time, here the same
        assert row["confirmed_at"] == row["shipped_at"] == datetime(2024, 3, 10, 1, 30, 15, 123456)
        assert row["is_void"] is (number % 2 == 0)
        assert row["customer_code"] == "00ff41275c"
        assert row["channel"] == '轴承 "7"'
        assert (row["currency"], row["department"]) == ("CNY", "一部")
    empty = found["x-empty"]
    assert (empty["amount_net"], empty["quantity"], empty["remark"], empty["confirmed_at"]) == (
        Decimal("-0.5"),
        *[None] * 3,
    )


def test_rejected_rows_are_kept_with_reasons_and_not_repeated(make: Any, place: Place) -> None:
    books = make("postgresql", [])
    books.run(
        "ALTER TABLE order_lines ALTER order_date TYPE text, ALTER amount TYPE text",
        "INSERT INTO order_lines (order_id, line, order_date, customer, product, quantity, amount) VALUES"
        " (1, 1, '2024-01-05', 'A', 'Tea', 1, '10.50'), (1, 2, '2024-01-05', 'A', 'Tea', 1, 'ten'),"
        " (2, 1, '2024-02-31', 'B', 'Tea', 1, '7')",
    )
    place.block("b", books.url)
    report = place.sync("b")
    assert (report["status"], report["rows_loaded"], report["rows_rejected"]) == ("loaded_with_rejects", 1, 2)
    assert {issue["code"] for issue in report["issues"]} == {"value_not_readable"}
    out = place.home / "rejects.xlsx"
    assert place.cockpit.rejects(LOCAL_ADMINISTRATOR, 1, out, "en") == 2
    assert place.sync("b")["status"] == "unchanged"
    # somebody brings a row back: the source, which says what it said before, does not take it away again
    book = openpyxl.load_workbook(out)
    for cell in next(row for row in book.active.iter_rows() if "ten" in [cell.value for cell in row]):
        cell.value = "11" if cell.value == "ten" else cell.value
    book.save(out)
    place.cockpit.load(LOCAL_ADMINISTRATOR, [out], LoadRequest())
    assert place.total()[::3] == (2, Decimal("21.5"))
    assert place.sync("b")["status"] == "unchanged"
    assert place.total()[::3] == (2, Decimal("21.5"))
    books.run("UPDATE order_lines SET amount = '10' WHERE amount = 'ten'")
    report = place.sync("b")
    assert (report["status"], report["rows_loaded"], report["rows_rejected"]) == ("loaded", 2, 0)
    assert place.total()[::3] == (2, Decimal("20.5"))
    assert place.sync("b")["status"] == "unchanged"
    assert place.sound()


def test_signs_and_shares_are_read_as_they_were_at_first(make: Any, place: Place) -> None:
    """What the whole table settled holds for a later part of it that alone would say the opposite."""
    books = make("postgresql", [])
    books.run(
        "CREATE TABLE moves (no text, day date, kind text, item text, quantity numeric, at timestamp)",
        "GRANT SELECT ON moves TO reader",
        "INSERT INTO moves VALUES ('1', '2024-01-01', 'sale', 'M', -5, '2024-01-01'),"
        " ('2', '2024-01-02', 'purchase', 'M', 9, '2024-01-02')",
    )
    mapping = {
        "document_no": "no",
        "document_date": "day",
        "movement_kind": "kind",
        "material_code": "item",
        "quantity": "quantity",
    }
    keys = {"table": "stock_movements", "relation": "moves", "document_key": ["no"], "cursor": "at"}
    place.block("m", books.url, mapping, **keys)
    place.sync("m")
    books.run("INSERT INTO moves VALUES ('3', '2024-01-03', 'sale', 'M', 2, '2024-01-03')")  # a sale taken back
    assert place.sync("m")["status"] == "loaded"
    found = place.rows("SELECT document_no, quantity FROM stock_movements ORDER BY 1")
    assert [(number, int(quantity)) for number, quantity in found] == [("1", -5), ("2", 9), ("3", 2)]
