"""Killed at a named moment: whole or not there at all, the next start clean, and the same command does the rest."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR
from tests.kill.house import KNOWN, Home, Seen, family, gone, take_back
from tests.kill.moment import UNREACHED

ROWS = 2_000
PAST = ((1, "active", 0), (2, "held", 0))
FIRST = Seen(KNOWN, 1, PAST, 1, 1)
LOADED = Seen(KNOWN + ROWS, ROWS + 1, (*PAST, (3, "active", 2)), 2, 1)
UNDONE = Seen(0.0, 0, ((1, "undone", 0), (2, "held", 0)), 2, 1)
DECIDED = Seen(9.0, 1, ((1, "active", 0), (2, "active", 0)), 2, 1)
MOVED = Seen(KNOWN, 1, PAST, 2, 26)

LOAD = ("load", "销售明细3.csv", "--ledger", "default")
UNDO = ("undo", "1")
DECIDE = ("decide", "2", "--accept", "--reason", "更正")
LEDGER = ("ledger", "default", "--month-start-day", "26")
REBUILD = ("doctor", "--rebuild")

# moment, command line, what is there after the kill, what is there once the command line was run again
MOMENTS = [
    ("upload half copied", LOAD, FIRST, LOADED),
    ("upload before its rename", LOAD, FIRST, LOADED),
    ("upload after its rename", LOAD, FIRST, LOADED),
    ("file read and staged", LOAD, FIRST, LOADED),
    ("rows built", LOAD, FIRST, LOADED),
    ("rows and claims stored", LOAD, FIRST, LOADED),
    ("derived tables made", LOAD, FIRST, LOADED),
    ("rejects recorded", LOAD, FIRST, LOADED),
    ("before COMMIT", LOAD, FIRST, LOADED),
    ("after COMMIT", LOAD, LOADED, None),
    ("after the record", LOAD, LOADED, None),
    ("before the file is closed", LOAD, LOADED, None),
    ("undo settled", UNDO, FIRST, UNDONE),
    ("undo derived", UNDO, FIRST, UNDONE),
    ("decision derived", DECIDE, FIRST, DECIDED),
    ("ledger derived", LEDGER, FIRST, MOVED),
    ("third table compared", REBUILD, FIRST, FIRST),
]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("past"), ROWS)
    home.prepare()
    assert home.look() == FIRST
    return home


def words(home: Home, line: tuple[str, ...]) -> list[str]:
    return [str(home.folder / word) if word.endswith(".csv") else word for word in line]


def strike(home: Home, moment: str, line: tuple[str, ...]) -> None:
    """Run a command line that dies at its moment, and see that it did."""
    child = home.start(moment, *words(home, line), module="tests.kill.moment")
    _, said = child.communicate(timeout=300)
    assert child.returncode == -signal.SIGKILL, (child.returncode, UNREACHED, said.decode())


@pytest.mark.parametrize(("moment", "line", "then", "again"), MOMENTS, ids=[moment for moment, *_ in MOMENTS])
def test_killed_at(
    past: Home, tmp_path: Path, moment: str, line: tuple[str, ...], then: Seen, again: Seen | None
) -> None:
    home = past.copy(tmp_path / "copy")
    strike(home, moment, line)
    assert home.look(rebuild=again is None) == then
    if again is not None:
        assert home.again(*words(home, line)) == 0
        assert home.look() == again


def test_the_sample_is_whole_after_killed_first_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path, 0)
    monkeypatch.setenv("PORT", str(port := _free_port()))
    for moment, line in (("sample half written", "demo"), ("sample rows built", "server")):
        strike(home, moment, (line,))
    server = home.start("never", "server", module="tests.kill.moment")
    try:
        assert _ready(port, server) == {"status": "ready"}
        left = family(server.pid)
        server.terminate()
        server.communicate(timeout=300)
    finally:
        server.kill()
    assert gone(left)
    with home.open() as cockpit:
        assert [(one.id, one.state) for one in cockpit.deliveries(LOCAL_ADMINISTRATOR)] == [(1, "active")]
        assert cockpit.doctor(LOCAL_ADMINISTRATOR).exit_status == 0
    assert home.leftovers() == []


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _ready(port: int, server: subprocess.Popen[bytes]) -> object:
    until = time.monotonic() + 300
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
                return json.loads(answer.read())
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    return None


@pytest.mark.kill
def test_a_hundred_kills_at_named_moments(past: Home, tmp_path: Path) -> None:
    """One folder lives through all of them: nothing adds up over a hundred kills."""
    loads = [(moment, then) for moment, line, then, _ in MOMENTS if line == LOAD]
    home = past.copy(tmp_path / "copy")
    kills = int(os.environ.get("KILLS", "100"))
    for turn in range(kills):
        moment, then = loads[turn % len(loads)]
        home.write_large(turn + 1)
        strike(home, moment, LOAD)
        seen = home.look(rebuild=turn % 4 == 0)
        assert (seen.revenue, seen.lines) == (then.revenue, then.lines), (turn, moment)
        take_back(home)
    assert len([path for path in home.settings.home.glob("uploads/*/*") if path.is_file()]) <= 2 + kills
