"""A service on records of its own, with a clock that tests set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cockpit.service import Cockpit
from cockpit.service.entrance import Entrance
from cockpit.settings import settings
from connectors import CONNECTORS
from sample_data import SAMPLE

PASSWORD = "梧桐树下的 7 月雨声"
ADDRESS, AGENT = "192.0.2.7", "a browser"


class Clock:
    """The wall clock, which tests set forward and back."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None) + self.ahead

    def set(self, **ahead: float) -> None:
        self.ahead += timedelta(**ahead)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cockpit(home: Path, clock: Clock, records_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cockpit]:
    """A service nothing was delivered to; whatever happens there, its trail holds."""
    monkeypatch.setenv("COCKPIT_RECORDS_URL", records_url)
    settings.cache_clear()
    with Cockpit.open(settings(), CONNECTORS, SAMPLE, clock) as opened:
        yield opened
        assert opened.audit.verify().holds


@pytest.fixture
def entrance(cockpit: Cockpit) -> Entrance:
    return cockpit.entrance


@pytest.fixture
def administrator(entrance: Entrance) -> tuple[str, str]:
    """(token, key) of the first administrator's session; their name is ``li.na``."""
    code = entrance.setup_code()
    assert code is not None
    return entrance.set_up(code, "Li.Na", "李娜", PASSWORD, ADDRESS, AGENT)


def actions(cockpit: Cockpit) -> list[str]:
    """What the audit trail says was done, oldest first."""
    return [entry.action for entry in reversed(cockpit.audit.search())]
