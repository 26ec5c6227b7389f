"""Delivered bytes are kept as they came, by their hash, before anything is read from them."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path

from cockpit.errors import RefusedError, path_failure
from cockpit.service.spool import spool_of

_BLOCK = 1 << 20


def sha256(path: Path) -> str:
    """Hash of a file's bytes. Raises RefusedError where the file cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise RefusedError("file_not_readable", file=path.name, reason=error.strerror or "") from error
    return digest.hexdigest()


def keep(home: Path, path: Path) -> Path:
    """Copy a file to ``uploads/<first two>/<sha256>`` and return that path; equal bytes are stored once.

    The copy is flushed and renamed into place, so that a kept file is always whole. Raises SystemFailure when the disk
    does not take it.
    """
    name = sha256(path)
    target = home / "uploads" / name[:2] / name
    if target.exists() and target.stat().st_size == path.stat().st_size:
        return target
    partial = spool_of(home) / f"{name}.{os.getpid()}-{threading.get_ident()}.part"
    try:
        for folder in (partial.parent, target.parent):
            folder.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as source, partial.open("wb") as copy:
            shutil.copyfileobj(source, copy, _BLOCK)
            copy.flush()
            os.fsync(copy.fileno())
        partial.replace(target)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise path_failure(error, target.parent) from error
    return target
