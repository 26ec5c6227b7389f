"""The file of rejected rows a person corrects and sends back, and how it is known when it returns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from cockpit.intake.layout import Row, text_of
from cockpit.locale import Language, t
from cockpit.model import fold_header

DELIVERY = {"zh_CN": "驾驶舱交付号", "en": "cockpit_delivery"}
MARK = {"zh_CN": "驾驶舱行标记", "en": "cockpit_row"}


@dataclass(frozen=True)
class Marks:
    """What a rejects file says of its rows: whose they are. `column` is the position of the first mark column."""

    delivery: int
    part: int
    column: int
    expression: str  # SQL over the cells for the row mark ``part:line``


def find_marks(rows: Sequence[Row]) -> Marks | None:
    """The marks of a rejects file, None for any other sheet."""
    if len(rows) < 2:
        return None
    headers = [fold_header(text_of(cell)) for cell in rows[0]]
    places = [
        next((headers.index(fold_header(word)) for word in words.values() if fold_header(word) in headers), None)
        for words in (DELIVERY, MARK)
    ]
    if places[0] is None or places[1] is None:
        return None
    deliveries = {text_of(row[places[0]]) for row in rows[1:]} - {""}
    first_marks = [text_of(row[places[1]]) for row in rows[1:] if text_of(row[places[1]])]
    if len(deliveries) != 1 or not (number := next(iter(deliveries))).isdigit() or not first_marks:
        return None
    part = first_marks[0].partition(":")[0]
    if not part.isdigit():
        return None
    return Marks(int(number), int(part), places[0], f"trim(c{places[1]})")


def write_rejects(rows: Iterable[Mapping[str, Any]], delivery: int, path: Path, language: Language) -> int:
    """Writes a delivery's rejected rows as a workbook to be corrected and loaded again; gives their number.

    A row has ``part`` and ``row`` (its line), ``cells``, ``headers`` (of its part) and ``reasons`` (lists, or their
    JSON). There is one sheet per part. Every cell is text, so that nothing becomes a formula and codes keep their
    zeros; read back, the columns are what they were.
    """
    book = Workbook(write_only=True)
    sheets: dict[int, WriteOnlyWorksheet] = {}
    written = 0
    for row in rows:
        part, headers = int(row["part"]), _plain(row["headers"])
        if part not in sheets:
            sheets[part] = book.create_sheet(t("intake.rejects_sheet", language, number=part + 1))
            marks = [DELIVERY[language], MARK[language], t("intake.rejects_reason", language)]
            sheets[part].append(_cells(sheets[part], [*headers, *marks]))
        said = "; ".join(_reason(reason, language) for reason in _plain(row["reasons"]))
        cells = list(row["cells"]) + [None] * (len(headers) - len(row["cells"]))
        sheets[part].append(_cells(sheets[part], [*cells, str(delivery), f"{part}:{row['row']}", said]))
        written += 1
    if not sheets:
        book.create_sheet(t("intake.rejects_sheet", language, number=1))
    book.save(path)
    return written


def _plain(value: Any) -> list[Any]:
    return list(json.loads(value)) if isinstance(value, str) else list(value)


def _reason(reason: Mapping[str, str | None], language: Language) -> str:
    said = {name: value for name, value in reason.items() if name != "code"}
    return t(f"intake.reason.{reason['code']}", language, **said)


def _cells(sheet: WriteOnlyWorksheet, values: Sequence[str | None]) -> list[WriteOnlyCell | None]:
    cells: list[WriteOnlyCell | None] = []
    for value in values:
        if value is None or value == "":
            cells.append(None)
            continue
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"  # a text even where it begins like a formula
        cell.number_format = "@"  # and still a text after somebody has edited it
        cells.append(cell)
    return cells
