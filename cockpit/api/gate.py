"""The gate before everything the server answers: who comes without a session sees the login and nothing else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cockpit.api import answers, theme
from cockpit.api.front import Front
from cockpit.api.site import Site, is_loopback
from cockpit.api.sockets import Sockets
from cockpit.errors import SystemFailure
from cockpit.locale import Language
from cockpit.service import Cockpit

COOKIE = "cockpit_session"
SESSION_HEADER = b"x-cockpit-session"
OURS = b"x-cockpit-"
LOGIN = "/auth/login"
STREAM = "/_stcore/stream"
OPEN = ("/static/", "/auth/")
HEALTH = frozenset({"/health/live", "/health/ready"})
OPEN_FILES = HEALTH | {"/favicon.png", "/favicon.ico", "/_stcore/health"}
FIGURES = frozenset({"/metrics", "/_stcore/metrics"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})  # what changes nothing
_ASTRAY = re.compile(r"\.\.|\\|//|[\x00-\x1f\x7f]|%(?:2e|2f|5c|00)", re.IGNORECASE)
Door = Callable[[], Cockpit | None]


class Gate:
    """Lets in whoever has a session, and tells the pages which; strips what others claim about that.

    The default page answers at ``/`` only: its own name, and names that no page has, are sent there, since the
    platform would answer them with an English dialog.
    """

    def __init__(
        self, app: ASGIApp, door: Door, site: Site, pages: Collection[str], default: str, language: Language
    ) -> None:
        self._app = app
        self._door = door
        self._site = site
        self._known = frozenset(pages) - {default}
        self._language = language
        self._sockets = Sockets(self._ended)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    # ---------------------------------------------------------------- requests

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        try:
            if refusal is None and _is_open(scope["path"]):
                scope = _told(scope, None)
            elif refusal is None:
                key = await self._session(scope)
                refusal = await self._ruling(scope, key)
                scope = _told(scope, key)
        except SystemFailure as failure:
            refusal = answers.failed(scope, failure, self._language)
        if refusal is None and self._is_page(scope):
            scope, send = theme.with_script(scope, send)
        await (self._app if refusal is None else refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """Why a request is none of ours, whoever makes it."""
        if _ASTRAY.search(scope["path"]):
            return answers.refused(scope, 404, self._language)
        if scope["path"] in HEALTH:
            return None
        server = scope.get("server")
        if server is not None and not is_loopback(server[0]) and not self._settled():
            return answers.refused(scope, 403, self._language)
        return None if self._site.knows(scope) else answers.refused(scope, 421, self._language)

    async def _ruling(self, scope: Scope, key: str | None) -> Response | None:
        """What somebody with that session, or without one, gets instead of what they asked for; None: exactly that."""
        path = scope["path"]
        if path in FIGURES:
            allowed = self._site.near(scope) or (key is not None and await asyncio.to_thread(self._may_watch, key))
            return None if allowed else answers.refused(scope, 403, self._language)
        if key is None:
            return self._to_login(scope)
        if scope["method"] not in READING and self._site.foreign(scope):
            return answers.refused(scope, 403, self._language)
        return RedirectResponse(_first_page(scope), status_code=307) if self._is_lost(scope) else None

    def _to_login(self, scope: Scope) -> Response:
        """People are led to the login and find back from there; programs are told."""
        if scope["method"] != "GET" or "text/html" not in Headers(scope=scope).get("accept", ""):
            return answers.refused(scope, 401, self._language)
        query = scope.get("query_string", b"").decode("latin-1")
        place = quote(scope["path"]) + (f"?{query}" if query else "")
        target = LOGIN if place == "/" else f"{LOGIN}?next={quote(place, safe='/')}"
        return RedirectResponse(target, status_code=303)

    def _is_page(self, scope: Scope) -> bool:
        return scope["method"] == "GET" and scope["path"].strip("/") in self._known | {""}

    def _is_lost(self, scope: Scope) -> bool:
        """A person's request for a page that is not there; files, health and data routes are none of it."""
        path = scope["path"].strip("/")
        if not path or path in self._known or scope["method"] != "GET" or "." in path:
            return False
        return "text/html" in Headers(scope=scope).get("accept", "") and "/" not in path

    # ---------------------------------------------------------------- websockets

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only the pages' own, from a page of ours, with a session."""
        key = None
        if scope["path"] == STREAM and self._refusal(scope) is None and self._site.own_origin(scope):
            try:
                key = await self._session(scope)
            except SystemFailure:
                key = None
        if key is None:
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._sockets.run(self._app, key, _told(scope, key), receive, send)

    def _ended(self, keys: Collection[str]) -> Collection[str]:
        cockpit = self._door()
        return [] if cockpit is None else [key for key in keys if not cockpit.entrance.goes_on(key)]

    # ---------------------------------------------------------------- sessions

    async def _session(self, scope: Scope) -> str | None:
        """The key of the session the request brings, while it goes on; notes whose it is for the log."""
        cockpit, token = self._door(), HTTPConnection(scope).cookies.get(COOKIE, "")
        if cockpit is None or not token:
            return None
        entrance = cockpit.entrance
        near = self._site.near(scope)
        if entrance.remembered(token):
            key = entrance.look_up(token, near)
        else:
            key = await asyncio.to_thread(entrance.look_up, token, near)
        if key is not None:
            Front.note(scope, person=entrance.person_of(key))
        return key

    def _settled(self) -> bool:
        cockpit = self._door()
        return cockpit is not None and cockpit.entrance.administrator_exists()

    def _may_watch(self, key: str) -> bool:
        cockpit = self._door()
        actor = None if cockpit is None else cockpit.entrance.actor(key)
        return actor is not None and actor.may("people")


def _is_open(path: str) -> bool:
    """What everybody gets: the way in, health, and the platform's own files, without which no page could say a word."""
    return path in OPEN_FILES or path.startswith(OPEN)


def _told(scope: Scope, key: str | None) -> Scope:
    """The request without anything that claims to be from us, with the session key where there is one."""
    headers = [(name, value) for name, value in scope["headers"] if not _ours(name)]
    if key is not None:
        headers.append((SESSION_HEADER, key.encode()))
    return {**scope, "headers": headers}


def _ours(name: bytes) -> bool:
    """Some servers take an underscore for a dash."""
    return name.lower().replace(b"_", b"-").startswith(OURS)


def _first_page(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return str(scope.get("root_path", "")) + "/" + (f"?{query}" if query else "")


def middleware(
    door: Door,
    site: Site,
    pages: Collection[str],
    default: str,
    language: Language,
    scripts: Collection[str] = (),
) -> list[Middleware]:
    """What stands before the pages, in the form the server wants it."""
    known: dict[str, Any] = {"pages": frozenset(pages), "site": site, "language": language}
    return [
        Middleware(Front, scripts=tuple(scripts), **known),
        Middleware(Gate, door=door, default=default, **known),
    ]
