"""The way of an upload: read in a limited process, recognised, cleaned, checked, staged for the warehouse."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from cockpit.intake import rejects, sandbox
from cockpit.intake.clean import Source, clean, headers_of
from cockpit.intake.layout import text_of
from cockpit.intake.recognise import SPECIAL, Layout, Unrecognised, View, Wishes, recognise
from cockpit.intake.rejects import Marks
from cockpit.intake.sandbox import ReadSheet, Sandbox
from cockpit.intake.titles import Fact
from cockpit.intake.vocabulary import Vocabulary
from cockpit.issues import Issue
from cockpit.model import TABLES
from cockpit.warehouse.staging import PartStatus, StagedPart

SAMPLE_ROWS = 200


@dataclass(frozen=True)
class UploadedFile:
    """A file as a person knows it (`name`) and where its bytes lie."""

    name: str
    path: Path


@dataclass(frozen=True)
class ConnectorRef:
    """Where the child process finds a connector (``module:attribute``), and its settings."""

    target: str
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadOptions:
    """What a person says about the files. `zone` is the ledger's; `map` gives columns by header or ``#position``.

    `set` gives one value for a field, or ``date_order`` (dmy, mdy), ``decimal`` (, or .) and ``year``. `as_of` is the
    instant the export stands for; without offset it is UTC.
    """

    table: str | None = None
    process: str | None = None
    department: str | None = None
    sheet: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)
    set: Mapping[str, str] = field(default_factory=dict)
    language: str = "zh_CN"
    zone: str = "Asia/Shanghai"
    as_of: datetime | None = None
    force: bool = False


@dataclass(frozen=True)
class Progress:
    """Where a load is: stage (``reading``, ``cleaning``, ``done``), the file, files done of all, rows so far."""

    stage: str
    file: str
    files_done: int
    files: int
    rows: int


Recall = Callable[[int, int], tuple[str, Mapping[str, str]] | None]
References = Callable[[duckdb.DuckDBPyConnection, StagedPart], list[Issue]]


def stage(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[UploadedFile],
    options: LoadOptions,
    progress: Callable[[Progress], None],
    connectors: Sequence[ConnectorRef],
    workers: Sandbox | None = None,
    recall: Recall | None = None,
    references: References | None = None,
    spool: Path | None = None,
) -> list[StagedPart]:
    """Every file's sheets as parts, their rows in temp tables of `con`; nothing else is changed.

    Whatever is wrong with a file is an issue of its part, never an exception. What is read lies in `spool` on its way;
    SystemFailure where there is no room. `recall` tells the table and mapping of
    a delivery's part (delivery, part), for rejects files that come back. `references` looks at a staged part and says
    which materials, partners … no master knows; that never holds a part.
    """
    pool = workers or sandbox.shared()
    parts: list[StagedPart] = []
    for done, file in enumerate(files):

        def tell(stage_name: str, rows: int, file: UploadedFile = file, done: int = done) -> None:
            progress(Progress(stage_name, file.name, done, len(files), rows))

        tell("reading", 0)
        staged = _File(con, file, connectors, options, tell, pool, recall, spool).stage()
        if references is not None:
            for part in staged:
                part.issues += references(con, part) if part.staged and part.status in ("ready", "held") else []
        parts += staged
        tell("done", sum(part.rows_read for part in parts))
    return parts


class _File:
    """One file on its way."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        file: UploadedFile,
        connectors: Sequence[ConnectorRef],
        options: LoadOptions,
        tell: Callable[[str, int], None],
        pool: Sandbox,
        recall: Recall | None,
        spool: Path | None,
    ) -> None:
        self.con, self.file, self.connectors, self.options = con, file, connectors, options
        self.tell, self.pool, self.recall, self.spool = tell, pool, recall, spool
        self.sha256, self.size = _sha256(file.path), file.path.stat().st_size
        self.vocabulary = Vocabulary(TABLES)
        self.connector = ""

    def stage(self) -> list[StagedPart]:
        unknown = self._unknown_table()
        if unknown:
            return [self._part(None, [unknown], "blocked")]
        with self.pool.read(
            self.file.path,
            self.file.name,
            [(connector.target, connector.settings) for connector in self.connectors],
            lambda rows: self.tell("reading", rows),
            self.spool,
            self.sha256,
        ) as read:
            self.connector = read.connector or ""
            issues = list(read.issues)
            if any(issue.severity == "error" for issue in issues):
                return [self._part(None, issues, "blocked")]
            sheets = [sheet for sheet in read.sheets if self.options.sheet in (None, sheet.name)]
            if not sheets:
                names = ", ".join(sheet.name or "" for sheet in read.sheets)
                params = {"sheet": self.options.sheet or "", "sheets": names}
                return [self._part(None, [*issues, Issue("sheet_missing", "error", params=params)], "blocked")]
            parts = [self._stage_sheet(sheet) for sheet in sheets]
        parts[0].issues[:0] = issues
        return _settle(parts, chosen=self.options.sheet is not None)

    def _unknown_table(self) -> Issue | None:
        if self.options.table is not None and self.options.table not in TABLES:
            return Issue("table_unknown", "error", params={"table": self.options.table, "tables": ", ".join(TABLES)})
        return None

    def _part(self, sheet: str | None, issues: list[Issue], status: PartStatus, rows: int = 0) -> StagedPart:
        """A part that brings nothing; all its `rows` are skipped."""
        part = StagedPart(self.file.name, self.sha256, sheet, self.connector, None, issues=issues, status=status)
        part.department = self.options.department
        return replace(part, size=self.size, rows_read=rows, rows_skipped=rows)

    def _stage_sheet(self, sheet: ReadSheet) -> StagedPart:
        issues = list(sheet.issues)
        if any(issue.severity == "error" for issue in issues):
            return self._part(sheet.name, issues, "blocked")
        if sheet.cells is None or sheet.cells.num_columns < 2:
            return self._part(sheet.name, issues or [Issue("sheet_empty", "note")], "ignored", sheet.rows)
        rows = [list(row.values())[1:] for row in sheet.cells.slice(0, SAMPLE_ROWS).to_pylist()]
        marks = rejects.find_marks(rows)
        lines = [row[: marks.column] if marks else row for row in rows]
        view = View(lines, sheet.name, self.file.name, self._wishes(sheet, marks), self._as_of_day())
        layout = recognise(view, self.vocabulary)
        if isinstance(layout, Unrecognised):
            status: PartStatus = "ignored" if layout.hopeless else "blocked"
            return self._part(sheet.name, [*issues, layout.issue], status, sheet.rows)
        conflict = _twins_differ(sheet.cells, layout)
        if conflict is not None and conflict.severity == "error":
            return self._part(sheet.name, [*issues, conflict], "blocked", sheet.rows)
        issues += [conflict] if conflict is not None else []
        return self._stage_table(sheet, layout, issues, marks)

    def _wishes(self, sheet: ReadSheet, marks: Marks | None) -> Wishes:
        options = self.options
        table, columns = options.table, dict(options.map)
        if marks is not None and self.recall is not None:
            known = self.recall(marks.delivery, marks.part)
            if known is not None:
                table, columns = known[0], {**known[1], **columns}
        return Wishes(table, columns, dict(options.set))

    def _as_of_day(self) -> str | None:
        """The local day of the instant the export stands for."""
        instant = self.options.as_of
        if instant is None:
            return None
        placed = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        return placed.astimezone(ZoneInfo(self.options.zone)).date().isoformat()

    def _stage_table(self, sheet: ReadSheet, layout: Layout, issues: list[Issue], marks: Marks | None) -> StagedPart:
        assert sheet.cells is not None
        self.tell("cleaning", sheet.rows)
        prefix = f"intake_{uuid.uuid4().hex[:12]}"
        width = marks.column if marks else sheet.cells.num_columns - 1
        titles = [text for row in self._head(sheet, layout) for cell in row if (text := text_of(cell))]
        self.con.register(prefix, sheet.cells)
        try:
            source = Source(
                prefix,
                sheet.rows,
                width,
                sheet.rounded,
                (*titles, sheet.name or "", self.file.name),
                marks.expression if marks else None,
            )
            settings = {name: value for name, value in self.options.set.items() if name in SPECIAL}
            cleaned = clean(self.con, source, self._with_defaults(layout), self.options.zone, settings, prefix)
        finally:
            self.con.unregister(prefix)
        own = layout.header_last - layout.header_first + 1 if layout.header_last >= 0 else 0
        read = sheet.cells.num_rows - own
        issues += [*layout.issues, *cleaned.issues]
        if sheet.hidden:
            issues.append(Issue("sheet_is_hidden", "warning"))
        part = replace(
            self._part(sheet.name, issues, "held" if cleaned.held else "ready"),
            table=layout.table.name,
            header_row=layout.header_last + 1 or None,
            mapping={name: layout.headers[place] for name, place in layout.columns.items()},
            rows_read=read,
            rows_rejected=cleaned.rejected,
            rows_skipped=cleaned.skipped,
            staged=cleaned.staged,
            rejects=cleaned.rejects,
            headers=headers_of(layout, width),
            completes=marks.delivery if marks else None,
        )
        if cleaned.ready + cleaned.rejected + cleaned.skipped != read:
            counts = {"read": read, "ready": cleaned.ready, "rejected": cleaned.rejected, "skipped": cleaned.skipped}
            return _block(part, Issue("row_count_differs", "error", params=counts))
        if cleaned.ready + cleaned.rejected == 0:
            return _block(part, Issue("no_data_rows", "error"))
        return part

    def _with_defaults(self, layout: Layout) -> Layout:
        """The layout with the process and department a person named, where the sheet says nothing of them."""
        facts = dict(layout.facts)
        for name, value in (("process", self.options.process), ("department", self.options.department)):
            if value and layout.table.has(name) and name not in layout.columns and name not in facts:
                facts[name] = Fact(value, f"--{name}")
        return replace(layout, facts=facts)

    def _head(self, sheet: ReadSheet, layout: Layout) -> list[list[str | None]]:
        assert sheet.cells is not None
        return [list(row.values())[1:] for row in sheet.cells.slice(0, max(0, layout.header_first)).to_pylist()]


