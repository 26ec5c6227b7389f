"""The owner of the warehouse answers other processes: it runs their command lines and sends back what they would print.

One thread keeps the connections; each command line runs in a thread of its own, so that a question never waits for a
load, and nothing waits for a caller that does not read.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Literal, cast

from cockpit.api import place
from cockpit.api.wire import LONGEST, PIECE, PROTOCOL, RELEASE, Call, Frame, Greeting, Hail, line, proof, proven, read
from cockpit.errors import EXIT_SYSTEM, SystemFailure
from cockpit.service import Cockpit

LOG = logging.getLogger(__name__)
POLITE = 10.0  # seconds for a caller to say what it wants
BEAT = 2.0  # seconds between two signs of life
PATIENCE = 18.0  # seconds a stop waits for what is running
FORCE = 4.0  # seconds a stop breaks off what is still running then

# What runs a command line: the open service, the call, its streams, and what raises SystemFailure once the caller is
# gone; gives the exit status.
Answer = Callable[[Cockpit, Call, IO[str], IO[str], Callable[[], None]], int]


class _Stream(io.TextIOBase):
    """What a command writes, on its way to the caller; goes nowhere once the caller is gone."""

    def __init__(self, kind: Literal["out", "err"], send: Callable[[Frame], None]) -> None:
        self._kind: Literal["out", "err"] = kind
        self._send = send
        self._waiting: list[str] = []
        self._lock = threading.Lock()  # a progress bar draws from another thread

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        with self._lock:
            self._waiting.append(text)
        return len(text)

    def flush(self) -> None:
        with self._lock:
            text = "".join(self._waiting)
            self._waiting.clear()
            for start in range(0, len(text), PIECE):
                self._send(Frame(kind=self._kind, text=text[start : start + PIECE]))


class _Run:
    """One command line at work for one caller."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._loop = asyncio.get_running_loop()
        self._writer = writer
        self._left = threading.Event()
        self.status: asyncio.Future[int] = self._loop.create_future()

    def begin(self, answer: Answer, cockpit: Cockpit, call: Call) -> None:
        threading.Thread(target=self._work, args=(answer, cockpit, call), name="command", daemon=True).start()

    def leave(self) -> None:
        """The caller is gone: what is not committed yet is dropped."""
        self._left.set()

    def say(self, frame: Frame) -> None:
        """Send from the thread of the connections."""
        if not self._left.is_set():
            self._writer.write(line(frame))

    def _work(self, answer: Answer, cockpit: Cockpit, call: Call) -> None:
        out, err = _Stream("out", self._send), _Stream("err", self._send)
        try:
            status = answer(cockpit, call, cast(IO[str], out), cast(IO[str], err), self._stay)
        except BaseException:
            LOG.exception("a command failed")
            status = EXIT_SYSTEM
        out.flush()
        err.flush()
        with suppress(RuntimeError):  # the server is gone
            self._loop.call_soon_threadsafe(self._done, status)

    def _done(self, status: int) -> None:
        if not self.status.done():
            self.status.set_result(status)

    def _send(self, frame: Frame) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.say, frame)

    def _stay(self) -> None:
        if self._left.is_set():
            raise SystemFailure("interrupted")


class Owner:
    """Listens for other processes of the same user and lets `answer` run their command lines."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._home: Path
        self._cockpit: Cockpit
        self._address = ""
        self._token = ""
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._ended: asyncio.Event
        self._server: asyncio.Server
        self._idle: set[asyncio.Task[None]] = set()
        self._busy: set[asyncio.Task[None]] = set()

    def start(self, cockpit: Cockpit, home: Path, address: str, way: place.Way = place.USUAL) -> None:
        """Listen below `home`, whose warehouse `cockpit` holds; `address` of the pages is told to whoever asks.

        SystemFailure where that cannot be.
        """
        self._cockpit, self._home, self._address = cockpit, home, address
        listening, self._token = place.listen(home, way)
        ready = threading.Event()
        serve = self._serve(listening, ready)
        self._thread = threading.Thread(target=asyncio.run, args=(serve,), name="owner", daemon=True)
        self._thread.start()
        ready.wait()

    def stop(self, seconds: float = PATIENCE) -> None:
        """Take no new command, let those that run finish for some seconds, then break them off. May be called twice."""
        thread, self._thread = self._thread, None
        if thread is not None:
            asyncio.run_coroutine_threadsafe(self._end(seconds), self._loop)
            thread.join(seconds + FORCE + 1)

    async def _serve(self, listening: socket.socket, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        if listening.family == socket.AF_INET:
            self._server = await asyncio.start_server(self._talk, sock=listening, limit=LONGEST)
        else:
            self._server = await asyncio.start_unix_server(self._talk, sock=listening, limit=LONGEST)
        ready.set()
        await self._ended.wait()

    async def _end(self, seconds: float) -> None:
        self._server.close()
        place.forget(self._home)
        for task in self._idle:
            task.cancel()
        if self._busy:
            await asyncio.wait(self._busy, timeout=seconds)
        for _ in range(round(FORCE * 10)):
            if not self._busy:
                break
            self._cockpit.interrupt()
            await asyncio.sleep(0.1)
        for task in self._busy:
            task.cancel()
        self._ended.set()

    # ---------------------------------------------------------------- one caller

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._idle.add(task)
        try:
            async with asyncio.timeout(POLITE):
                call = await self._asked(reader, writer)
            if call is not None and self._server.is_serving():
                self._idle.discard(task)
                self._busy.add(task)
                await self._run(call, reader, writer)
        except (OSError, ValueError) as error:  # the caller left, or is none of ours
            LOG.info("a caller was not understood: %s", type(error).__name__)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
            self._idle.discard(task)
            self._busy.discard(task)

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Call | None:
        """Greet; the command line that is wanted, None where the caller only looked or may not ask."""
        hail = read(Hail, await reader.readline())
        allowed = place.may_ask(writer.get_extra_info("socket"))
        nonce = secrets.token_hex(16)
        greeting = Greeting(
            protocol=PROTOCOL,
            release=RELEASE,
            process=os.getpid(),
            address=self._address,
            nonce=nonce,
            proof=proof(self._token, "owner", hail.nonce),
            user=None if allowed else os.getuid(),
        )
        writer.write(line(greeting))
        raw = await reader.readline() if allowed else b""
        if not raw:
            await writer.drain()
            return None
        call = read(Call, raw)
        return call if proven(call.proof, self._token, "caller", nonce) else None

    async def _run(self, call: Call, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        run = _Run(writer)
        run.say(Frame(kind="begun"))
        run.begin(self._answer, self._cockpit, call)
        gone = asyncio.ensure_future(reader.read(1))
        either: set[asyncio.Future[Any]] = {run.status, gone}
        try:
            while not run.status.done():
                await asyncio.wait(either, timeout=BEAT, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    gone.exception()
                    run.leave()
                    await run.status  # the work is not forgotten when its caller is
                    return
                run.say(Frame(kind="alive"))
            run.say(Frame(kind="exit", status=run.status.result()))
            writer.close()
            await writer.wait_closed()
        finally:
            run.leave()
            gone.cancel()
