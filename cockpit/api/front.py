"""The outermost layer: each request gets an id, a line in the log, safe headers, and an answer even when we fail."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cockpit import logs
from cockpit.api import answers
from cockpit.api.headers import PLAIN_POLICY, armed, page_policy
from cockpit.api.site import Site
from cockpit.errors import CockpitError
from cockpit.locale import Language

# What a page asks for some hundred times; told only where it fails.
QUIET = ("/static/", "/media/", "/component/", "/_stcore/", "/health/", "/auth/static/", "/favicon")
NOTES = "cockpit_notes"
_WORD = re.compile(r"[a-z_-]{1,40}")
_OWN = ("auth", "health", "metrics")


class Front:
    """Wraps everything else; `pages` are the addresses that are told in the log as they are."""

    def __init__(
        self, app: ASGIApp, site: Site, pages: Collection[str], language: Language, scripts: Collection[str] = ()
    ) -> None:
        self._app = app
        self._site = site
        self._pages = frozenset(pages)
        self._language = language
        self._policy = page_policy(scripts)

    @staticmethod
    def note(scope: Scope, **facts: object) -> None:
        """Add facts to the line of this request."""
        scope.setdefault(NOTES, {}).update(facts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope[NOTES] = {}
        before = logs.REQUEST.set(secrets.token_hex(8))
        try:
            await (self._http if scope["type"] == "http" else self._websocket)(scope, receive, send)
        finally:
            logs.REQUEST.reset(before)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status = time.perf_counter(), 0

        async def armed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = armed(message, self._policy_of(scope, message), self._site.secure)
            await send(message)

        try:
            await self._app(scope, receive, armed_send)
        except Exception as error:  # noqa: BLE001 -- whatever it was, the reader gets a number and the log the rest
            reference = logs.failure("request_failed", error, path=self.told(scope["path"]))
            code = error.code if isinstance(error, CockpitError) else None
            if status == 0:
                await answers.broken(scope, reference, code, self._language)(scope, receive, armed_send)
        if not self._quiet(scope["path"], status):
            self._tell("http", scope, started, method=_word(scope["method"]), status=status)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, accepted = time.perf_counter(), False

        async def watched(message: Message) -> None:
            nonlocal accepted
            accepted = accepted or message["type"] == "websocket.accept"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            logs.failure("socket_failed", error)
            raise
        finally:
            self._tell("socket", scope, started, accepted=accepted)

    def _quiet(self, path: str, status: int) -> bool:
        """Files, and the platform's look for itself below each page, which finds nothing."""
        return (status < 400 and path.startswith(QUIET)) or (status == 404 and "/_stcore/" in path)

    def _tell(self, event: str, scope: Scope, started: float, **facts: object) -> None:
        duration = round((time.perf_counter() - started) * 1000, 1)
        logs.event(event, path=self.told(scope["path"]), duration_ms=duration, **facts, **scope[NOTES])

    def told(self, path: str) -> str:
        """A path as the log tells it: ours as they are, without what people or links put into them."""
        first, _, rest = path.lstrip("/").partition("/")
        if first in self._pages or not first:
            return f"/{first}"
        if first in _OWN:
            second = rest.partition("/")[0]
            return f"/{first}/{second}" if _WORD.fullmatch(second) else f"/{first}"
        return f"/{first}/…" if first.startswith("_stcore") or first in ("media", "static") else "/…"

    def _policy_of(self, scope: Scope, message: Message) -> str:
        """Pages of our own need nothing but their style sheet; so does everything that is refused."""
        own = scope["path"].startswith("/auth/") or message["status"] >= 400
        return PLAIN_POLICY if own else self._policy


def _word(text: str) -> str:
    return text if text.isascii() and text.isalpha() and len(text) < 10 else "?"