def _twins_differ(cells: pa.Table, layout: Layout) -> Issue | None:
    """The first line of the whole sheet in which a second column of a field says something else."""
    for pair in layout.twins:
        below = cells.slice(layout.header_last + 1)
        one, other = (below.column(place + 1).combine_chunks() for place in (pair.one, pair.other))
        differs = pc.and_(pc.is_valid(other), pc.invert(pc.fill_null(pc.equal(one, other), False)))
        found = pc.index(differs, True).as_py()
        if found >= 0:
            line = below.column(0)[found].as_py()
            return pair.differ(line, one[found].as_py(), other[found].as_py())
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _block(part: StagedPart, issue: Issue) -> StagedPart:
    return replace(
        part,
        status="blocked",
        table=None,
        staged=None,
        rejects=None,
        rows_rejected=0,
        rows_skipped=part.rows_read,
        issues=[*part.issues, issue],
    )


def _settle(parts: list[StagedPart], chosen: bool) -> list[StagedPart]:
    """A sheet nobody recognises is set aside beside one that is a table; alone it blocks the file."""
    good = [part for part in parts if part.status in ("ready", "held")]
    if good and not chosen:
        for part in parts:
            if part.status == "blocked" and any(issue.code in SET_ASIDE for issue in part.issues):
                part.status = "ignored"
                part.issues = [replace(i, severity="warning") if i.severity == "error" else i for i in part.issues]
    elif not good and all(part.status == "ignored" for part in parts):
        parts[0].status = "blocked"
        parts[0].issues.append(Issue("no_table_in_file", "error"))
    return parts


# Reasons for which a sheet is only a helper beside the real one.
SET_ASIDE = frozenset(
    {
        "header_not_found",
        "table_not_recognised",
        "table_ambiguous",
        "required_column_missing",
        "alternative_columns_missing",
        "no_data_rows",
        "mapped_header_missing",
        "field_unknown",
    }
)
