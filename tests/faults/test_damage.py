"""A damaged, cut, old or foreign warehouse file: refused or found, with the way back; never an empty cockpit."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cockpit.errors import SystemFailure
from cockpit.locale import LANGUAGES, t
from cockpit.service import LOCAL_ADMINISTRATOR
from cockpit.service.requests import LoadRequest
from cockpit.warehouse import opening
from cockpit.warehouse.faults import log_of
from tests.kill.house import Home
from tests.machine import ROOT

ROWS = 3_000
REFUSALS = {"warehouse_damaged", "warehouse_log_damaged", "warehouse_behind", "warehouse_not_opened"}

# Loads a file and ends without closing, so that the delivery is in the log only.
UNCLOSED = """
import os, sys
from pathlib import Path
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.requests import LoadRequest
from cockpit.settings import Settings
from connectors import CONNECTORS
cockpit = Cockpit.open(Settings(home=Path(sys.argv[1])), CONNECTORS)
cockpit.load(LOCAL_ADMINISTRATOR, [Path(sys.argv[2])], LoadRequest(ledger="default"))
os._exit(0)
"""


# Asks for the doctor in one folder after the other; one line of answer each.
DOCTORS = """
import os, sys
from cockpit.cli import main
from cockpit.settings import settings
from connectors import CONNECTORS
for home in sys.argv[1:]:
    os.environ["COCKPIT_HOME"] = home
    settings.cache_clear()
    main(["doctor", "--json"], CONNECTORS, None)
