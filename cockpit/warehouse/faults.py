"""What the engine's complaints mean for people: which file, and what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from cockpit.errors import SystemFailure

_HELD = re.compile(r"Could not set lock|used by another process")
_HOLDER = re.compile(r"\(PID (\d+)\)")
_FULL = re.compile(r"No space left on device|Disk quota exceeded|max_temp_directory_size")
_CROWDED = re.compile(r"Too many open files")
_FORBIDDEN = re.compile(r"Permission denied|Read-only file system|Operation not permitted")
_LOG = re.compile(r"replaying WAL|WAL file|WAL does not match")
_NEWER = re.compile(r"newer version of DuckDB|with version number|storage version")
_DAMAGED = re.compile(r"not a valid DuckDB|Corrupt|checksum|Could not read enough bytes")
_INTERRUPTED = re.compile(r"failed: KeyboardInterrupt\b")  # the signal met a callback of the engine's
_ENDED = re.compile(r"Connection already closed|database has been invalidated|Connection has already been closed")


def log_of(path: Path) -> Path:
    """The engine's log beside a warehouse file: what was committed and is not yet in the file itself."""
    return path.with_name(f"{path.name}.wal")


def gave_up(error: duckdb.Error) -> bool:
    """Whether the engine will not answer again until the file is opened anew."""
    return isinstance(error, duckdb.FatalException | duckdb.InternalException) or bool(_ENDED.search(str(error)))


def failure(error: duckdb.Error, path: Path, otherwise: str) -> SystemFailure:
    """The failure people are told of; `otherwise` is the code where nothing better is known."""
    text = str(error)
    if _HELD.search(text):
        holder = _HOLDER.search(text)
        return SystemFailure("warehouse_in_use", path=str(path), process=holder[1] if holder else "—")
    if _FULL.search(text):
        return SystemFailure("disk_full", path=str(path.parent))
    if isinstance(error, duckdb.InterruptException) or _INTERRUPTED.search(text):
        return SystemFailure("interrupted")
    if isinstance(error, duckdb.OutOfMemoryException):
        return SystemFailure("memory_full")
    if _CROWDED.search(text):
        return SystemFailure("too_many_files")
    if _FORBIDDEN.search(text):
        return SystemFailure("path_forbidden", path=str(path))
    if _LOG.search(text):
        return SystemFailure("warehouse_log_damaged", path=str(path), log=str(log_of(path)))
    if _NEWER.search(text):
        return SystemFailure("warehouse_newer", path=str(path))
    if isinstance(error, duckdb.SerializationException) or _DAMAGED.search(text):
        return SystemFailure("warehouse_damaged", path=str(path))
    if gave_up(error):
        return SystemFailure("warehouse_reopened")
    return SystemFailure(otherwise, path=str(path), reason=text.splitlines()[0] if text else type(error).__name__)
