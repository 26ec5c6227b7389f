"""Servers started once, a database of its own for each test, and a cockpit to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from cockpit.settings import settings
from tests import servers
from tests.servers import PASSWORD, Server
from tests.sync.books import Books, Place, in_file, lines, on_server

KINDS = ("sqlite", "postgresql", "mysql")
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[tuple[Server, Path]]:
    with servers.postgres() as running:
        yield running


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    with servers.mariadb() as running:
        yield running


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB", PASSWORD)


@pytest.fixture
def server_of(request: pytest.FixtureRequest) -> Callable[[str], Server]:
    """The running server of a kind, started when it is first wanted."""

    def found(kind: str) -> Server:
        running = request.getfixturevalue({"postgresql": "postgres", "mysql": "mariadb"}[kind])
        return running[0] if isinstance(running, tuple) else running

    return found


@pytest.fixture
def make(server_of: Callable[[str], Server], tmp_path: Path) -> Callable[..., Books]:
    """Makes books of a kind, with Northwind's lines or others."""

    def made(kind: str, rows: list[tuple[object, ...]] | None = None) -> Books:
        number = next(_numbers)
        given = lines() if rows is None else rows
        if kind == "sqlite":
            return in_file(tmp_path / f"books 账{number}.db", given)
        return on_server(server_of(kind), f"books{number}", given)

    return made


@pytest.fixture(params=KINDS)
def books(request: pytest.FixtureRequest, make: Callable[..., Books]) -> Books:
    """Northwind in each kind of database."""
    return make(request.param)


@pytest.fixture
def place(home: Path) -> Iterator[Place]:
    """A cockpit whose clock moves on with every look at it."""
    now = datetime(2026, 11, 22, 1, 0)

    def clock() -> datetime:
        nonlocal now
        now += timedelta(seconds=1)
        return now

    opened = Place(home, settings(), clock)
    try:
        yield opened
    finally:
        opened.cockpit.close()
