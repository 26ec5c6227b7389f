"""Where the owner of the warehouse listens: a socket file only its user reaches, or a port with a token beside it.

The socket file is ``COCKPIT_HOME/run/cockpit.sock``. Where a system has none (Windows, some network drives) it is a
port on the loopback address, written with a token into ``cockpit.port`` in the same folder.
"""

from __future__ import annotations

import os
import secrets
import socket
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from cockpit.errors import SystemFailure

Way = Literal["socket", "loopback"]
USUAL: Way = "loopback" if sys.platform == "win32" else "socket"
LOOPBACK = "127.0.0.1"
BACKLOG = 128
LONGEST_PATH = 100  # bytes; systems take 104 to 108 for the name of a socket
SECONDS = 5.0  # for a connection on this machine


class Ticket(BaseModel):
    """What ``cockpit.port`` holds."""

    port: Annotated[int, Field(ge=1, le=65535)]
    token: Annotated[str, Field(min_length=32, max_length=200)]


def folder_of(home: Path) -> Path:
    return home / "run"


def socket_file(home: Path) -> Path:
    return folder_of(home) / "cockpit.sock"


def ticket_file(home: Path) -> Path:
    return folder_of(home) / "cockpit.port"


def listen(home: Path, way: Way = USUAL) -> tuple[socket.socket, str]:
    """A listening socket and the token callers must know (empty where the file's mode is the guard).

    Only whoever holds the warehouse may call this: what a killed owner left behind is replaced. SystemFailure where
    neither way is open.
    """
    folder = folder_of(home)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        forget(home)
        if way == "socket":
            try:
                return _listen_on_file(socket_file(home)), ""
            except OSError:  # a drive that knows no socket files
                forget(home)
        return _listen_on_port(home)
    except OSError as error:
        raise SystemFailure("owner_not_listening", path=str(folder), reason=error.strerror or str(error)) from error


def _listen_on_file(file: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    try:
        with _short(file) as name:
            listening.bind(name)
        file.chmod(0o600)  # before anybody can connect
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def _listen_on_port(home: Path) -> tuple[socket.socket, str]:
    listening = socket.create_server((LOOPBACK, 0), backlog=BACKLOG)
    ticket = Ticket(port=listening.getsockname()[1], token=secrets.token_urlsafe(32))
    descriptor, name = tempfile.mkstemp(dir=folder_of(home), prefix=".port-")  # mode 0600
    with os.fdopen(descriptor, "w", encoding="ascii") as fresh:
        fresh.write(ticket.model_dump_json())
    Path(name).replace(ticket_file(home))
    return listening, ticket.token


def forget(home: Path) -> None:
    """Take away the signs that somebody listens."""
    for file in (socket_file(home), ticket_file(home)):
        file.unlink(missing_ok=True)


def reach(home: Path) -> tuple[socket.socket, str] | None:
    """A connection to the owner and the token; None where nobody listens, whatever was left behind.

    SystemFailure where somebody does and is out of reach: another user's, or one that takes no connection.
    """
    try:
        if sys.platform != "win32":
            connected = socket.socket(socket.AF_UNIX)
            connected.settimeout(SECONDS)
            try:
                with _short(socket_file(home)) as name:
                    connected.connect(name)
                return connected, ""
            except (FileNotFoundError, ConnectionRefusedError):
                connected.close()
            except OSError:
                connected.close()
                raise
        ticket = Ticket.model_validate_json(ticket_file(home).read_bytes())
        return socket.create_connection((LOOPBACK, ticket.port), SECONDS), ticket.token
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError, ValidationError):
        return None
    except PermissionError as error:
        raise SystemFailure("owner_of_another_user", user=_user(folder_of(home))) from error
    except (TimeoutError, BlockingIOError) as error:
        raise SystemFailure("owner_silent", path=str(home)) from error


def _user(path: Path) -> str:
    try:
        return str(path.stat().st_uid)
    except OSError:
        return "—"


def may_ask(connected: socket.socket) -> bool:
    """Whether the process at the other end is our user's; where the system does not tell, the folder's mode decides."""
    if sys.platform != "linux" or connected.family != socket.AF_UNIX:
        return True
    _, user, _ = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return bool(user == os.getuid())


@contextmanager
def _short(file: Path) -> Iterator[str]:
    """The file's name, or inside the block a shorter one for the same file where the system would not take it."""
    if len(os.fsencode(file)) <= LONGEST_PATH:
        yield str(file)
        return
    with tempfile.TemporaryDirectory(prefix="cockpit-", dir="/tmp") as folder:
        link = Path(folder) / "run"
        link.symlink_to(file.parent, target_is_directory=True)
        yield str(link / file.name)
