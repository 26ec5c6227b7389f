"""Excel workbooks as an ERP or a person saved them, read as text cells with their true line numbers."""

from __future__ import annotations

import html
import re
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from cockpit.issues import Issue
from connectors.base import Connector, Extract, Settings, Unreadable, numbered

BINARY = (b"PK", b"\xd0\xcf\x11\xe0", b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
MAX_COLUMNS = 4096
EXACT_DIGITS = 15  # what a spreadsheet keeps of a number
CHUNK = 1 << 22

_EXCEL_ERRORS = {
    "NA": "#N/A",
    "Div0": "#DIV/0!",
    "Ref": "#REF!",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Value": "#VALUE!",
    "GettingData": "#N/A",
}
_CELL = re.compile(rb'<c [^>]*?r="([A-Z]+)(\d+)"')
_NO_RESULT = (b"</f></c>", b"</f><v></v></c>", b"</f><v/></c>", b"</f><v /></c>")


class Spreadsheet(Connector):
    """Any workbook; its content decides which canonical tables it fills."""

    name: ClassVar[str] = "spreadsheet"

    def identify(self, name: str, head: bytes) -> bool:
        return head.startswith(BINARY)

    def extract(
        self, name: str, path: Path | None, scratch: Path, settings: Settings, progress: Callable[[int], None]
    ) -> Iterator[Extract]:
        if path is None:
            raise Unreadable(Issue("file_missing", "error"))
        yield from read_workbook(path, progress)


def read_workbook(path: Path, progress: Callable[[int], None]) -> Iterator[Extract]:
    """Every sheet of a workbook, hidden ones included. Raises `Unreadable` where it has none or cannot be opened."""
    try:
        reader = fastexcel.read_excel(path)
    except (fastexcel.FastExcelError, ValueError, OSError) as error:
        raise Unreadable(_workbook_issue(error)) from error
    if not reader.sheet_names:
        raise Unreadable(Issue("no_workbook", "error"))
    seen = 0
    with _Package(path) as package:
        for position, name in enumerate(reader.sheet_names):
            extract = _read_sheet(reader, position, name, package)
            seen += sum(batch.num_rows for batch in extract.batches)
            progress(seen)
            yield extract


def _workbook_issue(error: Exception) -> Issue:
    text = str(error).lower()
    if "password" in text or "encrypt" in text:
        return Issue("file_encrypted", "error")
    return Issue("file_damaged", "error")


def _read_sheet(reader: fastexcel.ExcelReader, position: int, name: str, package: _Package) -> Extract:
    scan = package.scan(name)
    try:
        # skip_rows=0 keeps the empty lines at the top, so that position + 1 is the line in the file
        sheet = reader.load_sheet(position, header_row=None, skip_rows=0, dtypes="string")
        if sheet.width > MAX_COLUMNS:
            issue = Issue("sheet_too_wide", "error", params={"columns": sheet.width, "limit": MAX_COLUMNS})
            return Extract(name, [], sheet.visible != "visible", issues=[issue])
        scan.join()
        if scan.errors:  # the slower way, which tells where
            batch, problems = sheet.to_arrow_with_errors()
            columns = _with_error_texts(batch, problems)
        else:
            batch = sheet.to_arrow()
            columns = list(batch.columns)
        if scan.last_line > sheet.height:
            lost = {"lines": scan.last_line, "read": sheet.height}
            return Extract(name, [], issues=[Issue("reader_lost_rows", "error", params=lost)])
        empty = sheet.selected_columns[0].absolute_index if columns else 0
    except (fastexcel.FastExcelError, ValueError, OSError) as error:  # one damaged sheet must not hide the others
        scan.join()
        return Extract(name, [], issues=[Issue("sheet_damaged", "error", params={"detail": str(error)[:200]})])
    issues = scan.issues()
    extract = Extract(name, [], sheet.visible != "visible", issues=issues)
    extract.rounded = _long_numbers(reader, position, columns, empty)
    # the reader leaves empty columns at the left out; here the third column stays the third
    columns = [pa.nulls(batch.num_rows, pa.string())] * empty + columns
    extract.batches = [numbered({f"c{i}": column for i, column in enumerate(columns)}, batch.num_rows)]
    return extract


def _with_error_texts(batch: pa.RecordBatch, problems: fastexcel.CellErrors | None) -> list[pa.Array]:
    """The columns with ``#N/A`` and its like as the text a person sees, instead of nothing."""
    columns = list(batch.columns)
    texts: dict[int, dict[int, str]] = {}
    for problem in problems.errors if problems else ():
        found = re.search(r"Error\((\w+)\)", problem.detail)
        if found:
            row, column = problem.offset_position
            texts.setdefault(column, {})[row] = _EXCEL_ERRORS.get(found[1], "#N/A")
    for column, by_row in texts.items():
        rows = sorted(by_row)
        marks = pa.array(rows, pa.int64())
        lines = pc.subtract(numbered({}, batch.num_rows).column(0), 1)
        columns[column] = pc.replace_with_mask(
            columns[column], pc.is_in(lines, value_set=marks), pa.array([by_row[row] for row in rows], pa.string())
        )
    return columns


def _long_numbers(reader: fastexcel.ExcelReader, position: int, columns: list[pa.Array], offset: int) -> dict[int, int]:
    """Columns that hold numbers (not texts) of more than 15 digits, with the first such line."""
    found: dict[int, int] = {}
    for index, column in enumerate(columns):
        longest = pc.max(pc.utf8_length(column)).as_py() if len(column) else None
        if longest is None or longest <= EXACT_DIGITS:
            continue
        suspects = pc.match_substring_regex(column, r"^-?\d{16,}$|^-?\d(\.\d+)?[eE]\+?\d{2,3}$")
        if not pc.any(suspects).as_py():
            continue
        # read as durations, every other cell is refused with its type: the only way to tell a number from a text
        typed = reader.load_sheet(
            position, header_row=None, skip_rows=0, use_columns=[offset + index], dtypes="duration"
        )
        _, refused = typed.to_arrow_with_errors()
        numeric = {
            cell.offset_position[0] for cell in (refused.errors if refused else ()) if "String(" not in cell.detail
        }
        rows = [row for row in pc.indices_nonzero(suspects).to_pylist() if row in numeric]
        if rows:
            found[offset + index] = rows[0] + 1
    return found


class _Scan(threading.Thread):
    """Looks through a sheet's XML beside the reader, for what the reader does not tell.

    `errors`: there may be cells such as #N/A; `unsolved` formulas have no stored result, `first` is one such cell;
    `last_line` is the last line with a value. A sheet that is no XML may have errors and tells nothing else.
    """

    def __init__(self, archive: zipfile.ZipFile | None, part: str | None) -> None:
        super().__init__(daemon=True)
        self._archive, self._part = archive, part
        self.errors = part is None
        self.unsolved = 0
        self.first: str | None = None
        self.last_line = 0

    def run(self) -> None:
        if self._archive is None or self._part is None:
            return
        try:
            with self._archive.open(self._part) as stream:
                tail = b""
                while chunk := stream.read(CHUNK):
                    # a cell that is cut in two is looked at whole with the next block
                    block = tail + chunk
                    cut = block.rfind(b"</row>") + 6
                    if cut < 6:
                        cut = len(block)
                    self._look(block[:cut])
                    tail = block[cut:]
                self._look(tail)
        except (OSError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError):
            self.errors = True

    def _look(self, block: bytes) -> None:
        self.errors = self.errors or b't="e"' in block
        valued = max(block.rfind(b"</v></c>"), block.rfind(b"</is></c>"))
        if valued > 0 and block[valued - 3 : valued] != b"<v>":
            cells = _CELL.findall(block, max(0, valued - 100_000), valued)
            self.last_line = max(self.last_line, int(cells[-1][1])) if cells else self.last_line
        if b"</f>" not in block:
            return
        for ending in _NO_RESULT:
            count = block.count(ending)
            self.unsolved += count
            if count and self.first is None:
                end = block.find(ending)
                cells = _CELL.findall(block, max(0, end - 10_000), end)
                self.first = b"".join(cells[-1]).decode() if cells else None

    def issues(self) -> list[Issue]:
        if not self.unsolved:
            return []
        line = int(re.sub(r"\D", "", self.first)) if self.first else None
        return [Issue("formula_without_result", "warning", row=line, value=self.first, count=self.unsolved)]


class _Package:
    """The XML parts of a workbook by sheet name; without parts for the older binary formats."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path) if zipfile.is_zipfile(path) else None
        self._parts = self._find() if self._archive is not None else {}

    def __enter__(self) -> _Package:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()

    def scan(self, sheet: str) -> _Scan:
        """A look at the sheet's XML, running beside the caller where the sheet is large."""
        scan = _Scan(self._archive, self._parts.get(sheet))
        scan.start()
        return scan

    def _find(self) -> dict[str, str]:
        assert self._archive is not None
        try:
            book = self._archive.read("xl/workbook.xml").decode("utf-8")
            links = self._archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")
        except (KeyError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error):
            return {}
        targets: dict[str, str] = {}
        for link in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", links):
            identity, target = re.search(r'\bId="([^"]+)"', link), re.search(r'\bTarget="([^"]+)"', link)
            if identity and target:
                targets[identity[1]] = target[1]
        names = set(self._archive.namelist())
        parts: dict[str, str] = {}
        for sheet in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", book):
            title, identity = re.search(r'\bname="([^"]*)"', sheet), re.search(r'\b\w+:id="([^"]+)"', sheet)
            if title and identity and identity[1] in targets:
                target_path = targets[identity[1]]
                part = target_path.lstrip("/") if target_path.startswith("/") else f"xl/{target_path}"
                if part in names and part.endswith(".xml"):
                    parts[html.unescape(title[1])] = part
        return parts
