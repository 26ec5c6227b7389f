"""SQLite: an existing file, opened for reading only."""

from __future__ import annotations

import os
import sqlite3
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from connectors.dialects.base import Dialect, refuse


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
