"""Ended from outside, starved of files or of memory: whole or not at all, at once, and nothing goes on alone."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from cockpit.errors import SystemFailure
from cockpit.intake import sandbox
from cockpit.service import LOCAL_ADMINISTRATOR
from cockpit.service.requests import LoadRequest, MetricRequest
from tests.kill.house import Home, family, gone

ROWS = 60_000
PROMPT_SECONDS = 25.0  # reading alone may take a minute; the rest is for a machine that is busy


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("past"), ROWS)
    home.prepare()
    return home


def is_worker(process: int) -> bool:
    """Whether it is the one already; stopped before, it would hold up the process that starts it."""
    with suppress(OSError):
        return b"cockpit.intake.child" in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def until(condition: Callable[[], object]) -> None:
    limit = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


def ends(home: Home, child: subprocess.Popen[bytes], by: signal.Signals, left: list[int]) -> int:
    """Sends the signal; the exit status, negative where nothing had begun. Promptly, and no process is left."""
    began = time.monotonic()
    child.send_signal(by)
    out, error = child.communicate(timeout=300)
    assert time.monotonic() - began < PROMPT_SECONDS
    assert b"Traceback" not in error, error.decode()
    if child.returncode > 0:
        assert json.loads(out)["error"]["code"] == "interrupted", out
    assert gone(left)
    return child.returncode


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_while_a_file_hangs(past: Home, tmp_path: Path, by: signal.Signals) -> None:
    """The process that reads stands still; the end waits neither for it nor for its time to be over."""
    home = past.copy(tmp_path / "copy")
    child = home.start("load", home.large, "--ledger", "default", "--json")
    until(lambda: [one for one in family(child.pid) if is_worker(one)] or child.poll() is not None)
    worker = family(child.pid)[0]
    os.kill(worker, signal.SIGSTOP)
    until(lambda: list(home.settings.home.glob("spool/intake-*")) or child.poll() is not None)
    assert ends(home, child, by, [worker]) == 3
    seen = home.look(rebuild=False)
    assert (seen.lines, seen.version) == (1, 1)


@pytest.mark.parametrize("share", [0.35, 0.55, 0.7, 0.85])
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_in_the_middle(past: Home, tmp_path: Path, by: signal.Signals, share: float, whole: float) -> None:
    home = past.copy(tmp_path / "copy")
    child = home.start("load", home.large, "--ledger", "default", "--json")
    try:
        child.wait(timeout=whole * share)
    except subprocess.TimeoutExpired:
        status = ends(home, child, by, family(child.pid))
    else:
        status = child.returncode
    seen = home.look(rebuild=False)
    # whoever interrupts after the commit is told the same and finds the delivery whole
    assert (seen.lines, seen.version) in ([(1, 1), (ROWS + 1, 2)] if status else [(ROWS + 1, 2)])


@pytest.fixture(scope="module")
def whole(past: Home, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds that the load takes when nobody ends it."""
    home = past.copy(tmp_path_factory.mktemp("whole") / "copy")
    began = time.monotonic()
    home.start("load", home.large, "--ledger", "default").communicate(timeout=300)
    return time.monotonic() - began


def taking_all(limit: int) -> list[int]:
    """Opens as many files as the process may, once it may open `limit`."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    held = []
    with suppress(OSError):
        while True:
            held.append(os.open(os.devnull, os.O_RDONLY))
    return held


def test_too_many_open_files(past: Home, tmp_path: Path) -> None:
    """Every place at which a file is opened says it in a sentence; afterwards everything works."""
    home = past.copy(tmp_path / "copy")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    request, refused = MetricRequest(ledger="default"), 0
    with home.open() as cockpit:
        before = cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", request, "en").rows[0].n
        for worker in sandbox.shared()._workers:
            worker.stop()
        held = taking_all(256)
        try:
            while held and refused < 100:
                try:
                    cockpit.load(LOCAL_ADMINISTRATOR, [home.large], LoadRequest(ledger="default"))
                    break
                except SystemFailure as failure:
                    assert failure.code == "too_many_files", (refused, failure)
                    refused += 1
                assert cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", request, "en").rows[0].n == before
                os.close(held.pop())
        finally:
            for one in held:
                os.close(one)
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert 2 <= refused < 100, refused
    assert home.look(rebuild=False).lines == ROWS + 1


def test_too_little_memory(past: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit into the engine's share moves to the disk or fails alone; the next question is answered."""
    monkeypatch.setattr("cockpit.warehouse.opening.MEMORY", "128MB")
    home = past.copy(tmp_path / "copy")
    with home.open() as cockpit:
        with pytest.raises(SystemFailure) as failed, cockpit._warehouse.session() as session:
            session.con.execute("SELECT list(md5(range::VARCHAR)) FROM range(8000000)").fetchall()
        assert failed.value.code == "memory_full"
        cockpit.load(LOCAL_ADMINISTRATOR, [home.large], LoadRequest(ledger="default"))
    assert home.look(rebuild=False).lines == ROWS + 1
