"""A table, a view or a query on an open connection: what it holds, told exactly as it is stored."""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from sqlglot import exp

from cockpit.issues import Issue
from connectors.base import Changed, Examined, Extract, Mark, Named, Relation, Unreadable, numbered
from connectors.dialects import BATCH_ROWS, Dialect, MySql, Postgres, Sqlite, refuse

KEYS_AT_ONCE = 1_000
NAMES_SHOWN = 20
_SPAN = re.compile(r"(\d+)\s*(second|minute|hour|day|week)s?", re.IGNORECASE)
_NAME_PART = re.compile(r'"((?:[^"]|"")+)"|([^.]+)')


DIALECTS: dict[str, type[Dialect]] = {
    **dict.fromkeys(("postgresql", "postgresql+psycopg"), Postgres),
    **dict.fromkeys(("mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql"), MySql),
    **dict.fromkeys(("sqlite", "sqlite+pysqlite"), Sqlite),
}


def dialect_of(address: SecretStr, timeout: float) -> Dialect:
    """The kind of database an address names; refuses others and options that reach files or code."""
    try:
        url = make_url(address.get_secret_value())
    except (ArgumentError, ValueError):
        url = None  # the error of the parser shows the whole address
    if url is None:
        refuse("sql_url_not_readable")
    kind = DIALECTS.get(url.drivername)
    if kind is None:
        refuse("sql_driver_unknown", driver=url.drivername, drivers=", ".join(sorted(DIALECTS)))
    for name, value in url.query.items():
        socket_folder = name != "host" or str(value).startswith("/")
        if name not in kind.options or not isinstance(value, str) or not socket_folder:
            refuse("sql_option_refused", option=name, options=", ".join(sorted(kind.options)) or "–")
    if kind is Sqlite and not url.database:
        refuse("sql_file_missing", file="")
    return kind(url.set(drivername=kind.driver), timeout)


def check_query(text: str, grammar: str) -> None:
    """Refuses what is not one SELECT. It serves clear messages; what protects the source is the transaction."""
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        statements = [one for one in sqlglot.parse(text, read=grammar) if one is not None]
    except sqlglot.errors.SqlglotError as error:
        place = getattr(error, "errors", None) or [{}]
        refuse("sql_query_not_readable", line=place[0].get("line") or 1, near=place[0].get("highlight") or "")
    if len(statements) != 1:
        refuse("sql_query_not_one", statements=len(statements))
    writing = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Command, exp.Into, exp.Lock)
    if not isinstance(statements[0], exp.Query) or next(statements[0].find_all(*writing), None) is not None:
        refuse("sql_query_not_a_select")


