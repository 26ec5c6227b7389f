"""The limited process in which uploads are parsed: it forks for every file, so that a crash costs one file only."""

from __future__ import annotations

import codecs
import errno
import importlib
import json
import os
import select
import shutil
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cockpit.intake.confine import confine, end_with_parent
from cockpit.intake.inspection import inspect
from cockpit.intake.sql import BLANKS
from cockpit.issues import Issue
from connectors.base import Connector, Extract, Unreadable

MANIFEST = "manifest.json"
GRACE = 0.005
REST = 3.0  # seconds
_ENDS = {0: "ok", 1: "crash", 3: "memory", 4: "disk"}  # what the exit status of a fork says


class _WithoutPandas:
    """pyarrow loads pandas where it finds it; nobody here needs it, and it takes longer to load than all the rest."""

    @staticmethod
    def find_spec(name: str, path: object, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def main() -> None:
    """Answers one job per line of standard input until its parent goes away."""
    # what is loaded on first use is loaded here, once, so that no fork has to
    sys.meta_path.insert(0, _WithoutPandas)
    pa.array([1])
    for encoding in ("gb18030", "big5", "cp1252", "utf-16", "utf-8-sig"):
        codecs.lookup(encoding)
    confine()
    sys.stdout.write('{"ready": true}\n')
    sys.stdout.flush()
    folders = {os.environ["TMPDIR"]}
    try:
        for line in sys.stdin:
            job = json.loads(line)
            folders = {os.environ["TMPDIR"], job["out"]}
            _tell({"began": True})
            for target, _ in job["connectors"]:
                importlib.import_module(target.partition(":")[0])  # warm for every fork to come
            outcome, peak = _fork(job) if hasattr(os, "fork") else (_here(job), 0)
            _tell({"done": outcome, "peak": peak})
            _warm()
    except (EOFError, BrokenPipeError):
        pass
    for folder in folders:  # the parent is gone and takes nothing away any more
        shutil.rmtree(folder, ignore_errors=True)


def _warm() -> None:
    """Loads, for the forks to come, what not every file needs; until the next file comes, who delivers the last one
    has the cores for a while."""
    if hasattr(os, "fork"):
        select.select([sys.stdin], [], [], REST)
        import duckdb  # noqa: F401


def _tell(message: dict[str, Any]) -> None:
    # one write below the pipe's atomic size: parent and fork share the pipe
    os.write(1, (json.dumps(message) + "\n").encode())


def _here(job: dict[str, Any]) -> str:
    try:
        work(job)
    except (MemoryError, OSError) as error:
        return _ENDS[_status(error)]
    return "ok"


def _status(error: BaseException) -> int:
    """The exit status for what ended the work; the disk may be too full to take any last words."""
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, MemoryError) or number == errno.EFBIG:
        return 3
    return 4 if number in (errno.ENOSPC, errno.EDQUOT) else 1


