"""Exports that come back as they left: text stays text, numbers stay numbers (B7)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest

from cockpit.charts.columns import Point, columns, cut
from cockpit.charts.palette import LIGHT
from cockpit.charts.picture import picture
from cockpit.intake.rejects import write_rejects
from cockpit.ui import export
from connectors.delimited import read_text
from tests.soundness.books import Books

TEXTS = [
    *("=1+1", "+49 30 123", "-5", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", "'=quoted", "''=twice", "'plain"),
    *('=cmd|" /C calc"!A0', "=HYPERLINK(\"http://x\",\"y\")", "#REF!", "a=b", "采购部", "007", "1e5", "a\nb"),
]  # fmt: skip


def readable(text: str) -> bool:
    """Whether a spreadsheet takes the cell for a text: nothing that begins like a formula is left bare."""
    return not text.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


def test_no_text_of_a_csv_begins_like_a_formula_and_our_reader_gives_it_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=名称": TEXTS, "金额": [-1.5] * len(TEXTS)})
    file = tmp_path / "out.csv"
    file.write_bytes(export.text(frame, {"=fact": "@value"}))
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))
    assert all(readable(row[0]) for row in rows) and all(row[1] == "-1.5" for row in rows[2:])
    table = read_text(file, tmp_path, lambda done: None)
    cells = next(iter(table.batches)).to_pydict()
    told = list(cells[next(name for name in cells if name != "_row")])
    assert told[2:] == TEXTS


def test_a_workbook_holds_texts_as_texts_and_numbers_as_numbers() -> None:
    frame = pd.DataFrame({"=名称": TEXTS, "金额": [-1.5] * len(TEXTS)})
    book = openpyxl.load_workbook(io.BytesIO(export.workbook(frame, {"=fact": "@value"}, "数据", "说明")))
    for row, text in zip(book["数据"].iter_rows(min_row=2), TEXTS, strict=True):
        assert (row[0].data_type, row[0].value) == ("s", text)
        assert (row[1].data_type, row[1].value) == ("n", -1.5)
        assert readable(text) or row[0].number_format == "@"
    assert all(cell.data_type == "s" for row in book["说明"].iter_rows() for cell in row)


@pytest.mark.parametrize("text", ["a\0b", "\0=1+1", "\x1b[31mred"])
def test_what_no_file_can_hold_is_left_out(text: str) -> None:
    frame = pd.DataFrame({"x": [text]})
    assert b"\0" not in export.text(frame, {})
    book = openpyxl.load_workbook(io.BytesIO(export.workbook(frame, {}, "数据", "说明")))
    assert "\0" not in str(book["数据"]["A2"].value) and book["数据"]["A2"].data_type == "s"
    assert readable(export.text(frame, {}).decode("utf-8-sig").splitlines()[1])


def test_rejected_rows_are_texts_throughout(tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    write_rejects(
        [{"part": 0, "row": 2, "cells": TEXTS, "headers": ["=h"] * len(TEXTS), "reasons": []}], 1, path, "zh_CN"
    )
    cells = [cell for row in openpyxl.load_workbook(path).worksheets[0].iter_rows() for cell in row if cell.value]
    assert all(cell.data_type in ("s", "inlineStr") and cell.number_format == "@" for cell in cells)
    assert [cell.value for cell in cells if cell.row == 2][: len(TEXTS)] == TEXTS


def test_an_exported_text_is_delivered_as_it_was(tmp_path: Path) -> None:
    """From the warehouse into a file and back."""
    books = Books(tmp_path / "books")
    try:
        frame = pd.DataFrame(
            {"单据编号": [f"S{i}" for i in range(4)], "单据日期": ["2026-01-05"] * 4, "物料编码": ["M1"] * 4,
             "客户": ["=1+1", "@x", "＝y", "'+z"], "数量": [1, -1, 2, 3], "不含税金额": [10.5, -2.0, 3.0, 4.0]}
        )  # fmt: skip
        for kind, make in (("csv", export.text), ("xlsx", lambda f, facts: export.workbook(f, facts, "数据", "说明"))):
            file = books.folder / f"销售明细.{kind}"
            file.write_bytes(make(frame, {}))
            books.deliver([file], ledger=kind, table="sales_lines")
            rows = books.by("revenue", "customer", ledger=kind)
            assert rows == {"=1+1": 10.5, "@x": -2.0, "＝y": 3.0, "'+z": 4.0}
    finally:
        books.close()


def test_rates_near_the_whole_are_told_apart() -> None:
    """98 to 99 % of columns from zero are a pixel or two; from 96 % they are a quarter of the height."""
    rates = [
        Point(f"2026-{month:02d}", (str(month),), actual, "") for month, actual in enumerate((98.0, 99.0, None), 1)
    ]
    assert cut(rates) == 96 and cut(rates, 95.0) == 94
    assert cut([replace(rates[0], last_year=60.0)]) is None and cut([replace(rates[0], actual=120.0)]) is None
    assert cut([replace(rates[0], actual=100.0)]) == 98 and cut([rates[2]]) is None
    chart = columns(LIGHT, rates, height=200, target=98.0, fixed=True, start=96.0)
    drawn = picture("svg", LIGHT, {"对账率": chart}, "", {}).decode()
    places = re.findall(r'aria-roledescription="point" transform="translate\([^,]+,([0-9.]+)\)', drawn)
    heights = sorted(map(float, places))
    assert len(heights) == 2 and heights[1] - heights[0] > 30


def test_a_picture_says_what_it_shows_and_draws_no_markup() -> None:
    """PNG and SVG of the same columns; what stands in them is text, whatever it looks like."""
    points = [Point(f"2026-{month:02d}", (f"{month} 月",), float(month), f"{month}.0") for month in range(1, 13)]
    charts = {
        "中位数": columns(LIGHT, points, height=210, target=8.0, fixed=True),
        "P90": columns(LIGHT, points, height=150),
    }
    facts = {"筛选": "部门 <script>alert(1)</script>", "数据版本": "41", "说明": "长" * 300}
    drawn = picture("svg", LIGHT, charts, '华辰 & "集团" <b>', facts).decode("utf-8")
    told = "".join(ElementTree.fromstring(drawn).itertext())
    assert '华辰 & "集团" <b>' in told and "<script>" in told and "<script" not in drawn
    assert "数据版本 41" in told and told.count("长") == 300 and "P90" in told
    png = picture("png", LIGHT, charts, "标题", facts)
    assert png.startswith(b"\x89PNG") and int.from_bytes(png[16:20], "big") > 2 * 1080
