"""The process that parses: what a crash, a hang or a hungry file costs, what it can reach, what it leaves behind."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cockpit.intake.confine import end_with_parent
from cockpit.intake.sandbox import Limits, ReadFile, Sandbox, sweep
from tests.intake.conftest import REFERENCES
from tests.machine import ROOT, sample_file

CONNECTORS = [(one.target, one.settings) for one in REFERENCES]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text("单据编号,数量\nX1,2\nX2,3\n", "utf-8")
    return path


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """One worker whose folders can be looked at; nothing is left of them at the end."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    sandbox = Sandbox(1)
    yield sandbox
    pid = worker(sandbox) if sandbox._workers[0]._process else None
    sandbox.close()
    assert list(folder.iterdir()) == []
    assert pid is None or not running(pid)


def worker(sandbox: Sandbox) -> int:
    process = sandbox._workers[0]._process
    assert process is not None
    return process.pid


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def read(sandbox: Sandbox, path: Path, kind: str = "") -> ReadFile:
    connectors = [(f"tests.intake.hostile:{kind}", {})] if kind else CONNECTORS
    with sandbox.read(path, path.name, connectors, lambda _: None) as found:
        return found


def codes(found: ReadFile) -> list[str]:
    return [issue.code for issue in found.issues]


def fails_alone(sandbox: Sandbox, path: Path, kind: str, code: str, small: Path) -> None:
    """One clear finding, and the next file is read as if nothing had been."""
    assert codes(read(sandbox, path, kind)) == [code]
    assert [sheet.rows for sheet in read(sandbox, small).sheets] == [3]


def test_a_crash(sandbox: Sandbox, small: Path) -> None:
    fails_alone(sandbox, small, "Aborts", "file_crashed_reader", small)


def test_a_crash_of_the_reader_itself(sandbox: Sandbox, small: Path) -> None:
    """Files that end the spreadsheet reader's process with a signal or a panic."""
    folder = sample_file("spreadsheets")
    for name in ("calamine/ptgexp-truncated-operand.xls", "poi/spreadsheet/Simple.xlsb"):
        fails_alone(sandbox, folder / name, "", "file_crashed_reader", small)


@pytest.mark.parametrize("kind", ["Hangs", "Spins"])
def test_a_hang(sandbox: Sandbox, small: Path, kind: str) -> None:
    read(sandbox, small)  # the worker's own start does not count
    sandbox.limits = Limits(seconds=1)
    began = time.monotonic()
    found = read(sandbox, small, kind)
    assert codes(found) == ["file_took_too_long"]
    assert found.issues[0].params["seconds"] == 1
    assert time.monotonic() - began < 8
    assert [sheet.rows for sheet in read(sandbox, small).sheets] == [3]


def test_hunger_for_memory(sandbox: Sandbox, small: Path, tmp_path: Path) -> None:
    """In Python, and in native code that reads a large file with little memory."""
    sandbox.limits = Limits(memory=2 << 30)
    fails_alone(sandbox, small, "Devours", "file_too_large", small)
    large = tmp_path / "large.csv"
    large.write_text("a,b\n" + "x,1\n" * 400_000)
    sandbox.limits = Limits(memory=150 << 20, seconds=20)
    assert codes(read(sandbox, large)) == ["file_too_large"]
    sandbox.limits = Limits()
    assert [sheet.rows for sheet in read(sandbox, large).sheets] == [400_001]


def test_hunger_for_disk(sandbox: Sandbox, small: Path) -> None:
    sandbox.limits = Limits(disk=5 << 20)
    fails_alone(sandbox, small, "Fills", "file_too_large", small)


@pytest.mark.parametrize("kind", ["Lies", "Babbles"])
def test_a_reader_that_speaks_for_its_worker(sandbox: Sandbox, small: Path, kind: str) -> None:
    fails_alone(sandbox, small, kind, "file_crashed_reader", small)
    assert [sheet.rows for sheet in read(sandbox, small).sheets] == [3]


