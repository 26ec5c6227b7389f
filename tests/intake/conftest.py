"""What the tests of the intake share: a cursor, a way to stage a file, and the files of the shared data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cockpit.intake.load import ConnectorRef, LoadOptions, UploadedFile, stage
from cockpit.issues import Issue
from cockpit.locale import LANGUAGES
from cockpit.service.reports import message
from cockpit.warehouse.staging import StagedPart
from connectors import CONNECTORS

REFERENCES = tuple(ConnectorRef(f"{one.__module__}:{one.__qualname__}") for one in CONNECTORS)


class Desk:
    """Stages files on one cursor and reads back what was staged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.con = duckdb.connect(config={"threads": 2}).cursor()

    def parts(self, path: Path, name: str | None = None, **options: Any) -> list[StagedPart]:
        file = UploadedFile(name or path.name, path)
        recall = options.pop("recall", None)
        parts = stage(self.con, [file], LoadOptions(**options), lambda _: None, REFERENCES, recall=recall)
        for part in parts:
            self.check(part)
        return parts

    def part(self, path: Path, name: str | None = None, **options: Any) -> StagedPart:
        """The one part of a file; parts that were set aside do not count."""
        parts = [part for part in self.parts(path, name, **options) if part.status != "ignored"]
        assert len(parts) == 1, [(part.sheet, part.status, part.issues) for part in parts]
        return parts[0]

    def text(self, text: str, name: str = "销售明细.csv", encoding: str = "utf-8", **options: Any) -> StagedPart:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return self.part(path, **options)

    def check(self, part: StagedPart) -> None:
        """What always holds: every line is accounted for, blocked parts bring nothing, each finding can be told."""
        speak(part)
        ready = self.count(part.staged) if part.staged else 0
        rejected = self.count(part.rejects) if part.rejects else 0
        assert rejected == part.rows_rejected
        assert part.rows_read == ready + part.rows_rejected + part.rows_skipped
        if part.status in ("blocked", "ignored"):
            assert part.staged is None
            assert part.table is None

    def count(self, table: str) -> int:
        return int(self.con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0])

    def rows(self, part: StagedPart, *columns: str) -> list[tuple[Any, ...]]:
        """The staged rows in the order of the file, these columns only."""
        assert part.staged is not None, part.issues
        names = ", ".join(f'"{column}"' for column in columns)
        return self.con.execute(f'SELECT {names} FROM "{part.staged}" ORDER BY _row').fetchall()

    def rejected(self, part: StagedPart) -> list[tuple[int, list[str | None], str]]:
        return self.con.execute(f'SELECT _row, cells, reasons FROM "{part.rejects}" ORDER BY _row').fetchall()


def speak(part: StagedPart) -> dict[str, list[str]]:
    """What a part's findings say in every language; no key without a text, no blank left open."""
    told = {language: [message(issue, language) for issue in part.issues] for language in LANGUAGES}
    for sentences in told.values():
        for issue, sentence in zip(part.issues, sentences, strict=True):
            assert not sentence.startswith("issue."), issue
            assert not re.search(r"\{(row|column|value|count|field|header|\w+_label)\}|None", sentence), sentence
    return told


def codes(part: StagedPart, *severities: str) -> list[str]:
    """The codes of a part's issues; all, or of these severities."""
    return [issue.code for issue in part.issues if not severities or issue.severity in severities]


def found(part: StagedPart, code: str) -> Issue:
    """The part's one issue of that code."""
    matching = [issue for issue in part.issues if issue.code == code]
    assert len(matching) == 1, part.issues
    return matching[0]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.con.close()


Sheet = list[list[Any]]


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes an .xlsx of sheets, each a list of rows; merges are given per sheet as A1 ranges."""

    def write(
        sheets: Mapping[str, Sheet], name: str = "book.xlsx", merges: Mapping[str, list[str]] | None = None
    ) -> Path:
        import openpyxl

        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
            for area in (merges or {}).get(title, []):
                sheet.merge_cells(area)
        path = tmp_path / name
        book.save(path)
        return path

    return write
