"""What can go wrong, said once: every error carries a code that the catalogues turn into a sentence."""

from __future__ import annotations

import errno
from pathlib import Path
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


_FULL = (errno.ENOSPC, errno.EDQUOT)
_CROWDED = (errno.EMFILE, errno.ENFILE)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def lacking(error: OSError) -> bool:
    """Whether the machine has no more room or no more open files to give, whatever the file in question."""
    return error.errno in (*_FULL, *_CROWDED)


def path_failure(error: OSError, path: Path) -> SystemFailure:
    """Why `path` could not be read or written, with its cure: full disk, too many open files, permissions, or else."""
    if error.errno in _FULL:
        return SystemFailure("disk_full", path=str(path))
    if error.errno in _CROWDED:
        return SystemFailure("too_many_files")
    if error.errno in _FORBIDDEN:
        return SystemFailure("path_forbidden", path=str(path))
    return SystemFailure("path_failed", path=str(path), reason=error.strerror or type(error).__name__)
