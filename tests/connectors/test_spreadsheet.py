"""What the connectors hand over: every cell as text, on the line it has in the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from connectors import CONNECTORS
from connectors.base import Connector, Extract, Settings, Unreadable
from connectors.delimited import Delimited
from connectors.spreadsheet import Spreadsheet
from connectors.webtable import WebTable


def extracts(connector: Connector, path: Path, scratch: Path) -> list[tuple[Extract, list[dict[str, Any]]]]:
    def both() -> Iterator[tuple[Extract, list[dict[str, Any]]]]:
        for extract in connector.extract(path.name, path, scratch, Settings(), lambda _: None):
            batches = list(extract.batches)
            yield extract, pa.Table.from_batches(batches).to_pylist() if batches else []

    return list(both())


def test_the_first_connector_that_knows_a_file() -> None:
    def chosen(head: bytes) -> type[Connector]:
        return next(one for one in CONNECTORS if one().identify("export.xls", head))

    assert chosen(b"PK\x03\x04") is Spreadsheet
    assert chosen(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") is Spreadsheet
    assert chosen(b"\xef\xbb\xbf <html>") is WebTable
    assert chosen("<table>".encode("utf-16")) is WebTable
    assert chosen(b"a,b\n") is Delimited


def test_settings_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValueError):
        Settings.model_validate({"pasword": "x"})


def test_lines_and_columns_of_a_workbook_are_those_of_the_file(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "数据"
    sheet["C4"], sheet["D4"], sheet["E4"] = "编号", "日期", "金额"
    sheet["C5"], sheet["D5"], sheet["E5"] = "001", date(2024, 3, 5), 1250.0
    sheet["C8"], sheet["D8"], sheet["E8"] = 12, datetime(2024, 3, 5, 10, 30), 0.1 + 0.2
    sheet["E9"] = "#N/A"
    sheet["E9"].data_type = "e"
    book.save(tmp_path / "a.xlsx")
    [(extract, rows)] = extracts(Spreadsheet(), tmp_path / "a.xlsx", tmp_path)
    assert (extract.name, extract.hidden) == ("数据", False)
    assert [row["_row"] for row in rows] == list(range(1, 10))
    assert rows[4] == {"_row": 5, "c0": None, "c1": None, "c2": "001", "c3": "2024-03-05 00:00:00", "c4": "1250"}
    assert (rows[7]["c2"], rows[7]["c4"]) == ("12", "0.3")
    assert rows[8]["c4"] == "#N/A"


def test_numbers_too_long_for_a_spreadsheet_are_told_from_texts(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["text", "number"], ["12345678901234567890", 1], ["1", 123456789012345678]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    [(extract, _)] = extracts(Spreadsheet(), tmp_path / "a.xlsx", tmp_path)
    assert extract.rounded == {1: 3}


def test_old_workbooks(tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("s")
    for line, value in enumerate(["code", "0001", 450000000000000000.0, 12]):
        sheet.write(line + 2, 1, value)
    book.save(str(tmp_path / "a.xls"))
    [(extract, rows)] = extracts(Spreadsheet(), tmp_path / "a.xls", tmp_path)
    assert [(row["_row"], row["c1"]) for row in rows if row["c1"]] == [
        (3, "code"),
        (4, "0001"),
        (5, "450000000000000000"),
        (6, "12"),
    ]
    assert extract.rounded == {1: 5}


def test_lines_of_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('\na,b\n"x\ny\nz",2\n\n3\n', "utf-8")
    [(_, rows)] = extracts(Delimited(), path, tmp_path)
    assert [(row["_row"], row["c0"] or None, row["c1"]) for row in rows] == [
        (1, None, None),
        (2, "a", "b"),
        (3, "x\ny\nz", "2"),
        (6, None, None),
        (7, "3", None),
    ]


def test_a_large_text_file_keeps_its_lines(tmp_path: Path) -> None:
    """Longer than the pieces it is read in, with line breaks in quotes and blank lines across their edges."""
    lines = 120_000
    text = "".join(f'{i},"a\nb",{"x" * 40}\n\n' if i % 1000 == 0 else f"{i},c,{'x' * 40}\n" for i in range(lines))
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    physical = text.split("\n")
    [(_, rows)] = extracts(Delimited(), path, tmp_path)
    named = [row for row in rows if row["c0"]]
    assert len(named) == lines
    assert all(physical[row["_row"] - 1].startswith(f"{row['c0']},") for row in named[::97])


def test_web_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(
        "<table><tr><th colspan=2>题&amp;目<th>b<tr><td rowspan=2>1<td>2<td>3</tr><tr><td>4<td>5</table>", "utf-8"
    )
    [(_, rows)] = extracts(WebTable(), path, tmp_path)
    assert [[row["c0"], row["c1"], row["c2"]] for row in rows] == [["题&目", "", "b"], ["1", "2", "3"], ["", "4", "5"]]
    path.write_text("<p>nothing</p>", "utf-8")
    with pytest.raises(Unreadable):
        extracts(WebTable(), path, tmp_path)
