"""Business data on their way lie in one folder below COCKPIT_HOME, emptied whenever the cockpit is opened."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.errors import path_failure


def spool_of(home: Path) -> Path:
    """The folder; beside the warehouse, so that one disk is watched and a file moves into place in one step."""
    return home / "spool"


def clear(home: Path) -> None:
    """Remove what a killed owner left; only for whoever holds the warehouse, nobody else's work lies there then."""
    shutil.rmtree(spool_of(home), ignore_errors=True)


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
