"""A disk that is full, read-only, or somebody else's: said with its cure, nothing half done, fine again afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cockpit.errors import SystemFailure
from cockpit.service import LOCAL_ADMINISTRATOR
from cockpit.service.requests import LoadRequest, MetricRequest
from cockpit.settings import Settings
from tests.kill.house import Home
from tests.machine import ROOT, lacks

NOBODY = 65_534

ROWS = 4_000
SUITE = [0, 8, 64, 160, 320, 480, 640, 900, 1300, 1900, 2700, 4000]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        lacks("the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("past"), ROWS)
    home.prepare()
    assert home.again("tables") == 0  # makes what the first start makes
    return home


def fill(disk: Path, left: int) -> Path:
    """Takes all room of the disk but `left` KiB."""
    stats = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(b"\0" * max(0, stats.f_bavail * stats.f_frsize - left * 1024))
    return filler


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def full_at(past: Home, disk: Path, capsys: pytest.CaptureFixture[str], steps: list[int]) -> set[str]:
    """Load with so many KiB left, read while it is full, load again with room; where it was full."""
    places = set()
    for left in steps:
        home = past.copy(disk / "copy")
        before = home.look(rebuild=False)
        filler = fill(disk, left)
        status = home.again("load", home.large, "--ledger", "default", "--json")
        answer = told(capsys)
        assert status in (0, 3), (left, answer)
        if status == 3:
            assert answer["error"]["code"] == "disk_full", (left, answer)
            places.add(answer["error"]["message"].partition(str(home.settings.home))[2][:8])
            status_read = home.again("metric", "revenue", "--ledger", "default", "--json")
            answer = told(capsys)
            assert status_read == 0, (left, answer)
            assert answer["rows"][0]["n"] == before.lines
        filler.unlink()
        if status == 3:
            assert home.again("load", home.large, "--ledger", "default", "--json") == 0, left
        after = home.look(rebuild=False)
        assert (after.lines, after.version) == (ROWS + 1, before.version + 1), left
        shutil.rmtree(home.folder)
    return places


def test_full_at_every_step(past: Home, disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At the copy of the upload, at the cells that were read, and at the warehouse itself."""
    places = full_at(past, disk, capsys, SUITE)
    assert {place[1:6] for place in places} >= {"uploa", "spool"} and len(places) >= 3, places


