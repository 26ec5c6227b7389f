from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.log import Log


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with its tables and calendar made, to be copied: making them takes longer than most tests."""
    folder = tmp_path_factory.mktemp("empty")
    Log(folder).warehouse.close()
    return folder / "warehouse.duckdb"


@pytest.fixture
def log(tmp_path: Path, empty_warehouse: Path) -> Iterator[Log]:
    shutil.copy(empty_warehouse, tmp_path)
    made = Log(tmp_path)
    yield made
    made.warehouse.close()
