"""The file of rejected rows a person corrects and sends back, and how it is known when it returns."""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    sheets: dict[int, _Sheet] = {}
    written = 0
    for row in rows:
        part, headers = int(row["part"]), _plain(row["headers"])
        if part not in sheets:
            marks = [DELIVERY[language], MARK[language], t("intake.rejects_reason", language)]
            sheets[part] = _Sheet(t("intake.rejects_sheet", language, number=part + 1), [[*headers, *marks]])
        said = "; ".join(_reason(reason, language) for reason in _plain(row["reasons"]))
        cells = list(row["cells"]) + [None] * (len(headers) - len(row["cells"]))
        sheets[part].lines.append([*cells, str(delivery), f"{part}:{row['row']}", said])
        written += 1
    _save(list(sheets.values()) or [_Sheet(t("intake.rejects_sheet", language, number=1), [])], path)
    return written


@dataclass
class _Sheet:
    title: str
    lines: list[list[str | None]]


def _plain(value: Any) -> list[Any]:
    return list(json.loads(value)) if isinstance(value, str) else list(value)


def _reason(reason: Mapping[str, str | None], language: Language) -> str:
    said = {name: value for name, value in reason.items() if name != "code"}
    return t(f"intake.reason.{reason['code']}", language, **said)


# A workbook of texts is a handful of XML parts. Each cell says that it is a text (inlineStr) and has the format
# "text" (style 1), so that it stays one when somebody edits it.
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST = 32_767  # characters a cell may have


def _save(sheets: Sequence[_Sheet], path: Path) -> None:
    numbers = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for i in numbers
    )
    links = "".join(
        f'<Relationship Id="s{i}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in numbers
    )
    listed = "".join(
        f'<sheet name="{_escaped(sheet.title[:31])}" sheetId="{i}" r:id="s{i}"/>'
        for i, sheet in zip(numbers, sheets, strict=True)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/><Override'
        f' PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="b"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship'
        f' Id="styles" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, _HEAD + text)
        for i, sheet in zip(numbers, sheets, strict=True):
            with archive.open(f"xl/worksheets/sheet{i}.xml", "w") as part:
                part.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                for number, line in enumerate(sheet.lines, start=1):
                    part.write(f'<row r="{number}">{_cells(number, line)}</row>'.encode())
                part.write(b"</sheetData></worksheet>")


def _cells(number: int, line: Sequence[str | None]) -> str:
    return "".join(
        f'<c r="{_letters(column)}{number}" s="1" t="inlineStr"><is><t xml:space="preserve">'
        f"{_escaped(text[:_LONGEST])}</t></is></c>"
        for column, text in enumerate(line)
        if text
    )


def _letters(column: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    while column >= 0:
        letters = chr(65 + column % 26) + letters
        column = column // 26 - 1
    return letters


def _escaped(text: str) -> str:
    return html.escape(_NOT_IN_XML.sub("", text), quote=True)
