"""Paths that lead astray, whoever asks: none gets a file that is not served (A20)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from cockpit.settings import settings
from tests.site import Browser, Server, server

DOTS = ["..", "%2e%2e", "%2E%2e", ".%2e", "%252e%252e", "..%00", "..;", "%c0%ae%c0%ae", "．．"]
SLASHES = ["/", "%2f", "%5c", "\\", "//", "%252f", "%c0%af"]
TARGETS = ["etc/passwd", "app.py", "records.db", "secret.key"]
ROUTES = ["/", "/static/", "/media/", "/component/x/", "/auth/", "/auth/static/", "/auth/reset/", "/health/"]
ROUTES += ["/_stcore/", "/_stcore/bidi-components/x/", "/_stcore/upload_file/a/", "/app/static/", "/metrics/"]
ALL = 16  # ways that are tried on every route, the others on one each
SECRETS = (b"root:x:0:0", b"SQLite format 3", b"def main() -> int", b"import streamlit")


def spellings() -> list[str]:
    """Two hundred and more ways to write a way out."""
    found = []
    for dots, slash in product(DOTS, SLASHES):
        for target in TARGETS:
            found.append(slash.join([dots] * 4 + [target]))
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("paths"), ready=False, sample=tmp_path_factory.getbasetemp()) as running:
        yield running


def test_a20_no_spelling_leaves_what_is_served(site: Server) -> None:
    inside = site.browser()
    assert inside.demo().status == 303
    ways = spellings()
    assert len(ways) >= 200
    key = settings().secret_key.get_secret_value().encode()  # the server has it from the same environment
    for number, way in enumerate(ways):
        for place, route in enumerate(ROUTES):
            if (number - place) % len(ROUTES) and number >= ALL:
                continue
            for browser in (site.browser(), inside):
                answer = browser.ask(quoted(route + way))
                assert not any(secret in answer.body for secret in (*SECRETS, key)), (route, way)
                assert answer.status in (303, 307, 400, 401, 403, 404, 405) or is_shell(inside, answer.body), (
                    route,
                    way,
                )
    assert inside.inside()


def quoted(path: str) -> str:
    """What no request line can hold, in the form a client would send it."""
    return "".join(char if " " < char < "\x7f" else "".join(f"%{byte:02x}" for byte in char.encode()) for char in path)


def is_shell(browser: Browser, body: bytes) -> bool:
    """The platform answers unknown addresses with its own empty first page, to who is inside or asks for its files."""
    return body == browser.ask("/index.html").body