def _fork(job: dict[str, Any]) -> tuple[str, int]:
    """How the fork ended and the most memory it had resident, in bytes."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            _limit(job, parent)
            work(job)
            status = 0
        finally:
            if (error := sys.exc_info()[1]) is not None:
                status = _status(error)
                with suppress(OSError):
                    traceback.print_exc()  # last words, in stderr.txt
            os._exit(status)  # the fork ends here whatever happens
    return _await(pid, time.monotonic() + float(job["seconds"]))


def _await(pid: int, deadline: float) -> tuple[str, int]:
    """Waits for the fork; it is killed at the deadline, and when the parent of this process is gone."""
    late = False
    while True:
        ended, status, usage = os.wait4(pid, 0 if late else os.WNOHANG)
        if ended:
            return "time" if late else _outcome(status), usage.ru_maxrss << 10
        late = time.monotonic() > deadline
        readable, _, _ = select.select([sys.stdin], [], [], GRACE)
        if late or readable:  # no job comes before the answer: readable means end of file
            os.kill(pid, signal.SIGKILL)
            if readable and not late:
                os.waitpid(pid, 0)
                raise EOFError


def _outcome(status: int) -> str:
    if os.WIFSIGNALED(status):
        return "time" if os.WTERMSIG(status) == signal.SIGXCPU else "crash"
    return _ENDS.get(os.WEXITSTATUS(status), "crash")


def _limit(job: dict[str, Any], parent: int) -> None:
    import resource

    end_with_parent(parent)
    os.chdir(job["out"])
    # what the reader prints in its last moment tells a memory limit from a crash
    errors = os.open("stderr.txt", os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(errors, 2)
    for what, amount in (
        (resource.RLIMIT_AS, int(job["memory"])),
        (resource.RLIMIT_CPU, int(job["seconds"]) * 2),
        (resource.RLIMIT_FSIZE, int(job["disk"])),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))


def work(job: dict[str, Any]) -> None:
    """Reads one file and leaves one Arrow file per sheet and the manifest in the job's folder."""
    out, path, name = Path(job["out"]), Path(job["path"]), str(job["name"])
    inspection = inspect(path, name)
    issues = list(inspection.issues)
    sheets: list[dict[str, Any]] = []
    connector: Connector | None = None
    if not inspection.blocked:
        connector, settings = _choose(job["connectors"], name, path)
        if connector is None:
            issues.append(Issue("file_not_a_table", "error", params={"found": inspection.nature}))
        else:
            given = connector.settings.model_validate(settings)
            try:
                for extract in connector.extract(name, path, out, given, lambda rows: _tell({"rows": rows})):
                    sheets.append(_store(extract, out / f"{len(sheets)}.arrow"))
            except Unreadable as unreadable:
                issues.append(unreadable.issue)
    manifest = {
        "connector": connector.name if connector is not None else None,
        "issues": [asdict(issue) for issue in issues],
        "sheets": sheets,
    }
    draft = out / f"{MANIFEST}.draft"
    draft.write_text(json.dumps(manifest, ensure_ascii=False, default=str), "utf-8")
    draft.rename(out / MANIFEST)


def _choose(
    targets: list[tuple[str, dict[str, Any]]], name: str, path: Path
) -> tuple[Connector | None, dict[str, Any]]:
    """The first connector that knows the file as its own."""
    with path.open("rb") as file:
        head = file.read(4096)
    for target, settings in targets:
        module, _, attribute = target.partition(":")
        connector: Connector = getattr(importlib.import_module(module), attribute)()
        if connector.identify(name, head):
            return connector, settings
    return None, {}


def _store(extract: Extract, target: Path) -> dict[str, Any]:
    rows, columns = 0, 0
    writer: pa.ipc.RecordBatchFileWriter | None = None
    try:
        for batch in extract.batches:
            if writer is None:
                schema = pa.schema(
                    [(batch.schema.names[0], pa.int64()), *((n, pa.string()) for n in batch.schema.names[1:])]
                )
                writer = pa.ipc.new_file(str(target), schema)
                columns = len(schema.names) - 1
            arrays = [batch.column(0), *(tidy(column) for column in batch.columns[1:])]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    return {
        "name": extract.name,
        "hidden": extract.hidden,
        "file": target.name if writer is not None else None,
        "rows": rows,
        "columns": columns,
        "headers": extract.headers,
        "issues": [asdict(issue) for issue in extract.issues],
        "rounded": {str(column): line for column, line in extract.rounded.items()},
    }


def tidy(column: pa.Array) -> pa.Array:
    """The texts without blanks around them, null where nothing is left."""
    texts = column if column.type == pa.string() else column.cast(pa.string())
    texts = pc.utf8_trim(texts, characters=BLANKS)
    empty = pc.equal(texts, "")
    return pc.if_else(empty, None, texts) if pc.any(empty).as_py() else texts


def issue_of(plain: dict[str, Any]) -> Issue:
    """An issue from the manifest."""
    return Issue(**plain)


if __name__ == "__main__":
    main()
