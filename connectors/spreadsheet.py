"""Excel workbooks and text files as an ERP or a person saved them, read as text cells with their true line numbers."""

from __future__ import annotations

import csv
import re
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import duckdb
import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from cockpit.issues import Issue
from connectors.base import Connector, Extract, Origin, Settings, Unreadable, numbered

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ods"})
TEXTS = frozenset({".csv", ".tsv", ".txt", ".tab", ".prn", ".dat"})
MAX_COLUMNS = 4096
EXACT_DIGITS = 15  # what a spreadsheet keeps of a number
SAMPLE = 1 << 18
CHUNK = 1 << 22
BLANK_LINE = "\x1f"  # stands in for an empty line, which the CSV reader would not count

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
_NO_RESULT = (b"</f></c>", b"</f><v></v></c>", b"</f><v/></c>", b"</f><v /></c>")


class Spreadsheet(Connector):
    """Any workbook or delimited text; its content decides which canonical tables it fills."""

    name: ClassVar[str] = "spreadsheet"

    def identify(self, name: str, head: bytes) -> bool:
        return Path(name).suffix.lower() in WORKBOOKS | TEXTS

    def extract(self, origin: Origin, settings: Settings, progress: Callable[[int], None]) -> Iterator[Extract]:
        if origin.path is None or origin.scratch is None:
            raise Unreadable(Issue("file_missing", "error"))
        with origin.path.open("rb") as file:
            head = file.read(8)
        if head.startswith((b"PK", b"\xd0\xcf\x11\xe0", b"\x09\x08")):
            yield from read_workbook(origin.path, progress)
        else:
            yield read_text(origin.path, origin.scratch, progress)


# Workbooks


def read_workbook(path: Path, progress: Callable[[int], None]) -> Iterator[Extract]:
    """Every sheet of a workbook, hidden ones included. Raises `Unreadable` where it has none or cannot be opened."""
    try:
        reader = fastexcel.read_excel(path)
    except Exception as error:  # the reader has a dozen exceptions of its own; all mean the same to a person
        raise Unreadable(_workbook_issue(error)) from error
    if not reader.sheet_names:
        raise Unreadable(Issue("no_workbook", "error"))
    parts = _sheet_parts(path)
    seen = 0
    for position, name in enumerate(reader.sheet_names):
        extract = _read_sheet(reader, position, name, path, parts.get(name))
        seen += sum(batch.num_rows for batch in extract.batches)
        progress(seen)
        yield extract


def _workbook_issue(error: Exception) -> Issue:
    text = str(error).lower()
    if "password" in text or "encrypt" in text:
        return Issue("file_encrypted", "error")
    return Issue("file_damaged", "error")


def _read_sheet(reader: fastexcel.ExcelReader, position: int, name: str, path: Path, part: str | None) -> Extract:
    scan = _PartScan(path, part)
    scan.start()
    try:
        # skip_rows=0 keeps the empty lines at the top, so that position + 1 is the line in the file
        sheet = reader.load_sheet(position, header_row=None, skip_rows=0, dtypes="string")
        if sheet.width > MAX_COLUMNS:
            issue = Issue("sheet_too_wide", "error", params={"columns": sheet.width, "limit": MAX_COLUMNS})
            return Extract(name, [], sheet.visible != "visible", issues=[issue])
        scan.join()
        if part is None or scan.errors:
            batch, problems = sheet.to_arrow_with_errors()
            columns = _with_error_texts(batch, problems)
        else:
            batch = sheet.to_arrow()
            columns = list(batch.columns)
        empty = sheet.selected_columns[0].absolute_index if columns else 0
    except Exception as error:  # one damaged sheet must not hide the others
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


