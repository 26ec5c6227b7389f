"""A command beside a running server does what it does alone, and whoever may not ask is told so."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from cockpit.api import place, wire
from tests.machine import ROOT, lacks
from tests.owner.conftest import Home, until

SECONDS = re.compile(r'(?<="seconds": )[0-9.]+')


def same(answer: tuple[int, str, str], folder: Path) -> tuple[int, str, str]:
    """An answer without the time it took and the folder it was given in."""
    status, out, err = answer
    return status, SECONDS.sub("0", out).replace(str(folder), ""), err.replace(str(folder), "")


@pytest.fixture(scope="module")
def alone(pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same home without a server."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(pattern, folder, dirs_exist_ok=True)
    return Home(folder)


@pytest.mark.parametrize(
    "arguments",
    [
        ("load", "销售明细一.csv", "--json"),
        ("metric", "revenue", "--language", "zh_CN"),
        ("rejects", "2", "--out", "rejects.xlsx", "--json"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_the_answer_is_the_same_as_alone(served: Home, alone: Home, arguments: tuple[str, ...]) -> None:
    """Standard output, standard error and exit status; relative paths begin where the command stands."""
    for home in (served, alone):
        file = home.folder / "销售明细一.csv"
        file.write_text(
            "单据编号,单据日期,物料编码,数量,不含税金额\nC1,2026-03-01,M1,1,5\nC2,gestern,M1,1,5\n", "utf-8"
        )
    assert served.answers() and not alone.answers()
    answers = [same(home.command(*arguments, folder=home.folder), home.folder) for home in (served, alone)]
    assert answers[0] == answers[1]
    if "--json" in arguments:
        json.loads(answers[0][1])
    if arguments[0] == "rejects":
        assert (served.folder / "rejects.xlsx").read_bytes()[:2] == b"PK"


def test_a_second_server_is_refused(served: Home) -> None:
    second = served.launch()
    _, err = second.communicate(timeout=60)
    assert second.returncode == 3
    assert f"process {served.started[0].pid}" in err and "http://127.0.0.1:" in err
    assert "Traceback" not in err
    assert served.answers()


def test_only_its_user_reaches_the_socket(served: Home) -> None:
    file = place.socket_file(served.path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


STRANGER = """
import socket, sys
with socket.socket(socket.AF_UNIX) as one:
    one.connect(sys.argv[1])
    one.sendall(b'{"nonce": "1"}\\n')
    print(one.makefile().read())
"""


def test_another_user_is_refused_even_before_an_open_door(served: Home) -> None:
    """A socket whose mode somebody loosened still answers its own user only."""
    if os.getuid() != 0:
        lacks("the right to run a process as another user")
    if (interpreter := shutil.which("python3", path="/usr/bin:/bin")) is None:
        lacks("an interpreter that other users may start")
    file = place.socket_file(served.path)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # the way to the home is closed to others
        Path(folder).chmod(0o755)
        door = Path(folder) / "door"
        os.link(file, door)
        file.chmod(0o666)
        command = [interpreter, "-I", "-c", STRANGER, str(door)]
        said = subprocess.run(command, user=65534, capture_output=True, text=True, cwd="/", timeout=60)
        file.chmod(0o600)
    greeting = json.loads(said.stdout)  # one line, then the end
    assert greeting["user"] == os.getuid()


@pytest.mark.parametrize(
    "words",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b'{"nonce": 1}\n',
        b'{"nonce": "1"}\n{"arguments": "undo 1"}\n',
        b'{"nonce": "1"}\n' + b"[" * 100_000 + b"\n",
        b'{"nonce": "1"}\n' + b"x" * (wire.LONGEST + 10) + b"\n",
        b'{"nonce": "1"}\n{"proof": "guessed", "arguments": ["undo", "1"], "folder": "/", "language": "en",'
        b' "out": {"width": 1, "terminal": false, "color": null},'
        b' "err": {"width": 1, "terminal": false, "color": null}}\n',
    ],
    ids=["http", "kinds", "shape", "depth", "length", "proof"],
)
def test_what_is_no_call_runs_nothing(served: Home, words: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(30)
        stranger.connect(str(place.socket_file(served.path)))
        answer = b""
        try:
            stranger.sendall(words)
            while block := stranger.recv(1 << 16):
                answer += block
        except ConnectionError:
            pass
    assert b"begun" not in answer
    assert served.answers()


def test_a_deep_home_is_reached(pattern: Path, tmp_path: Path) -> None:
    """The system takes some hundred bytes as the name of a socket."""
    folder = tmp_path / ("深" * 40) / ("d" * 60)
    shutil.copytree(pattern, folder)
    home = Home(folder)
    try:
        server = home.launch()
        until(lambda: server.poll() is not None or place.socket_file(home.path).exists(), "the server starts")
        status, out, err = home.command("metric", "revenue", "--json")
        assert (status, json.loads(out)["rows"][0]["value"]) == (0, 7.0), err
    finally:
        home.end()


def test_a_command_breaks_off_quietly_when_its_reader_goes(served: Home) -> None:
    process = served.begin("metrics")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert served.command("deliveries", "--json")[0] == 0


def test_help_and_wrong_usage_need_nobody(served: Home, house: Home) -> None:
    """What is wrong with the line itself is said without asking the owner."""
    assert served.command("undo", "twelve")[0] == 2
    (house.path / "warehouse.duckdb").unlink()
    assert house.command("load", "--help")[0] == 0
    assert not (house.path / "warehouse.duckdb").exists()
    assert ROOT.exists()


def test_a_source_is_brought_up_to_date_while_the_server_runs(served: Home) -> None:
    """The server reads the source, the command shows how it went; what came is visible at once and comes only once."""
    source = served.folder / "erp.sqlite"
    with sqlite3.connect(source) as erp:
        erp.execute("CREATE TABLE lines (no TEXT, line INTEGER, day DATE, item TEXT, quantity REAL, amount REAL)")
        erp.executemany("INSERT INTO lines VALUES (?, 1, '2026-03-05', 'M1', 1, ?)", [("S-1", 40), ("S-2", 2)])
    mapping = "document_no = 'no'\nline_no = 'line'\ndocument_date = 'day'\nmaterial_code = 'item'\n"
    (served.path / "sources.toml").write_text(
        f'[erp]\nurl = "sqlite:///{source}"\nledger = "erp"\ntable = "sales_lines"\nrelation = "lines"\n'
        f"document_key = ['document_no']\n[erp.mapping]\n{mapping}quantity = 'quantity'\namount_net = 'amount'\n",
        "utf-8",
    )
    assert served.command("sources", "--check", "erp", "--json")[0] == 0
    for status in ("loaded", "unchanged"):
        code, out, err = served.command("sync", "erp", "--json")
        assert (code, status in out) == (0, True), (out, err)
        _, out, err = served.command("metric", "revenue", "--ledger", "erp", "--json")
        assert json.loads(out)["rows"][0]["value"] == 42.0, err
    assert served.answers()
