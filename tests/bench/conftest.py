"""The made-up company, small: what every statement is compared on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench import company
from cockpit.warehouse.store import Warehouse

ROWS = 4000


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = company.opened(tmp_path_factory.mktemp("bench"))
    company.build(opened, ROWS)
    yield opened
    opened.close()
