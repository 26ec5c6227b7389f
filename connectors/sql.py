"""Tables, views and queries of a PostgreSQL, MariaDB, MySQL or SQLite database, read exactly and never written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from pydantic import SecretStr

from connectors.base import Database, Extract, Relation, Settings


class SqlSettings(Settings):
    """A connection (`url`, secrets filled in) and what is read: a `relation`, or a `query` called `name`.

    `timeout` is the longest a statement may run and the longest silence, in seconds.
    """

    url: SecretStr
    relation: str | None = None
    query: str | None = None
    name: str = ""
    timeout: float = 600


class Sql(Database):
    """Databases that SQLAlchemy knows an address of; only the drivers named in `DIALECTS`.

    The drivers take long to load and are loaded with the first connection: files are read without them.
    """

    name: ClassVar[str] = "sql"
    settings: ClassVar[type[Settings]] = SqlSettings

    def check(self, settings: Settings) -> None:
        from connectors.dialects.relation import check_query, dialect_of

        assert isinstance(settings, SqlSettings)
        dialect = dialect_of(settings.url, settings.timeout)
        if settings.query is not None:
            check_query(settings.query, dialect.grammar)

    @contextmanager
    def open(self, settings: Settings) -> Iterator[Relation]:
        from connectors.dialects.relation import Opened, dialect_of

        assert isinstance(settings, SqlSettings)
        self.check(settings)
        dialect = dialect_of(settings.url, settings.timeout)
        try:
            with dialect.told():
                dialect.connect()
                dialect.begin()
            yield Opened(dialect, settings.name or settings.relation or "", settings.query)
        finally:
            dialect.close()

    def extract(
        self, name: str, path: Path | None, scratch: Path, settings: Settings, progress: Callable[[int], None]
    ) -> Iterator[Extract]:
        with self.open(settings) as relation:
            yield relation.read(relation.columns, None, progress)
