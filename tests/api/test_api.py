"""Health, metrics and the gate before them: who gets in, and that readiness is not claimed too early."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from cockpit.access import EVERY, Actor
from cockpit.api import gate
from cockpit.api.gate import middleware
from cockpit.api.routes import routes
from cockpit.api.site import Site, is_loopback, refuse_open_address
from cockpit.api.start import Start
from cockpit.errors import RefusedError, SystemFailure, UsageError
from cockpit.ui import sitemap

TOKEN, KEY = "a token", "a key"


class Doorkeeper:
    """Knows one session, and whether there is an administrator."""

    def __init__(self, administrator: bool = True) -> None:
        self.administrator = administrator

    def remembered(self, token: str) -> bool:
        return False

    def look_up(self, token: str, near: bool) -> str | None:
        return KEY if token == TOKEN else None

    def person_of(self, key: str) -> int:
        return 7

    def actor(self, key: str) -> Actor:
        return Actor("li.na", grants=EVERY)

    def administrator_exists(self) -> bool:
        return self.administrator


class Service:
    """Answers as the door does, as far as the server asks."""

    def __init__(self, ready: bool = True, deliveries: int = 1, administrator: bool = True) -> None:
        self.is_ready = ready
        self.count = deliveries
        self.gate = threading.Event()
        self.entrance = Doorkeeper(administrator)

    def ready(self) -> bool:
        return self.is_ready

    def version(self) -> int:
        return 41

    def deliveries(self, actor: Any, ledger: str | None = None) -> list[Any]:
        return [type("D", (), {"ledger": "sample", "state": "active"})() for _ in range(self.count)]

    def tables(self, actor: Any) -> list[Any]:
        return [type("T", (), {"name": "invoices", "rows": {"sample": 3}})()]

    def demo(self, actor: Any, remove: bool) -> None:
        self.gate.wait(5)
        self.is_ready = True


@dataclass
class Answer:
    status_code: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Client:
    """Asks the server's routes over the address it listens on, with a session unless told otherwise."""

    def __init__(self, app: ASGIApp, address: str, came_from: str) -> None:
        self.app, self.address, self.came_from = app, address, came_from

    def get(self, path: str, headers: dict[str, str] | None = None, session: bool = True) -> Answer:
        sent = {"host": f"{self.address}:8501", **({"cookie": f"cockpit_session={TOKEN}"} if session else {})}
        return asyncio.run(self._get(path, {**sent, **(headers or {})}))

    async def _get(self, path: str, headers: dict[str, str]) -> Answer:
        place, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": "GET",
            "path": place,
            "raw_path": place.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "server": (self.address, 8501),
            "client": (self.came_from, 40000),
            "scheme": "http",
            "http_version": "1.1",
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], found, b"".join(part.get("body", b"") for part in sent[1:]).decode())


def client(
    service: Any,
    start: Start | None = None,
    address: str = "127.0.0.1",
    came_from: str = "127.0.0.1",
    url: str = "",
) -> Client:
    async def page(request: Request) -> PlainTextResponse:
        if request.url.path == "/revenue":
            raise RuntimeError("secret value 4711")
        return PlainTextResponse(request.headers.get("x-cockpit-session", "page"))

    own = routes(lambda: service, start or Start())
    before = middleware(lambda: service, Site(url), sitemap.NAMES, sitemap.DEFAULT, "zh_CN")
    app = Starlette(routes=[*own, Route("/{path:path}", page)], middleware=before)
    return Client(app, address, came_from)


def test_live_answers_whatever_happens() -> None:
    assert client(None).get("/health/live").status_code == 200


def test_ready_only_when_something_can_be_shown() -> None:
    assert client(None).get("/health/ready").status_code == 503
    assert client(Service(ready=False)).get("/health/ready").status_code == 503
    assert client(Service()).get("/health/ready").json() == {"status": "ready"}


