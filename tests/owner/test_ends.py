"""Whatever ends or hangs, and whenever: the other side says so at once, nothing is half done, nobody waits for ever."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess

import pytest

from cockpit.api import caller, place
from cockpit.api.wire import Call, Screen
from cockpit.errors import SystemFailure
from tests.owner.conftest import Home, until

ROWS = 20_000
BEFORE, AFTER = (7.0, 1, True), (7.0 + ROWS, 1 + ROWS, True)
SCREEN = Screen(width=80, terminal=False, color=None)


def call(*arguments: str) -> Call:
    return Call(proof="", arguments=list(arguments), folder="/", language="en", out=SCREEN, err=SCREEN)


def loading(home: Home, language: str = "en") -> subprocess.Popen[str]:
    """A load by the running server that will take seconds and has begun."""
    kept = home.kept()
    process = home.begin("load", str(home.large(ROWS, f"{kept}")), "--json", "--language", language)
    until(lambda: process.poll() is not None or home.kept() > kept, "the load begins")
    assert process.poll() is None, process.communicate()
    return process


def test_a_socket_of_a_killed_server_is_noticed_and_replaced(house: Home) -> None:
    server = house.serve()
    server.kill()
    server.wait()
    assert place.socket_file(house.path).exists()
    status, out, err = house.command("metric", "revenue", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["rows"][0]["value"] == 7.0
    house.serve()
    assert house.command("deliveries", "--json")[0] == 0


def test_a_server_killed_under_a_command(house: Home) -> None:
    server = house.serve()
    process = loading(house, "zh_CN")
    server.kill()
    out, err = process.communicate(timeout=20)
    assert process.returncode == 3
    assert f"{server.pid}" in err and "deliveries" in err and "Traceback" not in err
    assert json.loads(out)["error"]["code"] == "owner_lost"
    assert house.look() in (BEFORE, AFTER)


def test_a_client_that_ends_leaves_everything_whole(house: Home) -> None:
    """The server drops the load or finishes it, and goes on with the next command."""
    server = house.serve()
    killed = loading(house)
    killed.kill()
    killed.wait()
    broken_off = loading(house)
    broken_off.send_signal(signal.SIGINT)
    _, err = broken_off.communicate(timeout=20)
    assert broken_off.returncode == 3
    assert "Interrupted" in err and "deliveries" in err
    status, _, err = house.command("load", str(house.sales("二", ("C1", 5))), "--json")
    assert status == 0, err
    server.send_signal(signal.SIGTERM)
    server.wait(30)
    value, lines, sound = house.look()
    assert (value - 12.0, lines - 2) in [(count * ROWS, count * ROWS) for count in (0, 1, 2)]
    assert sound


def test_a_stop_lets_a_running_command_finish(house: Home) -> None:
    server = house.serve()
    process = loading(house)
    server.send_signal(signal.SIGTERM)
    until(lambda: not house.answers(), "no new command is taken")
    late = house.begin("metric", "revenue", "--json")  # waits, and then opens the warehouse itself
    out, err = process.communicate(timeout=40)
    assert process.returncode == 0, err
    assert json.loads(out)["status"] == "loaded"
    server.wait(30)
    out, err = late.communicate(timeout=40)
    assert (late.returncode, json.loads(out)["rows"][0]["value"]) == (0, AFTER[0]), err
    assert house.look() == AFTER


def test_who_comes_later_waits_and_says_so(house: Home) -> None:
    """A command and a server beside a process that holds the warehouse; both go on when it ends."""
    with house.open():
        command = house.begin("load", str(house.sales("二", ("C1", 5))), "--json")
        server = house.launch(COCKPIT_LANGUAGE="zh_CN")
        assert command.stderr is not None and server.stderr is not None
        for process, words in ((command, "waiting for it to end"), (server, "等它结束")):
            word = process.stderr.readline() if process.stderr else ""
            assert words in word and f"{os.getpid()}" in word
    out, err = command.communicate(timeout=60)
    assert (command.returncode, json.loads(out)["status"], err) == (0, "loaded", "")
    until(lambda: server.poll() is not None or house.answers(), "the server starts")
    assert json.loads(house.command("metric", "revenue", "--json")[1])["rows"][0]["value"] == 12.0


def test_waiting_ends(house: Home) -> None:
    """A warehouse that stays taken is refused in the end, naming who holds it."""
    script = (
        "import sys, cockpit.__main__ as entrance; from cockpit.api import caller;"
        " caller.COMMAND_SECONDS = 1; sys.exit(entrance.command(['deliveries']))"
    )
    with house.open():
        process = house.python(script)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert err.count(f"({os.getpid()})") == 2 and "Traceback" not in err


def test_a_server_that_hangs_is_not_waited_for(house: Home) -> None:
    server = house.serve()
    with caller.link(house.path, silence=2.0) as owner:
        assert owner is not None
        server.send_signal(signal.SIGSTOP)
        with pytest.raises(SystemFailure, match="owner_silent"):
            owner.call(call("deliveries"), io.StringIO(), io.StringIO())
    with pytest.raises(SystemFailure, match="owner_silent"), caller.link(house.path, silence=0.5):
        pass
    server.send_signal(signal.SIGCONT)
    assert house.command("deliveries")[0] == 0


def test_a_copied_home_is_no_running_one(house: Home) -> None:
    """What lies in run/ of a backup leads nowhere and is no obstacle."""
    place.folder_of(house.path).mkdir()
    for file in (place.socket_file(house.path), place.ticket_file(house.path)):
        file.write_text("gone")
    assert house.command("deliveries", "--json")[0] == 0
