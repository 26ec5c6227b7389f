"""Web pages and XML tables that many systems hand out under the name .xls, read as the tables they show."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from cockpit.issues import Issue
from connectors.base import Connector, Extract, Settings, Unreadable, numbered

MAX_BYTES = 200 << 20
MAX_COLUMNS = 4096

_TABLE = re.compile(r"<table\b[^>]*>(.*?)(?=<table\b|</table>|\Z)", re.IGNORECASE | re.DOTALL)
_ROW = re.compile(r"<tr\b[^>]*>(.*?)(?=<tr\b|</tr>|\Z)", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<t[dh]\b([^>]*)>(.*?)(?=<t[dh]\b|</t[dh]>|\Z)", re.IGNORECASE | re.DOTALL)
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>", re.IGNORECASE | re.DOTALL)
_SPAN = re.compile(r"\b(col|row)span\s*=\s*[\"']?(\d{1,5})", re.IGNORECASE)
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_XML_SHEET = re.compile(r"<(?:\w+:)?Worksheet\b([^>]*)>(.*?)</(?:\w+:)?Worksheet>", re.DOTALL)
_XML_ROW = re.compile(r"<(?:\w+:)?Row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?Row>)", re.DOTALL)
_XML_CELL = re.compile(r"<(?:\w+:)?Cell\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?Cell>)", re.DOTALL)
_XML_DATA = re.compile(r"<(?:\w+:)?Data\b[^>]*>(.*?)</(?:\w+:)?Data>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


class WebTable(Connector):
    """HTML tables and Excel-2003 XML; no script runs, no entity of the file's own is followed, nothing is fetched."""

    name: ClassVar[str] = "webtable"

    def identify(self, name: str, head: bytes) -> bool:
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            head = head.replace(b"\0", b"")[2:]
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")

    def extract(
        self, name: str, path: Path | None, scratch: Path, settings: Settings, progress: Callable[[int], None]
    ) -> Iterator[Extract]:
        if path is None or path.stat().st_size > MAX_BYTES:
            raise Unreadable(Issue("file_too_large", "error"))
        text = _decode(path.read_bytes())
        if "<!ENTITY" in text:
            raise Unreadable(Issue("file_has_entities", "error", params={"part": name}))
        tables = list(_xml_sheets(text)) if "schemas-microsoft-com:office:spreadsheet" in text else list(_html(text))
        if not tables:
            raise Unreadable(Issue("file_not_a_table", "error", params={"found": "HTML/XML"}))
        for title, lines in tables:
            progress(len(lines))
            yield Extract(title, [_batch(lines)])


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    named = _CHARSET.search(data[:4096])
    names = ["utf-8-sig", "gb18030", "cp1252"]
    if named:
        word = named[1].decode("ascii").lower()
        names.insert(0, "gb18030" if word in ("gb2312", "gbk") else word)
    for name in names:
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", errors="replace")


def _html(text: str) -> Iterator[tuple[str | None, list[list[str]]]]:
    """Every table of a page; cells that span columns or rows stand in the first place they cover."""
    for number, table in enumerate(_TABLE.findall(_HIDDEN.sub("", text)), start=1):
        lines: list[list[str]] = []
        below: dict[int, int] = {}  # column → lines it is still covered by a cell above
        for row in _ROW.findall(table):
            cells: list[str] = []
            covered = {column for column, left in below.items() if left > 0}
            below = {column: left - 1 for column, left in below.items() if left > 1}
            for marks, inner in _CELL.findall(row):
                while len(cells) in covered:
                    cells.append("")
                spans = {kind.lower(): min(int(count), MAX_COLUMNS) for kind, count in _SPAN.findall(marks)}
                for column in range(len(cells), len(cells) + max(1, spans.get("col", 1))):
                    if spans.get("row", 1) > 1:
                        below[column] = spans["row"] - 1
                cells += [_plain(inner), *[""] * (max(1, spans.get("col", 1)) - 1)]
                if len(cells) > MAX_COLUMNS:
                    raise Unreadable(
                        Issue("sheet_too_wide", "error", params={"columns": len(cells), "limit": MAX_COLUMNS})
                    )
            lines.append(cells)
        if lines:
            yield (None if number == 1 else f"table {number}"), lines


def _xml_sheets(text: str) -> Iterator[tuple[str | None, list[list[str]]]]:
    for marks, inner in _XML_SHEET.findall(text):
        title = re.search(r'\bName="([^"]*)"', marks)
        lines: list[list[str]] = []
        for row_marks, row in _XML_ROW.findall(inner):
            lines += [[] for _ in range(_skip(row_marks, len(lines)))]
            cells: list[str] = []
            for cell_marks, cell in _XML_CELL.findall(row):
                cells += [""] * _skip(cell_marks, len(cells))
                data = _XML_DATA.search(cell)
                cells.append(_plain(data[1]) if data else "")
                across = re.search(r'MergeAcross="(\d{1,4})"', cell_marks)
                cells += [""] * (int(across[1]) if across else 0)
            lines.append(cells)
        yield (html.unescape(title[1]) if title else None), lines


def _skip(marks: str, position: int) -> int:
    """Places left out before the one whose ``Index`` is given; never more than a sheet has."""
    index = re.search(r'\bIndex="(\d{1,7})"', marks)
    return min(max(0, int(index[1]) - 1 - position), 100_000) if index else 0


def _plain(inner: str) -> str:
    return html.unescape(_TAG.sub(" ", re.sub(r"(?i)<br\s*/?>", " ", inner))).replace("\xa0", " ").strip()


def _batch(lines: list[list[str]]) -> pa.RecordBatch:
    width = max((len(line) for line in lines), default=0)
    columns = {
        f"c{i}": pa.array([line[i] if i < len(line) else None for line in lines], pa.string()) for i in range(width)
    }
    return numbered(columns, len(lines))
