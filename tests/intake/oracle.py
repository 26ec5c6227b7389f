"""Other readers than ours, slow and independent: how far a file's sheets go and how many cells hold something."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from cockpit.intake.sql import BLANKS

Extent = tuple[int, int]  # the last line with a text or value (1 = first), the cells that hold one
SHEETS = (".xlsx", ".xlsm", ".xls")
TEXTS = (".csv", ".tsv")


def extents(path: Path) -> Mapping[str, Extent] | None:
    """Per sheet ('' for a text) how far it goes; None where the other reader cannot read the file or must guess."""
    readers: dict[str, Callable[[Path], dict[str, Extent]]] = dict.fromkeys((".xlsx", ".xlsm"), _xlsx)
    readers |= {".xls": _xls, **dict.fromkeys(TEXTS, _text)}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return reader(path)
    except Exception:  # these readers fail in every way there is; then there is nothing to compare with
        return None


def _extent(rows: Iterable[tuple[int, Iterable[Any]]]) -> Extent:
    last = cells = 0
    for line, values in rows:
        filled = sum(value is not None and str(value).strip(BLANKS) != "" for value in values)
        if filled:
            last, cells = line, cells + filled
    return last, cells


def _xlsx(path: Path) -> dict[str, Extent]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    found = {}
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # else it believes the size a sheet says it has
        rows = (row for row in sheet.iter_rows())
        found[sheet.title] = _extent(
            (next((cell.row for cell in row if cell.value is not None), 0), [cell.value for cell in row])
            for row in rows
        )
    book.close()
    return found


def _xls(path: Path) -> dict[str, Extent]:
    import xlrd

    book = xlrd.open_workbook(path, logfile=io.StringIO())
    empty = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
    return {
        sheet.name: _extent(
            (
                line + 1,
                [
                    value
                    for kind, value in zip(sheet.row_types(line), sheet.row_values(line), strict=True)
                    if kind not in empty
                ],
            )
            for line in range(sheet.nrows)
        )
        for sheet in book.sheets()
    }


def _text(path: Path) -> dict[str, Extent]:
    """Texts that leave nothing open: UTF-8, proper quotation marks, the same number of fields on every line."""
    text = path.read_bytes().decode("utf-8-sig")
    if "\0" in text:
        raise ValueError
    csv.field_size_limit(1 << 30)
    for delimiter in ",;\t|":
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        if rows and len(rows[0]) > 1 and {len(row) for row in rows} == {len(rows[0])}:
            line, numbered = 1, []
            for row in rows:
                numbered.append((line, row))
                line += 1 + sum(cell.replace("\r\n", "\n").replace("\r", "\n").count("\n") for cell in row)
            return {"": _extent(numbered)}
    raise ValueError