def test_a_failing_warehouse_is_not_ready() -> None:
    class Broken(Service):
        def ready(self) -> bool:
            raise SystemFailure("query_failed", reason="disk")

    answer = client(Broken()).get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "warehouse_failed"})


def test_readiness_waits_for_the_sample() -> None:
    service, start = Service(ready=False, deliveries=0), Start()
    start.begin(service, None)  # type: ignore[arg-type]
    reach = client(service, start)
    assert reach.get("/health/ready").json() == {"status": "sample_loading"}
    service.gate.set()
    start.wait()
    assert reach.get("/health/ready").status_code == 200


def test_the_sample_is_not_loaded_over_data() -> None:
    service, start = Service(deliveries=2), Start()
    start.begin(service, None)  # type: ignore[arg-type]
    assert not start.busy


def test_a_failed_sample_is_said() -> None:
    class Without(Service):
        def demo(self, actor: Any, remove: bool) -> None:
            raise RefusedError("delivery_failed", reason="disk")

    service, start = Without(ready=False, deliveries=0), Start()
    start.begin(service, None)  # type: ignore[arg-type]
    start.wait()
    assert client(service, start).get("/health/ready").json() == {"status": "sample_failed"}


def test_metrics_are_prometheus_text() -> None:
    answer = client(Service()).get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    for line in (
        "cockpit_ready 1.0",
        "cockpit_data_version 41.0",
        'cockpit_rows{ledger="sample",table="invoices"} 3.0',
    ):
        assert line in answer.text


def test_no_page_takes_an_address_the_server_answers_at_itself() -> None:
    own = {path.strip("/").partition("/")[0] for path in (*gate.OPEN, *gate.OPEN_FILES, *gate.FIGURES)}
    assert {"health", "metrics", "auth"} <= own and not own & sitemap.NAMES


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8", "::ffff:127.0.0.1"])
def test_loopback_may_be_listened_on(address: str) -> None:
    refuse_open_address(address, False)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "", None, "192.168.1.4", "cockpit.example.com"])
def test_anything_else_waits_for_an_administrator(address: str | None) -> None:
    assert not is_loopback(address)
    with pytest.raises(UsageError):
        refuse_open_address(address, False)
    refuse_open_address(address, True)


def test_a_request_over_another_interface_waits_for_an_administrator() -> None:
    assert client(Service(administrator=False), address="192.168.1.4").get("/").status_code == 403
    assert client(Service(), address="192.168.1.4", came_from="192.168.1.9").get("/").status_code == 200


HTML = {"accept": "text/html,application/xhtml+xml"}


def test_hosts_of_ours() -> None:
    reach = client(Service(), url="https://cockpit.example.cn")
    for host in ("cockpit.example.cn", "Cockpit.Example.CN:443", "localhost:8501", "127.0.0.1", "[::1]:8501"):
        assert reach.get("/", {"host": host}).status_code == 200, host
    for host in ("example.cn", "evil.example", "", "a b", "cockpit.example.cn.evil", "192.168.1.4", "127.0.0.1:x"):
        assert reach.get("/", {"host": host}).status_code == 421, host


def test_figures_are_for_this_machine_and_administrators() -> None:
    assert client(Service()).get("/metrics", session=False).status_code == 200
    for stranger in ({"x-forwarded-for": "127.0.0.1"}, {"forwarded": "for=::1"}):
        assert client(Service()).get("/metrics", stranger, session=False).status_code == 403
        assert client(Service()).get("/metrics", stranger).status_code == 200
    away = client(Service(), address="192.168.1.4", came_from="192.168.1.9")
    assert away.get("/metrics", session=False).status_code == 403


