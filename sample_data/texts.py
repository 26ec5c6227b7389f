"""Writes delimited text files the way Chinese systems export them, and the ways they write days and amounts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from sample_data.workbooks import Row

_EPOCH = date(1899, 12, 30)
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def save(path: Path, rows: Iterable[Row], encoding: str, delimiter: str = ",", newline: str = "\r\n") -> Path:
    """Write `rows` as delimited text in `encoding`; empty cells stay empty. Returns `path`."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def bars(path: Path, title: Sequence[str], header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """Write an SAP list: padded cells between bars, rules of dashes, the header again on each page."""
    body = list(rows)
    widths = [max(_width(cell) for cell in column) for column in zip(header, *body, strict=True)]
    rule = "-" * (sum(widths) + 3 * len(widths) + 1)
    lines = [*title, ""]
    for start in range(0, len(body), 500):
        lines += [rule, _barred(header, widths), rule]
        lines += [_barred(row, widths) for row in body[start : start + 500]]
    lines.append(rule)
    path.write_bytes("\r\n".join([*lines, ""]).encode("utf-8"))
    return path


def _width(text: str) -> int:
    """Columns a text takes on a screen where Chinese characters take two: as many as bytes in a Chinese code page."""
    return len(text.encode("gb18030"))


def _barred(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def yuan(fen: int) -> float:
    """Fen as yuan for a cell that holds a number."""
    return fen / 100


def money(fen: int) -> str:
    """12345678 → ``123,456.78``."""
    return f"{fen / 100:,.2f}"


def plain(fen: int) -> str:
    """12345678 → ``123456.78``."""
    return f"{fen / 100:.2f}"


def trailing(fen: int) -> str:
    """An SAP amount: the minus stands after the number."""
    return f"{abs(fen) / 100:,.2f}" + ("-" if fen < 0 else "")


def slashed(day: date) -> str:
    """2024/3/5, as a spreadsheet saves days to text."""
    return f"{day.year}/{day.month}/{day.day}"


def mixed(day: date, place: int) -> str:
    """One of three ways to write a day; which one changes with the person who typed it."""
    if place % 11 == 0:
        return f"{day.year}年{day.month}月{day.day}日"
    return slashed(day) if place % 5 == 0 else f"{day:%Y-%m-%d} 00:00:00"


def serial(day: date) -> int:
    """The day's serial number in a cell nobody formatted."""
    return (day - _EPOCH).days


def whole(day: date) -> int:
    """20260105."""
    return day.year * 10_000 + day.month * 100 + day.day


def clock(moment: datetime | None) -> str:
    """``2025-03-05 14:23:11``, or nothing for what has not happened."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def wide(number: int) -> str:
    """A number typed with a Chinese input method: full-width digits."""
    return str(number).translate(_FULL_WIDTH)