def test_no_network_no_programs_no_secrets(sandbox: Sandbox, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COCKPIT_SECRET_KEY", "COCKPIT_RECORDS_URL", "NORTHWIND_PASSWORD", "https_proxy"):
        monkeypatch.setenv(name, "canary")
    secret = small.with_name("secret.txt")
    secret.write_text("x")
    with secret.open() as held:
        os.set_inheritable(held.fileno(), True)  # even what a careless library leaves open does not go along
        connectors = [("tests.intake.hostile:Tells", {})]
        with sandbox.read(small, small.name, connectors, lambda _: None) as found:
            assert codes(found) == []
            assert found.sheets[0].cells is not None
            told = found.sheets[0].cells.column(1).to_pylist()
    assert not [line for line in told if "canary" in line or "secret" in line]
    names = {line.partition("=")[0] for line in told if "=" in line}
    assert names <= {"PYTHONPATH", "PATH", "LANG", "LC_CTYPE", "TMPDIR"}
    assert [line for line in told if line.startswith(("opened", "started", "refused"))] == [
        *(f"refused {kind} {errno.EPERM}" for kind in ("AF_INET", "AF_INET6", "AF_UNIX")),
        f"refused program {errno.EPERM}",
    ]


def test_a_killed_worker_is_replaced(sandbox: Sandbox, small: Path) -> None:
    for _ in range(2):
        assert [sheet.rows for sheet in read(sandbox, small).sheets] == [3]
        os.kill(worker(sandbox), signal.SIGKILL)
        assert until(lambda: not running(worker(sandbox)))


def test_two_at_most_and_every_file_its_turn(small: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    sandbox = Sandbox(2)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda kind: read(sandbox, small, kind), ["", "Aborts", "", ""] * 6))
        assert [bool(one.sheets) for one in found] == [True, False, True, True] * 6
        assert len({one._process.pid for one in sandbox._workers if one._process}) == 2
    finally:
        sandbox.close()


def test_300_files_leave_nothing_open(sandbox: Sandbox, small: Path) -> None:
    read(sandbox, small)
    pid = worker(sandbox)

    def opened() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), len(list(Path(f"/proc/{pid}/fd").iterdir()))

    before = opened()
    for turn in range(300):
        read(sandbox, small, "" if turn % 10 == 0 else "Aborts" if turn % 10 == 9 else "Answers")
    assert (worker(sandbox), opened()) == (pid, before)
    assert [folder.name for folder in small.with_name("scratch").iterdir()] == [Path(sandbox._workers[0]._home).name]


OWNER = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from pathlib import Path
from cockpit.intake.sandbox import Sandbox
sandbox = Sandbox(1)
small = Path(sys.argv[2])
with sandbox.read(small, "a.csv", [("connectors.delimited:Delimited", {})], lambda _: None) as found:
    print(sandbox._workers[0]._process.pid, flush=True)
    if sys.argv[3] == "Hangs":
        with sandbox.read(small, "a.csv", [("tests.intake.hostile:Hangs", {})], lambda _: None):
            pass
    sys.stdin.readline()
"""


@pytest.mark.parametrize("busy", ["", "Hangs"])
def test_nothing_outlives_a_killed_owner(small: Path, tmp_path: Path, busy: str) -> None:
    """Neither a waiting worker nor one in the middle of a file; and no cell of a business table on the disk."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(scratch), str(small), busy],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        if busy:
            assert until(lambda: bool(children(pid)))
        family = [pid, *children(pid)]
        assert len(list(scratch.iterdir())) == (3 if busy else 2)
    finally:
        owner.kill()
        owner.wait()
        for pipe in (owner.stdin, owner.stdout):
            if pipe is not None:
                pipe.close()
    assert until(lambda: not any(map(running, family)))
    left = list(scratch.iterdir())
    assert len(left) == (1 if busy else 0)  # what the next start sweeps: the cells the owner still looked at


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_killed_worker_takes_its_file_along(small: Path) -> None:
    """The fork that reads ends with the worker that waits for it."""
    import threading

    sandbox = Sandbox(1)
    try:
        read(sandbox, small)
        pid = worker(sandbox)
        reading = threading.Thread(target=read, args=(sandbox, small, "Hangs"))
        reading.start()
        assert until(lambda: bool(children(pid)))
        fork = children(pid)[0]
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: not running(fork))
        reading.join(20)
        assert not reading.is_alive()
    finally:
        sandbox.close()


def test_a_file_whose_worker_is_gone_already_is_not_read() -> None:
    """The worker may end between the fork and the fork's word to the kernel."""
    pid = os.fork()
    if pid == 0:
        end_with_parent(os.getpid())  # not the one that forked it, as after an adoption
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def test_leftovers_of_a_killed_process_are_swept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, own = tmp_path / f"cockpit-intake-{gone.pid}-x", tmp_path / f"cockpit-intake-{os.getpid()}-x"
    for folder in (left, own):
        folder.mkdir()
    sweep()
    assert (left.exists(), own.exists()) == (False, True)


