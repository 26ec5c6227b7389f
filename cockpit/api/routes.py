"""Health for whoever watches the server, and figures for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cockpit.api.start import Start
from cockpit.errors import CockpitError
from cockpit.service import Cockpit
from cockpit.service.requests import LOCAL_ADMINISTRATOR

Door = Callable[[], Cockpit | None]


def routes(door: Door, start: Start) -> list[Route]:
    """The routes of the interface; `door` gives the open service, `start` the sample's progress."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> Response:
        state = await asyncio.to_thread(readiness, door(), start)
        return JSONResponse({"status": state}, status_code=200 if state == "ready" else 503)

    async def metrics(_request: Request) -> Response:
        text = await asyncio.to_thread(exposition, door(), start)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/health/live", live, methods=["GET"]),
        Route("/health/ready", ready, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


def readiness(cockpit: Cockpit | None, start: Start) -> str:
    """``ready``, or why not: ``starting``, ``sample_loading``, ``sample_failed``, ``warehouse_failed``,
    ``records_failed``."""
    if cockpit is None:
        return "starting"
    try:
        if cockpit.ready():
            return "ready"
    except CockpitError as error:
        return "records_failed" if error.code.startswith("records_") else "warehouse_failed"
    if start.busy:
        return "sample_loading"
    return "sample_failed" if start.failed else "starting"


def exposition(cockpit: Cockpit | None, start: Start) -> bytes:
    """Readiness, data version, deliveries by ledger and state, current rows by table, in Prometheus text."""
    registry = CollectorRegistry()
    up = Gauge("cockpit_ready", "1 when the cockpit answers and something can be shown", registry=registry)
    up.set(readiness(cockpit, start) == "ready")
    if cockpit is None:
        return generate_latest(registry)
    version = Gauge("cockpit_data_version", "Version of the data", registry=registry)
    version.set(cockpit.version())
    names = ["ledger", "state"]
    deliveries = Gauge("cockpit_deliveries", "Deliveries by ledger and state", names, registry=registry)
    for one in cockpit.deliveries(LOCAL_ADMINISTRATOR, None):
        deliveries.labels(one.ledger, one.state).inc()
    rows = Gauge("cockpit_rows", "Current rows by ledger and table", ["ledger", "table"], registry=registry)
    for table in cockpit.tables(LOCAL_ADMINISTRATOR):
        for ledger, count in table.rows.items():
            rows.labels(ledger, table.name).set(count)
    return generate_latest(registry)
