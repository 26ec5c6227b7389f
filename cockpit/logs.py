"""The server's log: one line of JSON for each thing that happened, without values, secrets or addresses' questions."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import secrets
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cockpit.errors import CockpitError

LOG = logging.getLogger("cockpit")
LONGEST = 500  # characters of any text in a line
FRAMES = 30  # places of a failure that are told
ROOT = Path(__file__).resolve().parents[1]
REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the request being answered; empty outside of one."""

_CREDENTIALS = re.compile(r"://[^/\s@]+@")
_QUESTION = re.compile(r"\?\S*")
# Libraries whose own handlers write lines of their own making; theirs go through ours instead.
_OTHERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")


class Lines(logging.Formatter):
    """Makes a record one line of ASCII: no text can begin another line, colour a terminal or turn its direction."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", "log"),
        }
        if request := REQUEST.get():
            told["request"] = request
        facts = getattr(record, "facts", None)
        if facts is None:  # somebody else's line
            facts = {"logger": record.name, "text": _cut(_QUESTION.sub("", _message(record)))}
        told |= {name: _cut(value) if isinstance(value, str) else value for name, value in facts.items()}
        if record.exc_info and record.exc_info[1] is not None:
            told |= facts_of(record.exc_info[1])
        return json.dumps(told, ensure_ascii=True, default=str)


class Console(logging.Handler):
    """Standard error as it is at the time. What cannot be told is lost; it stops nothing and tells nothing else."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()


def set_up() -> None:
    """From now on everything that is logged in this process goes to standard error as such lines.

    The server calls it again once its libraries have made their own handlers.
    """
    handler = Console()
    handler.setFormatter(Lines())
    top = logging.getLogger()
    top.handlers = [handler]
    top.setLevel(logging.WARNING)
    LOG.setLevel(logging.INFO)
    for name in _OTHERS:
        other = logging.getLogger(name)
        other.handlers, other.propagate = [], True
        other.setLevel(logging.WARNING)


def event(name: str, /, **facts: object) -> None:
    """Tell that something happened. `facts` are names, numbers and codes, never what people typed or data say."""
    LOG.info(name, extra={"event": name, "facts": facts})


def failure(name: str, error: BaseException, /, **facts: object) -> str:
    """Tell that something failed; the reference number that the reader is shown and the line carries."""
    reference = secrets.token_hex(4)
    LOG.error(name, extra={"event": name, "facts": {"reference": reference, **facts, **facts_of(error)}})
    return reference


def facts_of(error: BaseException) -> dict[str, object]:
    """What went wrong and where, without the messages of errors: they hold values."""
    kinds: list[str] = []
    one: BaseException | None = error
    while one is not None and len(kinds) < FRAMES:
        kinds.append(_kind(one))
        one = one.__cause__ or one.__context__
    places = [
        f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    return {"error": " < ".join(kinds), "places": places[-FRAMES:]}


def _kind(error: BaseException) -> str:
    return f"{type(error).__name__}:{error.code}" if isinstance(error, CockpitError) else type(error).__name__


def _message(record: logging.LogRecord) -> str:
    """The line's text; of errors in it only what kind they are."""
    if isinstance(record.args, tuple):
        record.args = tuple(_kind(one) if isinstance(one, BaseException) else one for one in record.args)
    return record.getMessage()


def _place(file: str) -> str:
    """A file as seen from the project, or from where packages are installed."""
    path = Path(file)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return path.relative_to(ROOT).as_posix()
    return "/".join(path.parts[-3:])


def _cut(text: str) -> str:
    return _CREDENTIALS.sub("://***@", text)[:LONGEST]