def _long_numbers(
    reader: fastexcel.ExcelReader, position: int, columns: list[pa.Array], offset: int
) -> dict[int, int]:
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
        typed = reader.load_sheet(position, header_row=None, skip_rows=0, use_columns=[offset + index], dtypes="duration")
        _, refused = typed.to_arrow_with_errors()
        numeric = {cell.offset_position[0] for cell in (refused.errors if refused else ()) if "String(" not in cell.detail}
        rows = [row for row in pc.indices_nonzero(suspects).to_pylist() if row in numeric]
        if rows:
            found[offset + index] = rows[0] + 1
    return found


def _sheet_parts(path: Path) -> dict[str, str]:
    """Sheet name → its XML part, for workbooks made of XML; empty for the others."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        try:
            book = archive.read("xl/workbook.xml").decode("utf-8")
            links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")
        except (KeyError, UnicodeDecodeError):
            return {}
        targets: dict[str, str] = {}
        for link in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", links):
            identity, target = re.search(r'\bId="([^"]+)"', link), re.search(r'\bTarget="([^"]+)"', link)
            if identity and target:
                targets[identity[1]] = target[1]
        names = set(archive.namelist())
        parts: dict[str, str] = {}
        for sheet in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", book):
            title, identity = re.search(r'\bname="([^"]*)"', sheet), re.search(r'\b\w+:id="([^"]+)"', sheet)
            if not title or not identity or identity[1] not in targets:
                continue
            target_path = targets[identity[1]]
            part = target_path.lstrip("/") if target_path.startswith("/") else f"xl/{target_path}"
            if part in names and part.endswith(".xml"):
                parts[_unescape(title[1])] = part
        return parts


def _unescape(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


class _PartScan(threading.Thread):
    """Looks through a sheet's XML beside the reader, for what the reader does not tell: errors and missing results."""

    def __init__(self, path: Path, part: str | None) -> None:
        super().__init__(daemon=True)
        self._path, self._part = path, part
        self.errors = False
        self.unsolved = 0
        self.first: str | None = None
        self.failed = False

    def run(self) -> None:
        if self._part is None:
            return
        try:
            with zipfile.ZipFile(self._path) as archive, archive.open(self._part) as stream:
                tail = b""
                while chunk := stream.read(CHUNK):
                    block = tail + chunk
                    self._look(block)
                    tail = block[-16:]
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
            self.failed = True

    def _look(self, block: bytes) -> None:
        self.errors = self.errors or b't="e"' in block
        if b"</f>" not in block:
            return
        for ending in _NO_RESULT:
            count = block.count(ending)
            self.unsolved += count
            if count and self.first is None:
                cells = re.findall(rb'<c [^>]*?r="([A-Z]+\d+)"', block[: block.find(ending)][-400:])
                self.first = cells[-1].decode() if cells else None

    def issues(self) -> list[Issue]:
        if not self.unsolved:
            return []
        line = int(re.sub(r"\D", "", self.first)) if self.first else None
        return [Issue("formula_without_result", "warning", row=line, value=self.first, count=self.unsolved)]


# Text files


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a text file are read; `guessed` where no mark or strict reading settles it."""

    name: str
    guessed: bool = False
    lossy: bool = False


def read_text(path: Path, scratch: Path, progress: Callable[[int], None]) -> Extract:
    """A delimited text file of any usual encoding, delimiter and line ending, as one table of text cells."""
    plain = scratch / "plain.txt"
    encoding = _transcode(path, plain)
    with plain.open(encoding="utf-8", newline="") as file:
        sample = file.read(SAMPLE)
    if not sample.replace(BLANK_LINE, "").strip():
        raise Unreadable(Issue("file_empty", "error"))
    delimiter = sniff_delimiter(sample)
    table, lines = _parse(plain, delimiter, quoted='"' in sample or _has_quote(plain))
    plain.unlink()
    issues: list[Issue] = []
    if encoding.lossy:
        issues.append(Issue("encoding_damaged", "warning", params={"encoding": encoding.name}))
    elif encoding.guessed:
        issues.append(Issue("encoding_guessed", "note", params={"encoding": encoding.name}))
    progress(table.num_rows)
    columns = {name: column.combine_chunks() for name, column in zip(table.column_names, table.columns, strict=True)}
    return Extract(None, [numbered(columns, table.num_rows, lines)], issues=issues)


def sniff_encoding(head: bytes) -> list[str]:
    """The encodings to try on a file that begins so, likeliest first."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    if head.startswith(b"\xef\xbb\xbf"):
        return ["utf-8-sig"]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 8 and odd > 4 * even:
        return ["utf-16-le"]
    if even > len(head) // 8 and even > 4 * odd:
        return ["utf-16-be"]
    rated = sorted(((_plausible(head, name), name) for name in ("gb18030", "big5")), key=lambda pair: -pair[0])
    likely = [name for score, name in rated if score >= 0.6]
    return ["utf-8", *likely, "cp1252", *(name for score, name in rated if score < 0.6)]


