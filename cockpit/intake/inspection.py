"""A look at an uploaded file before any parser touches it: what it really is, and whether it is safe to open."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cockpit.issues import Issue

Nature = Literal["zip", "ole", "biff", "markup", "text"]

MAX_MEMBERS = 10_000
MAX_UNPACKED = 4 << 30
BOMB_RATIO = 150
BOMB_FLOOR = 64 << 20  # below this size any ratio is harmless

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"{\\rtf": "RTF",
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"SQLite format 3": "SQLite",
    b"PGDMP": "PostgreSQL",
    b"\x7fELF": "ELF",
    b"MZ": "EXE",
}
_EXPECTED: dict[str, tuple[Nature, ...]] = {
    ".xlsx": ("zip",),
    ".xlsm": ("zip",),
    ".xlsb": ("zip",),
    ".ods": ("zip",),
    ".xls": ("ole", "biff"),
    ".et": ("ole", "biff"),
    ".csv": ("text",),
    ".tsv": ("text",),
    ".tab": ("text",),
    ".txt": ("text",),
    ".prn": ("text",),
    ".dat": ("text",),
}
_LABEL: dict[Nature, str] = {"zip": "XLSX", "ole": "XLS", "biff": "XLS", "markup": "HTML/XML", "text": "TXT"}


@dataclass(frozen=True)
class Inspection:
    """What a file really is; an error among `issues` means that it must not be opened."""

    nature: Nature
    issues: tuple[Issue, ...] = ()

    @property
    def blocked(self) -> bool:
        return any(issue.severity == "error" for issue in self.issues)


def inspect(path: Path, name: str) -> Inspection:
    """Decides by content, never by name; a name that says something else becomes a warning."""
    size = path.stat().st_size
    if size == 0:
        return _refused("text", "file_empty")
    with path.open("rb") as file:
        head = file.read(1 << 16)
    foreign = next((label for mark, label in _FOREIGN.items() if head.startswith(mark)), None)
    if foreign:
        return _refused("text", "file_not_a_table", found=foreign)
    nature = _nature(head)
    if nature is None:
        return _refused("text", "file_not_a_table", found="binary")
    issues: list[Issue] = []
    suffix = Path(name).suffix.lower()
    if suffix in _EXPECTED and nature not in _EXPECTED[suffix]:
        issues.append(Issue("file_type_differs", "warning", params={"named": suffix, "found": _LABEL[nature]}))
    problem = _zip_problem(path) if nature == "zip" else _ole_problem(path) if nature == "ole" else None
    if problem:
        issues.append(problem)
    return Inspection(nature, tuple(issues))


def _refused(nature: Nature, code: str, **params: object) -> Inspection:
    return Inspection(nature, (Issue(code, "error", params=params),))


def _nature(head: bytes) -> Nature | None:
    if head.startswith((_ZIP, b"PK\x05\x06")):
        return "zip"
    if head.startswith(_OLE):
        return "ole"
    if head.startswith(_BIFF) and len(head) > 8:
        return "biff"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _text_nature(head.decode("utf-16", errors="ignore"))
    nulls = head.count(0)
    if nulls > max(4, len(head) // 8):
        even, odd = head[0::2].count(0), head[1::2].count(0)
        return "text" if max(even, odd) > 4 * min(even, odd) else None
    controls = sum(head.count(code) for code in range(32) if code not in (0, 9, 10, 11, 12, 13, 26, 27, 28, 29, 30, 31))
    if controls > max(8, len(head) // 10):
        return None
    return _text_nature(head.decode("latin-1"))


def _text_nature(text: str) -> Nature:
    start = text.lstrip("\ufeff\xef\xbb\xbf \t\r\n").lower()
    tags = ("<html", "<!doctype html", "<table", "<?xml", "<head", "<body", "<meta", "<style", "<div", "<workbook")
    return "markup" if start.startswith(tags) else "text"


def _zip_problem(path: Path) -> Issue | None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if any(member.flag_bits & 1 for member in members):
                return Issue("file_encrypted", "error")
            unpacked = sum(member.file_size for member in members)
            packed = max(1, sum(member.compress_size for member in members))
            if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
                return Issue("file_is_bomb", "error", params={"unpacked_mb": unpacked >> 20})
            if unpacked > BOMB_FLOOR and unpacked / packed > BOMB_RATIO:
                return Issue("file_is_bomb", "error", params={"unpacked_mb": unpacked >> 20})
            return _package_problem(archive, members)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError, RuntimeError):
        return Issue("file_damaged", "error")


def _package_problem(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Issue | None:
    names = {member.filename.replace("\\", "/").lstrip("/") for member in members}
    for member in members:
        lower = member.filename.lower()
        if lower.endswith((".xml", ".rels", ".vml")):
            with archive.open(member) as part:
                if _declares_entities(part.read(1 << 16)):
                    return Issue("file_has_entities", "error", params={"part": member.filename[:80]})
        if lower == "meta-inf/manifest.xml" and b"encryption-data" in archive.read(member):
            return Issue("file_encrypted", "error")
    is_book = any(re.search(r"(^|/)workbook\d*\.(xml|bin)$", name, re.IGNORECASE) for name in names)
    if not is_book and "content.xml" not in names:
        if "[Content_Types].xml" in names and b"sheet.main+xml" in archive.read("[Content_Types].xml"):
            return None
        return Issue("no_workbook", "error")
    return None


def _declares_entities(head: bytes) -> bool:
    """Whether an XML part brings a document type of its own; workbooks never need one, attacks do."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:8]:
        head = head.replace(b"\0", b"")
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head


def _ole_problem(path: Path) -> Issue | None:
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Issue("file_encrypted", "error")
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "WORKBOOK", "Book", "BOOK")):
        return Issue("file_not_a_table", "error", params={"found": "OLE"})
    return None
