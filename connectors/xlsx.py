"""What the XML of an .xlsx says beside the reader: how far its sheets go, formulas never solved, codes with zeros."""

from __future__ import annotations

import html
import os
import re
import sys
import threading
import zipfile
import zlib
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from cockpit.issues import Issue
from connectors.xls import ZEROS

CHUNK = 1 << 20
NICE = 10
SMALL = 16 << 20  # a part up to this size is looked through before the sheet is opened
MAX_COLUMNS = 4096
MAX_AREA = 32_000_000  # cells between the first and the last; the reader keeps about 40 bytes for each

_CELL = re.compile(rb'<c [^>]*?r="([A-Z]+)(\d+)"')
_FILLED = re.compile(rb'<c r="([A-Z]{1,3})\d+"[^>/]*>')
_NO_RESULT = (b"</f></c>", b"</f><v></v></c>", b"</f><v/></c>", b"</f><v /></c>")
_FAULTS = (OSError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, KeyError)


class Scan(threading.Thread):
    """Looks through a sheet's XML beside the reader, for what the reader does not tell.

    `damaged`: the part is not what was packed, by its checksum, which the reader does not look at. `unsolved` formulas
    have no stored result, `first` is one such cell; `last_line` is the last line with a value; `zeros` maps columns
    (from 0) to lines by the digits their format shows. A sheet that is no XML tells nothing.
    """

    def __init__(self, archive: zipfile.ZipFile | None, part: str | None, zero_styles: dict[int, int]) -> None:
        super().__init__(daemon=True)
        self._archive, self._part = archive, part
        self.small = archive is not None and part is not None and archive.getinfo(part).file_size <= SMALL
        self.damaged = False
        self.unsolved = 0
        self.first: str | None = None
        self.last_line = 0
        self.zeros: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._columns: dict[bytes, bytes] = {}  # letters → the first cell with a value there
        self._digits = {b"%d" % style: digits for style, digits in zero_styles.items()}
        styles = b"|".join(sorted(self._digits))
        self._zeroed = re.compile(rb'<c r="([A-Z]+)(\d+)" s="(%s)"(?: t="n")?><v>' % styles) if styles else None

    def run(self) -> None:
        if self._archive is None or self._part is None:
            return
        if sys.platform == "linux":  # a thread of its own to the system: where cores are few, the reader goes first
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
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
        except _FAULTS:
            self.damaged = True

    def _look(self, block: bytes) -> None:
        valued = max(block.rfind(b"</v></c>"), block.rfind(b"</is></c>"))
        if valued > 0 and block[valued - 3 : valued] != b"<v>":
            cells = _last_cell(block, valued, 100_000)
            self.last_line = max(self.last_line, int(cells[1])) if cells else self.last_line
        if self.small:
            for letters in set(_FILLED.findall(block)) - set(self._columns):
                found = re.search(rb'<c r="(%s\d+)"[^>/]*>' % letters, block)
                self._columns[letters] = found[1] if found else letters
        if self._zeroed is not None:
            for letters, line, style in self._zeroed.findall(block):
                self.zeros[_column(letters)][self._digits[style]].append(int(line))
        if b"</f>" not in block:
            return
        for ending in _NO_RESULT:
            count = block.count(ending)
            self.unsolved += count
            if count and self.first is None:
                end = block.find(ending)
                cells = _last_cell(block, end, 10_000)
                self.first = b"".join(cells).decode() if cells else None

    def too_large(self) -> Issue | None:
        """Why the sheet must not be opened: cells so far apart that what lies between would fill the memory."""
        if not self._columns:
            return None
        last = max(self._columns, key=_column)
        columns, cell = _column(last) + 1, self._columns[last].decode()
        if columns <= MAX_COLUMNS and columns * self.last_line <= MAX_AREA:
            return None
        params = {"lines": self.last_line, "columns": columns, "limit": MAX_COLUMNS}
        return Issue("sheet_reaches_too_far", "error", value=cell, params=params)

    def issues(self) -> list[Issue]:
        if not self.unsolved:
            return []
        line = int(re.sub(r"\D", "", self.first)) if self.first else None
        return [Issue("formula_without_result", "warning", row=line, value=self.first, count=self.unsolved)]


class Package:
    """The XML parts of a workbook by sheet name; without parts for the older binary formats."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path) if zipfile.is_zipfile(path) else None
        self._parts = self._find() if self._archive is not None else {}
        self._zero_styles = self._find_zero_styles() if self._parts else {}
        self._damaged = False
        self._check = threading.Thread(target=self._check_others, daemon=True)

    def __enter__(self) -> Package:
        self._check.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._check.join()
        if self._archive is not None:
            self._archive.close()

    def is_damaged(self) -> bool:
        """Whether a part beside the sheets (texts, styles, the list of sheets) is not what was packed."""
        self._check.join()
        return self._damaged

    def _check_others(self) -> None:
        """Reads the parts no scan reads to their end, where their checksum is compared."""
        if self._archive is None:
            return
        scanned = set(self._parts.values())
        try:
            for member in self._archive.infolist():
                if member.filename not in scanned and member.filename.lower().endswith((".xml", ".bin", ".rels")):
                    with self._archive.open(member) as part:
                        while part.read(CHUNK):
                            pass
        except _FAULTS:
            self._damaged = True

    def scan(self, sheet: str) -> Scan:
        """A look at the sheet's XML: finished where the sheet is small, running beside the caller where it is large."""
        scan = Scan(self._archive, self._parts.get(sheet), self._zero_styles)
        scan.start()
        if scan.small:
            scan.join()
        return scan

    def _find(self) -> dict[str, str]:
        assert self._archive is not None
        try:
            book = self._archive.read("xl/workbook.xml").decode("utf-8")
            links = self._archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")
        except _FAULTS:
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

    def _find_zero_styles(self) -> dict[int, int]:
        """Cell styles whose format shows numbers with zeros in front (``00000``), and how many digits it shows."""
        assert self._archive is not None
        try:
            styles = self._archive.read("xl/styles.xml").decode("utf-8")
        except _FAULTS:
            return {}
        shown: dict[str, int] = {}
        for tag in re.findall(r"<(?:\w+:)?numFmt\s[^>]*>", styles):
            number, code = re.search(r'\bnumFmtId="(\d+)"', tag), re.search(r'\bformatCode="([^"]*)"', tag)
            zeros = ZEROS.match(html.unescape(code[1])) if code else None
            if number and zeros:
                shown[number[1]] = len(zeros[1])
        cells = re.search(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", styles, re.DOTALL) if shown else None
        formats = re.findall(r'<(?:\w+:)?xf\s[^>]*?numFmtId="(\d+)"', cells[0]) if cells else []
        return {style: shown[number] for style, number in enumerate(formats) if number in shown}


def _last_cell(block: bytes, end: int, reach: int) -> tuple[bytes, bytes] | None:
    """Letters and line of the last cell that begins in the `reach` bytes before `end`; most begin right there."""
    for back in (500, reach):
        if cells := _CELL.findall(block, max(0, end - back), end):
            letters, line = cells[-1]
            return letters, line
    return None


def _column(letters: bytes) -> int:
    """The place of a column, from 0: A, B … Z, AA …"""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1
