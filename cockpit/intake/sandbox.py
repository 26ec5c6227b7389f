"""Reading in a limited process: a crash, a bomb or an endless file becomes a finding, and the cockpit stays up."""

from __future__ import annotations

import atexit
import hashlib
import json
import queue
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.errors import SystemFailure, lacking
from cockpit.intake.worker import Lost, NeverBegan, Worker, folder, sweep
from cockpit.issues import Issue

if TYPE_CHECKING:  # a worker is asked before what takes long to load is there
    import pyarrow as pa

WORKERS = 2
# What a reader says at its end, by what ended it.
_TELLING = {
    "disk": re.compile(rb"No space left|Disk quota exceeded"),
    "memory": re.compile(rb"memory|bad_alloc|cannot allocate|can't start new thread|File too large", re.IGNORECASE),
}
_CODES = {"memory": "file_too_large", "time": "file_took_too_long"}


@dataclass(frozen=True)
class Limits:
    """What reading one file may use: bytes of address space and disk, seconds on the clock."""

    memory: int = 3 << 30
    disk: int = 8 << 30
    seconds: int = 60
    seconds_per_mb: int = 2

    def time_for(self, size: int) -> int:
        return self.seconds + self.seconds_per_mb * (size >> 20)


@dataclass(frozen=True)
class ReadSheet:
    """A sheet as text: `cells` has ``_row`` and one string column per column of the sheet."""

    name: str | None
    hidden: bool
    rows: int
    cells: pa.Table | None
    headers: tuple[str, ...] | None
    issues: tuple[Issue, ...]
    rounded: Mapping[int, int]


@dataclass(frozen=True)
class ReadFile:
    """Everything one file gave; an error among `issues` means that the file as a whole could not be read.

    `peak` is the most memory that reading it had resident, in bytes (0 where the system does not tell).
    """

    connector: str | None = None
    sheets: tuple[ReadSheet, ...] = ()
    issues: tuple[Issue, ...] = field(default=())
    peak: int = 0


