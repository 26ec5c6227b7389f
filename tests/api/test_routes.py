"""Every role against every address of the server and every page, generated from what the server really answers at."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from cockpit.access.roles import BUILTIN
from cockpit.api.gate import COOKIE, FIGURES, HEALTH, STREAM
from cockpit.locale import t
from cockpit.ui import sitemap
from tests.api.conftest import BOSS, House
from tests.machine import ROOT
from tests.site import Answer, Browser
from tests.stream import shown

PASSED_ON = {"X-Forwarded-For": "127.0.0.1"}
SAFE = ("GET", "HEAD", "OPTIONS")
# What everybody gets; the platform's own health among it.
OPEN = re.compile(r"/auth/.*|/static/.*|/favicon\.\w+|/_stcore/health|/health/(live|ready)")
LIST = """
import json, app
from streamlit import config
routes = app.app._build_starlette_app().routes
found = [(one.path, type(one).__name__, sorted(getattr(one, "methods", None) or ())) for one in routes]
on = [config.get_option(f"server.{name}") for name in ("enableCORS", "enableXsrfProtection")]
print(json.dumps({"found": found, "on": on}))
"""


@dataclass(frozen=True)
class Answering:
    """Where the server answers: (method, address) with ``x`` for what an address leaves open, and the sockets."""

    requests: tuple[tuple[str, str], ...]
    sockets: tuple[str, ...]
    protected: bool


@pytest.fixture(scope="module")
def answering(house: House, tmp_path_factory: pytest.TempPathFactory) -> Answering:
    """All routes of the server: its own, the platform's, and the pages."""
    beside = {**house.environment, "COCKPIT_HOME": str(tmp_path_factory.mktemp("beside"))}
    done = subprocess.run(
        [sys.executable, "-c", LIST], cwd=ROOT, env=beside, capture_output=True, text=True, timeout=99
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    requests = {("GET", f"/{page}") for page in ("", *sitemap.NAMES)}
    sockets = set()
    for path, kind, methods in told["found"]:
        address = re.sub(r"\{\w+(:path)?\}", "x", path) or "/index.html"
        requests |= {(method, address) for method in methods}
        if kind == "WebSocketRoute":
            sockets.add(address)
    return Answering(tuple(sorted(requests)), tuple(sorted(sockets)), told["on"] == [True, True])


def test_the_list_is_that_of_the_server(answering: Answering) -> None:
    """B14: the platform's own protections are on, whatever the environment says; and what is known is in the list."""
    assert answering.protected and answering.sockets == (STREAM,)
    assert {path for _, path in answering.requests} > FIGURES | HEALTH | {"/auth/login", "/_stcore/upload_file/x/x"}
    assert len(answering.requests) > 60


def refused(answer: Answer) -> bool:
    """Whether the gate let nothing through: the login for people, a word for programs."""
    return answer.status == 401 or (answer.status == 303 and answer.place.startswith("/auth/login"))


def test_a12_nobody_gets_further_than_the_login(house: House, answering: Answering) -> None:
    """Every address with every method it has, by who has no session: open by intent, or refused."""
    for method, path in answering.requests:
        answer = house.server.browser().ask(path, method, headers=PASSED_ON)
        if path in FIGURES:
            assert answer.status == 403, (method, path)
        elif OPEN.fullmatch(path):
            assert answer.status != 401 and BOSS not in answer.text, (method, path)
        else:
            assert refused(answer), (method, path, answer.status)
            if method == "GET" and path != "/":
                assert answer.place == f"/auth/login?next={quote(path, safe='/')}"


@pytest.mark.parametrize("role", BUILTIN)
def test_a12_each_role_at_each_address(house: House, answering: Answering, role: str) -> None:
    """Pages open for whoever is inside and say themselves whether they may be seen; figures of the server are for who
    may manage people; everything else is the same for all roles."""
    browser, boss = house.people[role], house.people["administrator"]
    for method, path in answering.requests:
        if path == "/auth/logout" and method == "POST":
            continue  # ends the session; proven in the tests of the entrance
        answer = browser.ask(path, method, headers=PASSED_ON)
        if path in FIGURES:
            allowed = BUILTIN[role].grants.allow("people")
            assert (answer.status == 403) == (not allowed), (method, path, answer.status)
        elif path.strip("/") in sitemap.NAMES and method == "GET":
            default = path == f"/{sitemap.DEFAULT}"
            assert (answer.status, answer.place) == ((307, "/") if default else (200, "")), path
        else:
            assert OPEN.fullmatch(path) or not refused(answer), (method, path, answer.status)
            assert answer.status == boss.ask(path, method, headers=PASSED_ON).status, (method, path)
            assert method in SAFE or answer.status >= 400 or path == "/auth/demo", (method, path, answer.status)


@pytest.mark.parametrize("role", BUILTIN)
def test_b5_each_role_at_each_page_through_the_websocket(house: House, role: str) -> None:
    """A12, B5: the page runs or says that it does not, and each refusal is noted under the name of who came."""
    name = BOSS if role == "administrator" else f"a-{role}"
    expected = []
    with house.people[role].stream() as stream:
        for page in sorted(sitemap.NAMES):
            seen = shown(stream, page)
            allowed = page == sitemap.OWN or BUILTIN[role].grants.allow("page", page)
            word = t("ui.state.refused", "zh_CN", name=t(f"ui.page.{page}", "zh_CN"))
            assert not seen.failed and (word in seen.drawn) == (not allowed), page
            assert allowed or len(seen.drawn.splitlines()) < 10, page
            expected += [] if allowed else [(name, f"page:{page}")]
    denied = [one for one in house.noted("denied") if one[0] == name]
    assert [one for one in denied if one[1].startswith("page:")] == expected


def test_b14_the_websocket_opens_for_a_session_and_our_origin_only(house: House, answering: Answering) -> None:
    """At every address of the server, and for every claim of who asks."""
    boss = house.people["administrator"]
    held = f"{COOKIE}={boss.cookies[COOKIE]}"
    ours = f"http://127.0.0.1:{boss.port}"
    for path in sorted({path for _, path in answering.requests}):
        for origin, cookie in ((ours, held), (ours, ""), ("https://evil.example", held), (None, held)):
            opens = path == STREAM and (origin, cookie) == (ours, held)
            assert shakes_hands(boss, path, origin, cookie) == opens, (path, origin, bool(cookie))


def shakes_hands(browser: Browser, path: str, origin: str | None, cookie: str) -> bool:
    """Whether a websocket opens there."""
    headers = {"Cookie": cookie} if cookie else {}
    try:
        with connect(
            f"ws://127.0.0.1:{browser.port}{path}",
            origin=origin,  # type: ignore[arg-type]
            additional_headers=headers,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            open_timeout=20,
            proxy=None,
        ):
            return True
    except InvalidStatus as refusal:
        assert refusal.response.status_code in (403, 404), refusal
        return False
