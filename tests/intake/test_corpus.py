"""Other people's ordinary, odd and broken spreadsheets, each previewed and loaded, and counted by other readers."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.compute as pc
import pytest

from cockpit.intake.load import LoadOptions, UploadedFile, stage
from cockpit.intake.sandbox import ReadFile, ReadSheet, Sandbox
from cockpit.service.cockpit import Cockpit
from cockpit.service.reports import PartReport
from cockpit.service.requests import LOCAL_ADMINISTRATOR, LoadRequest
from cockpit.settings import settings
from cockpit.warehouse.staging import StagedPart
from cockpit.warehouse.storage import stored
from connectors import CONNECTORS
from tests.intake.conftest import REFERENCES, speak
from tests.intake.oracle import Extent, extents
from tests.machine import sample_file

MOST_SECONDS = 30.0
MOST_MEMORY = 1 << 30
LOSSES = {"row_count_differs", "reader_lost_rows", "file_took_too_long"}
# Files that lose rows as far as anybody can tell, and are refused with that word.
TOLD_LOSSES = {"poi/spreadsheet/duplicate-filename-case-insensitive.xlsx": "two parts whose names differ in case only"}


FORCED = LoadOptions(table="materials", map={"material_code": "#1", "material_name": "#2"})


@dataclass
class Seen:
    """A file as it was previewed."""

    name: str
    seconds: float = 0.0
    peak: int = 0
    refused: bool = False  # as a whole
    sheets: dict[str, Extent] = field(default_factory=dict)
    parts: list[StagedPart] = field(default_factory=list)
    staged: list[int] = field(default_factory=list)  # rows ready to load, per part of both readings
    forced: list[StagedPart] = field(default_factory=list)  # read as a table that any two columns can fill


class Watched:
    """The workers, with a look at what they hand over."""

    def __init__(self, pool: Sandbox, seen: Seen) -> None:
        self.pool, self.seen = pool, seen

    @contextmanager
    def read(self, *request: Any) -> Iterator[ReadFile]:
        with self.pool.read(*request) as found:
            self.seen.peak = found.peak
            self.seen.refused = any(issue.severity == "error" for issue in found.issues)
            self.seen.sheets = {
                sheet.name or "": extent_of(sheet)
                for sheet in found.sheets
                if not any(issue.severity == "error" for issue in sheet.issues)
            }
            yield found


def extent_of(sheet: ReadSheet) -> Extent:
    """Its last line with a text and its cells with one."""
    last = cells = 0
    for column in sheet.cells.columns[1:] if sheet.cells is not None else ():
        lines = pc.drop_null(pc.if_else(pc.is_valid(column), sheet.cells.column(0), None)) if sheet.cells else None
        if lines is not None and len(lines):
            last, cells = max(last, pc.max(lines).as_py()), cells + len(lines)
    return last, cells


def folder() -> Path:
    named = os.environ.get("CORPUS")
    return Path(named) if named else sample_file("spreadsheets")


def files_of(root: Path) -> list[str]:
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and "LICENSES" not in path.parts and path.name != "manifest.csv"
    )


def preview(root: Path, names: Sequence[str]) -> list[Seen]:
    """Every file staged as a dry run does, two at a time through two warm workers."""
    pool = Sandbox(2)
    connections = [duckdb.connect(config={"threads": 1}) for _ in range(2)]

    def one(turn: tuple[int, str]) -> Seen:
        con, seen = connections[turn[0] % 2].cursor(), Seen(turn[1])
        file = UploadedFile(Path(seen.name).name, root / seen.name)
        began = time.monotonic()
        seen.parts = stage(con, [file], LoadOptions(), lambda _: None, REFERENCES, Watched(pool, seen))  # type: ignore[arg-type]
        seen.seconds = time.monotonic() - began
        if not seen.refused:
            seen.forced = stage(con, [file], FORCED, lambda _: None, REFERENCES, pool)
        for part in (*seen.parts, *seen.forced):
            seen.staged.append(
                con.execute(f'SELECT count(*) FROM "{part.staged}"').fetchall()[0][0] if part.staged else 0
            )
            if part.staged:
                con.execute(f'DROP VIEW "{part.staged}"; DROP TABLE {stored(part.staged)}')
            if part.rejects:
                con.execute(f'DROP TABLE "{part.rejects}"')
        return seen

    try:
        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(one, enumerate(names)))
    finally:
        pool.close()
        for connection in connections:
            connection.close()


def complaints(seen: Seen, others: Mapping[str, Extent] | None) -> Iterator[str]:
    """What is wrong with how a file was read."""
    if not seen.parts:
        yield "no parts"
    if seen.seconds > MOST_SECONDS:
        yield f"{seen.seconds:.0f} s"
    if seen.peak >= MOST_MEMORY:
        yield f"{seen.peak >> 20} MB"
    for part, ready in zip((*seen.parts, *seen.forced), seen.staged, strict=True):
        speak(part)
        if part.rows_read != ready + part.rows_rejected + part.rows_skipped:
            yield f"{part.sheet}: rows do not add up"
        codes = {issue.code for issue in part.issues}
        if part.status not in ("ready", "held") and not codes:
            yield f"{part.sheet}: {part.status} without a word"
        if codes & LOSSES and seen.name not in TOLD_LOSSES:
            yield f"{part.sheet}: {codes & LOSSES}"
    if others is None or seen.refused:
        return
    damaged = {part.sheet for part in seen.parts if part.status == "blocked"}
    for sheet, extent in others.items():
        if sheet not in seen.sheets and sheet not in damaged:
            yield f"{sheet} is missing"
        elif sheet in seen.sheets and seen.sheets[sheet] != extent:
            yield f"{sheet}: (last line, cells) {seen.sheets[sheet]}, by the other reader {extent}"


def adds_up(part: PartReport) -> bool:
    return part.rows_read == part.rows_loaded + part.rows_rejected + part.rows_skipped


def load(root: Path, names: Sequence[str], previewed: Mapping[str, Seen]) -> tuple[Counter[str], list[str]]:
    """Every file through the door, one delivery each; the outcomes and what was wrong."""
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    with Cockpit.open(settings(), CONNECTORS) as cockpit:
        for name in names:
            began = time.monotonic()
            report = cockpit.load(LOCAL_ADMINISTRATOR, [root / name], LoadRequest())
            outcomes[report.status] += 1
            if time.monotonic() - began > MOST_SECONDS:
                wrong.append(f"{name}: {time.monotonic() - began:.0f} s to load")
            if not all(map(adds_up, report.parts)):
                wrong.append(f"{name}: rows do not add up")
            told = [(part.sheet, part.rows_read, part.rows_rejected) for part in report.parts]
            if told != [(part.sheet, part.rows_read, part.rows_rejected) for part in previewed[name].parts]:
                wrong.append(f"{name}: loaded otherwise than previewed")
    return outcomes, wrong


def go_through(names: Sequence[str], root: Path, say: pytest.CaptureFixture[str]) -> None:
    opened = len(list(Path("/proc/self/fd").iterdir()))
    began = time.monotonic()
    seen = preview(root, names)
    assert len(list(Path("/proc/self/fd").iterdir())) <= opened + 2
    compared = {one.name: extents(root / one.name) for one in seen}
    wrong = [f"{one.name}: {what}" for one in seen for what in complaints(one, compared[one.name])]
    outcomes, more = load(root, names, {one.name: one for one in seen})
    slowest, fattest = max(seen, key=lambda one: one.seconds), max(seen, key=lambda one: one.peak)
    with say.disabled():
        print(
            f"\n{len(seen)} files in {time.monotonic() - began:.0f} s: "
            + ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
            + f"; {sum(extent is not None for extent in compared.values())} counted by another reader"
            + f"; slowest {slowest.name} {slowest.seconds:.1f} s; most memory {fattest.name} {fattest.peak >> 20} MB"
        )
    assert wrong + more == []


def test_a_part_of_the_corpus(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = sample_file("spreadsheets")
    go_through(random.Random(20240305).sample(files_of(root), 150), root, capsys)


@pytest.mark.corpus
def test_the_whole_corpus(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = folder()
    go_through(files_of(root), root, capsys)
