"""A command beside a running server: it finds the owner of the warehouse and lets it do the work, or waits its turn."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from cockpit.api import place
from cockpit.api.wire import LONGEST, RELEASE, Call, Frame, Greeting, Hail, line, proof, proven, read
from cockpit.errors import SystemFailure

if TYPE_CHECKING:
    from cockpit.service import Cockpit

SILENCE = 30.0  # seconds without a sign of life after which an owner counts as hanging
CURSOR = "\x1b[?25h"  # shows it
LOOK = 0.2  # seconds between two looks at a warehouse that is taken
COMMAND_SECONDS = 600  # how long a command waits for another process to end
SERVER_SECONDS = 60  # how long a server does


class Link:
    """A connection to the owner, which has greeted."""

    def __init__(self, home: Path, connected: socket.socket, token: str, silence: float) -> None:
        self._home = home
        self._socket = connected
        self._socket.settimeout(silence)
        self._lines = connected.makefile("rb")
        self._token = token
        self.greeting: Greeting

    def greet(self) -> bool:
        """Whether an owner answers; False where it is just going, or where a stranger has taken over its port.

        SystemFailure where it answers, but not to us.
        """
        nonce = secrets.token_hex(16)
        try:
            self._socket.sendall(line(Hail(nonce=nonce)))
            raw = self._lines.readline(LONGEST)
            if not raw:
                return False
            greeting = read(Greeting, raw)
        except TimeoutError as error:
            if self._token:
                return False
            raise self._silent() from error
        except OSError:
            return False
        except ValueError as error:
            if self._token:
                return False
            raise SystemFailure("owner_of_other_release", process="—", theirs="—", ours=RELEASE) from error
        if not proven(greeting.proof, self._token, "owner", nonce):
            return False
        if greeting.user is not None:
            raise SystemFailure("owner_of_another_user", user=greeting.user)
        if not greeting.understood:
            raise SystemFailure(
                "owner_of_other_release", process=greeting.process, theirs=greeting.release, ours=RELEASE
            )
        self.greeting = greeting
        return True

    def call(self, call: Call, out: IO[str], err: IO[str]) -> int | None:
        """Let the owner run a command line and show what it says; its exit status, None where it did not begin.

        With ``--json`` nothing is written before the answer is whole. SystemFailure where the owner falls silent or
        ends, or where the person breaks off.
        """
        own = call.model_copy(update={"proof": proof(self._token, "caller", self.greeting.nonce)})
        try:
            return self._shown(own, out, err)
        except BaseException as error:
            if call.err.terminal:
                err.write(CURSOR)  # a progress bar that was cut off has hidden it
            if isinstance(error, KeyboardInterrupt):
                raise SystemFailure("owner_interrupted") from error
            raise

    def _shown(self, call: Call, out: IO[str], err: IO[str]) -> int | None:
        begun, held = False, "--json" in call.arguments
        kept: list[str] = []
        for frame in self._frames(call):
            begun = True
            if frame.kind == "out" and held:
                kept.append(frame.text)
            elif frame.kind in ("out", "err"):
                stream = out if frame.kind == "out" else err
                stream.write(frame.text)
                stream.flush()
            elif frame.kind == "exit":
                out.write("".join(kept))
                out.flush()
                return frame.status
        if not begun:
            return None
        raise SystemFailure("owner_lost", process=self.greeting.process)

    def _frames(self, call: Call) -> Iterator[Frame]:
        """What the owner says, until it ends."""
        try:
            self._socket.sendall(line(call))
        except OSError:
            return
        while True:
            try:
                raw = self._lines.readline(LONGEST)
                frame = read(Frame, raw)
            except TimeoutError as error:
                raise self._silent() from error
            except (OSError, ValueError):
                return
            yield frame

    def _silent(self) -> SystemFailure:
        return SystemFailure("owner_silent", path=str(self._home))

    def __enter__(self) -> Link:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()
        self._socket.close()


@contextmanager
def link(home: Path, silence: float = SILENCE) -> Iterator[Link | None]:
    """The owner of the warehouse below `home`, greeted; None where there is none."""
    reached = place.reach(home)
    if reached is None:
        yield None
        return
    with Link(home, *reached, silence) as connected:
        yield connected if connected.greet() else None


@contextmanager
def when_free(
    open_: Callable[[], Cockpit], ask: Callable[[], None], waits: Callable[[SystemFailure], None], seconds: float
) -> Iterator[Cockpit]:
    """The warehouse, opened as soon as no other process holds it, for at most `seconds`; then SystemFailure.

    `ask` is called before every try and raises where an owner answers; `waits` is told once, when there is a wait.
    """
    deadline, told = time.monotonic() + seconds, False
    while True:
        ask()
        try:
            cockpit = open_()
            break
        except SystemFailure as failure:
            if failure.code != "warehouse_in_use" or time.monotonic() > deadline:
                raise
            if not told:
                waits(failure)
                told = True
        time.sleep(LOOK)
    with cockpit:
        yield cockpit


def refuse_second(home: Path) -> None:
    """SystemFailure where a server already runs on this home."""
    with link(home) as owner:
        if owner is not None:
            greeting = owner.greeting
            raise SystemFailure("owner_running", address=greeting.address, process=greeting.process)
