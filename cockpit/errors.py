"""What can go wrong, said once: every error carries a code that the catalogues turn into a sentence."""

from __future__ import annotations

from typing import Any

EXIT_DONE = 0
EXIT_NOT_HELD = 1
EXIT_USAGE = 2
EXIT_SYSTEM = 3


class CockpitError(Exception):
    """An error a person is told about.

    `code` is the key below ``error.`` in the catalogues; `params` fill its placeholders and are never
    interpreted. `exit_status` is what the command line answers with.
    """

    exit_status = EXIT_SYSTEM

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in sorted(self.params.items()))
        return f"{self.code}({facts})"


class UsageError(CockpitError):
    """The question itself is wrong: an unknown metric, an impossible date, a choice not made."""

    exit_status = EXIT_USAGE


class RefusedError(CockpitError):
    """The cockpit understood and did not do it: a delivery that is not held, a file that is gone."""

    exit_status = EXIT_NOT_HELD


class NotAllowedError(CockpitError):
    """The actor's scope does not reach what was asked for."""

    exit_status = EXIT_NOT_HELD


class SystemFailure(CockpitError):
    """Disk, database or child process failed; nothing was changed."""

    exit_status = EXIT_SYSTEM
