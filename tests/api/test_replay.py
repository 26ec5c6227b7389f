"""What a session is worth once something happened to it, and what comes from elsewhere, on a real server."""

from __future__ import annotations

import re
import secrets
import socket
import time
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.api.conftest import LIMITED, PASSING, House
from tests.site import Answer, Browser
from tests.stream import shown

DISABLED, MOVED, RENEWED = PASSING
NEW = "杏花微雨 3 月湿衣"


def closed_after(stream: ClientConnection) -> float:
    """The moment (monotonic) at which the server closed a page, with the word that its session has ended."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            stream.recv(timeout=20)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401
    return time.monotonic()


def test_a9_b3_a_copied_cookie_is_refused_at_once_and_its_open_page_closes(house: House) -> None:
    """Disabled, given another role, given a new password: pages, sockets and files are refused with the next request,
    and what is open closes within ten seconds."""
    people = {name: house.server.browser() for name in PASSING}
    for name, browser in people.items():
        assert browser.sign_in(name).status == 303
    copies = {name: Browser(browser.port, dict(browser.cookies)) for name, browser in people.items()}
    with ExitStack() as opened:
        pages = {name: opened.enter_context(copies[name].stream()) for name in PASSING}
        assert all(not shown(page, "procurement").failed for page in pages.values())
        link = re.search(r"/auth/reset/\S+", house.command("user", "reset", RENEWED))
        assert link and house.server.browser().send(link[0], password=NEW, again=NEW).status == 303
        happened = {RENEWED: time.monotonic()}
        assert_worthless(copies[RENEWED])
        house.command("user", "role", MOVED, "--add", "finance")
        happened[MOVED] = time.monotonic()
        assert_worthless(copies[MOVED])
        house.command("user", "disable", DISABLED)
        happened[DISABLED] = time.monotonic()
        assert_worthless(copies[DISABLED])
        for name in (RENEWED, MOVED, DISABLED):
            assert closed_after(pages[name]) - happened[name] < 10, name
    assert house.server.browser().sign_in(RENEWED).status == 401  # the old password
    assert house.server.browser().sign_in(DISABLED).status == 401
    again = house.server.browser()
    assert again.sign_in(MOVED).status == 303 and again.inside()


def assert_worthless(browser: Browser) -> None:
    """Nothing is answered to the cookie any more."""
    assert not browser.inside()
    for path in ("/media/x.csv", "/_stcore/host-config", "/_stcore/upload_file/x/y"):
        assert browser.ask(path, headers={"accept": "*/*"}).status == 401
    with pytest.raises(InvalidStatus), browser.stream():
        pass


def test_b3_cookies_behind_tls_are_secure(house: House) -> None:
    """A public https address: every cookie of ours is Secure, HttpOnly and SameSite, and 256 bits long."""
    browser = house.server.browser()
    page = browser.ask("/auth/login")
    entered = browser.sign_in("a-screen")
    assert entered.status == 303
    told = [*(page.headers.get_all("set-cookie") or []), *(entered.headers.get_all("set-cookie") or [])]
    ours = [text for text in told if text.startswith("cockpit_")]
    assert {text.partition("=")[0] for text in ours} == {"cockpit_entry", "cockpit_session"}
    for text in ours:
        flags = {part.strip().lower() for part in text.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax"} <= flags and not any(one.startswith("domain") for one in flags)
    assert len(browser.cookies["cockpit_session"]) == len(secrets.token_urlsafe(32))
    assert page.headers["strict-transport-security"]


# ---------------------------------------------------------------- what one may not know of


def test_a22_what_is_forbidden_looks_like_what_is_not_there(house: House) -> None:
    """Documents, ledgers and links by their address: no word tells which of them exist."""
    limited, boss = house.server.browser(), house.people["administrator"]
    assert limited.sign_in(LIMITED).status == 303
    address = {"table": "process_events", "document": house.document}
    with boss.stream() as stream:
        assert "CG-00" in shown(stream, "document", address).drawn
    unknown = secrets.token_hex(16)
    with limited.stream() as stream:
        said = [shown(stream, "document", {**address, "document": one}).drawn for one in (house.document, unknown, "1")]
        assert len(set(said)) == 1 and "没有这张单据" in said[0] and "CG-00" not in said[0]
    used = re.search(r"/auth/reset/(\S+)", house.command("user", "reset", LIMITED))
    assert used and len(used[1]) == len(secrets.token_urlsafe(32))
    assert house.server.browser().send(used[0], password=NEW, again=NEW).status == 303
    gone = [house.server.browser().ask(path) for path in (used[0], f"/auth/reset/{secrets.token_urlsafe(32)}")]
    assert {answer.status for answer in gone} == {404} and without_token(gone[0]) == without_token(gone[1])


def without_token(answer: Answer) -> str:
    return re.sub(r'value="[^"]*"', "", answer.text)


# ---------------------------------------------------------------- uploads


def put(browser: Browser, tab: str, **headers: str) -> Answer:
    """Send a file straight to where the platform takes uploads."""
    edge = "edge"
    body = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\na,b\n\r\n--{edge}--\r\n'
    said = {"Content-Type": f"multipart/form-data; boundary={edge}", "accept": "*/*", **headers}
    return browser.ask(f"/_stcore/upload_file/{tab}/one", "PUT", body, said)


def test_b14_an_upload_needs_the_token_of_its_page(house: House) -> None:
    """Without it, with another's, and from elsewhere nothing is taken; nobody else's page may read the answers."""
    browser = Browser(house.server.port, dict(house.people["head"].cookies))
    with browser.stream() as stream:
        tab = shown(stream, "data").tab
        browser.ask("/_stcore/health")
        token = browser.cookies["_streamlit_xsrf"]
        other = house.server.browser()
        other.ask("/_stcore/health")
        elsewhere = {"Origin": "https://evil.example"}
        own = {"Origin": f"http://127.0.0.1:{browser.port}", "X-Xsrftoken": token}
        for headers in (
            {},
            {"X-Xsrftoken": ""},
            {"X-Xsrftoken": "x"},
            {"X-Xsrftoken": other.cookies["_streamlit_xsrf"]},
        ):
            assert put(browser, tab, **headers).status == 403, headers
            assert put(browser, tab, **headers, **elsewhere).status == 403, headers
        assert put(house.server.browser(), tab, **{"X-Xsrftoken": token}).status == 401
        for method in ("OPTIONS", "GET"):
            answer = browser.ask(f"/_stcore/upload_file/{tab}/one", method, headers=elsewhere)
            assert answer.headers.get("access-control-allow-origin") not in ("*", elsewhere["Origin"])
        for foreign in (
            elsewhere,
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            assert put(browser, tab, **{**own, **foreign}).status == 403, foreign
        assert put(browser, tab, **own).status == 204


# ---------------------------------------------------------------- what lies in the log


def test_b13_whatever_is_typed_is_one_line_of_the_log(house: House) -> None:
    """Line breaks, colours and directions in names, addresses, headers and file names begin no line of their own."""
    forged = 'x\r\n{"event": "sign_in", "person": 1}\x1b[31m\u202e\u2028end'
    browser = house.server.browser()
    before = len(house.server.lines())
    browser.sign_in(forged, forged)
    browser.ask("/auth/login?next=%0d%0a%1b%5b31m%e2%80%ae{}&lang=%0a{}")
    browser.ask("/%0d%0a%7b%22event%22%3a1%7d%1b%e2%80%ae")
    browser.ask("/auth/reset/%1b%0a{}")
    for name in ("User-Agent", "Referer", "X-Forwarded-For", "Accept-Language"):
        browser.ask("/procurement", headers={name: "\x1b[2J{}\u00ff"})
    raw_method(browser.port, "G\x1bET")
    lines = house.server.lines()  # each line is JSON
    written = (house.server.folder / "log").read_text("utf-8")
    assert written.isascii() and all(char == "\n" or char.isprintable() for char in written)
    assert len(written.splitlines()) == len(lines) > before
    assert not [line for line in lines[before:] if line["event"] not in ("http", "socket", "log", "sign_in_failed")]
    assert all(line["time"].endswith("+00:00") for line in lines)


def raw_method(port: int, method: str) -> None:
    """Ask with a method no browser has; the server may hang up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(f"{method} / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        line.recv(1000)
