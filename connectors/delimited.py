"""Text files with delimiters, of any usual encoding and line ending, read as text cells with their line numbers."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from cockpit.issues import Issue
from connectors.base import Connector, Extract, Settings, Unreadable, numbered

MAX_COLUMNS = 4096
SAMPLE = 1 << 18
CHUNK = 1 << 22
MAX_LINE = 16_000_000  # bytes; what is longer is no line of a table
MAX_LINES_PER_RECORD = 50  # in a text whose quotation marks do not add up
MARKED = r"^'('*[=+\-@\t\r\n＝＋－＠])"
BLANK_LINE = "\x1f"  # stands in for an empty line, which the CSV reader would not count


class Delimited(Connector):
    """CSV, TSV and the lists a system prints with bars; deliveries call it what people call it, a spreadsheet."""

    name: ClassVar[str] = "spreadsheet"

    def identify(self, name: str, head: bytes) -> bool:
        return True  # last in the list: what is nothing else is text, and text is looked at before it is believed

    def extract(
        self, name: str, path: Path | None, scratch: Path, settings: Settings, progress: Callable[[int], None]
    ) -> Iterator[Extract]:
        if path is None:
            raise Unreadable(Issue("file_missing", "error"))
        yield read_text(path, scratch, progress)


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
    issues: list[Issue] = []
    table, lines = _parse(plain, delimiter, issues)
    if encoding.lossy:
        first, count = _unreadable_lines(plain)
        issues.append(Issue("encoding_damaged", "warning", first, count=count, params={"encoding": encoding.name}))
    elif encoding.guessed:
        issues.append(Issue("encoding_guessed", "note", params={"encoding": encoding.name}))
    plain.unlink()
    progress(table.num_rows)
    columns = {name: _unmarked(column) for name, column in zip(table.column_names, table.columns, strict=True)}
    return Extract(None, [numbered(columns, table.num_rows, lines)], issues=issues)


def _unmarked(column: pa.ChunkedArray) -> pa.Array:
    """The cells without the apostrophe that keeps a text from being taken for a formula."""
    texts = column.combine_chunks()
    if not pc.any(pc.starts_with(texts, "'")).as_py():
        return texts
    return pc.replace_substring_regex(texts, pattern=MARKED, replacement=r"\1")


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
    # nearly every byte is a letter in cp1252: only text that has few others is Western
    others = sum(byte > 127 for byte in head)
    western = ["cp1252"] if others * 10 < len(head) else []
    return ["utf-8", *likely, *western, *(name for score, name in rated if score < 0.6)]


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
        head = file.read(SAMPLE)
    candidates = sniff_encoding(head)
    for name in candidates:
        try:
            _rewrite(path, target, name, "strict")
        except (UnicodeDecodeError, UnicodeError):
            continue
        return Encoding(name, guessed=name in {"big5", "cp1252", "utf-16-le", "utf-16-be"})
    # stray bytes in an otherwise clean file: the reading that loses least, and its losses told
    lost = {name: head.decode(name, errors="replace").count("\ufffd") for name in candidates if name != "cp1252"}
    name = min(lost, key=lambda candidate: lost[candidate])
    if lost[name] * 20 > len(head):
        raise Unreadable(Issue("file_not_a_table", "error", params={"found": "binary"}))
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


def _unreadable_lines(path: Path) -> tuple[int | None, int]:
    """The first line with a letter that could not be read, and how many there are."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line, text in enumerate(file, start=1) if "\ufffd" in text]
    return (lines[0] if lines else None), len(lines)


def _has_quotes(path: Path) -> bool:
    with path.open("rb") as file:
        return any(b'"' in chunk for chunk in iter(lambda: file.read(CHUNK), b""))


def sniff_delimiter(sample: str) -> str:
    """The character that cuts most lines of the sample into the same number of fields; a comma where none does.

    Between two that cut alike, the one wins that cuts the header too (decimal commas do not), then the finer one.
    """
    lines = [line for line in sample.split("\n")[:400] if line.strip(" \t" + BLANK_LINE)]
    declared = re.fullmatch(r'"?sep=(.)"?', lines[0].strip("\ufeff ")) if lines else None
    if declared:
        return declared[1]
    csv.field_size_limit(2 * SAMPLE)
    best, best_rank = ",", (0.0, 0, 0)
    for delimiter in ",\t;|^~\x01":
        widths = [len(fields) for fields in csv.reader(lines, delimiter=delimiter) if fields]
        counted = Counter(width for width in widths if width > 1)
        if counted:
            width, count = max(counted.items(), key=lambda pair: (pair[1], pair[0]))
            # a rounded share: small differences come from titles and notes
            rank = (round(count / len(lines), 1), -widths.index(width), width)
            if rank > best_rank:
                best, best_rank = delimiter, rank
    return best


