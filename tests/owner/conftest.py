"""Homes with one small delivery, real servers on them, and commands beside those servers."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.api.place import socket_file
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.requests import LoadRequest, MetricRequest
from cockpit.settings import Settings
from connectors import CONNECTORS
from tests.machine import ROOT

HEAD = "单据编号,单据日期,物料编码,数量,不含税金额\n"
PATIENCE = 60.0  # seconds that anything may take on a busy machine


def until(true: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Waits for something to become true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        if time.monotonic() > deadline:
            pytest.fail(f"did not happen: {what}")
        time.sleep(0.02)
    return found


class Home:
    """A cockpit's folder, and the processes on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(home=folder / "home")
        self.path = self.settings.home
        self.started: list[subprocess.Popen[str]] = []
        self.environment = {**os.environ, "COCKPIT_HOME": str(self.path), "COCKPIT_LANGUAGE": "en"}

    def sales(self, name: str, *documents: tuple[str, float]) -> Path:
        """A file of sales lines: (document number, amount)."""
        file = self.folder / f"销售明细{name}.csv"
        lines = (f"{number},2026-03-02,M1,1,{amount}\n" for number, amount in documents)
        file.write_text(HEAD + "".join(lines), "utf-8")
        return file

    def large(self, rows: int, name: str) -> Path:
        """A file that takes seconds to load; its documents are those of no other name."""
        return self.sales(f"大{name}", *((f"{name}-{n}", 1) for n in range(rows)))

    def open(self) -> Cockpit:
        return Cockpit.open(self.settings, CONNECTORS)

    def load(self, file: Path) -> None:
        with self.open() as cockpit:
            assert cockpit.load(LOCAL_ADMINISTRATOR, [file], LoadRequest()).exit_status == 0

    def look(self) -> tuple[float, int, bool]:
        """Revenue, lines behind it, and whether a full computation agrees; no other process may hold the warehouse."""
        with self.open() as cockpit:
            row = cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", MetricRequest(), "en").rows[0]
            return row.value or 0.0, row.n, cockpit.doctor(LOCAL_ADMINISTRATOR, rebuild=True).exit_status == 0

    # ---------------------------------------------------------------- processes

    def begin(self, *arguments: str, folder: Path = ROOT, **environment: str) -> subprocess.Popen[str]:
        """A command in a process of its own."""
        return self._start(["-m", "cockpit", *arguments], folder, PYTHONPATH=str(ROOT), **environment)

    def command(self, *arguments: str, folder: Path = ROOT, **environment: str) -> tuple[int, str, str]:
        """Exit status, standard output and standard error of a command."""
        process = self.begin(*arguments, folder=folder, **environment)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def python(self, script: str) -> subprocess.Popen[str]:
        """A few lines of Python in a process of their own."""
        return self._start(["-c", script], ROOT, PYTHONPATH=str(ROOT))

    def launch(self, **environment: str) -> subprocess.Popen[str]:
        """A server that is about to start."""
        return self._start([str(ROOT / "app.py")], ROOT, PORT=str(free_port()), **environment)

    def serve(self) -> subprocess.Popen[str]:
        """A server that answers commands."""
        server = self.launch()
        until(lambda: server.poll() is not None or self.answers(), "the server starts")
        assert server.poll() is None, server.communicate()
        return server

    def answers(self) -> bool:
        """Whether somebody listens; that a socket file lies there says nothing."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(socket_file(self.path)))
            except OSError:
                return False
            return True

    def kept(self) -> int:
        """How many uploads are kept: with one more the next load has begun."""
        return len([path for path in (self.path / "uploads").rglob("*") if path.is_file() and path.suffix != ".part"])

    def _start(self, arguments: list[str], folder: Path, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**self.environment, **environment},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what was started."""
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home that holds one delivery of one line: revenue 7."""
    made = Home(tmp_path_factory.mktemp("pattern"))
    made.path.mkdir()
    made.load(made.sales("零", ("A0", 7)))
    return made.folder


@pytest.fixture
def house(pattern: Path, tmp_path: Path) -> Iterator[Home]:
    """A home of the test's own."""
    shutil.copytree(pattern, tmp_path, dirs_exist_ok=True)
    home = Home(tmp_path)
    yield home
    home.end()


@pytest.fixture(scope="module")
def served(pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home with a server on it, for tests that leave the server alone."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(pattern, folder, dirs_exist_ok=True)
    home = Home(folder)
    home.serve()
    yield home
    home.end()
