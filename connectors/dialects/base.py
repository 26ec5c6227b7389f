"""What every kind of database can do: be reached, made to only read, streamed, and understood when it fails."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote

import pyarrow as pa
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from cockpit.issues import Issue
from connectors.base import Unreachable, Unreadable

BATCH_ROWS = 20_000
CONNECT_WITHIN = 15  # seconds
GRACE = 1.2  # times the longest a statement may run: so long may a line be silent


def refuse(code: str, **params: object) -> NoReturn:
    """Says that the source cannot be read as asked."""
    raise Unreadable(Issue(code, "error", params=params))


class Dialect(ABC):
    """One open connection of one kind of database, and how that kind says things."""

    grammar: ClassVar[str]
    driver: ClassVar[str]
    options: ClassVar[frozenset[str]]  # what an address may add; nothing that reaches files or code
    holder: ClassVar[str] = "%s"
    errors: ClassVar[tuple[type[BaseException], ...]]
    attempt: ClassVar[str] = "DROP TABLE IF EXISTS {name}"  # changes nothing even where it is allowed

    def __init__(self, url: URL, timeout: float) -> None:
        self.url, self.timeout = url, timeout
        self.secrets = [text for text in (url.password, quote(url.password or "", safe="")) if text]
        self.driver_connection: Any = None

    def connect(self) -> None:
        """Opens the connection, outside any transaction."""
        self.engine = create_engine(
            self.url, poolclass=NullPool, hide_parameters=True, isolation_level="AUTOCOMMIT", **self.arguments()
        )
        self.connection = self.engine.connect()
        self.driver_connection = self.connection.connection.driver_connection

    def arguments(self) -> dict[str, Any]:
        return {}

    @abstractmethod
    def begin(self) -> None:
        """Starts the transaction that only reads, and sees the database as it stands now."""

    def close(self) -> None:
        """Ends the connection whatever state it is in; what was begun is never committed."""
        if self.driver_connection is not None:
            with contextlib.suppress(Exception):
                self.connection.invalidate()
            with contextlib.suppress(Exception):
                self.connection.close()

    def run(self, statement: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result; a percent sign in `statement` is written twice."""
        with contextlib.closing(self.driver_connection.cursor()) as cursor:
            cursor.execute(statement, tuple(params))
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    @contextmanager
    def streamed(self, statement: str, params: Sequence[object] = ()) -> Iterator[Any]:
        """A cursor whose rows stay with the server until they are fetched."""
        with contextlib.closing(self.driver_connection.cursor()) as cursor:
            cursor.execute(statement, tuple(params))
            yield cursor

    def texts(self, statement: str, params: Sequence[object], names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows of a statement whose columns are all texts."""
        with self.streamed(statement, params) as cursor:
            while rows := cursor.fetchmany(BATCH_ROWS):
                yield pa.RecordBatch.from_arrays(
                    [pa.array(column, pa.string()) for column in zip(*rows, strict=True)], names=list(names)
                )

    def quoted(self, name: str) -> str:
        return str(self.engine.dialect.identifier_preparer.quote_identifier(name))

    def plain(self, text: str) -> str:
        """A text that becomes part of a statement."""
        return text.replace("%", "%%") if self.holder == "%s" else text

    @abstractmethod
    def text(self, column: str, kind: object) -> str:
        """SQL for a column's value as an exact text; `kind` as the driver describes it."""

    def exact(self, source: str, described: Sequence[tuple[str, object]]) -> dict[str, str]:
        """SQL for the exact text of every column of `source`, by name."""
        return {name: self.text(self.quoted(name), kind) for name, kind in described}

    def grouped(self, column: str) -> str:
        """SQL by which values are told apart exactly."""
        return column

    def one_of(self, expression: str) -> str:
        """SQL for the value of a group in which all are the same."""
        return expression

    def bound(self, value: object) -> object:
        return value

    @abstractmethod
    def may_write(self) -> bool:
        """Whether the account could change data in a transaction of its own."""

    def tables(self) -> list[str]:
        """Names of what can be read, for a message."""
        rows = self.run(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN"
            " ('pg_catalog', 'information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY 1, 2"
        )
        return [f"{schema}.{table}" for schema, table in rows]

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turns what a driver raises into a finding without secrets."""
        failures: tuple[type[BaseException], ...] = (*self.errors, SQLAlchemyError, OSError)
        try:
            yield
        except failures as error:
            said = error.orig if isinstance(error, DBAPIError) else None
            raise self.finding(said or error) from None

    @abstractmethod
    def code(self, error: BaseException) -> str:
        """What befell, as a code; ``sql_unreachable`` where another try may do."""

    def finding(self, error: BaseException) -> Unreadable:
        detail = " ".join(str(error).split())
        for secret in self.secrets:
            detail = detail.replace(secret, "***")
        code = self.code(error)
        params = {"detail": detail[:300], "host": self.place(), "seconds": round(self.timeout)}
        kind = Unreachable if code == "sql_unreachable" else Unreadable
        return kind(Issue(code, "error", params=params))

    def place(self) -> str:
        return f"{self.url.host or ''}{f':{self.url.port}' if self.url.port else ''}"
