"""What every source of data can do: know its own, hand over its tables as text in batches, say what it delivers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc
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
    """A source. `delivers` names the canonical tables it fills; empty means that its content decides."""

    name: ClassVar[str]
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


def numbered(columns: Mapping[str, pa.Array], rows: int, lines: pa.Array | None = None) -> pa.RecordBatch:
    """A batch of text columns with their line numbers in front; without `lines` the rows are lines 1 to `rows`."""
    if lines is None:
        lines = pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), rows)) if rows else pa.array([], pa.int64())
    return pa.RecordBatch.from_arrays([lines, *columns.values()], names=[LINE, *columns])
