"""Records in a file and on a real server, each test with a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests import servers
from tests.servers import PASSWORD, Server, execute

KINDS = ("sqlite", "postgresql")
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with servers.postgres() as (server, _):
        yield server


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.db'}"
    server = request.getfixturevalue("postgres")
    return on_server(server)


@pytest.fixture
def server_url(postgres: Server) -> str:
    return on_server(postgres)


def on_server(server: Server) -> str:
    """A new database there."""
    name = f"records{next(_numbers)}"
    execute(server, "postgres", f"CREATE DATABASE {name}")
    address = URL.create("postgresql+psycopg", server.administrator, PASSWORD, "127.0.0.1", server.port, name)
    return address.render_as_string(hide_password=False)
