"""What a command and the owner of the warehouse say to each other: one line of JSON each, of bounded length."""

from __future__ import annotations

import hmac
import json
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from cockpit import __version__
from cockpit.locale import Language

PROTOCOL = 1
RELEASE = __version__
LONGEST = 4 << 20  # bytes of a line; no system takes a longer command line
PIECE = 1 << 15  # characters of text in one frame

Word = Annotated[str, Field(max_length=200)]


class Message(BaseModel):
    """One line."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Hail(Message):
    """The command's first word: a number used once, which the owner's proof must fit."""

    nonce: Word


class Greeting(Message):
    """The owner's answer: who it is, where its pages are, and whether this caller may ask at all."""

    protocol: int
    release: Word
    process: int
    address: Word
    nonce: Word
    proof: Word
    user: int | None = None  # who alone may ask; None where that is not known

    @property
    def understood(self) -> bool:
        return (self.protocol, self.release) == (PROTOCOL, RELEASE)


class Screen(Message):
    """What one of the caller's streams can show."""

    width: Annotated[int, Field(ge=1, le=100_000)]
    terminal: bool
    color: Literal["standard", "256", "truecolor", "windows"] | None


class Call(Message):
    """A whole command line, and where and how its answer is read. Relative paths begin in `folder`; `piped` is what
    came through the caller's pipe, where the command asked for it."""

    proof: Word
    arguments: list[str]
    folder: str
    language: Language
    out: Screen
    err: Screen
    piped: str | None = Field(default=None, repr=False)


class Frame(Message):
    """A piece of the answer: that it has begun, text for one of the streams, a sign of life, the exit status."""

    kind: Literal["begun", "out", "err", "alive", "exit"]
    text: str = ""
    status: int = 0


Kind = TypeVar("Kind", bound=Message)


def line(message: Message) -> bytes:
    """A message as it goes over; file names that are no text survive."""
    return json.dumps(message.model_dump()).encode("ascii") + b"\n"


def read(kind: type[Kind], raw: bytes) -> Kind:
    """The message in a line. ValueError where it is none of that kind, or the line was cut."""
    if not raw.endswith(b"\n"):
        raise ValueError("the line was cut")
    try:
        return kind.model_validate(json.loads(raw))
    except RecursionError as error:
        raise ValueError("the line is nested too deep") from error


def proof(token: str, side: Literal["owner", "caller"], nonce: str) -> str:
    """Shows that a side knows the token without saying it."""
    return hmac.new(token.encode(), f"{side}:{nonce}".encode(), "sha256").hexdigest()


def proven(given: str, token: str, side: Literal["owner", "caller"], nonce: str) -> bool:
    """Whether `given` is the side's proof, compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), proof(token, side, nonce).encode())
