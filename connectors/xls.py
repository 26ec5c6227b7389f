"""What an old .xls file says beside the reader: charts inside sheets, how far its sheets go, codes shown with zeros."""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import olefile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZEROS = re.compile(r"^(0{2,20})(?:;.*)?$")  # a number format that shows 7 as 0007

_BOF, _EOF, _FILEPASS, _SHEET, _XF, _FORMAT = 0x809, 0x0A, 0x2F, 0x85, 0xE0, 0x41E
_NUMBER, _RK, _MULTIPLE_RK, _FORMULA, _FORMULA_OLD, _TEXT_RESULT = 0x203, 0x27E, 0xBD, 0x06, 0x406, 0x207
_LABELS = frozenset({0x204, 0x205, 0xFD, 0xD6})
_CELLS = _LABELS | {_NUMBER, _RK, _MULTIPLE_RK, _FORMULA}
_IGNORED = 0xFFFE  # no record has this number: readers pass over it
_BOOK, _CHART = 0x05, 0x20


@dataclass
class OldSheet:
    """A sheet by the records of the file: its last line with a value (1 = first) and its cells shown with zeros.

    `zeros` maps columns (from 0) to lines by the digits their format shows. A chart on a sheet of its own is no table.
    """

    chart: bool = False
    last_line: int = 0
    zeros: dict[int, dict[int, list[int]]] = field(default_factory=dict)


@dataclass
class OldBook:
    """The sheets of a file in its own order, and the file to read instead where the reader would misread it.

    `sheets` is empty where the file's list of sheets leads to places that hold none.
    """

    path: Path
    sheets: list[OldSheet]
    encrypted: bool = False


def look_at(path: Path, scratch: Path) -> OldBook | None:
    """What the records say; None for anything but a whole .xls of Excel 5 or later.

    The reader takes the figures a chart keeps for cells of the sheet around it, and passes over formulas that some
    programs mark the old way. Both are put right in a copy of the same length in `scratch`.
    """
    with path.open("rb") as file:
        if file.read(8) != OLE:
            return None
    try:
        with olefile.OleFileIO(str(path)) as package:
            name = "Workbook" if package.exists("Workbook") else "Book"
            stream = package.openstream(name).read()
        records = _Records(stream)
        records.walk()
        sheets = [records.sheets[place] for place in records.order if place in records.sheets]
        book = OldBook(path, sheets if len(sheets) == len(records.order) else [], records.encrypted)
        if records.renamed and not records.encrypted:
            book.path = scratch / "mended.xls"
            shutil.copyfile(path, book.path)
            with olefile.OleFileIO(str(book.path), write_mode=True) as package:
                package.write_stream(name, bytes(records.mended()))
        return book
    except (OSError, struct.error, ValueError, IndexError, KeyError, AttributeError):
        return None


class _Records:
    """One walk over the records of a workbook."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.sheets: dict[int, OldSheet] = {}  # by the place of their first record
        self.order: list[int] = []  # those places in the order of the file's list of sheets
        self.renamed: dict[int, int] = {}  # place of a record → its number in the mended copy
        self.encrypted = False
        self._wide = False  # texts in UTF-16, since Excel 97
        self._formats: dict[int, int] = {}
        self._shown: list[int] = []  # per cell style the digits shown, 0 for any other format

    def walk(self) -> None:
        depth, sheet, formula_line = 0, None, 0
        for kind, place, length in self._each():
            if kind == _BOF:
                depth += 1
                version, what = struct.unpack_from("<HH", self.stream, place + 4)
                if depth == 1:
                    self._wide = version >= 0x600
                    sheet = self.sheets.setdefault(place, OldSheet(chart=what == _CHART)) if what != _BOOK else None
                else:
                    self.renamed[place] = _IGNORED
            elif kind == _EOF:
                if depth > 1:
                    self.renamed[place] = _IGNORED
                depth -= 1
            elif depth > 1 or (sheet is not None and sheet.chart):
                if depth > 1 and kind in _CELLS:
                    self.renamed[place] = _IGNORED
            elif sheet is None:
                self._of_the_book(kind, place, length)
                if self.encrypted:
                    return
            elif kind in _CELLS or kind == _FORMULA_OLD:
                line = int.from_bytes(self.stream[place + 4 : place + 6], "little") + 1
                if kind == _FORMULA_OLD:
                    self.renamed[place] = _FORMULA
                if kind in (_FORMULA, _FORMULA_OLD) and self.stream[place + 16 : place + 18] == b"\xff\xff":
                    formula_line = line  # its text, if any, comes with the next record
                    continue
                sheet.last_line = max(sheet.last_line, line)
                if any(self._shown):
                    self._note_zeros(sheet, kind, place, length, line)
            elif kind == _TEXT_RESULT and length > 3:
                sheet.last_line = max(sheet.last_line, formula_line)

    def _each(self) -> Iterator[tuple[int, int, int]]:
        place, end, unpack = 0, len(self.stream) - 3, struct.Struct("<HH").unpack_from
        while place < end:
            kind, length = unpack(self.stream, place)
            yield kind, place, length
            place += 4 + length

    def _of_the_book(self, kind: int, place: int, length: int) -> None:
        body = self.stream[place + 4 : place + 4 + length]
        if kind == _SHEET:
            self.order.append(int.from_bytes(body[:4], "little"))
        elif kind == _FILEPASS:
            self.encrypted = True
        elif kind == _FORMAT and self._wide:
            text = body[5:].decode("utf-16-le" if body[4] & 1 else "latin-1", "replace")
            if found := ZEROS.match(text):
                self._formats[int.from_bytes(body[:2], "little")] = len(found[1])
        elif kind == _XF:
            self._shown.append(self._formats.get(int.from_bytes(body[2:4], "little"), 0))

    def _note_zeros(self, sheet: OldSheet, kind: int, place: int, length: int, line: int) -> None:
        if kind not in (_NUMBER, _RK, _MULTIPLE_RK):
            return
        column, style = struct.unpack_from("<HH", self.stream, place + 6)
        styles = [style]
        if kind == _MULTIPLE_RK:
            styles = [struct.unpack_from("<H", self.stream, place + 8 + 6 * i)[0] for i in range((length - 6) // 6)]
        for offset, one in enumerate(styles):
            if one < len(self._shown) and self._shown[one]:
                sheet.zeros.setdefault(column + offset, {}).setdefault(self._shown[one], []).append(line)

    def mended(self) -> bytearray:
        copy = bytearray(self.stream)
        for place, kind in self.renamed.items():
            struct.pack_into("<H", copy, place, kind)
        return copy
