"""As long as no login exists only this machine may reach the cockpit; unknown addresses lead to the first page."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cockpit.errors import UsageError


def is_loopback(address: str | None) -> bool:
    """Whether an address, name or None (= all interfaces) can be reached from this machine only."""
    if not address:
        return False
    if address.lower() == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def refuse_open_address(address: str | None) -> None:
    """UsageError where the server would listen on anything but loopback."""
    if not is_loopback(address):
        raise UsageError("address_not_loopback", address=address or "*")


class Gate:
    """Refuses what arrives over another interface, however the server was started, and tidies page addresses.

    The default page answers at ``/`` only: its own name, and names that no page has, are sent there, since the
    platform would answer them with an English dialog.
    """

    def __init__(self, app: ASGIApp, pages: Collection[str], default: str) -> None:
        self._app = app
        self._known = frozenset(pages) - {default}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            server = scope.get("server")
            if server is not None and not is_loopback(server[0]):
                await PlainTextResponse("403", status_code=403)(scope, receive, send)
                return
            if self._is_lost(scope):
                await RedirectResponse(_first_page(scope), status_code=307)(scope, receive, send)
                return
        elif scope["type"] == "websocket" and scope.get("server") and not is_loopback(scope["server"][0]):
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)

    def _is_lost(self, scope: Scope) -> bool:
        """A person's request for a page that is not there; files, health and data routes are none of it."""
        path = scope["path"].strip("/")
        if not path or path in self._known or scope["method"] != "GET" or "." in path:
            return False
        if "text/html" not in Headers(scope=scope).get("accept", ""):
            return False
        return "/" not in path and path != "metrics"


def _first_page(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return str(scope.get("root_path", "")) + "/" + (f"?{query}" if query else "")


def middleware(pages: Collection[str], default: str) -> list[Middleware]:
    """The gate in the form the server wants it."""
    return [Middleware(Gate, pages=pages, default=default)]
