"""Where a command stands: the reader's language, the sources, and how answers reach people or programs."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from cockpit.errors import UsageError
from cockpit.locale import Language, catalogue, t
from cockpit.service import Cockpit
from cockpit.service.sample import Sample
from cockpit.settings import settings

PROGRAM = "python -m cockpit"
SHORT = 30  # a value up to this long stays on one line, so that names can be copied
LONGEST_PIPED = 10_000  # characters that may be piped into a command
PIPED_WIDTH = 200  # where nobody tells how wide the page is


class Answered(Exception):
    """Another process ran the command line and its answer was shown; `status` is its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _console(stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    return console


def screen(console: Console) -> Mapping[str, Any]:
    """What a console's screen can show, as `distant` takes it."""
    terminal = console.is_terminal and not console.is_dumb_terminal
    return {"width": console.width, "terminal": terminal, "color": console.color_system}


def distant(file: IO[str], width: int, terminal: bool, color: Any) -> Console:
    """A console that writes to `file` what another process's screen of this kind shows."""
    return Console(
        file=file, highlight=False, width=width, force_terminal=terminal, color_system=color, legacy_windows=False
    )


def _folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # somebody removed it; absolute paths still lead somewhere
        return Path()


def opened(desk: Desk) -> AbstractContextManager[Cockpit]:
    """The warehouse, opened by this process alone."""
    return Cockpit.open(settings(), desk.connectors, desk.sample)


def _stays() -> None:
    """Whoever sits before the screen stays until the command ends it."""


@dataclass
class Desk:
    """What every command works with: the sources and the sample company it was handed, the reader's language, and where
    answers go.

    What comes through a pipe is `piped`, read once by the process whose pipe it is. With `as_json` exactly one JSON
    document goes to standard output; everything else goes to standard error. Relative paths begin in `folder`. `door`
    leads to the warehouse: it opens it, or raises `Answered` where another process owns it and did the work. `stay`
    raises SystemFailure once nobody waits for the answer any more.
    """

    connectors: Sequence[Any]
    sample: Sample | None
    language: Language
    as_json: bool = False
    out: Console = field(default_factory=lambda: _console(stderr=False))
    err: Console = field(default_factory=lambda: _console(stderr=True))
    folder: Path = field(default_factory=_folder)
    door: Callable[[Desk], AbstractContextManager[Cockpit]] = opened
    stay: Callable[[], None] = _stays
    piped: str | None = None

    def read_pipe(self) -> str:
        """What was piped into the command, without the line's end. UsageError where it is no text, or too long."""
        if self.piped is None:
            try:
                self.piped = sys.stdin.read(LONGEST_PIPED + 1)
            except ValueError as error:
                raise UsageError("pipe_not_readable") from error
        if len(self.piped) > LONGEST_PIPED:
            raise UsageError("pipe_not_readable")
        return self.piped.rstrip("\r\n")

    @contextmanager
    def open(self) -> Iterator[Cockpit]:
        with self.door(self) as cockpit:
            yield cockpit

    def placed(self, value: Any) -> Any:
        """A value from the command line, paths in it made absolute: the process that opens them may stand elsewhere."""
        if isinstance(value, Path):
            return self.folder / value
        return [self.placed(each) for each in value] if isinstance(value, list) else value

    def text(self, key: str, **params: Any) -> str:
        return t(f"cli.{key}", self.language, **params)

    def say(self, key: str, **params: Any) -> None:
        """A sentence for people; with --json nobody reads it."""
        if not self.as_json:
            self.out.print(Text(self.text(key, **params)), soft_wrap=True)

    def json(self, document: Any) -> None:
        """The one document of --json."""
        if self.as_json:
            self.out.file.write(json.dumps(plain(document), ensure_ascii=False, allow_nan=False) + "\n")
            self.out.file.flush()

    def table(self, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows for people: `columns` are keys of `rows`, their headings stand below ``cli.column.``."""
        if self.as_json:
            return
        shown = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            key = f"cli.column.{column}"
            heading = t(key, self.language) if key in catalogue(self.language) else column
            numeric = any(isinstance(row.get(column), int | float | Decimal) for row in rows)
            short = all(len(self.cell(row.get(column))) <= SHORT for row in rows)
            shown.add_column(heading, justify="right" if numeric else "left", overflow="fold", no_wrap=short)
        for row in rows:
            shown.add_row(*(Text(self.cell(row.get(column))) for column in columns))
        self.out.print(shown)

    def cell(self, value: Any) -> str:
        """One value as people read it; missing is a dash and never a zero."""
        if value is None or value == "":
            return "–"
        if isinstance(value, bool):
            return self.text("yes" if value else "no")
        if isinstance(value, float | Decimal):
            return f"{value:,.2f}"
        if isinstance(value, datetime):
            return value.isoformat(" ", "minutes")
        if isinstance(value, Mapping):
            return ", ".join(f"{name}={self.cell(inner)}" for name, inner in value.items())
        if isinstance(value, tuple | list):
            return ", ".join(self.cell(inner) for inner in value)
        return str(value)

    @contextmanager
    def progress(self, key: str) -> Iterator[Callable[[int, int], None]]:
        """A line on standard error that counts along: the callback takes done and total (0 while unknown)."""
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed}/{task.total}"))
        shown = Progress(
            *columns,
            console=self.err,
            transient=True,
            disable=not self.err.is_terminal,
            redirect_stdout=False,  # in a server these are not this command's
            redirect_stderr=False,
        )

        def count(done: int, total: int) -> None:
            self.stay()
            shown.update(task, completed=done, total=total or None)

        with shown:
            task = shown.add_task(self.text(key), total=None)
            yield count


def plain(value: Any) -> Any:
    """Results as JSON knows them: days and instants as ISO text, decimals as numbers, results as their fields."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Path):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    return value
