"""Loading in the background: it goes on whatever the browser does, and the page looks at how far it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cockpit.errors import CockpitError, SystemFailure
from cockpit.service import Cockpit
from cockpit.service.reports import LoadReport
from cockpit.service.requests import Actor, LoadRequest

LOG = logging.getLogger(__name__)


@dataclass
class LoadJob:
    """One upload on its way: `done` of `total` rows, 0 while unknown; afterwards `report` or `error` is there."""

    names: tuple[str, ...]
    request: LoadRequest
    total: int = 0
    done: int = 0
    report: LoadReport | None = None
    error: CockpitError | None = None
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def running(self) -> bool:
        return not self.finished.is_set()


def start(cockpit: Cockpit, actor: Actor, files: Sequence[tuple[str, bytes]], request: LoadRequest) -> LoadJob:
    """Begin loading `files` (name, content); names become file names of one folder, paths in them are dropped."""
    job = LoadJob(tuple(name for name, _ in files), request)
    threading.Thread(target=_run, args=(cockpit, actor, job, files), daemon=True, name="load").start()
    return job


def _store(folder: Path, files: Sequence[tuple[str, bytes]]) -> list[Path]:
    paths = []
    for number, (name, content) in enumerate(files):
        place = folder / str(number)  # two uploads may carry the same name
        place.mkdir()
        path = place / plain_name(name)
        path.write_bytes(content)
        paths.append(path)
    return paths


def plain_name(name: str) -> str:
    """A file name without folders and without what a file system refuses; never empty, ending kept."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "").strip()
    if bare in ("", ".", ".."):
        return "upload"
    while len(bare.encode()) > 200:
        stem, dot, ending = bare.rpartition(".")
        bare = f"{stem[:-1]}{dot}{ending}" if stem else bare[:-1]
    return bare


def _run(cockpit: Cockpit, actor: Actor, job: LoadJob, files: Sequence[tuple[str, bytes]]) -> None:
    def progress(done: int, total: int) -> None:
        job.done, job.total = done, total

    try:
        with cockpit.room("upload") as folder:
            job.report = cockpit.load(actor, _store(folder, files), job.request, progress)
    except CockpitError as error:
        job.error = error
    except Exception as error:
        LOG.exception("loading failed")
        job.error = SystemFailure("unexpected", detail=type(error).__name__)
    finally:
        job.finished.set()
