"""Excel workbooks as an ERP or a person saved them, read as text cells with their true line numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from cockpit.issues import Issue
from connectors.base import Connector, Extract, Settings, Unreadable, numbered
from connectors.xls import OldSheet, look_at
from connectors.xlsx import MAX_COLUMNS, Package

BINARY = (b"PK", b"\xd0\xcf\x11\xe0", b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
EXACT_DIGITS = 15  # what a spreadsheet keeps of a number

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
        yield from read_workbook(path, scratch, progress)


def read_workbook(path: Path, scratch: Path, progress: Callable[[int], None]) -> Iterator[Extract]:
    """Every sheet of a workbook, hidden ones included. Raises `Unreadable` where it has none or cannot be opened."""
    old = look_at(path, scratch)
    if old is not None and old.encrypted:
        raise Unreadable(Issue("file_encrypted", "error"))
    try:
        reader = fastexcel.read_excel(old.path if old is not None else path)
    except (fastexcel.FastExcelError, ValueError, OSError) as error:
        raise Unreadable(_workbook_issue(error)) from error
    if not reader.sheet_names:
        raise Unreadable(Issue("no_workbook", "error"))
    sheets = old.sheets if old is not None and len(old.sheets) == len(reader.sheet_names) else []
    seen = 0
    with Package(path) as package:
        for position, name in enumerate(reader.sheet_names):
            if sheets and sheets[position].chart:
                yield Extract(name, [], issues=[Issue("sheet_is_chart", "note")])
                continue
            extract = _read_sheet(reader, position, name, package, sheets[position] if sheets else OldSheet())
            if package.is_damaged():
                raise Unreadable(Issue("file_damaged", "error"))
            seen += sum(batch.num_rows for batch in extract.batches)
            progress(seen)
            yield extract


def _workbook_issue(error: Exception) -> Issue:
    text = str(error).lower()
    if "password" in text or "encrypt" in text:
        return Issue("file_encrypted", "error")
    return Issue("file_damaged", "error")


def _read_sheet(reader: fastexcel.ExcelReader, position: int, name: str, package: Package, old: OldSheet) -> Extract:
    scan = package.scan(name)
    if (refusal := scan.too_large()) is not None:
        return Extract(name, [], issues=[refusal])
    try:
        # skip_rows=0 keeps the empty lines at the top, so that position + 1 is the line in the file
        sheet = reader.load_sheet(position, header_row=None, skip_rows=0, dtypes="string")
        if sheet.width > MAX_COLUMNS:
            issue = Issue("sheet_too_wide", "error", params={"columns": sheet.width, "limit": MAX_COLUMNS})
            return Extract(name, [], sheet.visible != "visible", issues=[issue])
        batch, problems = sheet.to_arrow_with_errors()
        columns = _with_error_texts(batch, problems)
        scan.join()
        if scan.damaged:
            return Extract(name, [], issues=[Issue("sheet_damaged", "error")])
        last_line = max(scan.last_line, old.last_line)
        if last_line > sheet.height:
            lost = {"lines": last_line, "read": sheet.height}
            return Extract(name, [], issues=[Issue("reader_lost_rows", "error", params=lost)])
        empty = sheet.selected_columns[0].absolute_index if columns else 0
    except (fastexcel.FastExcelError, ValueError, OSError) as error:  # one damaged sheet must not hide the others
        scan.join()
        return Extract(name, [], issues=[Issue("sheet_damaged", "error", params={"detail": str(error)[:200]})])
    issues = scan.issues()
    extract = Extract(name, [], sheet.visible != "visible", issues=issues)
    extract.rounded = _long_numbers(reader, position, columns, empty)
    for place, by_digits in (*scan.zeros.items(), *old.zeros.items()):
        if 0 <= place - empty < len(columns):
            columns[place - empty] = _with_zeros(columns[place - empty], by_digits)
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


def _with_zeros(column: pa.Array, by_digits: Mapping[int, list[int]]) -> pa.Array:
    """The column with the zeros in front that its number format shows: to a person 00042 is a code, not 42."""
    lines = numbered({}, len(column)).column(0)
    for digits, shown in by_digits.items():
        chosen = pc.and_(
            pc.is_in(lines, value_set=pa.array(shown, pa.int64())), pc.match_substring_regex(column, r"^\d+$")
        )
        column = pc.if_else(pc.fill_null(chosen, False), pc.utf8_lpad(column, digits, "0"), column)
    return column


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
