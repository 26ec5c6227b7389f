"""Secrets that were planted in a real server come back from nowhere."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from cockpit.locale import t
from cockpit.ui import sitemap
from cockpit.ui.admin.desk import PARTS
from tests.api.conftest import BOSS, House
from tests.site import Browser
from tests.stream import shown

COMMANDS = (
    *(("user", "list"), ("sources",), ("sources", "--check", "erp"), ("sources", "--check", "mes"), ("doctor",)),
    *(("deliveries",), ("tables",), ("metrics",), ("ledger", "default"), ("verify-audit",)),
    *(("user", "add", "c-disabled"), ("metric", "revenue", "--as", BOSS), ("decide", "1", "--accept")),
)

# What shows that somebody looked where the secrets could have been.
SIGNS = {
    "page admin people": BOSS.encode(),
    "page admin audit": BOSS.encode(),
    "page data": b"_2026.csv",
    "user list": BOSS.encode(),
    "sources": b'"mes"',
    "sources --check erp": b'"sql_unreachable"',
    "sources --check mes": b'"sql_unreachable"',
    "log": b'"event": "http"',
}


def spellings(secret: str) -> set[bytes]:
    """A secret as it is, as JSON, addresses and base64 have it."""
    plain = secret.encode()
    told = {plain, json.dumps(secret)[1:-1].encode(), quote(secret, safe="").encode()}
    return told | {base64.b64encode(plain).rstrip(b"="), base64.urlsafe_b64encode(plain).rstrip(b"=")}


def answers(house: House, boss: Browser, link: str) -> Iterator[tuple[str, bytes]]:
    """Everything an administrator gets to see of the server, by where it came from."""
    with boss.stream() as stream:
        for page in sorted(sitemap.NAMES - {"admin"}):
            for language in ("zh", "en"):
                yield f"page {page}", shown(stream, page, {"lang": language}).sent
        for part in PARTS:
            yield f"page admin {part}", shown(stream, "admin", {"part": part}).sent
    strangers, forged = house.server.browser(), Browser(boss.port, {"cockpit_session": "A" * 43})
    for browser in (boss, strangers, forged):
        for path in ("/", "/data", "/admin?part=audit", "/auth/login", "/auth/setup", "/auth/nothing", "/metrics",
                     "/health/ready", "/auth/reset/x", "/_stcore/host-config", "/nothing/x.csv"):  # fmt: skip
            answer = browser.ask(path)
            yield f"GET {path}", answer.body + str(answer.headers).encode()
    wrong = strangers.send("/auth/login", name=BOSS, password=house.secrets["password"] + "x")
    yield "a wrong password", wrong.body.replace((house.secrets["password"] + "x").encode(), b"")
    weak = strangers.send(link, password="1234567890", again="1234567890")
    yield "a weak password", weak.body.replace(link.encode(), b"")  # the form goes back to its own address
    for command in COMMANDS:
        yield " ".join(command), house.command(*command, "--json").encode()


def kept(house: House) -> Iterator[tuple[str, bytes]]:
    """Everything the server has written."""
    yield "log", (house.server.folder / "log").read_bytes()
    yield "console", (house.server.folder / "console").read_bytes()
    for file in house.server.home.rglob("*"):
        if file.is_file() and file.name != "sources.toml" and (content := file.read_bytes()):
            yield str(file.relative_to(house.server.home)), content


def test_a15_planted_secrets_come_back_from_nowhere(house: House) -> None:
    """A password, a reset link, the setup code, a session token, the key, and passwords of connections."""
    boss = Browser(house.server.port)
    assert boss.sign_in(BOSS).status == 303
    link = re.search(r"/auth/reset/\S+", house.command("user", "reset", "a-screen"))
    assert link
    planted = {**house.secrets, "session": boss.cookies["cockpit_session"], "link": Path(link[0]).name}
    planted |= {"other session": house.people["finance"].cookies["cockpit_session"]}
    seen, known = 0, set()
    for place, content in (*answers(house, boss, link[0]), *kept(house)):
        assert content, place
        seen += 1
        known |= {place} if SIGNS.get(place, b"\0nothing") in content else set()
        for name, secret in planted.items():
            if (place, name) == ("console", "code"):
                assert content.count(secret.encode()) == 1  # the one place it is told
                continue
            assert not any(one in content for one in spellings(secret)), (place, name)
    assert seen > 60 and known == set(SIGNS)
    assert t("error.reset_link_gone", "zh_CN") not in house.server.browser().ask(link[0]).text
