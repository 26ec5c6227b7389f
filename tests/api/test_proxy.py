"""As in production: a TLS proxy with the operator guide's settings in front, records on a database server behind."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from websockets.exceptions import InvalidStatus

from tests.machine import ROOT
from tests.servers import Server as Database
from tests.servers import nginx, records_on, rows
from tests.site import PASSWORD, Browser, free_port, server

NAME = "cockpit.example.cn"
VISITOR = "127.0.0.2"  # an address that is not the proxy's


@dataclass
class Outside(Browser):
    """A browser that comes over TLS, under the public name, from another address; it trusts `certificate` alone."""

    certificate: Path = Path()
    public: str = ""

    @property
    def origin(self) -> str:
        return self.public

    def line(self) -> http.client.HTTPConnection:
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(VISITOR, 0), context=self._trust()
        )

    def wire(self) -> dict[str, Any]:
        way = socket.create_connection(("127.0.0.1", self.port), 20, (VISITOR, 0))
        return {"uri": f"{self.public.replace('https', 'wss')}/_stcore/stream", "sock": way, "ssl": self._trust()}

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


def example() -> str:
    """The proxy's settings as the operator guide has them; both languages show the same."""
    blocks = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs" / "operator-guide.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 2 and blocks[0] == blocks[1]
    return str(blocks[0])


def test_behind_a_proxy_that_does_tls(tmp_path: Path, postgres: Database) -> None:
    port, records = free_port(), records_on(postgres)
    public = f"https://{NAME}:{port}"
    with (
        server(tmp_path, ready=False, COCKPIT_URL=public, COCKPIT_RECORDS_URL=records) as running,
        nginx(example(), NAME, port, running.port) as certificate,
    ):

        def visitor(**cookies: str) -> Outside:
            return Outside(port, cookies, certificate=certificate, public=public)

        first = visitor()
        assert "采购部负责人" not in first.ask("/auth/login").text  # invented people are for this machine
        fields = {"name": "li.na", "label": "李娜", "password": PASSWORD, "again": PASSWORD}
        assert first.send("/auth/setup", code=running.code, **fields).status == 303
        assert visitor().sign_in("li.na", "wrong").status == 401

        browser = visitor()
        sent = browser.ask("/procurement?month=2026-09")
        assert (sent.status, sent.place.startswith("/auth/login?next=")) == (303, True)
        entered = browser.send(sent.place, {"X-Forwarded-For": "9.9.9.9"}, name="li.na", password=PASSWORD)
        assert (entered.status, entered.place) == (303, "/procurement?month=2026-09")
        told = "\n".join(entered.headers.get_all("set-cookie") or []).lower()
        assert told.count("cockpit_session=") == 1 and "; secure" in told and "httponly" in told
        page = browser.ask(entered.place)
        assert page.status == 200 and "max-age=31536000" in page.headers["strict-transport-security"]
        kept = make_url(records).database or ""
        assert rows(postgres, kept, "SELECT DISTINCT address FROM sessions") == [(VISITOR,)]

        with browser.stream() as opened:
            opened.ping().wait(20)
        for stranger, origin in ((visitor(), public), (browser, "https://evil.example"), (browser, f"http://{NAME}")):
            with pytest.raises(InvalidStatus), stranger.stream(Origin=origin):
                pass
        assert browser.ask("/metrics").status == 200 and visitor().ask("/metrics").status == 403
        assert visitor().ask("/auth/login", headers={"Host": "other.example.cn"}).status == 421

        copied = visitor(**browser.cookies)
        assert browser.send("/auth/logout").place == "/auth/login?out=1" and not copied.inside()
        command = [sys.executable, "-m", "cockpit", "verify-audit", "--json"]
        asked = subprocess.run(
            command, env=running.surroundings(), cwd=ROOT, capture_output=True, timeout=120, check=False
        )
        assert asked.returncode == 0 and json.loads(asked.stdout)["entries"] >= 4, asked.stderr.decode()