class Sandbox:
    """A few warm workers; a file waits while all of them are busy."""

    def __init__(self, workers: int = WORKERS, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()  # the warmest comes first
        self._workers = [Worker() for _ in range(workers)]
        for worker in reversed(self._workers):
            self._idle.put(worker)
        self._ahead: _Ahead | None = None

    def close(self) -> None:
        """Ends the workers."""
        for worker in self._workers:
            worker.close()
        if self._ahead is not None:
            self._ahead.close()  # without workers it is at its end

    def read_ahead(self, path: Path, connectors: Sequence[tuple[str, Mapping[str, Any]]], spool: Path) -> None:
        """Begins to read a file that will be asked for; waits for nothing, and what fails here is simply read later.

        What is read counts only where `read` then asks for exactly these bytes.
        """
        with suppress(OSError):
            self._ahead = _Ahead(self, path, connectors, spool)

    @property
    def ahead(self) -> Path | None:
        """The folder in which something is being read ahead."""
        return self._ahead.folder if self._ahead is not None else None

    def prepare(self) -> None:
        """Starts the worker that the next file gets, so that it is warm by then; waits for nothing.

        Where that cannot be, the reading of the file says why.
        """
        if self._ahead is not None:
            return
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            return
        try:
            with suppress(OSError):
                worker.begin()
        finally:
            self._idle.put(worker)

    @contextmanager
    def read(
        self,
        path: Path,
        name: str,
        connectors: Sequence[tuple[str, Mapping[str, Any]]],
        progress: Callable[[int], None],
        spool: Path | None = None,
        sha256: str = "",
    ) -> Iterator[ReadFile]:
        """What the file holds. The sheets' cells lie in files below `spool` that go away with the block.

        `connectors` are ``module:attribute`` with settings; the first that knows the file reads it. Whatever happens to
        the process comes back as an issue; SystemFailure where `spool` has no room. `sha256` is that of the file,
        for what was read ahead.
        """
        if self._ahead is not None:
            found = self._ahead.of(sha256, name, connectors)
            try:
                if found is not None:
                    yield found
                    return
            finally:
                self._ahead.close()
                self._ahead = None
        out = Path(folder(spool))
        try:
            yield self._read(path, name, connectors, progress, out)
        finally:
            shutil.rmtree(out, ignore_errors=True)

    def _read(
        self,
        path: Path,
        name: str,
        connectors: Sequence[tuple[str, Mapping[str, Any]]],
        progress: Callable[[int], None],
        out: Path,
    ) -> ReadFile:
        job = {
            "path": str(path.resolve()),
            "name": name,
            "connectors": [(target, dict(settings)) for target, settings in connectors],
            "out": str(out),
            "memory": self.limits.memory,
            "disk": self.limits.disk,
            "seconds": self.limits.time_for(path.stat().st_size),
        }
        worker = self._idle.get()
        peak, found, left = 0, None, False

        def tell(rows: int) -> None:
            nonlocal left
            left = True  # what is raised in here is the caller's
            progress(rows)
            left = False

        try:
            try:
                outcome, peak = worker.run(job, tell)
            except NeverBegan:
                worker.stop()
                outcome, peak = worker.run(job, tell)
            found = _load(out) if outcome == "ok" else None
        except (Lost, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            # gone, or made by its file to say what no worker says: nothing it may still say is heard
            worker.stop()
            if left or (isinstance(error, OSError) and lacking(error)):
                raise
            outcome = "crash"
        except BaseException:
            worker.stop()  # what it still says about this file must not be taken for the next one's
            raise
        finally:
            self._idle.put(worker)
        if found is not None:
            return replace(found, peak=peak)
        if outcome == "crash":
            words = _last_words(out)
            outcome = next((one for one, pattern in _TELLING.items() if pattern.search(words)), outcome)
        if outcome == "disk":
            raise SystemFailure("disk_full", path=str(out.parent))
        code = _CODES.get(outcome, "file_crashed_reader")
        return ReadFile(issues=(Issue(code, "error", params={"seconds": job["seconds"]}),), peak=peak)


class _Ahead:
    """A file that is read before it is asked for, by a thread that waits for the worker, from a copy of its own: others
    may still write to the file itself."""

    def __init__(
        self, pool: Sandbox, path: Path, connectors: Sequence[tuple[str, Mapping[str, Any]]], spool: Path
    ) -> None:
        spool.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="ahead-", dir=spool))
        self._pool, self._path, self._connectors = pool, path, list(connectors)
        self._sha256 = ""
        self._found: ReadFile | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        copy = self.folder / "copy"
        try:
            shutil.copyfile(self._path, copy)
            marking = threading.Thread(target=self._mark, args=(copy,), daemon=True)
            marking.start()
            try:
                self._found = self._pool._read(copy, self._path.name, self._connectors, lambda rows: None, self.folder)
            finally:
                marking.join()
            copy.unlink()
        except (OSError, SystemFailure):  # whoever asks for the file will be told; the room may be needed until then
            shutil.rmtree(self.folder, ignore_errors=True)

    def _mark(self, copy: Path) -> None:
        with suppress(OSError), copy.open("rb") as file:
            self._sha256 = hashlib.file_digest(file, "sha256").hexdigest()

    def of(self, sha256: str, name: str, connectors: Sequence[tuple[str, Mapping[str, Any]]]) -> ReadFile | None:
        """What was read, once it is, where these bytes were; None where it was another file or anything is amiss."""
        self._thread.join()
        same = (sha256, name, list(connectors)) == (self._sha256, self._path.name, self._connectors)
        return self._found if same and self.folder.is_dir() else None

    def close(self) -> None:
        """Takes away what was read, once nobody writes it any more."""
        self._thread.join()
        shutil.rmtree(self.folder, ignore_errors=True)


def _last_words(out: Path) -> bytes:
    try:
        return (out / "stderr.txt").read_bytes()[-4096:]
    except OSError:
        return b""


def _load(out: Path) -> ReadFile:
    """The manifest and, mapped not copied, the cells. What the process wrote is checked before anybody reads it."""
    import pyarrow as pa

    from cockpit.intake.child import MANIFEST, issue_of

    manifest = json.loads((out / MANIFEST).read_text("utf-8"))
    sheets = []
    for plain in manifest["sheets"]:
        cells = None
        if plain["file"] is not None:
            with pa.memory_map(str(out / Path(plain["file"]).name)) as source:
                cells = pa.ipc.open_file(source).read_all()
            cells.validate(full=True)
        sheets.append(
            ReadSheet(
                name=plain["name"],
                hidden=bool(plain["hidden"]),
                rows=int(plain["rows"]),
                cells=cells,
                headers=tuple(plain["headers"]) if plain["headers"] else None,
                issues=tuple(issue_of(issue) for issue in plain["issues"]),
                rounded={int(column): int(line) for column, line in plain["rounded"].items()},
            )
        )
    return ReadFile(manifest["connector"], tuple(sheets), tuple(issue_of(issue) for issue in manifest["issues"]))


_shared: Sandbox | None = None
_shared_lock = threading.Lock()


def shared() -> Sandbox:
    """The process-wide workers, started with the first file."""
    global _shared
    with _shared_lock:
        if _shared is None:
            sweep()
            _shared = Sandbox()
            atexit.register(_shared.close)
        return _shared


def ahead() -> Path | None:
    """The folder in which this process reads a file ahead."""
    return _shared.ahead if _shared is not None else None