def test_safe_headers_stand_on_everything() -> None:
    for path in ("/", "/nonsense", "/health/live", "/revenue", "/static/../x", "/auth/nothing"):
        for session in (True, False):
            told = client(Service()).get(path, HTML, session=session).headers
            assert told["x-content-type-options"] == "nosniff" and told["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in told["content-security-policy"]
            assert {"referrer-policy", "permissions-policy", "cache-control"} <= told.keys()
            assert "strict-transport-security" not in told
    secure = client(Service(), url="https://cockpit.example.cn").get("/", {"host": "cockpit.example.cn"})
    assert secure.headers["strict-transport-security"].startswith("max-age=31536000")


def test_a_failure_tells_a_number_and_nothing_else(log: None, capsys: pytest.CaptureFixture[str]) -> None:
    """B12: the reader and the log share the number; neither has what the error held."""
    answer = client(Service()).get("/revenue?customer=somebody", HTML)
    number = re.search(r"编号 ([0-9a-f]{8})", answer.text)
    assert answer.status_code == 500 and number and "4711" not in answer.text and "Traceback" not in answer.text
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    failed = next(line for line in lines if line["event"] == "request_failed")
    assert failed["reference"] == number[1] and failed["error"] == "RuntimeError" and failed["places"]
    assert "4711" not in str(lines) and "somebody" not in str(lines)
    assert {line["request"] for line in lines} == {failed["request"]} and lines[-1]["person"] == 7
    assert lines[-1]["status"] == 500 and lines[-1]["duration_ms"] >= 0 and lines[-1]["time"].endswith("+00:00")


def test_programs_without_a_session_are_told_so() -> None:
    assert client(Service()).get("/procurement", session=False).status_code == 401
    assert (
        client(Service()).get("/procurement", HTML, session=False).headers["location"].startswith("/auth/login?next=")
    )


def test_what_others_claim_of_a_session_is_stripped() -> None:
    for name in ("x-cockpit-session", "X-Cockpit-Session", "x_cockpit_session", "x-cockpit-anything"):
        assert client(Service()).get("/data", {name: "forged"}).text == KEY


def test_records_that_fail_are_said_and_nothing_else() -> None:
    class Gone(Service):
        def __init__(self) -> None:
            super().__init__()
            self.entrance.look_up = self.fail  # type: ignore[method-assign]

        def fail(self, token: str, near: bool) -> str | None:
            raise SystemFailure("records_not_reachable", reason="OperationalError")

    for language, words in (("zh", "暂时不可用"), ("en", "do not answer")):
        answer = client(Gone()).get("/data", {**HTML, "accept-language": language})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert words in answer.text and "OperationalError" not in answer.text


def test_the_default_page_answers_at_the_root_only() -> None:
    answer = client(Service()).get("/overview?month=2026-11", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (307, "/?month=2026-11")


def test_unknown_pages_lead_to_the_first() -> None:
    assert client(Service()).get("/nonsense", headers=HTML).headers["location"] == "/"


@pytest.mark.parametrize("path", ["/", "/procurement", "/document?table=x", "/data/_stcore/health"])
def test_pages_and_files_pass(path: str) -> None:
    assert client(Service()).get(path, headers=HTML).text == KEY


@pytest.mark.parametrize("path", ["/static/js/a.js", "/favicon.png", "/_stcore/health"])
def test_files_of_the_platform_are_open_and_know_nobody(path: str) -> None:
    assert client(Service()).get(path).text == client(Service()).get(path, session=False).text == "page"


def test_programs_are_not_sent_around() -> None:
    assert client(Service()).get("/nonsense", headers={"accept": "*/*"}).text == KEY


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("", True),
        ("http://127.0.0.1:8501", True),
        ("http://localhost", True),
        ("http://[::1]:8501", True),
        ("https://cockpit.example.cn", False),
        ("http://192.0.2.1:8501", False),
    ],
)
def test_behind_a_public_name_nobody_is_on_this_machine(url: str, near: bool) -> None:
    """A proxy on this machine may pass requests on under its own address and say nothing of it."""
    scope = {"type": "http", "headers": [(b"host", b"127.0.0.1:8501")]}
    scope |= {"client": ("127.0.0.1", 40000), "server": ("127.0.0.1", 8501)}
    assert Site(url).near(scope) == near