"""


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Everything is in the file."""
    home = Home(tmp_path_factory.mktemp("past"), ROWS)
    home.prepare()
    with home.open() as cockpit:
        cockpit.load(LOCAL_ADMINISTRATOR, [home.large], LoadRequest(ledger="default"))
    assert not log_of(home.settings.warehouse).exists()
    return home


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The last delivery is in the log only."""
    home = Home(tmp_path_factory.mktemp("logged"), ROWS)
    home.prepare()
    subprocess.run([sys.executable, "-c", UNCLOSED, home.settings.home, home.large], cwd=ROOT, check=True)
    assert log_of(home.settings.warehouse).stat().st_size > 10_000
    return home


def refused(home: Home) -> str:
    """The code with which the cockpit does not open; its sentence names the file in both languages."""
    with pytest.raises(SystemFailure) as failed, home.open():
        pass
    for language in LANGUAGES:
        said = t(f"error.{failed.value.code}", language, **failed.value.params)
        assert str(home.settings.warehouse) in said and "{" not in said
    return failed.value.code


def asked(home: Home, *arguments: str) -> tuple[int, Any]:
    """A command line in a process of its own: exit status and answer. A crash or a traceback fails the test."""
    child = home.start(*arguments, "--json")
    out, error = child.communicate(timeout=300)
    assert child.returncode in (0, 1, 3) and b"Traceback" not in error, (child.returncode, error.decode())
    return child.returncode, json.loads(out)


@pytest.mark.parametrize("left", [0, 1, 100, 4096, 12_288, 20_000])
def test_a_file_cut_near_its_beginning(past: Home, tmp_path: Path, left: int) -> None:
    home = past.copy(tmp_path / "copy")
    os.truncate(home.settings.warehouse, left)
    assert refused(home) in {"warehouse_damaged", "warehouse_behind"}


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 1.0])
def test_a_file_cut_further_on_is_found(past: Home, tmp_path: Path, share: float) -> None:
    """It may open where its list of tables is left; then the doctor names what cannot be read."""
    home = past.copy(tmp_path / "copy")
    size = home.settings.warehouse.stat().st_size
    os.truncate(home.settings.warehouse, min(size - 4096, int(size * share)))
    status, answer = asked(home, "doctor")
    if status == 3:
        assert answer["error"]["code"] in REFUSALS, answer
    else:
        assert status == 1 and not next(c for c in answer["checks"] if c["check"] == "integrity")["ok"], answer


@pytest.mark.parametrize("content", [b"", b"\0" * 20_000, b"PK\x03\x04 a workbook of the same name" * 200])
def test_a_file_that_is_none(past: Home, tmp_path: Path, content: bytes) -> None:
    home = past.copy(tmp_path / "copy")
    home.settings.warehouse.write_bytes(content)
    assert refused(home) in {"warehouse_damaged", "warehouse_behind"}


def test_no_file_where_one_was(past: Home, tmp_path: Path) -> None:
    """An empty cockpit would say that nothing was ever delivered."""
    home = past.copy(tmp_path / "copy")
    home.settings.warehouse.unlink()
    assert refused(home) == "warehouse_behind"
    assert refused(home) == "warehouse_behind"
    opening.note_of(home.settings.warehouse).unlink()
    with home.open() as cockpit:
        assert cockpit.deliveries(LOCAL_ADMINISTRATOR) == []


def test_flipped_bits(past: Home, tmp_path: Path) -> None:
    """Twenty, in the headers and anywhere: the doctor refuses or names the tables, or what is asked is not touched.

    What only some statements read beside the rows, the doctor may pass over; who asks then is told of the damage.
    """
    chance, whole = random.Random(20261124), past.look(rebuild=False)
    size = past.settings.warehouse.stat().st_size
    places = [chance.randrange(12_288) for _ in range(6)] + [chance.randrange(12_288, size) for _ in range(14)]
    homes = [past.copy(tmp_path / str(turn)) for turn in range(len(places))]
    for place, home in zip(places, homes, strict=True):
        content = bytearray(home.settings.warehouse.read_bytes())
        content[place] ^= 1 << chance.randrange(8)
        home.settings.warehouse.write_bytes(content)
    folders = [str(home.settings.home) for home in homes]
    done = subprocess.run([sys.executable, "-c", DOCTORS, *folders], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    told = []
    for place, home, answer in zip(places, homes, map(json.loads, done.stdout.splitlines()), strict=True):
        if "error" in answer:
            assert answer["error"]["code"] in REFUSALS, (place, answer)
            told.append("refused")
        elif answer["ok"]:
            try:
                assert home.look(rebuild=False) == whole, place
                told.append("unharmed")
            except SystemFailure as failure:
                assert failure.code == "warehouse_damaged", place
                told.append("met")
        else:
            assert not next(c for c in answer["checks"] if c["check"] == "integrity")["ok"], (place, answer)
            told.append("named")
    assert "refused" in told and len(set(told)) > 1, told


@pytest.mark.parametrize("share", [0.0, 0.001, 0.2, 0.5, 0.9, 0.9999])
def test_a_log_that_is_cut_does_not_lose_a_delivery_silently(logged: Home, tmp_path: Path, share: float) -> None:
    home = logged.copy(tmp_path / "copy")
    log = log_of(home.settings.warehouse)
    os.truncate(log, int(log.stat().st_size * share))
    assert refused(home) == "warehouse_behind"


def test_a_log_that_is_gone_garbage_or_another_file_s(logged: Home, past: Home, tmp_path: Path) -> None:
    chance = random.Random(1)
    for turn, damage in enumerate(("gone", "garbage", "flipped", "other")):
        home = (past if damage == "other" else logged).copy(tmp_path / str(turn))
        log = log_of(home.settings.warehouse)
        if damage == "gone":
            log.unlink()
        elif damage == "garbage":
            log.write_bytes(chance.randbytes(5_000))
        elif damage == "other":
            log.write_bytes(log_of(logged.settings.warehouse).read_bytes())
        else:
            content = bytearray(log.read_bytes())
            content[len(content) // 2] ^= 4
            log.write_bytes(content)
        expected = {"gone", "garbage"}
        assert refused(home) == ("warehouse_behind" if damage in expected else "warehouse_log_damaged"), damage


def test_the_way_back_from_a_damaged_log(logged: Home, tmp_path: Path) -> None:
    """Log and record moved away, the state before the delivery is there whole, and the delivery can be loaded again."""
    home = logged.copy(tmp_path / "copy")
    log = log_of(home.settings.warehouse)
    log.write_bytes(log.read_bytes()[:-400] + b"\0" * 400)
    assert refused(home) in REFUSALS
    log.rename(home.folder / "log")
    assert refused(home) == "warehouse_behind"
    opening.note_of(home.settings.warehouse).unlink()
    assert home.look().lines == 1
    assert home.again("load", home.large, "--ledger", "default") == 0
    assert home.look().lines == ROWS + 1


@pytest.mark.parametrize(("change", "code"), [(1, "warehouse_newer"), (-1, "warehouse_older")])
def test_a_file_of_another_release(past: Home, tmp_path: Path, change: int, code: str) -> None:
    home = past.copy(tmp_path / "copy")
    with home.open() as cockpit, cockpit._warehouse.session() as session:
        session.con.execute("UPDATE meta SET value = (value::INTEGER + ?)::VARCHAR", [change])
    before = home.settings.warehouse.read_bytes()
    assert refused(home) == code
    assert home.settings.warehouse.read_bytes() == before


def test_the_doctor_counts(past: Home, tmp_path: Path) -> None:
    """Rows that are gone, doubled or nobody's are found by comparing with the bookkeeping."""
    for turn, (statement, tables) in enumerate(
        (
            ("DELETE FROM stored_sales_lines WHERE _row = 17", "sales_lines"),
            ("INSERT INTO stored_sales_lines SELECT * FROM stored_sales_lines WHERE _row = 17", "sales_lines"),
            ("UPDATE stored_sales_lines SET _delivery = 99 WHERE _row = 17", "sales_lines"),
            ("DELETE FROM rejects", "rejects"),
            ("DELETE FROM parts WHERE delivery = 2", "deliveries"),
        )
    ):
        home = past.copy(tmp_path / str(turn))
        with home.open() as cockpit:
            with cockpit._warehouse.session() as session:
                session.con.execute(statement)
            checks = {check.name: check for check in cockpit.doctor(LOCAL_ADMINISTRATOR).checks}
            assert not checks["counts"].ok and tables in checks["counts"].params["tables"], statement


def test_kept_files_that_are_gone_or_changed(past: Home, tmp_path: Path) -> None:
    home = past.copy(tmp_path / "copy")
    files = sorted((path for path in home.settings.home.glob("uploads/*/*")), key=lambda path: path.stat().st_size)
    content = files[2].read_bytes()
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes()[:-1])
    files[2].write_bytes(content[:-2] + b"9\n")
    with home.open() as cockpit:
        for rebuild, changed in ((False, 1), (True, 2)):
            check = next(c for c in cockpit.doctor(LOCAL_ADMINISTRATOR, rebuild).checks if c.name == "uploads")
            assert (check.ok, check.params) == (False, {"kept": 2 - changed, "missing": 1, "changed": changed})
        for file in home.folder.glob("*.csv"):
            cockpit.load(LOCAL_ADMINISTRATOR, [file], LoadRequest(ledger="default"))
        assert cockpit.doctor(LOCAL_ADMINISTRATOR, rebuild=True).exit_status == 0
