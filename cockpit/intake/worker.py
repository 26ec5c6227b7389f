"""The process that reads, as its owner sees it: started without anything of ours, asked, heard with care, ended."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
_PREFIX = "cockpit-intake-"
_MOST_UNREAD = 1 << 20  # bytes of a line from a worker


class Lost(Exception):
    """The worker process itself ended or hung."""


class NeverBegan(Lost):
    """It did so before it took the file: a file is not to blame for that."""


class Worker:
    """A warm process that forks for every file."""

    def __init__(self) -> None:
        self._home = folder()
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._closed = False
        self._unread = b""

    def run(self, job: Mapping[str, Any], progress: Callable[[int], None]) -> tuple[str, int]:
        """The fork's outcome (ok, memory, time, crash) and its peak of memory in bytes.

        Raises `Lost` when the worker is gone, `NeverBegan` when it was so before.
        """
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write((json.dumps(job) + "\n").encode())
            process.stdin.flush()
        except OSError as error:
            raise NeverBegan from error
        deadline = time.monotonic() + float(job["seconds"]) + 15
        began = False
        while True:
            try:
                message = self._line(process, deadline)
            except Lost as error:
                raise error if began else NeverBegan() from error
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
        self._closed = True
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def begin(self) -> None:
        """Starts the process where it does not run, without waiting until it is ready. OSError where it cannot."""
        if self._closed:
            raise OSError("closed")
        if self._process is not None and self._process.poll() is None:
            return
        self.stop()
        if not Path(self._home).is_dir():  # systems clear their folder for temporary files of what is old
            self._home = folder()
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
                    raise Lost
            block = os.read(process.stdout.fileno(), 1 << 16)
            if not block or len(self._unread) > _MOST_UNREAD:
                raise Lost
            self._unread += block
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            message = json.loads(line)
        except ValueError as error:  # the file has made the worker say what no worker says
            raise Lost from error
        return message if isinstance(message, dict) else {}


def folder(spool: Path | None = None) -> str:
    """A folder below `spool` (the system's for temporary files without it), marked with the process it belongs to."""
    return tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=spool)


def sweep() -> None:
    """Removes what a killed process left behind."""
    if sys.platform == "win32":
        return
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        with suppress(FileNotFoundError):  # its owner, or another sweep, was quicker
            if owner.isdigit() and left.stat().st_uid == os.getuid() and not _alive(int(owner)):
                shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
