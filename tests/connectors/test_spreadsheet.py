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
from connectors.xls import look_at


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


def test_zeros_that_only_the_format_shows(tmp_path: Path) -> None:
    """Codes typed as numbers under the format 00000 keep the zeros a person sees, in .xlsx and .xls."""
    import xlwt

    rows: list[tuple[Any, ...]] = [("编码", "数量", "货号"), (42, 42, 7), (100, 1, "7"), (123456, 2, 8), ("0007", 3, 9)]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append((None, *row))
    for line in range(2, 6):
        book.active.cell(line, 2).number_format = "00000"
        book.active.cell(line, 4).number_format = '"000"'
    book.save(tmp_path / "a.xlsx")
    old = xlwt.Workbook()
    sheet = old.add_sheet("s")
    five, three = (xlwt.easyxf(num_format_str=shown) for shown in ("00000", "000"))
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            style = (five, None, three)[column] if line else None
            sheet.write(line, column + 1, value, *([style] if style else []))
    old.save(str(tmp_path / "a.xls"))
    for name, last in (("a.xlsx", ["7", "7", "8", "9"]), ("a.xls", ["007", "7", "008", "009"])):
        [(_, read)] = extracts(Spreadsheet(), tmp_path / name, tmp_path)
        assert [row["c1"] for row in read[1:]] == ["00042", "00100", "123456", "0007"], name
        assert [row["c2"] for row in read[1:]] == ["42", "1", "2", "3"], name
        assert [row["c3"] for row in read[1:]] == last, name


def test_numbers_in_the_middle_of_a_large_sheet_keep_their_zeros(tmp_path: Path) -> None:
    """Across the pieces a sheet's XML is looked through in."""
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": True}) as book:
        sheet, shown = book.add_worksheet(), book.add_format({"num_format": "000000"})
        for line in range(100_000):
            sheet.write_number(line, 0, line, shown)
            sheet.write_number(line, 1, line)
    [(_, rows)] = extracts(Spreadsheet(), tmp_path / "a.xlsx", tmp_path)
    assert all((row["c0"], row["c1"]) == (f"{i:06}", str(i)) for i, row in enumerate(rows))


def test_an_old_workbook_whose_list_of_sheets_leads_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000)
    assert look_at(path, tmp_path) is None
    with pytest.raises(Unreadable):
        extracts(Spreadsheet(), path, tmp_path)
