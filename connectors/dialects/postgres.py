"""PostgreSQL: rows come by COPY as bytes that are read column by column; a silent line is ended."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import psycopg
import pyarrow as pa
from pyarrow import csv

from connectors.dialects.base import BATCH_ROWS, CONNECT_WITHIN, GRACE, Dialect

BATCH_BYTES = 8 << 20


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
            try:
                for piece in copy:
                    pieces.append(piece)
                    size += len(piece)
                    if size >= BATCH_BYTES:
                        yield batch(pieces, size)
                        pieces, size = [], 0
                        self.watch.seen()
            except BaseException:
                self.driver_connection.close()  # else the driver would wait for the rest, which may never come
                raise
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
