"""Reading in a limited process: a crash, a bomb or an endless file becomes a finding, and the cockpit stays up."""

from __future__ import annotations

import atexit
import json
import os
import queue
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from cockpit.errors import SystemFailure, lacking
from cockpit.intake.child import MANIFEST, issue_of
from cockpit.issues import Issue

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
START_SECONDS = 60.0
_PREFIX = "cockpit-intake-"
_MOST_UNREAD = 1 << 20  # bytes of a line from a worker
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


class _Lost(Exception):
    """The worker process itself ended or hung."""


class _NeverBegan(_Lost):
    """It did so before it took the file: a file is not to blame for that."""


class _Worker:
    """A warm process that forks for every file."""

    def __init__(self) -> None:
        self._home = _folder()
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._unread = b""

    def run(self, job: Mapping[str, Any], progress: Callable[[int], None]) -> tuple[str, int]:
        """The fork's outcome (ok, memory, time, crash) and its peak of memory in bytes.

        Raises `_Lost` when the worker is gone, `_NeverBegan` when it was so before.
        """
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write((json.dumps(job) + "\n").encode())
            process.stdin.flush()
        except OSError as error:
            raise _NeverBegan from error
        deadline = time.monotonic() + float(job["seconds"]) + 15
        began = False
        while True:
            try:
                message = self._line(process, deadline)
            except _Lost as error:
                raise error if began else _NeverBegan() from error
            began = True
            if "rows" in message:
                progress(int(message["rows"]))
            elif "done" in message:
                return str(message["done"]), int(message["peak"])

    def stop(self) -> None:
        process, self._process, self._ready, self._unread = self._process, None, False, b""
        if process is None:
            return
        if sys.platform == "win32":
            process.kill()
        else:  # the worker leads a group of its own: a fork it was waiting for ends with it
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was written and never taken
                    pipe.close()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def begin(self) -> None:
        """Starts the process where it does not run, without waiting until it is ready."""
        if self._process is not None and self._process.poll() is None:
            return
        self.stop()
        if not Path(self._home).is_dir():  # systems clear their folder for temporary files of what is old
            self._home = _folder()
        # nothing of our own environment goes along: no secret, no proxy, no path but the code's
        environment = {"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LANG": "C.UTF-8", "TMPDIR": self._home}
        for name in ("SYSTEMROOT", "TEMP"):  # Windows cannot start a process without them
            if name in os.environ:
                environment[name] = os.environ[name]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-B", "-m", "cockpit.intake.child"],
            cwd=self._home,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _started(self) -> subprocess.Popen[bytes]:
        self.begin()
        assert self._process is not None
        if not self._ready:
            self._line(self._process, time.monotonic() + START_SECONDS)
            self._ready = True
        return self._process

    def _line(self, process: subprocess.Popen[bytes], deadline: float) -> dict[str, Any]:
        assert process.stdout is not None
        while b"\n" not in self._unread:
            if sys.platform != "win32":
                ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
                if not ready:
                    raise _Lost
            block = os.read(process.stdout.fileno(), 1 << 16)
            if not block or len(self._unread) > _MOST_UNREAD:
                raise _Lost
            self._unread += block
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            message = json.loads(line)
        except ValueError as error:  # the file has made the worker say what no worker says
            raise _Lost from error
        return message if isinstance(message, dict) else {}


class Sandbox:
    """A few warm workers; a file waits while all of them are busy."""

    def __init__(self, workers: int = WORKERS, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()  # the warmest comes first
        self._workers = [_Worker() for _ in range(workers)]
        for worker in reversed(self._workers):
            self._idle.put(worker)

    def close(self) -> None:
        """Ends the workers."""
        for worker in self._workers:
            worker.close()

    def prepare(self) -> None:
        """Starts the worker that the next file gets, so that it is warm by then; waits for nothing.

        Where that cannot be, the reading of the file says why.
        """
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
    ) -> Iterator[ReadFile]:
        """What the file holds. The sheets' cells lie in files below `spool` that go away with the block.

        `connectors` are ``module:attribute`` with settings; the first that knows the file reads it. Whatever happens to
        the process comes back as an issue; SystemFailure where `spool` has no room.
        """
        out = Path(_folder(spool))
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
            except _NeverBegan:
                worker.stop()
                outcome, peak = worker.run(job, tell)
            found = _load(out) if outcome == "ok" else None
        except (_Lost, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
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


def _last_words(out: Path) -> bytes:
    try:
        return (out / "stderr.txt").read_bytes()[-4096:]
    except OSError:
        return b""


def _load(out: Path) -> ReadFile:
    """The manifest and, mapped not copied, the cells. What the process wrote is checked before anybody reads it."""
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


def _folder(spool: Path | None = None) -> str:
    """A folder below `spool` (the system's for temporary files without it), marked with the process it belongs to."""
    return tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=spool)


def sweep() -> None:
    """Removes what a killed process left behind."""
    if sys.platform == "win32":
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and folder.stat().st_uid == os.getuid() and not _alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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
