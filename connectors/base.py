"""What every source of data can do: know its own, hand over its tables as text in batches, say what it delivers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from cockpit.issues import Issue

LINE = "_row"


class Settings(BaseModel):
    """Settings of a connector; unknown names are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Unreadable(Exception):
    """The source cannot be read as tables at all; `issue` says why and what to do."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.code)
        self.issue = issue


class Unreachable(Unreadable):
    """The source gave no answer, or broke off in it; another try may succeed."""


@dataclass
class Extract:
    """One table-like piece of a source: a sheet, a text file, a relation.

    `batches` give the column ``_row`` (int64, the line in the file, 1 = first) and then text columns of any name, all
    strings, null where the source has nothing. `headers` are the column names where the source knows them for sure
    (a database); otherwise they are among the cells. `issues` and `rounded` are complete once `batches` are read.
    `rounded` maps a column's position to the first line where the source kept a code as a number that is too long to
    be exact.
    """

    name: str | None
    batches: Iterable[pa.RecordBatch]
    hidden: bool = False
    headers: tuple[str, ...] | None = None
    issues: list[Issue] = field(default_factory=list)
    rounded: dict[int, int] = field(default_factory=dict)


class Connector(ABC):
    """A source. `delivers` names the canonical tables it fills; empty means that its content decides.

    `files` is false for a source that is connected to instead of being handed over as a file.
    """

    name: ClassVar[str]
    files: ClassVar[bool] = True
    delivers: ClassVar[frozenset[str]] = frozenset()
    settings: ClassVar[type[Settings]] = Settings

    @abstractmethod
    def identify(self, name: str, head: bytes) -> bool:
        """Whether a file of that name which begins with `head` (up to 4,096 bytes) is this source's."""

    @abstractmethod
    def extract(
        self, name: str, path: Path | None, scratch: Path, settings: Settings, progress: Callable[[int], None]
    ) -> Iterator[Extract]:
        """The pieces of the source, one after the other; `progress` is told the rows read so far.

        `name` is the file as its user knows it and `path` where its bytes lie, None for a connection. `scratch` is a
        folder the connector may write to. Raises `Unreadable` where nothing can be read.
        """


@dataclass(frozen=True)
class Mark:
    """How far a column that grows with every change was read: its value as text, and what kind of value it is."""

    kind: str  # instant, day, number, text
    text: str


@dataclass(frozen=True)
class Changed:
    """The documents (`key`: source columns) of which some row has a `cursor` at or after `since` less `overlap`.

    `overlap` is a span such as ``3 days`` for instants and days, a whole number for numbers.
    """

    key: tuple[str, ...]
    cursor: str
    since: Mark
    overlap: str | None = None


@dataclass(frozen=True)
class Named:
    """The documents whose `key` columns have these values, as `Relation.documents` gave them."""

    key: tuple[str, ...]
    values: Sequence[tuple[object, ...]]


@dataclass(frozen=True)
class Examined:
    """What a look at a connection found: whether our transaction refuses to write, and whether the account could."""

    refuses_writing: bool
    account_may_write: bool
    rows: int


class Relation(ABC):
    """A table, view or query of a database as it stood at one instant; everything asked of it is of that instant.

    Every method raises `Unreachable` where the connection fails and `Unreadable` where the question does.
    """

    name: str
    columns: tuple[str, ...]  # as the database spells them, in its order

    @abstractmethod
    def count(self) -> int:
        """Rows in all."""

    @abstractmethod
    def newest(self, column: str) -> Mark | None:
        """The greatest value of a column; None where it has none."""

    @abstractmethod
    def read(self, columns: Sequence[str], wanted: Changed | Named | None, progress: Callable[[int], None]) -> Extract:
        """The rows of the `wanted` documents, of all without; `columns` as text, exactly what is stored."""

    @abstractmethod
    def documents(self, key: Sequence[str]) -> Iterator[tuple[pa.RecordBatch, list[tuple[object, ...]]]]:
        """Every document: the texts of its key columns ``k0`` … and its number of rows ``_rows``, and the values that
        `Named` takes."""

    @abstractmethod
    def examine(self) -> Examined:
        """Proves that the transaction cannot write, without ever writing."""


class Database(Connector):
    """A source that is connected to."""

    files: ClassVar[bool] = False

    def identify(self, name: str, head: bytes) -> bool:
        return False

    @abstractmethod
    def check(self, settings: Settings) -> None:
        """Raises `Unreadable` where the settings cannot be taken, without connecting."""

    @abstractmethod
    def open(self, settings: Settings) -> AbstractContextManager[Relation]:
        """Connects, and looks at one relation in a transaction that only reads."""


def numbered(columns: Mapping[str, pa.Array], rows: int, lines: pa.Array | None = None) -> pa.RecordBatch:
    """A batch of text columns with their line numbers in front; without `lines` the rows are lines 1 to `rows`."""
    if lines is None:
        lines = pa.arange(1, rows + 1)
    return pa.RecordBatch.from_arrays([lines, *columns.values()], names=[LINE, *columns])