def _parse(path: Path, delimiter: str, issues: list[Issue]) -> tuple[pa.Table, pa.Array]:
    """The cells of the file and the line each row begins on.

    Where quotation marks do not add up to all lines of the file, they are letters in the lines they spoil.
    """
    total, width = _measure(path, delimiter)
    if width > MAX_COLUMNS:
        raise Unreadable(Issue("sheet_too_wide", "error", params={"columns": width, "limit": MAX_COLUMNS}))
    quoted = _has_quotes(path)
    try:
        table = _read_csv(path, delimiter, width, '"' if quoted else "")
        lines, counted = _line_numbers(table)
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    except duckdb.Error as error:
        if not quoted:
            raise Unreadable(Issue("file_damaged", "error")) from error
        counted = -1
    if quoted and counted != total:
        table, lines, counted = _salvage(path, delimiter, width, issues)
    if counted != total:
        lost = {"lines": total, "read": counted}
        raise Unreadable(Issue("reader_lost_rows", "error", params=lost))
    return _tidy(table), lines


def _salvage(path: Path, delimiter: str, width: int, issues: list[Issue]) -> tuple[pa.Table, pa.Array, int]:
    """The cells of a text whose quotation marks do not add up, the line each row begins on, and the lines in all.

    A row that is properly quoted is read so, over several lines if need be. Any other line stands for itself with its
    quotation marks as letters: nothing is taken into the cell of another row.
    """
    pieces: list[pa.Table] = []
    rows: list[list[str]] = []
    starts: list[int] = []
    odd: list[int] = []
    names = [f"c{i}" for i in range(width)]

    def pack() -> None:
        columns = [pa.array([row[i] if i < len(row) else None for row in rows], pa.string()) for i in range(width)]
        pieces.append(pa.table(columns, names=names))
        rows.clear()

    csv.field_size_limit(MAX_LINE)
    text = path.read_text("utf-8").removesuffix("\n").split("\n")
    place = 0
    while place < len(text):
        cells, used = _record(text, place, delimiter)
        if not used:
            odd.append(place + 1)
        rows.append(cells)
        starts.append(place + 1)
        place += used or 1
        if len(rows) * width > CHUNK:
            pack()
    pack()
    if odd:
        issues.append(Issue("quotes_unbalanced", "warning", row=odd[0], count=len(odd)))
    return pa.concat_tables(pieces), pa.array(starts, pa.int64()), len(text)


def _record(text: list[str], place: int, delimiter: str) -> tuple[list[str], int]:
    """The cells of the record at that line and the lines it has; 0 where its quotation marks are letters."""
    if '"' not in text[place]:
        return text[place].split(delimiter), 1
    for used in range(1, MAX_LINES_PER_RECORD + 1):
        if place + used > len(text):
            break
        if '"' not in text[place + used - 1] and used > 1:
            continue
        try:
            [cells] = csv.reader(["\n".join(text[place : place + used])], delimiter=delimiter, strict=True)
            return cells, used
        except csv.Error as error:
            if "unexpected end of data" not in str(error):  # more lines cannot mend it
                break
    return text[place].split(delimiter), 0


def _measure(path: Path, delimiter: str) -> tuple[int, int]:
    """Lines of the file and the most fields a line can have."""
    lines, widest = 0, 0
    with path.open(encoding="utf-8", newline="") as file:
        tail = ""
        while chunk := file.read(CHUNK):
            block = tail + chunk
            cut = block.rfind("\n") + 1
            whole, tail = block[:cut], block[cut:]
            if len(tail) > MAX_LINE:
                raise Unreadable(Issue("line_too_long", "error", row=lines + whole.count("\n") + 1))
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
            strict_mode=True,  # the other mode swallows rows, and letters, where a quotation mark is missing
            max_line_size=MAX_LINE,
        )
        return reader.to_arrow_table()
    finally:
        con.close()


def _line_numbers(table: pa.Table) -> tuple[pa.Array, int]:
    """The line each record begins on, line breaks inside quotes counted, and the lines in all."""
    extra = pa.repeat(pa.scalar(0, pa.int64()), table.num_rows)
    for column in table.columns:
        breaks = pc.fill_null(pc.count_substring(column.combine_chunks(), "\n"), 0)
        if pc.any(pc.greater(breaks, 0)).as_py():
            extra = pc.add(extra, pc.cast(breaks, pa.int64()))
    ends = pc.cumulative_sum(pc.add(extra, 1))
    return pc.subtract(ends, extra), ends[-1].as_py() if len(ends) else 0


def _tidy(table: pa.Table) -> pa.Table:
    """Without the marks of empty lines, the ``="…"`` that protects a code from Excel, and empty last columns."""
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
