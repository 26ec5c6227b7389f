"""Rejected rows go out as a workbook and come back as the completion of their delivery."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from cockpit.intake.rejects import DELIVERY, MARK, write_rejects
from cockpit.locale import LANGUAGES, Language
from tests.intake.conftest import Desk

TEXT = """单据编号,单据日期,客户编码,物料编码,数量,金额,备注
X1,2024-02-31,0017,01,1,10,=1+1
X2,2024-03-01,0018,02,2,20,
,2024-03-02,0019,03,3,30,@SUM(A1)
"""


def write(desk: Desk, path: Path, language: Language) -> int:
    part = desk.text(TEXT)
    assert part.rows_rejected == 2
    rows = [
        {"part": 3, "row": line, "cells": cells, "reasons": reasons, "headers": part.headers}
        for line, cells, reasons in desk.rejected(part)
    ]
    return write_rejects(rows, 12, path, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_out_and_back(desk: Desk, tmp_path: Path, language: Language) -> None:
    path = tmp_path / "rejects.xlsx"
    assert write(desk, path, language) == 2
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    assert head[:3] == ["单据编号", "单据日期", "客户编码"]
    assert head[7:9] == [DELIVERY[language], MARK[language]]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "inlineStr"}
    assert sheet["C2"].number_format == "@"
    assert sheet["G2"].value == "=1+1"
    assert (sheet["H2"].value, sheet["I2"].value) == ("12", "3:2")
    assert "2024-02-31" in str(sheet["J2"].value)
    sheet["B2"] = "2024-02-29"
    sheet["A3"] = "X3"
    book.save(path)

    part = desk.part(path)
    assert (part.status, part.completes, part.rows_rejected) == ("ready", 12, 0)
    assert desk.rows(part, "document_no", "customer_code", "quantity", "remark", "_mark", "_row") == [
        ("X1", "0017", Decimal(1), "=1+1", "3:2", 2),
        ("X3", "0019", Decimal(3), "@SUM(A1)", "3:4", 3),
    ]


def test_still_wrong_rows_are_rejected_again(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "rejects.xlsx"
    write(desk, path, "zh_CN")
    part = desk.part(path)
    assert (part.completes, part.rows_rejected) == (12, 2)


def test_what_was_said_of_the_part_is_recalled(desk: Desk, tmp_path: Path) -> None:
    """A column the person mapped by hand, and a value from the title, come back without being said again."""
    text = "截止日期：2024-03-31\n库房代号,物料编码,物料名称,库存数量\n主仓,01,茶,五\n"
    part = desk.text(text, "即时库存.csv", map={"warehouse": "库房代号"})
    assert part.rows_rejected == 1
    rows = [
        {"part": 0, "row": line, "cells": cells, "reasons": reasons, "headers": part.headers}
        for line, cells, reasons in desk.rejected(part)
    ]
    path = tmp_path / "r.xlsx"
    write_rejects(rows, 7, path, "zh_CN")
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["D2"] = "5"
    book.save(path)

    asked: list[tuple[int, int]] = []

    def recall(delivery: int, number: int) -> tuple[str, dict[str, str]]:
        asked.append((delivery, number))
        return "stock_balances", part.mapping

    back = desk.part(path, recall=recall)
    assert asked == [(7, 0)]
    assert [str(value) for value in desk.rows(back, "as_of_day", "warehouse", "quantity")[0]] == [
        "2024-03-31",
        "主仓",
        "5.000000",
    ]


def test_any_text_survives(desk: Desk, tmp_path: Path) -> None:
    """Mark-up, quotes, line breaks, control characters and many columns come back as they were, and as text."""
    odd = ["<b>&amp;\"'</b>", "  两行\n文字 ", '=HYPERLINK("x")', "\x00\x0bab", "😀", *(f"+{i}" for i in range(60))]
    rows = [{"part": 0, "row": 9, "cells": odd, "reasons": [], "headers": [f"h{i}" for i in range(len(odd))]}]
    path = tmp_path / "r.xlsx"
    write_rejects(rows, 1, path, "en")
    line = [cell.value for cell in openpyxl.load_workbook(path).worksheets[0][2]]
    assert line[:5] == ["<b>&amp;\"'</b>", "  两行\n文字 ", '=HYPERLINK("x")', "ab", "😀"]
    assert line[5:65] == odd[5:]


def test_no_rows_still_give_a_workbook(tmp_path: Path) -> None:
    assert write_rejects([], 1, tmp_path / "r.xlsx", "en") == 0
    assert openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets
