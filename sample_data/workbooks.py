"""Writes Excel workbooks whose bytes depend on their content only, not on the clock."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

Cell = str | int | float | None
Row = Sequence[Cell]
STAMP = datetime(2026, 11, 20, 18, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows from the first line on, and ranges of cells shown as one (``B3:E3``)."""

    name: str
    rows: Iterable[Row]
    merged: tuple[str, ...] = ()


def save(path: Path, sheets: Sequence[Sheet], author: str) -> Path:
    """Write `sheets` to `path`; the properties name `author` and a fixed instant. Returns `path`."""
    streaming = not any(sheet.merged for sheet in sheets)
    book = Workbook(write_only=streaming)
    if not streaming:
        book.remove(book.worksheets[0])
    for sheet in sheets:
        target = book.create_sheet(sheet.name)
        for row in sheet.rows:
            target.append([None if cell == "" else cell for cell in row])
        for cells in sheet.merged:
            target.merge_cells(cells)
    book.properties.creator = author
    book.properties.created = STAMP
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as archive:
        ExcelWriter(book, archive).save()
    _pack(plain, path)
    return path


def _pack(plain: io.BytesIO, path: Path) -> None:
    """Compress a workbook with fixed instants in place of those of the clock."""
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + STAMP.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content)
            entry = zipfile.ZipInfo(name, (STAMP.year, STAMP.month, STAMP.day, STAMP.hour, STAMP.minute, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