def _plausible(head: bytes, encoding: str) -> float:
    """How much of the non-ASCII text is everyday Chinese when read so: 0 to 1."""
    text = head.decode(encoding, errors="replace")
    marks = [character for character in text if ord(character) > 127]
    if not marks:
        return 0.0
    everyday = 0
    for character in marks:
        code = character.encode("gb2312" if encoding == "gb18030" else "big5", errors="ignore")
        lead = code[0] if len(code) == 2 else 0
        everyday += 0xA1 <= lead <= 0xA3 or (0xB0 <= lead <= 0xD7 if encoding == "gb18030" else 0xA4 <= lead <= 0xC6)
    return everyday / len(marks)


def _transcode(path: Path, target: Path) -> Encoding:
    """Writes the file as UTF-8 with LF line ends and marked empty lines; strict first, with losses only at the end."""
    with path.open("rb") as file:
        candidates = sniff_encoding(file.read(SAMPLE))
    for name in candidates:
        try:
            _rewrite(path, target, name, "strict")
        except (UnicodeDecodeError, UnicodeError):
            continue
        return Encoding(name, guessed=name in {"big5", "cp1252", "utf-16-le", "utf-16-be"})
    # a stray byte in an otherwise clean file: the likeliest reading, its losses told
    name = candidates[0] if len(candidates) == 1 else next((c for c in candidates if c != "utf-8"), "utf-8")
    _rewrite(path, target, name, "replace")
    return Encoding(name, lossy=True)


