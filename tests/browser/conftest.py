"""A real server with an empty home and the sample company, and a real browser before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from cockpit.service.entrance import TOUR_OVER
from tests.machine import chromium_path, lacks
from tests.site import server

FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


@dataclass
class Site:
    """Where the server answers, the cookie of who is signed in, and all that a browser asked anybody else for."""

    origin: str
    session: str
    strangers: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """``python app.py`` on a free port, ready with the sample company, and its first administrator signed in, who has
    ended the tour."""
    with server(tmp_path_factory.mktemp("site"), sample=tmp_path_factory.getbasetemp()) as running:
        session = running.set_up().cookies["cockpit_session"]
        with closing(sqlite3.connect(running.home / "records.db", timeout=20)) as records, records:
            records.execute("UPDATE people SET tour = ?", (TOUR_OVER,))
        yield Site(f"http://127.0.0.1:{running.port}", session)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacks("Playwright")
    path = chromium_path()
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(site: Site, browser: Any) -> Iterator[Callable[..., Any]]:
    """``visit("/procurement", size=(390, 844))`` → the page, once it is drawn and quiet."""
    contexts: list[Any] = []

    def go(path: str = "/", *, size: tuple[int, int] = (1440, 900), language: str = "zh", theme: str = "light") -> Any:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="en-GB" if language == "en" else "zh-CN",
            color_scheme=theme,
            accept_downloads=True,
        )
        contexts.append(context)
        context.add_cookies([{"name": "cockpit_session", "value": site.session, "url": site.origin}])
        page = context.new_page()
        page.set_default_timeout(40_000)
        page.on("request", lambda request: watch(site, request.url))
        page.goto(site.origin + path)
        settled(page)
        return page

    yield go
    for context in contexts:
        context.close()


def watch(site: Site, url: str) -> None:
    if not url.startswith((site.origin, "data:", "blob:", "about:")):
        site.strangers.append(url)


def settled(page: Any) -> None:
    """Connected, the script at rest, and every drawn block filled."""
    page.wait_for_selector("[data-testid='stApp'][data-test-connection-state='CONNECTED']")
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']")
    page.wait_for_function(
        """() => {
            const roots = [...document.querySelectorAll('*')].filter(e => e.shadowRoot).map(e => e.shadowRoot)
            const drawn = roots.map(r => r.querySelector('#ink')).filter(Boolean)
            return drawn.length > 1 && drawn.every(e => e.childElementCount > 0)
        }"""
    )
