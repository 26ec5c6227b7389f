"""Open pages are closed with their sessions, each on its own, whatever happens to the others."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection

import pytest
from starlette.types import Message, Receive, Scope, Send

from cockpit.api import sockets
from cockpit.api.sockets import ENDED, Sockets
from cockpit.errors import SystemFailure


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("EVERY", 0.02), ("GRACE", 0.06), ("PATIENCE", 0.2)):
        monkeypatch.setattr(sockets, name, seconds)


class Page:
    """A browser's side of a websocket; one that is `stalled` takes nothing any more once it is open."""

    def __init__(self, stalled: bool = False) -> None:
        self.stalled = stalled
        self.given_up = False
        self.said: list[Message] = []

    async def send(self, message: Message) -> None:
        if self.stalled and message["type"] == "websocket.close":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.given_up = True
                raise
        self.said.append(message)

    async def receive(self) -> Message:
        await asyncio.Event().wait()
        raise AssertionError


async def server(scope: Scope, receive: Receive, send: Send) -> None:
    """Opens and stays until the other side goes."""
    await send({"type": "websocket.accept"})
    assert (await receive())["code"] == ENDED


def closed_after(ended: Callable[[Collection[str]], Collection[str]], pages: dict[str, Page]) -> dict[str, float]:
    """Seconds until each page was told that its session has ended."""

    async def run() -> dict[str, float]:
        desk, began, told = Sockets(ended), time.monotonic(), {}
        for key, page in pages.items():
            page.task = asyncio.create_task(desk.run(server, key, {}, page.receive, page.send))  # type: ignore[attr-defined]
        while len(told) < len([page for page in pages.values() if not page.stalled]):
            assert time.monotonic() < began + 20
            await asyncio.sleep(0.01)
            for key, page in pages.items():
                if {"type": "websocket.close", "code": ENDED} in page.said:
                    told.setdefault(key, time.monotonic() - began)
        await asyncio.gather(*(page.task for page in pages.values()))  # type: ignore[attr-defined]
        while any(page.stalled and not page.given_up for page in pages.values()):
            assert time.monotonic() < began + 20
            await asyncio.sleep(0.01)
        return told

    return asyncio.run(asyncio.wait_for(run(), 30))


def test_a_stalled_page_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "PATIENCE", 3.0)
    pages = {f"stalled{number}": Page(stalled=True) for number in range(5)} | {"lively": Page()}
    assert closed_after(lambda keys: keys, pages)["lively"] < 2.5


@pytest.mark.parametrize("problem", [SystemFailure("records_not_reachable", reason="x"), KeyError("unforeseen")])
def test_the_watch_survives_whatever_goes_wrong(problem: Exception, caplog: pytest.LogCaptureFixture) -> None:
    asked = []

    def ended(keys: Collection[str]) -> Collection[str]:
        asked.append(keys)
        if len(asked) < 3:
            raise problem
        return keys

    with caplog.at_level(logging.ERROR):
        assert closed_after(ended, {"one": Page()}) and len(asked) >= 3
    assert bool(caplog.records) == isinstance(problem, KeyError)
