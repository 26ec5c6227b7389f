"""MariaDB and MySQL: the session only reads, texts are taken as UTF-8, rows stay with the server until fetched."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.cursors import SSCursor

from connectors.dialects.base import CONNECT_WITHIN, GRACE, Dialect


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
