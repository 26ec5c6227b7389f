"""A line between the cockpit and a database that does what lines do: break, hang, stutter, refuse."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True)
class Fault:
    """What happens on one connection after the server sent `after` bytes.

    ``cut`` resets it, ``close`` ends it, ``hang`` lets nothing more through, ``pause`` sets `paused` and goes on when
    the test sets `go`, ``slow`` passes little pieces slowly, ``slice`` passes byte by byte for a while, ``refuse`` ends
    it before anything was said, ``none`` passes all.
    """

    kind: str
    after: int = 0


class Proxy:
    """Listens on the loopback address; connection n has the n-th fault, later ones none (with `forever` the last)."""

    def __init__(self, target: int, faults: list[Fault], forever: bool = False) -> None:
        self._target, self._faults, self._forever = target, list(faults), forever
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self._open: list[socket.socket] = []
        self._closing = threading.Event()
        self.paused, self.go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._closing.set()
        for one in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            number = self.connections
            self.connections += 1
            fault = Fault("none")
            if number < len(self._faults) or (self._forever and self._faults):
                fault = self._faults[min(number, len(self._faults) - 1)]
            threading.Thread(target=self._serve, args=(client, fault), daemon=True).start()

    def _serve(self, client: socket.socket, fault: Fault) -> None:
        if fault.kind == "refuse":
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self._target))
        self._open += [client, server]
        threading.Thread(target=self._up, args=(client, server), daemon=True).start()
        self._down(server, client, fault)

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def _down(self, server: socket.socket, client: socket.socket, fault: Fault) -> None:
        passed, sliced = 0, 0
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                left = fault.after - passed
                if fault.kind != "none" and left < len(data):
                    client.sendall(data[: max(0, left)])
                    data = data[max(0, left) :]
                    if fault.kind in ("cut", "close", "hang"):
                        self._end(server, client, fault.kind)
                        return
                    if fault.kind == "pause":
                        self.paused.set()
                        self.go.wait(60)
                        fault = Fault("none")
                        client.sendall(data)
                        continue
                    step, pause = (1, 0.0) if fault.kind == "slice" else (256, 0.001)
                    while data and sliced < 400:
                        client.sendall(data[:step])
                        data, sliced = data[step:], sliced + 1
                        time.sleep(pause)
                client.sendall(data)
                passed += len(data) + max(0, left) if left < len(data) else len(data)
        self._close(client, server)

    def _end(self, server: socket.socket, client: socket.socket, kind: str) -> None:
        if kind == "hang":
            self._closing.wait(60)
        elif kind == "cut":  # a reset instead of an orderly end
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RD)  # wakes the other direction without saying good-bye
            client.close()
        self._close(client, server)

    def _close(self, *ends: socket.socket) -> None:
        for one in ends:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
