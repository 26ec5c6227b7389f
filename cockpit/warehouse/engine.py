"""The open warehouse file: cursors, one state for a whole question, one writer, a new start when the engine fails."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import duckdb

from cockpit.errors import SystemFailure
from cockpit.warehouse import faults, opening

LOG = logging.getLogger(__name__)
REVIVAL_SECONDS = 2.0  # how long a question waits for the last cursor on a broken file


class Engine:
    """One DuckDB file, opened by one process; `create` makes the tables that are not there yet."""

    def __init__(self, path: Path, create: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        self.path = path
        self._create = create
        self.writing = threading.RLock()
        self._reading = threading.local()  # the snapshot a thread reads from, while it has one
        self._working: set[duckdb.DuckDBPyConnection] = set()
        self._closed = False
        self._con = opening.opened(path, create)
        self._state = opening.state(self._con)

    def close(self) -> None:
        with self.writing:
            self._closed = True
            self._con.close()

    # ---------------------------------------------------------------- cursors

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The snapshot's cursor inside one, else one for a single statement. SystemFailure where the engine refuses."""
        if (kept := getattr(self._reading, "cursor", None)) is not None:
            try:
                yield kept
            except duckdb.Error as error:  # opened again, if need be, where the snapshot ends
                raise faults.failure(error, self.path, "query_failed") from error
        else:
            with self._guard("query_failed"), closing(self._con.cursor()) as cursor:
                yield cursor

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything this thread reads inside the block shows one state, whatever is committed meanwhile; nobody waits.

        Reads outside such a block each show the newest state. Nothing is written inside.
        """
        if getattr(self._reading, "cursor", None) is not None:
            yield
            return
        with self.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            self._reading.cursor = cursor
            try:
                yield
            finally:
                self._reading.cursor = None

    @contextmanager
    def work(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for what is written, with temporary tables of its own."""
        with self._guard("delivery_failed"), closing(self._con.cursor()) as cursor:
            self._working.add(cursor)
            try:
                yield cursor
            finally:
                self._working.discard(cursor)

    def interrupt(self) -> None:
        """Break off the statements that those who write are at; they are rolled back."""
        for cursor in tuple(self._working):
            with suppress(duckdb.Error):
                cursor.interrupt()

    # ---------------------------------------------------------------- transactions

    @contextmanager
    def transaction(self, con: duckdb.DuckDBPyConnection, keep: Callable[[], bool] = lambda: True) -> Iterator[None]:
        """All or nothing, one at a time; committed where `keep` says so at the end."""
        with self.writing:
            con.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._roll_back(con)
                raise
            if keep():
                self.commit(con)
            else:
                self._roll_back(con)

    def commit(self, con: duckdb.DuckDBPyConnection) -> None:
        """From here on it is there, whatever happens."""
        con.execute("COMMIT")
        self._state = opening.note(con, self.path)

    @staticmethod
    def _roll_back(con: duckdb.DuckDBPyConnection) -> None:
        with suppress(duckdb.Error):  # an engine that gave up has rolled back already
            con.execute("ROLLBACK")

    # ---------------------------------------------------------------- failures

    @contextmanager
    def _guard(self, code: str) -> Iterator[None]:
        """What the engine complains of as a failure people can act on; where it gave up, the file is opened again."""
        con = self._con
        try:
            yield
        except (duckdb.Error, SystemFailure) as raised:
            error = raised if isinstance(raised, duckdb.Error) else raised.__cause__
            if not isinstance(error, duckdb.Error):
                raise
            if faults.gave_up(error) and self._revive(con):
                raise SystemFailure("committed_before_failure", version=self._state[0]) from error
            raise faults.failure(error, self.path, code) from error

    def _revive(self, broken: duckdb.DuckDBPyConnection) -> bool:
        """Open the file anew; whether it holds more than was known to be committed.

        The engine lets go of a broken file when the last cursor on it is closed. Where one is still held, by a load
        that waits for its file to be read, the next question tries again.
        """
        with self.writing:
            if self._con is not broken or self._closed:
                return False
            broken.close()
            until = time.monotonic() + REVIVAL_SECONDS
            while True:
                try:
                    self._con = opening.opened(self.path, self._create)
                    break
                except SystemFailure as failed:
                    held = isinstance(failed.__cause__, duckdb.Error) and faults.gave_up(failed.__cause__)
                    if not held or time.monotonic() > until:
                        LOG.error("the warehouse could not be opened again: %s", failed)
                        raise
                time.sleep(0.05)
            LOG.warning("the warehouse was opened again after the engine had given up")
            known, self._state = self._state, opening.state(self._con)
            return self._state > known
