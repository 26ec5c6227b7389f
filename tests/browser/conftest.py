"""A real server with an empty home and the sample company, and a real browser before it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.machine import ROOT, chromium_path, lacks

FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
PATIENCE = 180  # seconds for the first start, sample included, on a busy machine


@dataclass
class Site:
    """Where the server answers, and everything a browser asked anybody else for."""

    origin: str
    strangers: list[str] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def readiness(origin: str) -> str:
    """What the server says of itself: ``ready``, why not, or nothing while it does not answer."""
    try:
        with urllib.request.urlopen(f"{origin}/health/ready", timeout=5) as answer:
            return str(json.load(answer)["status"])
    except urllib.error.HTTPError as error:
        return str(json.load(error)["status"])
    except OSError:
        return ""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """``python app.py`` on a free port, ready with the sample company."""
    folder = tmp_path_factory.mktemp("site")
    port = free_port()
    environment = {**os.environ, "COCKPIT_HOME": str(folder / "home"), "PORT": str(port)}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([sys.executable, ROOT / "app.py"], env=environment, stdout=log, stderr=log)
        try:
            origin = f"http://127.0.0.1:{port}"
            until = time.monotonic() + PATIENCE
            while (state := readiness(origin)) != "ready":
                if server.poll() is not None or state == "sample_failed" or time.monotonic() > until:
                    pytest.fail(f"the server is not ready: {(folder / 'log').read_text('utf-8')[-2000:]}")
                time.sleep(0.5)
            yield Site(origin)
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()


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
