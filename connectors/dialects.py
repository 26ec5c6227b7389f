"""The kinds of databases there are: how each is reached, made to only read, streamed, and understood when it fails."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import socket
import sqlite3
import struct
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote

import psycopg
import pyarrow as pa
import pymysql
from pyarrow import csv
from pymysql.constants import FIELD_TYPE
from pymysql.cursors import SSCursor
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from cockpit.issues import Issue
from connectors.base import Unreachable, Unreadable

BATCH_ROWS = 20_000
BATCH_BYTES = 8 << 20
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


class Postgres(Dialect):
    grammar, driver = "postgres", "postgresql+psycopg"
    options = frozenset({"sslmode", "application_name", "host", "channel_binding", "gssencmode"})
    errors = (psycopg.Error,)
    _CODES: ClassVar[dict[str, str]] = {
        "42P01": "sql_name_missing",
        "3F000": "sql_name_missing",
        "42703": "sql_name_missing",
        "42501": "sql_not_permitted",
        "57014": "sql_timed_out",
        "25006": "sql_writes",
        "28P01": "sql_login_refused",
        "28000": "sql_login_refused",
        "3D000": "sql_database_missing",
    }
    _TRANSIENT = re.compile("08...|57P0[123]|53300|40001|40P01|25P0[34]")
    # A severity and two blanks: the server answered, in whatever language; all else is the client library's own word.
    _SERVER = re.compile(r"failed: [^:\s]+:  ")
    _BUSY = re.compile(r"starting up|shutting down|too many|recovery|connection slots", re.IGNORECASE)
    _LOGIN = re.compile(r"password authentication failed|no password supplied|pg_hba|role .* does not exist", re.I)
    _DATABASE = re.compile(r"database .* does not exist", re.IGNORECASE)

    watch: Watch

    def arguments(self) -> dict[str, Any]:
        def opened() -> psycopg.Connection:
            given: dict[str, Any] = self.url.translate_connect_args(username="user", database="dbname")
            given |= {**self.url.query, "connect_timeout": max(1, round(min(self.timeout, CONNECT_WITHIN)))}
            connection = psycopg.connect(**given, client_encoding="utf8", prepare_threshold=None)
            self.watch = Watch(connection.pgconn.socket, self.timeout)
            self.watch.seen()  # what is asked of the server at the start may stay without an answer, too
            return connection

        return {"creator": opened}

    def begin(self) -> None:
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        settings = {
            "statement_timeout": max(1, round(self.timeout * 1000)),
            "TimeZone": "UTC",
            "DateStyle": "ISO",
            "IntervalStyle": "iso_8601",
            "extra_float_digits": 1,
            "idle_in_transaction_session_timeout": 0,
        }
        self.run("SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items()))

    def close(self) -> None:
        super().close()
        if hasattr(self, "watch"):
            self.watch.end()

    def run(self, statement: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self.watch:
            return super().run(statement, params)

    @contextmanager
    def streamed(self, statement: str, params: Sequence[object] = ()) -> Iterator[Any]:
        with self.watch, self.driver_connection.cursor(name=f"c{secrets.token_hex(4)}") as cursor:
            cursor.itersize = BATCH_ROWS
            cursor.execute(statement, tuple(params))
            yield cursor

    def texts(self, statement: str, params: Sequence[object], names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        # COPY streams like a cursor and gives whole rows as bytes, which Arrow reads column by column.
        read = csv.ReadOptions(column_names=list(names), use_threads=False)
        convert = csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        )
        parse = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)

        def batch(pieces: list[Any], size: int) -> pa.RecordBatch:
            read.block_size = size + 1
            table = csv.read_csv(pa.BufferReader(b"".join(pieces)), read, parse, convert).combine_chunks()
            return table.to_batches()[0]

        pieces: list[Any] = []
        size = 0
        statement = f"COPY ({statement}) TO STDOUT (FORMAT csv)"
        with self.watch, self.driver_connection.cursor() as cursor, cursor.copy(statement, tuple(params)) as copy:
            for piece in copy:
                pieces.append(piece)
                size += len(piece)
                if size >= BATCH_BYTES:
                    self.watch.seen()
                    yield batch(pieces, size)
                    pieces, size = [], 0
                    self.watch.seen()
        if pieces:
            yield batch(pieces, size)

    def text(self, column: str, kind: object) -> str:
        return f"encode({column}, 'hex')" if kind == 17 else f"CAST({column} AS text)"

    def may_write(self) -> bool:
        found = self.run(
            "SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR EXISTS (SELECT 1 FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE"
            " 'pg\\_%%' AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'USAGE')"
            " AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))"
        )
        return bool(found[0][0])

    def code(self, error: BaseException) -> str:
        state = getattr(error, "sqlstate", None)
        if state:
            return "sql_unreachable" if self._TRANSIENT.fullmatch(state) else self._CODES.get(state, "sql_failed")
        text = str(error)
        if self._LOGIN.search(text):
            return "sql_login_refused"
        if self._DATABASE.search(text):
            return "sql_database_missing"
        if self._SERVER.search(text):
            return "sql_unreachable" if self._BUSY.search(text) else "sql_failed"
        lost = isinstance(error, OSError | psycopg.OperationalError)
        return "sql_unreachable" if lost or getattr(self.driver_connection, "broken", False) else "sql_failed"


class Watch:
    """Ends a connection on which nothing has moved for longer than a statement may take."""

    def __init__(self, descriptor: int, timeout: float) -> None:
        self._socket = socket.socket(fileno=os.dup(descriptor))
        self._limit = timeout * GRACE
        self._since: float | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def __enter__(self) -> None:
        self.seen()

    def __exit__(self, *_: object) -> None:
        self._since = None

    def seen(self) -> None:
        self._since = time.monotonic()

    def end(self) -> None:
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(min(1.0, self._limit / 4)):
            since = self._since
            if since is not None and time.monotonic() - since > self._limit:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class MySql(Dialect):
    grammar, driver = "mysql", "mysql+pymysql"
    options = frozenset({"charset", "unix_socket"})
    # what PyMySQL raises over a stream that breaks off in the middle of a packet
    errors = (pymysql.MySQLError, struct.error, AssertionError, IndexError, UnicodeDecodeError)
    _CODES: ClassVar[dict[int, str]] = {
        1146: "sql_name_missing",
        1054: "sql_name_missing",
        1049: "sql_database_missing",
        1045: "sql_login_refused",
        1044: "sql_not_permitted",
        1142: "sql_not_permitted",
        1143: "sql_not_permitted",
        1370: "sql_not_permitted",
        1227: "sql_not_permitted",
        1792: "sql_writes",
        1969: "sql_timed_out",
        3024: "sql_timed_out",
    }
    _TRANSIENT = frozenset((1040, 1053, 1158, 1159, 1160, 1161, 1205, 1213, 1927, 2002, 2003, 2006, 2013, 2014, 2055))
    _WRITING = re.compile(
        r"GRANT (?:ALL PRIVILEGES|.*\b(?:INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|SUPER|FILE|INDEX)\b).* ON ", re.I
    )
    _TEXTS = (FIELD_TYPE.VARCHAR, FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, *range(FIELD_TYPE.TINY_BLOB, 253))

    def arguments(self) -> dict[str, Any]:
        given: dict[str, Any] = {"connect_timeout": max(1, min(self.timeout, CONNECT_WITHIN)), "charset": "utf8mb4"}
        if self.url.password is not None:
            given["password"] = str(self.url.password).encode()  # the driver would take it as latin-1
        limit = self.timeout * GRACE
        given |= {"read_timeout": limit, "write_timeout": limit, "local_infile": False}
        return {"connect_args": given}

    def begin(self) -> None:
        version = str(self.run("SELECT version()")[0][0]).lower()
        if "mariadb" in version:
            self.run(f"SET SESSION max_statement_time = {self.timeout:.3f}")
        else:
            self.run(f"SET SESSION max_execution_time = {round(self.timeout * 1000)}")
        self.run("SET SESSION time_zone = '+00:00', net_write_timeout = 600")
        # a transaction that only reads would be ended by CREATE or DROP, and they done: the session must refuse, too
        self.run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        self.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    @contextmanager
    def streamed(self, statement: str, params: Sequence[object] = ()) -> Iterator[Any]:
        cursor = self.driver_connection.cursor(SSCursor)
        try:
            cursor.execute(statement, tuple(params))
            yield cursor
            cursor.close()  # reads what is left: only where nothing failed
        except BaseException:
            if cursor._result is not None:  # else the driver would read on when it forgets the result
                cursor._result.unbuffered_active = False
            raise

    def text(self, column: str, kind: object) -> str:
        if kind == FIELD_TYPE.BIT:
            return f"CAST({column} + 0 AS CHAR)"
        if kind == FIELD_TYPE.TIMESTAMP:
            return f"CONCAT({column}, '+00:00')"
        if kind == "bytes":
            return f"LOWER(HEX({column}))"
        return f"CAST({column} AS CHAR)"

    def exact(self, source: str, described: Sequence[tuple[str, object]]) -> dict[str, str]:
        # texts and bytes have the same type here; only their character set tells them apart
        names = [name for name, kind in described if kind in self._TEXTS]
        asked = ", ".join(f"CHARSET({self.quoted(name)})" for name in names)
        found = self.run(f"SELECT {asked} FROM {source} LIMIT 1") if names else []
        charsets = dict(zip(names, found[0], strict=True)) if found else {}
        kinds = {name: "bytes" if charsets.get(name) == "binary" else kind for name, kind in described}
        return super().exact(source, list(kinds.items()))

    def grouped(self, column: str) -> str:
        return f"CAST({column} AS BINARY)"

    def one_of(self, expression: str) -> str:
        return f"min({expression})"

    def may_write(self) -> bool:
        grants = [str(row[0]) for row in self.run("SHOW GRANTS")]
        return any(self._WRITING.match(grant) for grant in grants)

    def code(self, error: BaseException) -> str:
        if not isinstance(error, pymysql.MySQLError):
            return "sql_unreachable"
        number = error.args[0] if error.args and isinstance(error.args[0], int) else None
        if number in self._CODES:
            return self._CODES[number]
        broken = number is None or number in self._TRANSIENT
        return "sql_unreachable" if broken else "sql_failed"


class Sqlite(Dialect):
    grammar, driver, holder = "sqlite", "sqlite", "?"
    options = frozenset()
    errors = (sqlite3.Error,)
    attempt = "CREATE TABLE {name} (x)"  # the file is opened for reading only

    def arguments(self) -> dict[str, Any]:
        path = Path(self.url.database or "")
        if not path.is_file():
            refuse("sql_file_missing", file=str(path))
        address = f"file:{quote(str(path.resolve()))}?mode=ro"

        def opened() -> sqlite3.Connection:
            return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=5)

        return {"creator": opened}

    def begin(self) -> None:
        self.run("PRAGMA query_only = ON")
        self.run("BEGIN")
        began = time.monotonic()
        self.driver_connection.set_progress_handler(lambda: time.monotonic() - began > self.timeout, 20_000)
        self.run("SELECT count(*) FROM sqlite_master")  # from here on the file is seen as it stands now

    def text(self, column: str, kind: object) -> str:
        return f"CASE typeof({column}) WHEN 'blob' THEN lower(hex({column})) ELSE CAST({column} AS TEXT) END"

    def grouped(self, column: str) -> str:
        return f"{column} COLLATE BINARY"

    def bound(self, value: object) -> object:
        if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() else float(value)
        return value.isoformat(" ") if isinstance(value, datetime) else str(value) if isinstance(value, date) else value

    def tables(self) -> list[str]:
        return [
            name for (name,) in self.run("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY 1")
        ]

    def may_write(self) -> bool:
        return os.access(str(self.url.database), os.W_OK)

    def place(self) -> str:
        return str(self.url.database)

    def code(self, error: BaseException) -> str:
        text = str(error)
        if "no such table" in text or "no such column" in text:
            return "sql_name_missing"
        if "readonly" in text or "read-only" in text:
            return "sql_writes"
        if "interrupted" in text:
            return "sql_timed_out"
        return "sql_unreachable" if "locked" in text or "busy" in text else "sql_failed"
