"""Sources that behave as badly as a parser can under a hostile file; for the tests of the reading process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from connectors.base import Connector, Extract, Settings, numbered


class _Hostile(Connector):
    name = "hostile"

    def identify(self, name: str, head: bytes) -> bool:
        return True

    def extract(
        self, name: str, path: Path | None, scratch: Path, settings: Settings, progress: Callable[[int], None]
    ) -> Iterator[Extract]:
        told = self.act(scratch)
        yield Extract(None, [numbered({"c0": pa.array(told, pa.string())}, len(told))])

    def act(self, scratch: Path) -> list[str]:
        raise NotImplementedError


class Answers(_Hostile):
    def act(self, scratch: Path) -> list[str]:
        return ["x"]


class Aborts(_Hostile):
    def act(self, scratch: Path) -> list[str]:
        os.abort()


class Hangs(_Hostile):
    def act(self, scratch: Path) -> list[str]:
        while True:
            time.sleep(60)


class Spins(_Hostile):
    def act(self, scratch: Path) -> list[str]:
        while True:
            pass


class Devours(_Hostile):
    """Takes memory as native code does, which ends by an abort, and as Python does."""

    def act(self, scratch: Path) -> list[str]:
        hoard = []
        while True:
            hoard.append(bytearray(64 << 20))


class Fills(_Hostile):
    """Writes to the disk without end."""

    def act(self, scratch: Path) -> list[str]:
        with (scratch / "fill").open("wb") as file:
            while True:
                file.write(bytes(1 << 20))
                file.flush()


class Lies(_Hostile):
    """Answers in the worker's name and leaves a manifest that is none."""

    def act(self, scratch: Path) -> list[str]:
        (scratch / "manifest.json").write_text('{"sheets": 1}', "utf-8")
        os.write(1, b'{"done": "ok", "peak": 0}\n')
        time.sleep(0.3)
        os.abort()


class Babbles(_Hostile):
    def act(self, scratch: Path) -> list[str]:
        os.write(1, b"\xff\xfe no message\n")
        time.sleep(60)
        return []


class Tells(_Hostile):
    """Tries what a parser has no business to do, and tells how far it came."""

    def act(self, scratch: Path) -> list[str]:
        told = [f"{key}={value}" for key, value in os.environ.items()]
        for kind in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
            try:
                socket.socket(kind).close()
                told.append(f"opened {kind.name}")
            except OSError as error:
                told.append(f"refused {kind.name} {error.errno}")
        try:
            subprocess.run([sys.executable, "-c", "pass"], check=True)
            told.append("started a program")
        except OSError as error:
            told.append(f"refused program {error.errno}")
        return told + [f"fd {fd.readlink()}" for fd in Path("/proc/self/fd").iterdir() if fd.exists()]
