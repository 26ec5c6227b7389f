"""The records: one database of people and what they did, at its newest revision, written in whole transactions."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, update
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from cockpit.errors import RefusedError, SystemFailure, UsageError
from cockpit.records.tables import STATE, Fact

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0004"  # the newest revision, known without the migrations, which take long to load
PATIENCE = 5.0  # seconds a transaction waits for another one's lock, and a connection for its server
LEAST_ROOM = 1 << 20  # bytes; with less, SQLite says now that the disk is full, now that it cannot open its log
_WRITES = "cockpit_writes"
Transaction = Session  # what is done within one; the rooms above hand it on and never look into it


class Records:
    """Opens the database below `url`, brings it to the newest revision, and gives sessions.

    `changes` counts what this process wrote; whoever keeps something that was read keeps that number with it.
    """

    def __init__(self, url: str) -> None:
        """SystemFailure where the database cannot be reached, is damaged, or is of a newer product."""
        try:
            parsed = make_url(url)
            self._file = self._prepare(parsed.drivername, parsed.database)
            self._url, self._driver = url, parsed.drivername
            self._use(_engine(url, parsed.drivername))
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise UsageError("records_url_not_readable") from error
        self._full = False
        self.changes = 0
        try:
            with _told(self._file):
                self._migrate()
        except SystemFailure as failure:
            if failure.code != "disk_full":
                raise
            self._read_without_log(failure)

    def _use(self, engine: Engine) -> None:
        self._engine = self._reader = engine
        if engine.dialect.name == "postgresql":  # whatever a reader asks is answered of one state, as SQLite does
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ")
        self._writer = engine.execution_options(**{_WRITES: True})

    def _read_without_log(self, failure: SystemFailure) -> None:
        """On a full disk there is no room for the log that SQLite wants even for reading; what was closed properly can
        be read without. `failure` where it was not, or is of another revision."""
        log = None if self._file is None else self._file.with_name(f"{self._file.name}-wal")
        if self._file is None or (log is not None and log.exists() and log.stat().st_size):
            raise failure
        self._use(_unlogged(self._file))
        with _told(self._file):
            if self._revision() != HEAD:
                raise failure
        self._full = True

    def _write_again(self) -> None:
        """SystemFailure as long as the disk is full."""
        fresh = _engine(self._url, self._driver)
        try:
            with _told(self._file), fresh.connect() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM alembic_version")
        except SystemFailure:
            fresh.dispose()
            raise
        self._use(fresh)
        self._full = False

    @staticmethod
    def _prepare(driver: str, file: str | None) -> Path | None:
        """Where the database is a file: its path. A file of our own is nobody else's to read."""
        if not driver.startswith("sqlite") or not file or file == ":memory:":
            return None
        path = Path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return path

    def _migrate(self) -> None:
        if self._revision() == HEAD:
            return
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":  # two servers that start at once upgrade one after the other
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7262105)")
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:  # a revision this product does not know
                raise SystemFailure("records_newer") from error

    def _revision(self) -> str | None:
        """The revision the database is of; None before the first."""
        with self._engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; what it gives can be used after it. SystemFailure where the database fails."""
        with _told(self._file), Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self, quiet: bool = False) -> Iterator[Session]:
        """One transaction: all of it, or nothing where something is raised. SystemFailure where the database fails.

        A `quiet` one changes nothing that anybody keeps: counters, the audit trail, when somebody was last seen.
        """
        if self._full:
            self._write_again()
        with _told(self._file), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session
            if not quiet:
                session.execute(update(Fact).where(Fact.name == STATE).values(value=secrets.token_hex(16)))
        if not quiet:
            self.changes += 1

    def state(self) -> str:
        """A word that is another one after every transaction but quiet ones, whichever process made it."""
        with _told(self._file), self._engine.connect() as connection:
            return str(connection.execute(select(Fact.value).where(Fact.name == STATE)).scalar() or "")

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    def at_head(self) -> bool:
        """Whether the database answers and is of this product's revision. SystemFailure where it does not answer."""
        with _told(self._file):
            return self._revision() == HEAD

    def sound(self) -> bool:
        """Whether the database finds nothing wrong with itself; servers look after their own."""
        with _told(self._file), self._engine.connect() as connection:
            if self.dialect != "sqlite":
                return True
            return connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def _engine(url: str, driver: str) -> Engine:
    """An engine that tells no values in its errors and waits for nobody longer than `PATIENCE`."""
    if not driver.startswith("sqlite"):
        wait: dict[str, Any] = {"connect_timeout": int(PATIENCE)} if driver.startswith(("postgresql", "mysql")) else {}
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_timeout=PATIENCE, connect_args=wait)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _unlogged(file: Path) -> Engine:
    """An engine that only reads a file that nobody has open, and puts nothing beside it."""
    address = f"{file.absolute().as_uri()}?immutable=1"
    return create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
        poolclass=NullPool,
        hide_parameters=True,
    )


@contextmanager
def _told(file: Path | None) -> Iterator[None]:
    """What the database says, as an error of ours; neither address nor values are told. `file` is where it stands.

    A rule of the data that was broken (a name taken twice) comes as `RefusedError`, for callers to say better.
    """
    try:
        yield
    except IntegrityError as error:
        raise RefusedError("records_conflict") from error
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        damaged = isinstance(cause, sqlite3.DatabaseError) and not isinstance(cause, sqlite3.OperationalError)
        if damaged:
            raise SystemFailure("records_damaged") from error
        if file is not None and ("full" in str(cause) or shutil.disk_usage(file.parent).free < LEAST_ROOM):
            raise SystemFailure("disk_full", path=str(file.parent)) from error
        raise SystemFailure("records_not_reachable", reason=type(cause).__name__) from error
    except SQLAlchemyError as error:
        raise SystemFailure("records_not_reachable", reason=type(error).__name__) from error
