"""Open pages: each holds a websocket, which is closed soon after its session has ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cockpit.errors import CockpitError

EVERY = 1.5  # seconds between two looks
GRACE = 5.5  # seconds a page has to notice by itself and lead to the login; it gets no data meanwhile
PATIENCE = 5.0  # seconds the word that it is over may take to get on the line
ENDED = 4401
LOG = logging.getLogger(__name__)
Ended = Callable[[Collection[str]], Collection[str]]


@dataclass(eq=False)
class Socket:
    """A websocket of a session. `doomed` is when (monotonic) it will be closed, once the session has ended."""

    key: str
    send: Send
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    accepted: bool = False
    doomed: float | None = None


class Sockets:
    """Runs websockets and looks after all of them with one task, which lives as long as there are any.

    `ended` gives those of some session keys whose session has ended.
    """

    def __init__(self, ended: Ended) -> None:
        self._ended = ended
        self._open: set[Socket] = set()
        self._watch: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def run(self, app: ASGIApp, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let `app` answer the websocket, until either side or the end of the session closes it."""
        socket = Socket(key, send)

        async def hear() -> Message:
            """The next message, or that the connection is gone once the session has ended."""
            next_one, gone = asyncio.ensure_future(receive()), asyncio.ensure_future(socket.closed.wait())
            try:
                await asyncio.wait({next_one, gone}, return_when=asyncio.FIRST_COMPLETED)
                if socket.closed.is_set():
                    return {"type": "websocket.disconnect", "code": ENDED}
                return next_one.result()
            finally:
                for one in (next_one, gone):
                    one.cancel()

        async def say(message: Message) -> None:
            if socket.closed.is_set():
                return
            await send(message)
            socket.accepted = socket.accepted or message["type"] == "websocket.accept"

        self._open.add(socket)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look_after(), name="sockets")
        try:
            await app(scope, hear, say)
        finally:
            self._open.discard(socket)

    async def _look_after(self) -> None:
        while self._open:
            await asyncio.sleep(EVERY)
            try:
                ended = await asyncio.to_thread(self._ended, {socket.key for socket in self._open})
            except CockpitError:
                continue  # the records do not answer; no page gets data until they do
            except Exception:
                LOG.exception("which sessions have ended is not known; asked again soon")
                continue
            for socket in [one for one in self._open if one.key in ended and self._due(one)]:
                closing = asyncio.create_task(self._close(socket), name="close")
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)

    @staticmethod
    def _due(socket: Socket) -> bool:
        """Whether the grace is over and it is not being closed yet."""
        now = time.monotonic()
        socket.doomed = socket.doomed or now + GRACE - EVERY
        return now >= socket.doomed and socket.accepted and not socket.closed.is_set()

    @staticmethod
    async def _close(socket: Socket) -> None:
        """Whoever takes nothing off the line any more holds up nobody but themselves."""
        socket.closed.set()
        with contextlib.suppress(Exception):  # the other side may be gone already
            async with asyncio.timeout(PATIENCE):
                await socket.send({"type": "websocket.close", "code": ENDED})
