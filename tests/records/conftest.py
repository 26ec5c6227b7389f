"""Records in a file and on a real server, each test with a database of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import STORES
from tests.servers import Server, records_on


@pytest.fixture(params=STORES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.db'}"
    return records_on(request.getfixturevalue("postgres"))


@pytest.fixture
def server_url(postgres: Server) -> str:
    return records_on(postgres)
