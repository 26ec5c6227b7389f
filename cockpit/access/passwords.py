"""Passwords: which are good enough, how they are kept, and that a check tells nothing but yes or no."""

from __future__ import annotations

import threading
import unicodedata
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cockpit.errors import UsageError

SHORTEST, LONGEST = 10, 200
FEWEST_CHARACTERS = 5
AT_ONCE = 2  # each takes 64 MiB and a third of a second of a core

# What guessing begins with. Whoever uses one must add as much of their own as a short password has.
GUESSED = (
    "password", "passw0rd", "qwertyuiop", "qwerty", "asdfgh", "zxcvbn", "1qaz2wsx", "qazwsx", "1q2w3e4r", "iloveyou",
    "woaini", "5201314", "admin", "administrator", "root", "guanliyuan", "mima", "cockpit", "jiashicang", "welcome",
    "letmein", "changeme", "company", "abc", "123456789", "12345678", "123456", "12345", "1234", "123", "0987654321",
    "987654321", "654321", "111111", "000000", "888888", "666666",
)  # fmt: skip
OWN_PART = 6

_HASHER = PasswordHasher()
# Made with the same cost as every other: compared with where a name does not exist, so that it takes as long.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$sHPQaQJO4yyu5VufjVVokA$SSNowfGTtdeZtzRGOpxnIVC5PLJ9H/fMc7Wqfg8OH4E"
_TURN = threading.BoundedSemaphore(AT_ONCE)


def kept(password: str) -> str:
    """The argon2id hash to be written down."""
    with _TURN:
        return _HASHER.hash(_plain(password))


def fits(hashed: str | None, password: str) -> bool:
    """Whether the password belongs to the hash. Takes as long without a hash; nothing fits then."""
    shortened = _plain(password[: LONGEST + 1])
    with _TURN:
        try:
            found: bool = _HASHER.verify(hashed or _NOBODY, shortened)
        except (VerificationError, InvalidHashError):
            found = False
    return found and hashed is not None and len(password) <= LONGEST


def stale(hashed: str) -> bool:
    """Whether it was made with less effort than today's."""
    return _HASHER.check_needs_rehash(hashed)


def check(password: str, name: str) -> None:
    """UsageError where a password is short, long or easy to guess."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError("password_length", shortest=SHORTEST, longest=LONGEST)
    own = unicodedata.normalize("NFKC", password).casefold()
    for guessed in (name.casefold(), *GUESSED):
        own = own.replace(guessed, "") if guessed else own
    if len(own) < OWN_PART or len(set(own)) < FEWEST_CHARACTERS or _runs(own):
        raise UsageError("password_guessable")


def _runs(text: str) -> bool:
    """Whether the whole text counts up or down, or repeats a short piece."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    repeated = any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))
    return repeated or steps in ({1}, {-1})


def _plain(password: str) -> str:
    """The same characters, however a keyboard composes them; what cannot be encoded is replaced."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode("utf-8")
