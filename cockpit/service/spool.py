"""Business data on their way lie in one folder below COCKPIT_HOME, emptied whenever the cockpit is opened."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cockpit.errors import path_failure
from cockpit.intake import sandbox
from cockpit.settings import spool_of

__all__ = ["clear", "room", "spool_of"]


def clear(home: Path) -> None:
    """Remove what a killed owner left; only for whoever holds the warehouse, nobody else's work lies there then.

    What a process that waits for the warehouse reads ahead goes as well, and is read again; only our own stays.
    """
    with suppress(OSError):
        for left in spool_of(home).iterdir():
            if left == sandbox.ahead():
                continue
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                with suppress(OSError):
                    left.unlink()


@contextmanager
def room(home: Path, kind: str) -> Iterator[Path]:
    """A fresh folder that goes away with the block. SystemFailure where the disk refuses it or what is put there."""
    spool = spool_of(home)
    try:
        spool.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{kind}-", dir=spool, ignore_cleanup_errors=True) as folder:
            yield Path(folder)
    except (BrokenPipeError, InterruptedError):  # no word about the disk
        raise
    except OSError as error:
        raise path_failure(error, Path(str(error.filename or spool))) from error
