"""What an intake hands over: one part of a delivery (a file or a sheet), its rows staged and its findings beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cockpit.issues import Issue

PartStatus = Literal["ready", "held", "blocked", "ignored"]


@dataclass(frozen=True)
class Reading:
    """What a part that was read from a connected source knows of it; it is kept with the delivery and follows its undo.

    `origin` names the source, `definition` marks how it was read. `keys` names a temp table ``(_row, key UUID)`` of
    every row read, rejects included: `key` stands for the document as the source tells it apart, and its rows are
    complete. `vanished` names one ``(key UUID)`` of known documents the source has no longer. `lasting` is false where
    what was delivered before stays although the source shows it no more (a balance of an earlier day).
    """

    origin: str
    definition: str
    cursor_kind: str | None
    cursor: str | None
    decisions: str
    keys: str
    vanished: str
    lasting: bool = True


@dataclass
class StagedPart:
    """One sheet or file, cleaned and waiting in temp relations of the session's cursor.

    `staged` names a temp table or view with every model column of `table` except ``ledger`` (missing ones null) and
    ``_row``, the line in the file (1 = first). `rejects` names one with ``_row``, ``cells`` (the original texts in the
    order of `headers`) and ``reasons`` (a JSON list of ``{code, column, value}``). Always: rows_read = rows in
    `staged` + rows_rejected + rows_skipped. `size` is the file's, in bytes. `completes` is the delivery whose rejects
    this part brings back; `staged` then has one more column ``_mark VARCHAR``, the row mark ``part:line`` of the
    rejected row each line stands for. `department` is the one that was named as the part's own.
    """

    file: str
    sha256: str
    sheet: str | None
    connector: str
    table: str | None
    header_row: int | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    rows_read: int = 0
    rows_rejected: int = 0
    rows_skipped: int = 0
    issues: list[Issue] = field(default_factory=list)
    status: PartStatus = "ready"
    staged: str | None = None
    rejects: str | None = None
    headers: list[str] = field(default_factory=list)
    completes: int | None = None
    size: int = 0
    reading: Reading | None = None
    department: str | None = None
