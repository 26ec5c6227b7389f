"""Reading in a limited process: a crash, a bomb or an endless file becomes a finding, and the cockpit stays up."""

from __future__ import annotations

import atexit
import json
import os
import queue
import re
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from cockpit.intake.child import MANIFEST, issue_of
from cockpit.issues import Issue

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
START_SECONDS = 60.0
_PREFIX = "cockpit-intake-"
_OUT_OF_MEMORY = re.compile(rb"memory|bad_alloc|cannot allocate|can't start new thread", re.IGNORECASE)


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
    """Everything one file gave; an error among `issues` means that the file as a whole could not be read."""

    connector: str | None = None
    sheets: tuple[ReadSheet, ...] = ()
    issues: tuple[Issue, ...] = field(default=())


class _Lost(Exception):
    """The worker process itself ended or hung."""


class _Worker:
    """A warm process that forks for every file."""

    def __init__(self) -> None:
        self._home = _folder()
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._unread = b""

    def run(self, job: Mapping[str, Any], progress: Callable[[int], None]) -> str:
        """The fork's outcome: ok, memory, time or crash. Raises `_Lost` when the worker is gone."""
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write((json.dumps(job) + "\n").encode())
            process.stdin.flush()
        except OSError as error:
            raise _Lost from error
        deadline = time.monotonic() + float(job["seconds"]) + 15
        while True:
            message = self._line(process, deadline)
            if "rows" in message:
                progress(int(message["rows"]))
            elif "done" in message:
                return str(message["done"])

    def stop(self) -> None:
        process, self._process, self._ready, self._unread = self._process, None, False, b""
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def begin(self) -> None:
        """Starts the process where it does not run, without waiting until it is ready."""
        if self._process is not None and self._process.poll() is None:
            return
        self.stop()
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
            if not block:
                raise _Lost
            self._unread += block
        line, _, self._unread = self._unread.partition(b"\n")
        message = json.loads(line)
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
        """Starts the worker that the next file gets, so that it is warm by then; waits for nothing."""
        try:
            worker = self._idle.get_nowait()
        except queue.Empty:
            return
        try:
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
    ) -> Iterator[ReadFile]:
        """What the file holds. The sheets' cells lie in files that go away with the block.

        `connectors` are ``module:attribute`` with settings; the first that knows the file reads it. Whatever happens to
        the process comes back as an issue.
        """
        out = Path(_folder())
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
        try:
            outcome = worker.run(job, progress)
        except _Lost:
            worker.stop()
            outcome = "crash"
        except BaseException:
            worker.stop()  # what it still says about this file must not be taken for the next one's
            raise
        finally:
            self._idle.put(worker)
        if outcome == "crash" and _OUT_OF_MEMORY.search(_last_words(out)):
            outcome = "memory"
        if outcome == "ok":
            return _load(out)
        code = {"memory": "file_too_large", "time": "file_took_too_long"}.get(outcome, "file_crashed_reader")
        return ReadFile(issues=(Issue(code, "error", params={"seconds": job["seconds"]}),))


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


def _folder() -> str:
    """A folder for business data on their way, marked with the process it belongs to."""
    return tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")


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