def test_processes_that_sweep_at_once_do_not_trip_over_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for number in range(300):
        (tmp_path / f"cockpit-intake-{gone.pid}-{number}").mkdir()
    with ThreadPoolExecutor(8) as sweepers:
        for one in [sweepers.submit(sweep) for _ in range(8)]:
            one.result()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_given_up_says_nothing_about_the_next(sandbox: Sandbox, small: Path, tmp_path: Path) -> None:
    """Whoever waited for the file left while it was read."""

    def leave(_rows: int) -> None:
        raise InterruptedError

    large = tmp_path / "large.csv"
    large.write_text("a,b\n" + "1,2\n" * 400_000, "utf-8")
    with pytest.raises(InterruptedError), sandbox.read(large, "large.csv", CONNECTORS, leave):
        pass
    with sandbox.read(small, "small.csv", CONNECTORS, lambda _: None) as read:
        assert [sheet.rows for sheet in read.sheets] == [3]


def test_a_folder_for_temporary_files_that_was_cleared(sandbox: Sandbox, small: Path, tmp_path: Path) -> None:
    """Systems remove what lies there for days; the next worker makes itself a new one."""
    for folder in (tmp_path / "scratch").iterdir():
        folder.rmdir()
    assert read(sandbox, small).sheets[0].rows == 3


def ahead(sandbox: Sandbox, path: Path, asked: Path, kind: str = "") -> ReadFile:
    """What is said of `asked`, whose name is that of `path`, which was read ahead; afterwards nothing of it is left."""
    place = sandbox.ahead
    assert place is not None
    digest = hashlib.sha256(asked.read_bytes()).hexdigest()
    connectors = [(f"tests.intake.hostile:{kind}", {})] if kind else CONNECTORS
    with sandbox.read(asked, path.name, connectors, lambda _: None, sha256=digest) as found:
        pass
    assert sandbox.ahead is None and not place.exists()
    return found


def cells(found: ReadFile) -> list[list[str]]:
    return [[str(cell) for cell in row.values()][1:] for sheet in found.sheets for row in sheet.cells.to_pylist()]


def test_read_ahead_counts_for_the_same_bytes_only(sandbox: Sandbox, small: Path, tmp_path: Path) -> None:
    """A file that somebody still writes to is delivered as it was kept, not as it was read before that."""
    kept = tmp_path / "kept"
    for text, same in (("单据编号,数量\nX1,2\nX2,3\n", True), ("单据编号,数量\nX1,2\nX2,4\n", False)):
        sandbox.read_ahead(small, CONNECTORS, tmp_path / "spool")
        kept.write_text(text, "utf-8")
        if same:
            assert until(lambda: sandbox._ahead is not None and not sandbox._ahead._thread.is_alive())
            os.kill(worker(sandbox), signal.SIGSTOP)  # nobody reads a second time
        assert cells(ahead(sandbox, small, kept)) == [line.split(",") for line in text.splitlines()]
        os.kill(worker(sandbox), signal.SIGCONT)


@pytest.mark.parametrize("kind", ["Aborts", "Hangs"])
def test_a_file_read_ahead_is_as_limited_as_any(sandbox: Sandbox, small: Path, tmp_path: Path, kind: str) -> None:
    sandbox.limits = Limits(seconds=1)
    sandbox.read_ahead(small, [(f"tests.intake.hostile:{kind}", {})], tmp_path / "spool")
    expected = {"Aborts": "file_crashed_reader", "Hangs": "file_took_too_long"}[kind]
    assert codes(ahead(sandbox, small, small, kind)) == [expected]
    assert [sheet.rows for sheet in read(sandbox, small).sheets] == [3]


def test_what_was_read_ahead_and_taken_away_is_read_again(sandbox: Sandbox, small: Path, tmp_path: Path) -> None:
    """Another process that opens the warehouse meanwhile clears its folder for data on their way."""
    sandbox.read_ahead(small, CONNECTORS, tmp_path / "spool")
    shutil.rmtree(tmp_path / "spool")
    assert [sheet.rows for sheet in ahead(sandbox, small, small).sheets] == [3]


def test_a_place_that_cannot_be_written_is_no_matter_ahead(sandbox: Sandbox, small: Path, tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("no folder")
    sandbox.read_ahead(small, CONNECTORS, tmp_path / "spool")
    assert sandbox.ahead is None
    assert [sheet.rows for sheet in read(sandbox, small).sheets] == [3]
