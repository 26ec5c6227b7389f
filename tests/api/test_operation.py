"""A real server as its operator sees it: settings, public address, records that go and come back."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.machine import ROOT
from tests.site import PASSWORD, Server, free_port, server

PUBLIC = "https://cockpit.example.cn"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server behind a public address, with an administrator."""
    base = tmp_path_factory.getbasetemp()
    with server(tmp_path_factory.mktemp("operation"), ready=False, sample=base, COCKPIT_URL=PUBLIC) as running:
        running.set_up()
        yield running


def ends(folder: Path, **environment: str) -> tuple[int, str]:
    """The exit status of a server that does not start, and what it says."""
    told = {**os.environ, "COCKPIT_HOME": str(folder), "PORT": str(free_port()), **environment}
    ended = subprocess.run([sys.executable, ROOT / "app.py"], env=told, capture_output=True, text=True, timeout=120)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COCKPIT_SECRET_KEY", "short"),
        ("COCKPIT_SECRET_KEY", "a" * 64),
        ("COCKPIT_SECRET_KEY", "thisismysecretkeythisismysecretkey12"),
        ("COCKPIT_ADDRESS", "0.0.0.0"),
        ("STREAMLIT_SERVER_ADDRESS", "192.168.1.4"),
    ],
)
def test_a8_what_is_not_safe_does_not_start(tmp_path: Path, name: str, value: str) -> None:
    """A8 for secrets; an address beyond this machine waits for an administrator."""
    status, said = ends(tmp_path, **{name: value})
    assert status == 2 and "Traceback" not in said and (name.endswith("ADDRESS") or value not in said)


def test_streamlit_run_serves_the_same_gate(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """`streamlit run app.py` from any folder: health, login before every page, the first administrator."""
    with server(tmp_path, ready=False, by_streamlit=True, sample=tmp_path_factory.getbasetemp()) as running:
        stranger = running.browser()
        assert json.loads(stranger.ask("/health/live").text) == {"status": "live"}
        refused = stranger.ask("/procurement")
        assert refused.status in (302, 303) and refused.place.startswith("/auth/")
        assert running.set_up().inside()


def test_b3_the_public_address_makes_cookies_secure(site: Server) -> None:
    public = {"Host": "cockpit.example.cn"}
    browser = site.browser()
    page = browser.ask("/auth/login", headers=public)
    assert page.headers["strict-transport-security"] and f"{PUBLIC}/auth/setup" in site.console
    token = re.search(r'name="token" value="(\w+)"', page.text)
    assert token
    fields = {"token": token[1], "name": "li.na", "password": PASSWORD}
    assert browser.post("/auth/login", {**public, "Origin": "https://evil.example"}, **fields).status == 403
    entered = browser.post("/auth/login", {**public, "Origin": PUBLIC}, **fields)
    assert entered.status == 303 and "; secure" in str(entered.headers).lower()
    assert browser.ask("/procurement", headers=public).status == 200
    assert browser.ask("/procurement", headers={"Host": "other.example.cn"}).status == 421


def test_records_that_go_for_a_while_are_said_and_come_back(site: Server) -> None:
    browser, stranger = site.browser(), site.browser()
    assert browser.sign_in("li.na").status == 303 and browser.inside()
    records = sqlite3.connect(site.home / "records.db", isolation_level=None, timeout=10)
    records.execute("ALTER TABLE sessions RENAME TO elsewhere")
    try:
        until(lambda: browser.ask("/procurement").status == 503)
        english = site.browser(**browser.cookies)
        english.language = "en"
        assert "暂时不可用" in browser.ask("/procurement").text
        told = english.ask("/procurement").text
        assert "do not answer" in told and "sessions" not in told and "Traceback" not in told
        assert stranger.sign_in("li.na").status == 503 and "cockpit_session" not in stranger.cookies
        assert site.browser().ask("/health/live").status == 200
    finally:
        records.execute("ALTER TABLE elsewhere RENAME TO sessions")
        records.close()
    until(browser.inside)
    assert {"code": "records_not_reachable"}.items() <= next(
        line.items() for line in site.lines() if line["event"] == "records_failed"
    )


def test_the_log_tells_of_pages_and_not_of_what_was_asked(site: Server) -> None:
    """B12, A16: every page a line, no file, no query, no name, no token, no setup code."""
    browser = site.browser()
    browser.sign_in("li.na")
    browser.ask("/procurement?department=secretdepartment")
    browser.ask("/auth/reset/secrettoken")
    browser.ask("/%0a%1b%5b31msecretpath")
    browser.ask("/static/js/secretfile.js")
    browser.sign_in("secretname\n{}", "secretpassword")
    lines = site.lines()
    pages = [
        line for line in lines if line["event"] == "http" and line["path"] == "/procurement" and line.get("person")
    ]
    assert pages and pages[-1]["duration_ms"] > 0 and pages[-1]["request"]
    written = (site.folder / "log").read_text("utf-8")
    assert "secret" not in written and site.code not in written
    assert not [
        line
        for line in lines
        if line["event"] == "http" and line["path"].startswith("/static") and line["status"] < 400
    ]


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)
