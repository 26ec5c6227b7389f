"""Pages and readers are measured: each once, on as little as it takes to be measured at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import company, pages, readers
from tests.machine import chromium_path
from tests.site import Server

ROWS = 1000  # a few cases a month, each department among them


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """The server with approvals alone: pages enough for the way from the card to the document."""
    folder = tmp_path_factory.mktemp("pages")
    warehouse = company.opened(folder / "home")
    company.deliver(warehouse, ROWS, "process_events")
    warehouse.close()
    with pages.opened(folder / "home", folder / "site") as opened:
        yield opened


def test_pages_and_clicks_are_measured(site: tuple[Server, str], tmp_path: Path) -> None:
    chromium_path()
    shown = pages.measure(*site, tmp_path, turns=1, warm=False)
    assert [one.step for one in shown] == ["first page", *(click.step for click in pages.PATH)]
    assert all(one.empty > 0 and 0 < one.page <= one.rest for one in shown)
    assert [one.limit for one in shown] == [0.4, 0.3, 0.3, 0.3]


def test_readers_are_measured(site: tuple[Server, str]) -> None:
    read = readers.measure(*site, readers=3, think=0.2, lasts=2)
    assert read.looks >= 3
    assert 0 < read.median <= read.p95 and read.longest > 0
