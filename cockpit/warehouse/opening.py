"""Opening the warehouse file: only a file that is whole, of this release and not behind what was last recorded."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb

from cockpit.errors import SystemFailure, path_failure
from cockpit.warehouse import faults
from cockpit.warehouse.schema import SCHEMA_VERSION

LOG = logging.getLogger(__name__)
MEMORY = "50%"  # of the machine or its container; the rest is for parse workers, pages and the file cache

# The newest version and delivery of a warehouse.
State = tuple[int, int]


def opened(path: Path, create: Callable[[duckdb.DuckDBPyConnection], None]) -> duckdb.DuckDBPyConnection:
    """The file at `path`, made where there is none; `create` makes the tables that are not there yet.

    SystemFailure where another process holds it, it is damaged, of another release, or lacks what `note` recorded.
    """
    spill = path.parent / "spill"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise path_failure(error, path.parent) from error
    con: duckdb.DuckDBPyConnection | None = None
    try:
        con = duckdb.connect(
            str(path),
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
                "memory_limit": MEMORY,
                "temp_directory": str(spill),
                # An ordinary week's delivery does not make everybody wait until the log is folded into the file.
                "checkpoint_threshold": "64MB",
            },
        )
        shutil.rmtree(spill, ignore_errors=True)  # what a killed owner had moved out of memory
        con.execute("SET GLOBAL TimeZone = 'UTC'")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        _check_release(con, path)
        create(con)
        _check_state(con, path)
    except BaseException as error:
        if con is not None:
            con.close()
        if isinstance(error, duckdb.Error):
            raise faults.failure(error, path, "warehouse_not_opened") from error
        raise
    return con


def _check_release(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    if not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'meta' AND NOT temporary").fetchall():
        return
    rows = con.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchall()
    found = int(rows[0][0]) if rows else SCHEMA_VERSION
    if found > SCHEMA_VERSION:
        raise SystemFailure("warehouse_newer", path=str(path))
    if found < SCHEMA_VERSION:
        raise SystemFailure("warehouse_older", path=str(path))


# ---------------------------------------------------------------- what was last recorded


def note_of(path: Path) -> Path:
    """The small file beside the warehouse that says which state was committed last."""
    return path.with_name(f"{path.stem}.version")


def state(con: duckdb.DuckDBPyConnection) -> State:
    """The newest version and delivery in the file."""
    rows = con.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM versions), (SELECT coalesce(max(id), 0) FROM deliveries)"
    ).fetchall()
    return int(rows[0][0]), int(rows[0][1])


def _fresh(file: Path) -> Path:
    """Where a record is written before it takes its place."""
    return file.with_name(f"{file.name}.new")


def note(con: duckdb.DuckDBPyConnection, path: Path) -> State:
    """Record beside the file what has been committed, so that a file that lost it is not taken for whole."""
    version, delivery = state(con)
    file = note_of(path)
    fresh = _fresh(file)
    try:
        fresh.write_text(json.dumps({"version": version, "delivery": delivery}), "ascii")
        fresh.replace(file)
    except OSError as error:  # the older record stays true: it only promises less
        LOG.warning("%s was not written: %s", file, error.strerror)
        with suppress(OSError):
            fresh.unlink()
    return version, delivery


def _noted(file: Path) -> State:
    """What was recorded; nothing where the record is not there or was not written to its end."""
    try:
        plain = json.loads(file.read_text("ascii"))
        return int(plain["version"]), int(plain["delivery"])
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            return 0, 0
        raise path_failure(error, file) from error
    except (ValueError, KeyError, TypeError):
        return 0, 0


def _check_state(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    file = note_of(path)
    with suppress(OSError):
        _fresh(file).unlink()  # of an owner that was killed while writing it
    known, found = _noted(file), state(con)
    if found[0] < known[0] or found[1] < known[1]:
        raise SystemFailure(
            "warehouse_behind", path=str(path), note=str(file), found=found[0], known=known[0], delivery=known[1]
        )
    if found != known:
        note(con, path)
