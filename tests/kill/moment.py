"""Runs a command line, or the server, in a process that ends itself as kill −9 would at a named moment.

``python -m tests.kill.moment MOMENT ARGUMENTS…``; with the one argument ``server`` the server is started. The product
knows nothing of this: the moments are found by wrapping its functions in this process only.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cockpit.service.deliveries
from cockpit.cli import main
from cockpit.service import uploads
from cockpit.warehouse import delivery, derived, engine, opening, resolve, rows, store
from connectors import CONNECTORS
from sample_data import SAMPLE, masters, selling, texts

UNREACHED = 90  # the command ended without coming to its moment


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()


def before(owner: Any, name: str, times: int = 1) -> None:
    """Die when `owner.name` is called for the n-th time."""
    original, left = getattr(owner, name), [times]

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            die()
        return original(*args, **kwargs)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, times: int = 1) -> None:
    """Die when `owner.name` has done its work for the n-th time."""
    original, left = getattr(owner, name), [times]

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        left[0] -= 1
        if not left[0]:
            die()
        return result

    setattr(owner, name, wrapped)


def half_a_copy() -> None:
    def copy(source: Any, target: Any, *_: Any) -> None:
        content = source.read()
        target.write(content[: len(content) // 2])
        target.flush()
        die()

    shutil.copyfileobj = copy


MOMENTS: dict[str, Callable[[], None]] = {
    "never": lambda: None,
    "upload half copied": half_a_copy,
    "upload before its rename": lambda: before(uploads.Path, "replace"),
    "upload after its rename": lambda: after(cockpit.service.deliveries, "keep"),
    "file read and staged": lambda: after(cockpit.service.deliveries, "stage"),
    "rows built": lambda: after(rows, "build"),
    "rows and claims stored": lambda: after(delivery.Transaction, "_store"),
    "derived tables made": lambda: after(delivery, "finish"),
    "rejects recorded": lambda: after(delivery.Transaction, "_record_part"),
    "before COMMIT": lambda: before(engine.Engine, "commit"),
    "after COMMIT": lambda: before(opening, "note"),
    "after the record": lambda: after(opening, "note"),
    "before the file is closed": lambda: before(store.Warehouse, "close"),
    "undo settled": lambda: after(resolve, "settle"),
    "undo derived": lambda: after(store, "finish"),
    "decision derived": lambda: after(store, "finish"),
    "ledger derived": lambda: after(derived, "run"),
    "third table compared": lambda: after(derived, "compare", 3),
    "sample half written": lambda: after(texts, "save"),
    "sample rows built": lambda: after(rows, "build", 2),
}


def few(folder: Path) -> list[Path]:
    """Two files of the sample company: enough to die over."""
    folder.mkdir(parents=True, exist_ok=True)
    goods = texts.save(folder / "物料档案.csv", masters.goods(), "gb18030")
    return [goods, texts.save(folder / "经营目标_2025-2026.csv", selling.targets(), "utf-8-sig")]


if __name__ == "__main__":
    MOMENTS[sys.argv[1]]()
    sample = SAMPLE if sys.argv[1] == "never" else replace(SAMPLE, write=few)
    if sys.argv[2:] == ["server"]:
        import app

        app.SAMPLE = sample
        sys.exit(app.main())
    sys.exit(main(sys.argv[2:], CONNECTORS, sample) or UNREACHED)
