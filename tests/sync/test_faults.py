"""Whatever the line does: no row is lost or counted twice, nothing moves in a failed run, the next one heals."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from cockpit.errors import RefusedError
from cockpit.settings import settings
from tests.machine import ROOT
from tests.servers import Server
from tests.sync.books import Books, Place
from tests.sync.proxy import Fault, Proxy

ServerOf = Callable[[str], Server]
INCREMENT = {"document_key": ["document_no"], "cursor": "write_date", "overlap": "1 day"}
SERVERS = ("postgresql", "mysql")
LONGEST = 260_000  # bytes a whole pull takes, about
FAULTS = [
    Fault("refuse"),
    Fault("cut", 0),
    Fault("cut", 40),
    Fault("close", 700),
    Fault("cut", 9_000),
    Fault("close", 120_000),
    Fault("hang", 25_000),
    Fault("hang", 10),
    Fault("slow", 3_000),
    Fault("slice", 100),
]


def through(books: Books, server: Server, proxy: Proxy) -> str:
    return books.url.replace(f":{server.port}/", f":{proxy.port}/")


def state(place: Place) -> tuple[object, ...]:
    """All that a failed run must leave as it was."""
    return (
        place.total(),
        place.rows("SELECT count(*) FROM deliveries"),
        place.rows("SELECT delivery, cursor FROM source_readings ORDER BY 1"),
        place.rows("SELECT count(*), sum(rows) FROM source_keys WHERE current"),
    )


def change(books: Books, step: int) -> None:
    """Something new, something else, something gone, something late."""
    books.run(
        f"INSERT INTO order_lines VALUES ({90000 + step}, 1, '1998-07-01', 'N', 'N', 'CN', 'Tea', 1, 1.25,"
        f" '2000-01-01 00:00:{step % 60:02}')",
        f"UPDATE order_lines SET amount = amount + 1, write_date = '2000-01-01 00:00:{step % 60:02}'"
        f" WHERE order_id = {10400 + step % 300}",
        f"DELETE FROM order_lines WHERE order_id = {10300 + step % 90} AND line % 2 = 0",
        f"INSERT INTO order_lines VALUES ({10800 + step % 90}, 99, '1998-01-01', 'L', 'L', 'CN', 'Tea', 1, 2.5,"
        " '1996-07-04 00:00:00')",
    )


@pytest.mark.parametrize("kind", SERVERS)
def test_each_fault_once_then_for_ever(
    kind: str, make: Callable[..., Books], server_of: ServerOf, place: Place
) -> None:
    books, server = make(kind), server_of(kind)
    before: tuple[object, ...] | None = None
    for step, fault in enumerate(FAULTS):
        if step % 2:
            change(books, step)
        harmless = fault.kind in ("slow", "slice")
        with Proxy(server.port, [fault]) as proxy:
            place.block("b", through(books, server, proxy), timeout=1.0, **INCREMENT)
            report = place.sync("b")
            assert report["status"] in ("loaded", "unchanged"), (fault, report)
            assert report["tries"] <= 2
            if step == 0 or fault.after < 1000:
                assert report["tries"] == (1 if harmless else 2), fault
        assert place.total() == books.total(), fault
        before = state(place)
    change(books, 50)
    with Proxy(server.port, [Fault("cut", 30)], forever=True) as proxy:
        place.block("b", through(books, server, proxy), timeout=1.0, **INCREMENT)
        report = place.sync("b")
        assert (report["state"], report["status"], report["tries"]) == ("failed", None, 5)
        assert [issue["code"] for issue in report["issues"]] == ["sql_unreachable"]
        assert proxy.connections >= 5
    assert state(place) == before
    place.block("b", books.url, **INCREMENT)
    assert place.sync("b")["status"] == "loaded"
    assert place.total() == books.total()
    assert place.sync("b")["status"] == "unchanged"


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("part", range(3))
def test_a_hundred_faults(kind: str, part: int, make: Callable[..., Books], server_of: ServerOf, place: Place) -> None:
    books, server = make(kind), server_of(kind)
    luck = random.Random(f"{kind}-faults-{part}")
    for step in range(100):
        change(books, step)
        kinds = luck.choices(("cut", "close", "slow", "slice", "refuse", "hang"), (8, 6, 3, 3, 3, 1), k=3)
        spread = luck.choice((200, 3_000, 40_000, LONGEST))
        faults = [Fault(one, luck.randrange(spread)) for one in kinds]
        keys = INCREMENT if step % 3 else {"document_key": ["document_no"]}
        before = state(place) if step else None
        with Proxy(server.port, faults, forever=step % 10 == 9) as proxy:
            place.block("b", through(books, server, proxy), timeout=0.5, **keys)
            report = place.sync("b")
        if report["state"] == "failed":
            assert before is None or state(place) == before, (step, faults)
        else:
            assert place.total() == books.total(), (step, faults)
    place.block("b", books.url, **INCREMENT)
    place.sync("b")
    assert place.total() == books.total()
    assert place.sound()


def sqlite_fault(step: int, books: Books) -> Callable[[], None]:
    """What can befall a file: another process holds it, for a while; gives the way to end it."""
    holder = sqlite3.connect(books.url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    holder.execute(f"INSERT INTO order_lines (order_id, line) VALUES ({70000 + step}, 1)")

    def end() -> None:
        holder.rollback()
        holder.close()

    return end


def test_a_file_that_others_write_to(make: Callable[..., Books], place: Place) -> None:
    """Ten times the file is locked when the run begins and set free while it tries."""
    books = make("sqlite")
    place.block("b", books.url, **INCREMENT)
    for step in range(10):
        if step:
            change(books, step)
        timer = threading.Timer(0.05 * (1 + step % 3), sqlite_fault(step, books))
        timer.start()
        report = place.sync("b")
        timer.join()
        assert report["status"] == "loaded", report
        assert place.total() == books.total()


@pytest.mark.fuzz
def test_three_hundred_locks(make: Callable[..., Books], place: Place) -> None:
    books, luck = make("sqlite"), random.Random("locks")
    place.block("b", books.url, **INCREMENT)
    for step in range(300):
        change(books, step)
        timer = threading.Timer(luck.random() / 10, sqlite_fault(step, books))
        timer.start()
        assert place.sync("b")["state"] == "done"
        timer.join()
        assert place.total() == books.total()


def in_the_middle(
    place: Place, books: Books, server: Server, doing: Callable[[], None], after: int = 60_000
) -> tuple[dict[str, Any], int]:
    """Runs the source and does something when `after` bytes have come through the line; report and connections.

    The first 2,000 bytes are about the login, the last 100,000 and more are rows.
    """
    told: list[dict[str, Any]] = []
    with Proxy(server.port, [Fault("pause", after)]) as proxy:
        place.block("b", through(books, server, proxy), **INCREMENT)
        worker = threading.Thread(target=lambda: told.append(place.sync("b")))
        worker.start()
        assert proxy.paused.wait(30)
        doing()
        proxy.go.set()
        worker.join(60)
        return told[0], proxy.connections


@pytest.mark.parametrize("kind", SERVERS)
def test_a_table_that_changes_in_the_middle_of_a_pull(
    kind: str, make: Callable[..., Books], server_of: ServerOf, place: Place
) -> None:
    """What was there when the run began is read, all of it and nothing else."""
    books, server = make(kind), server_of(kind)
    began = books.total()
    statements = ("DELETE FROM order_lines WHERE order_id < 10400", "UPDATE order_lines SET amount = 1")
    report, _ = in_the_middle(place, books, server, lambda: books.run(*statements))
    assert (report["status"], report["rows_read"]) == ("loaded", 2155)
    assert place.total() == began
    place.block("b", books.url)  # the amounts changed without a new cursor value
    assert place.sync("b")["status"] == "loaded"
    assert place.total() == books.total()


def test_a_server_that_ends_the_session(make: Callable[..., Books], server_of: ServerOf, place: Place) -> None:
    books, server = make("postgresql"), server_of("postgresql")
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'"
    report, _ = in_the_middle(place, books, server, lambda: books.run(ended), after=1_800)
    assert (report["status"], report["tries"]) == ("loaded", 2)
    assert place.total() == books.total()


def test_two_runs_of_one_source_do_not_meet(make: Callable[..., Books], server_of: ServerOf, place: Place) -> None:
    books, server = make("postgresql"), server_of("postgresql")

    def again() -> None:
        with pytest.raises(RefusedError, match="sync_running"):
            place.sync("b")

    report, connections = in_the_middle(place, books, server, again)
    assert (report["status"], connections) == ("loaded", 1)


def test_an_interrupted_run_leaves_nothing(make: Callable[..., Books], server_of: ServerOf, place: Place) -> None:
    """Ctrl-C in the middle of the rows: a sentence, no traceback, nothing half done; the next run reads it all."""
    books, server = make("postgresql"), server_of("postgresql")
    place.cockpit.close()
    with Proxy(server.port, [Fault("pause", 60_000)]) as proxy:
        place.block("b", through(books, server, proxy), **INCREMENT)
        command = [sys.executable, "-m", "cockpit", "sync", "b", "--language", "en"]
        environment = {**os.environ, "COCKPIT_HOME": str(place.home)}
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert proxy.paused.wait(60)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=30)
    assert running.returncode == 3, said
    assert b"Traceback" not in said and b"Interrupted" in said
    again = Place(place.home, settings(), lambda: datetime(2026, 11, 22, 1, 0))
    try:
        assert again.total()[0] == 0
        again.block("b", books.url, **INCREMENT)
        assert again.sync("b")["status"] == "loaded"
        assert again.total() == books.total()
    finally:
        again.cockpit.close()