class Opened(Relation):
    """What is read from one open connection: the relation of that name, or the `query` that goes by it."""

    def __init__(self, dialect: Dialect, name: str, query: str | None) -> None:
        self.dialect = dialect
        self.name = name
        if query is not None:
            self.source = f"({dialect.plain(query.strip().rstrip(';'))}\n) AS source"
        else:
            parts = [(inner.replace('""', '"') or bare) for inner, bare in _NAME_PART.findall(self.name)]
            self.source = ".".join(dialect.quoted(part) for part in parts)
        self._describe()

    def _describe(self) -> None:
        try:
            with self.dialect.told(), self.dialect.streamed(f"SELECT * FROM {self.source} WHERE 1 = 0") as cursor:
                cursor.fetchall()
                described = [(str(column[0]), column[1]) for column in cursor.description]
        except Unreadable as error:
            if error.issue.code == "sql_name_missing" and self.source[:1] != "(":
                self._missing(error)
            raise
        self.columns = tuple(name for name, _ in described)
        doubled = {name for name in self.columns if self.columns.count(name) > 1}
        if doubled:
            refuse("sql_columns_doubled", columns=", ".join(sorted(doubled)))
        with self.dialect.told():
            self._texts = self.dialect.exact(self.source, described)

    def _missing(self, error: Unreadable) -> NoReturn:
        with self.dialect.told():
            with contextlib.suppress(Exception):
                self.dialect.run("ROLLBACK")
            names = self.dialect.tables()
        near = get_close_matches(self.name, names, NAMES_SHOWN, 0.5)
        shown = [*near, *(name for name in names if name not in near)][:NAMES_SHOWN]
        raise Unreadable(
            Issue("sql_relation_missing", "error", params={"relation": self.name, "names": ", ".join(shown) or "–"})
        ) from error

    def _column(self, name: str) -> str:
        return self.dialect.quoted(name)

    def count(self) -> int:
        with self.dialect.told():
            return int(self.dialect.run(f"SELECT count(*) FROM {self.source}")[0][0])

    def newest(self, column: str) -> Mark | None:
        with self.dialect.told():
            value = self.dialect.run(f"SELECT max({self._column(column)}) FROM {self.source}")[0][0]
        if value is None:
            return None
        if isinstance(value, datetime):
            return Mark("instant", value.isoformat())
        if isinstance(value, date):
            return Mark("day", value.isoformat())
        if isinstance(value, int | float | Decimal):
            return Mark("number", str(value))
        if not isinstance(value, str):
            refuse("sql_cursor_not_usable", column=column)
        return Mark("text", value)

    def read(self, columns: Sequence[str], wanted: Changed | Named | None, progress: Callable[[int], None]) -> Extract:
        listed = ", ".join(f"{self._texts[name]} AS {self._column(f'c{i}')}" for i, name in enumerate(columns))
        statement = f"SELECT {listed} FROM {self.source}"
        return Extract(self.name, self._batches(statement, len(columns), wanted, progress), headers=tuple(columns))

    def _batches(
        self, statement: str, width: int, wanted: Changed | Named | None, progress: Callable[[int], None]
    ) -> Iterator[pa.RecordBatch]:
        names = [f"c{i}" for i in range(width)]
        done = 0
        with self.dialect.told():
            for condition, params in self._conditions(wanted):
                for batch in self.dialect.texts(statement + condition, params, names):
                    lines = pc.add(numbered({}, batch.num_rows).column(0), done)
                    done += batch.num_rows
                    progress(done)
                    yield numbered(dict(zip(names, batch.columns, strict=True)), batch.num_rows, lines)

    def _conditions(self, wanted: Changed | Named | None) -> Iterator[tuple[str, list[object]]]:
        """Where-clauses with their values; together they give the wanted documents, each once."""
        if wanted is None:
            yield "", []
            return
        key = ", ".join(self._column(name) for name in wanted.key)
        row = f"({key})" if len(wanted.key) > 1 else key
        if isinstance(wanted, Changed):
            since = self.dialect.bound(_before(wanted.since, wanted.overlap, wanted.cursor))
            inner = f"SELECT {key} FROM {self.source} WHERE {self._column(wanted.cursor)} >= {self.dialect.holder}"
            yield f" WHERE {row} IN ({inner})", [since]
            return
        whole = [values for values in wanted.values if None not in values]
        one = ", ".join([self.dialect.holder] * len(wanted.key))
        one = f"({one})" if len(wanted.key) > 1 else one
        for start in range(0, len(whole), KEYS_AT_ONCE):
            some = whole[start : start + KEYS_AT_ONCE]
            holders = ", ".join([one] * len(some))
            values = [self.dialect.bound(value) for values in some for value in values]
            yield f" WHERE {row} IN ({'VALUES ' if self._needs_values(wanted) else ''}{holders})", values
        for named in wanted.values:
            if None in named:
                tests = [
                    f"{self._column(name)} IS NULL"
                    if value is None
                    else f"{self._column(name)} = {self.dialect.holder}"
                    for name, value in zip(wanted.key, named, strict=True)
                ]
                given = [self.dialect.bound(value) for value in named if value is not None]
                yield f" WHERE {' AND '.join(tests)}", given

    def _needs_values(self, wanted: Named) -> bool:
        return isinstance(self.dialect, Sqlite) and len(wanted.key) > 1

    def documents(self, key: Sequence[str]) -> Iterator[tuple[pa.RecordBatch, list[tuple[object, ...]]]]:
        columns = [self._column(name) for name in key]
        told = ", ".join(self.dialect.one_of(column) for column in columns)
        texts = ", ".join(self.dialect.one_of(self._texts[name]) for name in key)
        grouped = ", ".join(self.dialect.grouped(column) for column in columns)
        statement = f"SELECT count(*), {told}, {texts} FROM {self.source} GROUP BY {grouped}"
        width = len(columns)
        with self.dialect.told(), self.dialect.streamed(statement) as cursor:
            while rows := cursor.fetchmany(BATCH_ROWS):
                counts, *cells = zip(*rows, strict=True)
                arrays = [pa.array(counts, pa.int64()), *(pa.array(column, pa.string()) for column in cells[width:])]
                batch = pa.RecordBatch.from_arrays(arrays, names=["_rows", *(f"k{i}" for i in range(width))])
                yield batch, [tuple(row[1 : 1 + width]) for row in rows]

    def examine(self) -> Examined:
        with self.dialect.told():
            rows = self.count()
            may_write = self.dialect.may_write()
        statement = self.dialect.attempt.format(name=self.dialect.quoted(f"cockpit_{secrets.token_hex(8)}"))
        try:
            with self.dialect.told():
                self.dialect.run(statement)
        except Unreadable as error:
            return Examined(error.issue.code in ("sql_writes", "sql_not_permitted"), may_write, rows)
        return Examined(False, may_write, rows)


def _before(mark: Mark, overlap: str | None, column: str) -> object:
    """The value `overlap` before `mark`, as the driver takes it."""
    span = _SPAN.fullmatch((overlap or "").strip())
    if mark.kind == "number":
        if overlap and not overlap.strip().isdigit():
            refuse("sql_overlap_not_usable", overlap=overlap, column=column)
        number = Decimal(mark.text) - int(overlap or 0)
        return int(number) if number == number.to_integral_value() else number
    if overlap and span is None:
        refuse("sql_overlap_not_usable", overlap=overlap, column=column)
    back = timedelta(**{f"{span[2].lower()}s": int(span[1])}) if span else timedelta()
    if mark.kind == "instant":
        return datetime.fromisoformat(mark.text) - back
    if mark.kind == "day":
        return date.fromisoformat(mark.text) - back
    if not overlap:
        return mark.text
    try:
        moved = datetime.fromisoformat(mark.text) - back
    except ValueError:
        refuse("sql_overlap_not_usable", overlap=overlap, column=column)
    return moved.isoformat("T" if "T" in mark.text else " ")[: max(10, len(mark.text))]