@pytest.mark.fuzz
def test_full_at_sixty_four_steps(past: Home, disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    full_at(past, disk, capsys, [step * step for step in range(64)])


def test_an_open_cockpit_lives_through_a_failed_checkpoint(past: Home, disk: Path) -> None:
    """The engine gives up when it cannot fold its log into the file; the cockpit opens the file again by itself."""
    home = past.copy(disk / "copy")
    request = MetricRequest(ledger="default")
    with home.open() as cockpit:
        cockpit.load(LOCAL_ADMINISTRATOR, [home.large], LoadRequest(ledger="default"))
        filler = fill(disk, 0)
        with pytest.raises(SystemFailure) as failed, cockpit._warehouse.session() as session:
            session.con.execute("CREATE TABLE large AS SELECT range AS n, md5(range::VARCHAR) AS x FROM range(100000)")
            session.con.execute("CHECKPOINT")
        assert failed.value.code == "disk_full"
        assert cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", request, "en").rows[0].n == ROWS + 1
        with pytest.raises(SystemFailure) as failed:
            cockpit.load(LOCAL_ADMINISTRATOR, [home.large], LoadRequest(ledger="default"))
        assert failed.value.code == "disk_full"
        filler.unlink()
        cockpit.undo(LOCAL_ADMINISTRATOR, 3)
        assert cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", request, "en").rows[0].n == 1
    assert home.look().lines == 1


def test_an_engine_that_gave_up_while_others_ask(past: Home, tmp_path: Path) -> None:
    """Whoever was in the middle of something is told to try again; then everything answers as before."""
    home = past.copy(tmp_path / "copy")
    request = MetricRequest(ledger="default")
    with home.open() as cockpit:
        with pytest.raises(SystemFailure) as failed, cockpit._warehouse.session() as waiting:
            waiting.con.execute("CREATE TEMP TABLE mine AS SELECT 1")
            with pytest.raises(SystemFailure) as first, cockpit._warehouse.session():
                raise duckdb.FatalException("database has been invalidated because of a previous fatal error")
            assert first.value.code == "warehouse_reopened"
            waiting.con.execute("FROM mine")
            raise duckdb.FatalException("database has been invalidated because of a previous fatal error")
        assert failed.value.code == "warehouse_reopened"
        assert cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", request, "en").rows[0].n == 1


def test_a_commit_that_was_made_although_the_engine_failed(past: Home, tmp_path: Path) -> None:
    """The file decides: what it holds after it was opened again was committed, and is not called undone."""
    home = past.copy(tmp_path / "copy")
    with home.open() as cockpit, pytest.raises(SystemFailure) as failed, cockpit._warehouse.session() as session:
        session.con.execute("INSERT INTO versions VALUES (2, now()::TIMESTAMP, 'undo', 1, false)")
        raise duckdb.FatalException("database has been invalidated because of a previous fatal error")
    assert (failed.value.code, failed.value.params["version"]) == ("committed_before_failure", 2)


AS_NOBODY = f"""
import sys
from cockpit.cli import main
from cockpit.intake import sandbox
from connectors import CONNECTORS
import encodings.ascii, encodings.idna, os, pyarrow.ipc  # all that is needed from folders that only root may enter
sandbox.shared().prepare()
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
status = main(sys.argv[1:], CONNECTORS, None)
sys.stdout.flush()
os._exit(status)  # the workers are root's and end by themselves
"""


def as_nobody(home: Home, *arguments: str) -> tuple[int, Any, str]:
    """Run a command line as a user who owns nothing; exit status, answer, and what went to standard error."""
    if os.geteuid() != 0:
        lacks("the right to become another user")
    without_key = {name: value for name, value in os.environ.items() if name != "COCKPIT_SECRET_KEY"}
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, *arguments, "--json"],
        cwd=ROOT,
        env={**without_key, "COCKPIT_HOME": str(home.settings.home)},
        capture_output=True,
        text=True,
    )
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.fixture
def shared(past: Home) -> Iterator[Home]:
    """A copy that another user can reach, and could write to."""
    with tempfile.TemporaryDirectory(prefix="cockpit-faults-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        home = past.copy(Path(folder) / "copy")
        (home.settings.home / "secret.key").write_text(os.environ["COCKPIT_SECRET_KEY"], "ascii")
        for path in (home.folder, *home.folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        yield home


LOAD = ("load", "{large}", "--ledger", "default")


@pytest.mark.parametrize(
    ("name", "mode", "line", "code"),
    [
        ("", 0o555, ("tables",), "home_not_writable"),
        ("secret.key", 0o600, ("tables",), "path_forbidden"),
        ("warehouse.duckdb", 0o600, ("tables",), "path_forbidden"),
        ("warehouse.version", 0o600, ("tables",), "path_forbidden"),
        ("uploads", 0o555, LOAD, "path_forbidden"),
        ("spool", 0o555, LOAD, "path_forbidden"),
    ],
)
def test_what_belongs_to_somebody_else(shared: Home, name: str, mode: int, line: tuple[str, ...], code: str) -> None:
    place = shared.settings.home / name
    if name == "spool":
        place.mkdir(exist_ok=True)
        (place / "theirs").mkdir()
    os.chown(place, 0, 0)
    place.chmod(mode)
    if name == "":
        (place / "secret.key").unlink()
    status, answer, error = as_nobody(shared, *(word.format(large=shared.large) for word in line))
    assert (status, answer["error"]["code"]) == (3, code), answer
    assert str(place) in answer["error"]["message"] and "Traceback" not in error


def test_a_read_only_disk(past: Home, disk: Path) -> None:
    home = past.copy(disk / "copy")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    child = home.start("tables", "--json")
    out, error = child.communicate(timeout=300)
    assert child.returncode == 3 and str(home.settings.home) in json.loads(out)["error"]["message"]
    assert b"Traceback" not in error


@pytest.mark.parametrize("inside", [False, True])
def test_a_home_that_is_a_file(tmp_path: Path, inside: bool) -> None:
    (tmp_path / "home").write_text("no folder")
    home = Home.__new__(Home)
    home.settings = Settings(home=tmp_path / "home" / "inner" if inside else tmp_path / "home")
    child = home.start("tables", "--json")
    out, error = child.communicate(timeout=300)
    assert (child.returncode, json.loads(out)["error"]["code"]) == (3, "home_not_writable")
    assert b"Traceback" not in error