def _rewrite(path: Path, target: Path, encoding: str, errors: str) -> None:
    with (
        path.open(encoding=encoding, errors=errors, newline=None) as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        at_line_start = True
        while text := source.read(CHUNK):
            text = text.replace("\0", "").replace("\x85", "").replace("\u2028", " ")
            if at_line_start and text.startswith("\n"):
                text = BLANK_LINE + text
            at_line_start = text.endswith("\n")
            while "\n\n" in text:
                text = text.replace("\n\n", f"\n{BLANK_LINE}\n")
            out.write(text)


def _has_quote(path: Path) -> bool:
    with path.open("rb") as file:
        return any(b'"' in chunk for chunk in iter(lambda: file.read(CHUNK), b""))


def sniff_delimiter(sample: str) -> str:
    """The character that cuts most lines of the sample into the same number of fields; a comma where none does."""
    lines = [line for line in sample.split("\n")[:400] if line.strip(" \t" + BLANK_LINE)]
    declared = re.fullmatch(r'"?sep=(.)"?', lines[0].strip("\ufeff ")) if lines else None
    if declared:
        return declared[1]
    best, best_rank = ",", (0.0, 0)
    for delimiter in "\t;|,^~\x01":
        widths = Counter(len(fields) for fields in csv.reader(lines, delimiter=delimiter) if fields)
        width, count = max(widths.items(), key=lambda pair: (pair[0] > 1, pair[1], pair[0]), default=(1, 0))
        if width > 1:
            # a rounded share: small differences come from titles and notes, then more columns decide
            rank = (round(count / len(lines), 1), width)
            # decimal commas cut every line alike too; a comma must be clearly better than what came before it
            if rank[0] > best_rank[0] or (rank[0] == best_rank[0] and width > best_rank[1] and delimiter != ","):
                best, best_rank = delimiter, rank
    return best


def _parse(path: Path, delimiter: str, quoted: bool) -> tuple[pa.Table, pa.Array]:
    """The cells of the file and the line each row begins on."""
    total, width = _measure(path, delimiter)
    if width > MAX_COLUMNS:
        raise Unreadable(Issue("sheet_too_wide", "error", params={"columns": width, "limit": MAX_COLUMNS}))
    for quote in ('"', "") if quoted else ("",):
        try:
            table = _read_csv(path, delimiter, width, quote)
        except duckdb.Error:
            if not quote:
                raise Unreadable(Issue("file_damaged", "error")) from None
            continue
        lines, counted = _line_numbers(table) if quote else (numbered({}, table.num_rows).column(0), table.num_rows)
        if counted == total or not quote:
            return _tidy(table), lines
    raise Unreadable(Issue("file_damaged", "error"))


def _measure(path: Path, delimiter: str) -> tuple[int, int]:
    """Lines of the file and the most fields a line can have."""
    lines, widest = 0, 0
    with path.open(encoding="utf-8", newline="") as file:
        tail = ""
        while chunk := file.read(CHUNK):
            block = tail + chunk
            cut = block.rfind("\n") + 1
            whole, tail = block[:cut], block[cut:]
            if whole:
                pieces = pc.split_pattern(pa.array([whole[:-1]], pa.large_string()), "\n").flatten()
                lines += len(pieces)
                widest = max(widest, pc.max(pc.count_substring(pieces, delimiter)).as_py())
    if tail:
        lines, widest = lines + 1, max(widest, tail.count(delimiter))
    return lines, widest + 1


def _read_csv(path: Path, delimiter: str, width: int, quote: str) -> pa.Table:
    con = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
    try:
        reader = con.read_csv(
            str(path),
            columns={f"c{i}": "VARCHAR" for i in range(width)},
            sep=delimiter,
            quotechar=quote,
            escapechar=quote,
            header=False,
            auto_detect=False,
            null_padding=True,
            parallel=False,
            strict_mode=False,
            max_line_size=16_000_000,
        )
        return reader.to_arrow_table()
    finally:
        con.close()


def _line_numbers(table: pa.Table) -> tuple[pa.Array, int]:
    """The line each record begins on, line breaks inside quotes counted; and the lines in all."""
    extra = pa.repeat(pa.scalar(0, pa.int64()), table.num_rows)
    for column in table.columns:
        breaks = pc.fill_null(pc.count_substring(column.combine_chunks(), "\n"), 0)
        if pc.any(pc.greater(breaks, 0)).as_py():
            extra = pc.add(extra, pc.cast(breaks, pa.int64()))
    ends = pc.cumulative_sum(pc.add(extra, 1))
    starts = pc.subtract(ends, extra)
    return starts, ends[-1].as_py() if len(ends) else 0


def _tidy(table: pa.Table) -> pa.Table:
    """Without the marks of empty lines, without ``="…"`` that protects a code from Excel, without empty last columns."""
    columns = []
    for column in table.columns:
        if pc.any(pc.match_substring(column, BLANK_LINE)).as_py():
            column = pc.replace_substring(column, BLANK_LINE, "")
        if pc.any(pc.starts_with(column, '="')).as_py():
            column = pc.replace_substring_regex(column, r'^="([^"]*)"$', r"\1")
        columns.append(column)
    while len(columns) > 1 and columns[-1].null_count == len(columns[-1]):
        columns.pop()
    return pa.table(columns, names=[f"c{i}" for i in range(len(columns))])
