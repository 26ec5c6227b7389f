"""Health, metrics and the gate: only this machine gets in, and readiness is not claimed too early."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from cockpit.api.gate import is_loopback, middleware, refuse_open_address
from cockpit.api.routes import routes
from cockpit.api.start import Start
from cockpit.errors import RefusedError, SystemFailure, UsageError
from cockpit.ui import sitemap


class Service:
    """Answers as the door does, as far as the server asks."""

    def __init__(self, ready: bool = True, deliveries: int = 1) -> None:
        self.is_ready = ready
        self.count = deliveries
        self.gate = threading.Event()

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
    """Asks the server's routes over the address it listens on."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        self.app, self.address = app, address

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return asyncio.run(self._get(path, headers or {}))

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
            "client": ("127.0.0.1", 40000),
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


def client(service: Any, start: Start | None = None, address: str = "127.0.0.1") -> Client:
    async def page(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("page")

    own = routes(lambda: service, start or Start())
    app = Starlette(routes=[*own, Route("/{path:path}", page)], middleware=middleware(sitemap.NAMES, sitemap.DEFAULT))
    return Client(app, address)


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


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8", "::ffff:127.0.0.1"])
def test_loopback_may_be_listened_on(address: str) -> None:
    refuse_open_address(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "", None, "192.168.1.4", "cockpit.example.com"])
def test_anything_else_is_refused(address: str | None) -> None:
    assert not is_loopback(address)
    with pytest.raises(UsageError):
        refuse_open_address(address)


def test_a_request_over_another_interface_is_refused() -> None:
    assert client(Service(), address="192.168.1.4").get("/").status_code == 403


HTML = {"accept": "text/html,application/xhtml+xml"}


def test_the_default_page_answers_at_the_root_only() -> None:
    answer = client(Service()).get("/overview?month=2026-11", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (307, "/?month=2026-11")


def test_unknown_pages_lead_to_the_first() -> None:
    assert client(Service()).get("/nonsense", headers=HTML).headers["location"] == "/"


@pytest.mark.parametrize("path", ["/", "/procurement", "/document?table=x", "/static/js/a.js", "/data/_stcore/health"])
def test_pages_and_files_pass(path: str) -> None:
    assert client(Service()).get(path, headers=HTML).text == "page"


def test_programs_are_not_sent_around() -> None:
    assert client(Service()).get("/nonsense", headers={"accept": "*/*"}).text == "page"
