"""What a page and a click take in Chromium until they answer, beside a page of the same platform that does nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from cockpit.locale import t
from tests.browser.conftest import FLAGS, settled
from tests.site import Server, free_port, server

EMPTY = Path(__file__).parent / "empty.py"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 120  # seconds until a server answers, and for anything in a browser
JUDGING = 900  # seconds until all warnings are judged
OPEN_LIMIT, CLICK_LIMIT = 0.4, 0.3  # seconds over the empty page

# What stands in a block of ours, or on the empty page; when the last click was.
SCRIPT = """
window.ink = (key) => {
    const host = document.querySelector('.st-key-' + key)
    const root = host && [...host.querySelectorAll('*')].map((one) => one.shadowRoot).find(Boolean)
    return root?.querySelector('#ink')?.textContent ?? ''
}
window.seen = () => document.querySelector('.st-key-seen [data-testid=stMarkdown]')?.textContent ?? ''
addEventListener('click', () => { window.clicked = performance.now(); window.left = window.ink('strip-first') }, true)
"""
RESTING = "document.querySelector(\"[data-testid=stApp][data-test-script-state='notRunning']\")"


@dataclass(frozen=True)
class Click:
    """One step down: where to click, and what is so once the click is answered (JavaScript)."""

    step: str
    on: str
    answered: str


PATH = (
    Click(
        "from the card to its page",
        f".st-key-scorecard .go:has-text('{t('metric.approval_cycle_time.label', 'zh_CN')}')",
        "location.pathname === '/procurement' && window.ink('strip-first')",
    ),
    Click(
        "from the page to a department",
        ".st-key-by-approval_cycle_time-value-department tr.go",
        "location.search.includes('department=') && window.ink('strip-first') !== window.left",
    ),
    Click(
        "from the department to a document",
        ".st-key-documents-approval_cycle_time-value tr.go",
        "location.pathname === '/document' && window.ink('facts')",
    ),
)


@dataclass(frozen=True)
class Shown:
    """Median seconds until a page or click is answered, here and on the empty page; `over` is the median of the pairs'
    differences. `rest` is when the page rests, all of it drawn."""

    step: str
    empty: float
    page: float
    over: float
    rest: float
    limit: float

    @property
    def holds(self) -> bool:
        return self.over <= self.limit


def chromium() -> str | None:
    """The system's Chromium; None where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@contextmanager
def empty_server(folder: Path) -> Iterator[int]:
    """The port of the empty page's server."""
    port = free_port()
    options = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
    command = [sys.executable, "-m", "streamlit", "run", str(EMPTY), *options, "--browser.gatherUsageStats=false"]
    with (folder / "empty.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _answers(f"http://127.0.0.1:{port}/_stcore/health")
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            if time.monotonic() > until:
                raise SystemExit(f"the empty page's server does not answer: {address}") from None
            time.sleep(0.1)


def sample(folder: Path) -> Path:
    """A home with the sample company in it, made by the command people give."""
    folder.mkdir(parents=True)
    home = folder / "home"
    environment = {**os.environ, "COCKPIT_HOME": str(home)}
    command = [sys.executable, "-m", "cockpit", "demo", "--json"]
    subprocess.run(command, cwd=EMPTY.parent.parent, env=environment, stdout=subprocess.DEVNULL, check=True)
    return home


@contextmanager
def opened(home: Path, folder: Path) -> Iterator[tuple[Server, str]]:
    """The cockpit's server on a copy of `home`, and the session of its first administrator."""
    folder.mkdir(parents=True)
    shutil.copytree(home, folder / "home")
    with server(folder) as running:
        yield running, running.set_up().cookies["cockpit_session"]


def measure(running: Server, session: str, folder: Path, turns: int, warm: bool = True) -> list[Shown]:
    """Opening the first page and each click of the way down to a document, by turns with the empty page; once all of
    it has been looked at and the warnings are judged, unless `warm` is false."""
    origin = running.browser().origin
    with empty_server(folder) as port, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        context.set_default_timeout(PATIENCE * 1000)
        context.add_init_script(SCRIPT)
        context.add_cookies([{"name": "cockpit_session", "value": session, "url": origin}])
        cockpit, empty = context.new_page(), context.new_page()
        if warm:
            _warm(cockpit, origin)
        taken: dict[str, list[tuple[float, float, float]]] = {}
        for turn in range(turns):
            _turn(cockpit, origin, empty, f"http://127.0.0.1:{port}/", turn % 2 == 1, taken)
        browser.close()
    return [
        Shown(
            step,
            empty=median(bare for bare, _, _ in found),
            page=median(own for _, own, _ in found),
            over=median(own - bare for bare, own, _ in found),
            rest=median(rest for _, _, rest in found),
            limit=CLICK_LIMIT if number else OPEN_LIMIT,
        )
        for number, (step, found) in enumerate(taken.items())
    ]


def _warm(page: Any, origin: str) -> None:
    """Go the whole way once, after the warnings are judged."""
    judging = t("ui.rail.judging", "zh_CN")
    page.goto(origin)
    page.wait_for_function(
        f"() => window.ink('rail') && !window.ink('rail').includes('{judging}')", timeout=JUDGING * 1000
    )
    settled(page)
    for click in PATH:
        _clicked(page, click.on, click.answered)
        settled(page)


def _turn(
    cockpit: Any,
    origin: str,
    empty: Any,
    address: str,
    empty_first: bool,
    taken: dict[str, list[tuple[float, float, float]]],
) -> None:
    """One pair for the opening and for each click."""
    told: list[tuple[float, float]] = []
    bare: list[float] = []

    def ours() -> None:
        cockpit.bring_to_front()
        if not told:
            cockpit.goto(origin, wait_until="commit")
            told.append(_answered(cockpit, "window.ink('verdict')", 0))
        else:
            click = PATH[len(told) - 1]
            told.append(_clicked(cockpit, click.on, click.answered))
        settled(cockpit)

    def theirs() -> None:
        empty.bring_to_front()
        if not bare:
            empty.goto(address, wait_until="commit")
            bare.append(_answered(empty, "window.seen()", 0)[0])
        else:
            now = empty.evaluate("window.seen()")
            bare.append(_clicked(empty, ".st-key-again button", f"window.seen() !== '{now}' && window.seen()")[0])
        empty.wait_for_function(f"() => {RESTING}")

    ways: tuple[Callable[[], None], Callable[[], None]] = (theirs, ours) if empty_first else (ours, theirs)
    for _ in range(1 + len(PATH)):
        for way in ways:
            way()
    steps = ("first page", *(click.step for click in PATH))
    for step, plain, (answer, rest) in zip(steps, bare, told, strict=True):
        taken.setdefault(step, []).append((plain, answer, rest))


def _clicked(page: Any, on: str, answered: str) -> tuple[float, float]:
    page.locator(on).first.click()
    return _answered(page, answered, "window.clicked")


def _answered(page: Any, condition: str, since: object) -> tuple[float, float]:
    """Seconds, by the browser's own clock, from `since` until the condition holds and until the page rests after it."""
    told = f"() => ({condition}) && performance.now() - {since}"
    answer = page.wait_for_function(told).json_value()
    rest = page.wait_for_function(f"() => {RESTING} && performance.now() - {since}").json_value()
    return answer / 1000, rest / 1000
