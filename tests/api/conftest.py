"""The log of a server, told in the tests' own process."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from cockpit import logs


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """What is logged goes to standard error as the server tells it; afterwards as before."""
    top, ours = logging.getLogger(), logging.getLogger("cockpit")
    before = (top.handlers, top.level, ours.level)
    logs.set_up()
    yield
    top.handlers, level, own = before
    top.setLevel(level)
    ours.setLevel(own)
