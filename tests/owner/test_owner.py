"""The owner in this process and its callers in others: the way over a port, other releases, a stop that cannot wait."""

from __future__ import annotations

import io
import json
import socket
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import answer
from cockpit.api import caller, owner, place
from cockpit.api.owner import Owner
from cockpit.api.wire import Call, Screen
from cockpit.errors import SystemFailure
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.requests import MetricRequest
from tests.owner.conftest import Home, until

SCREEN = Screen(width=80, terminal=False, color=None)


@contextmanager
def owning(home: Home, way: place.Way = "socket") -> Iterator[tuple[Cockpit, Owner]]:
    with home.open() as cockpit:
        made = Owner(answer)
        made.start(cockpit, home.path, "http://127.0.0.1:1", way)
        try:
            yield cockpit, made
        finally:
            made.stop(seconds=10)


def ask(home: Home, *arguments: str) -> tuple[int | None, str]:
    """Exit status and standard output of a command line that the owner runs."""
    call = Call(proof="", arguments=list(arguments), folder="/", language="en", out=SCREEN, err=SCREEN)
    out = io.StringIO()
    with caller.link(home.path) as link:
        assert link is not None
        return link.call(call, out, io.StringIO()), out.getvalue()


def free(cockpit: Cockpit) -> bool:
    """Whether nobody is writing."""
    lock = cockpit._warehouse._engine.writing
    if mine := lock.acquire(blocking=False):
        lock.release()
    return mine


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name in ("command", "owner")}


def test_over_a_port_with_a_token(house: Home) -> None:
    """The way of systems that have no socket files."""
    with owning(house, "loopback"):
        assert stat.S_IMODE(place.ticket_file(house.path).stat().st_mode) == 0o600
        assert not place.socket_file(house.path).exists()
        status, out, err = house.command("metric", "revenue", "--json")
        assert (status, json.loads(out)["rows"][0]["value"], err) == (0, 7.0, "")
        assert house.command("load", str(house.sales("二", ("C1", 5))))[0] == 0
        ticket = place.Ticket.model_validate_json(place.ticket_file(house.path).read_bytes())
        guessed = ticket.model_copy(update={"token": "0" * 43})
        place.ticket_file(house.path).write_text(guessed.model_dump_json())
        with caller.link(house.path) as link:
            assert link is None  # it does not prove that it is the owner, and is told nothing
    assert not place.ticket_file(house.path).exists()
    assert house.look() == (12.0, 2, True)


def test_a_port_that_a_stranger_took_over_is_no_owner(house: Home) -> None:
    with owning(house, "loopback"):
        stale = place.ticket_file(house.path).read_bytes()
    place.ticket_file(house.path).write_bytes(stale)
    assert house.command("deliveries")[0] == 0  # nobody listens there
    with owning(house, "loopback"):
        other = place.Ticket.model_validate_json(place.ticket_file(house.path).read_bytes())
        mixed = place.Ticket(port=other.port, token=place.Ticket.model_validate_json(stale).token)
        place.ticket_file(house.path).write_text(mixed.model_dump_json())
        with caller.link(house.path) as link:
            assert link is None


def test_where_no_socket_file_can_be_it_is_a_port(house: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_file: Path) -> socket.socket:
        raise OSError("Operation not supported")

    monkeypatch.setattr(place, "_listen_on_file", refused)
    with owning(house):
        assert ask(house, "deliveries", "--json")[0] == 0
        assert place.ticket_file(house.path).exists()


def test_where_nothing_can_be_it_is_said(house: Home) -> None:
    place.folder_of(house.path).write_text("in the way")
    with pytest.raises(SystemFailure, match="owner_not_listening"), owning(house):
        pass
    assert house.command("deliveries", "--json")[0] == 0


def test_names_that_are_no_text_survive_the_way(house: Home) -> None:
    with owning(house):
        status, out = ask(house, "load", "/nowhere\udcff.csv", "--json")
    assert (status, json.loads(out)["error"]["code"]) == (2, "path_missing")
    assert "\udcff" in out


@pytest.mark.parametrize(("language", "words"), [("zh_CN", "请重启服务"), ("en", "Restart the server")])
def test_another_release_is_said(house: Home, monkeypatch: pytest.MonkeyPatch, language: str, words: str) -> None:
    monkeypatch.setattr(owner, "RELEASE", "0.0.9")
    with owning(house):
        status, out, err = house.command("metric", "revenue", "--json", "--language", language)
    assert status == 3
    assert words in err and "0.0.9" in err
    assert json.loads(out)["error"]["code"] == "owner_of_other_release"


def test_a_stop_that_cannot_wait_rolls_back(house: Home) -> None:
    """What is being written is broken off, its caller told, and the warehouse free and whole afterwards."""
    file = house.large(60_000, "大")
    told: list[tuple[int | None, str]] = []
    with owning(house) as (cockpit, made):
        thread = threading.Thread(target=lambda: told.append(ask(house, "load", str(file), "--json")))
        thread.start()
        until(lambda: not free(cockpit), "the load is being committed")
        began = time.monotonic()
        made.stop(seconds=0)
        thread.join(10)
        assert time.monotonic() - began < 10
        assert told[0][0] == 3 and '"interrupted"' in told[0][1]
        until(lambda: not threads(), "its threads end")
        row = cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", MetricRequest(), "en").rows[0]
        assert (row.value, row.n) == (7.0, 1)
    assert house.look() == (7.0, 1, True)


def test_a_load_whose_caller_left_is_dropped(house: Home) -> None:
    """Before anything is committed; the next file is read from the beginning, and no temporary table stays."""
    with owning(house) as (cockpit, _):
        command = house.begin("load", str(house.large(60_000, "大")))
        until(lambda: house.kept() == 2, "the load begins")
        command.kill()
        command.wait()
        until(lambda: not threads() - {"owner"}, "the load ends")
        assert len(cockpit.deliveries(LOCAL_ADMINISTRATOR)) == 1
        _, out = ask(house, "load", str(house.sales("二", ("C1", 5))), "--json")
        assert json.loads(out)["parts"][0]["rows_read"] == 1
        cockpit._warehouse.records("CHECKPOINT")  # rows of the warehouse itself go to the file
        kept = "SELECT memory_usage_bytes AS bytes FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'"
        assert cockpit._warehouse.records(kept) == [{"bytes": 0}]


def test_reads_do_not_wait_for_who_writes(house: Home) -> None:
    """While somebody holds the write lock, questions are answered and a second load waits its turn."""
    with owning(house) as (cockpit, _):
        answers: list[tuple[int | None, str]] = []
        waiting = threading.Thread(
            target=lambda: answers.append(ask(house, "load", str(house.sales("二", ("C1", 5))), "--json"))
        )
        with cockpit._warehouse.exclusive():
            waiting.start()
            until(lambda: house.kept() == 2, "the load begins")
            for question in (["metric", "revenue", "--json"], ["deliveries", "--json"], ["tables", "--json"]):
                assert ask(house, *question)[0] == 0
            assert waiting.is_alive() and answers == []
        waiting.join(30)
        assert json.loads(answers[0][1])["status"] == "loaded"
