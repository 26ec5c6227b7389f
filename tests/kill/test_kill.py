"""A killed load is whole or not there at all, and the next start is clean."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.requests import MetricRequest
from cockpit.settings import Settings
from connectors import CONNECTORS
from tests.machine import ROOT

ROWS = 20_000
KNOWN = 7.0  # amount of the one line that was delivered before


class Home:
    """A cockpit's folder with one delivery in it, and a larger file that waits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(home=folder / "home")
        self.settings.home.mkdir(parents=True)
        head = "单据编号,单据日期,物料编码,数量,不含税金额\n"
        self.small = folder / "销售明细1.csv"
        self.small.write_text(f"{head}A0,2026-03-01,M1,1,{KNOWN}\n", "utf-8")
        self.large = folder / "销售明细2.csv"
        lines = (f"B{n // 4},2026-03-{n % 28 + 1:02d},M{n % 50},1,1\n" for n in range(ROWS))
        self.large.write_text(head + "".join(lines), "utf-8")
        self.run(self.small).wait()

    def run(self, file: Path) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "COCKPIT_HOME": str(self.settings.home)}
        command = [sys.executable, "-m", "cockpit", "load", str(file), "--json"]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def look(self) -> tuple[float, int, bool]:
        """Revenue, lines behind it, whether a full computation agrees; takes back what came after the first."""
        with Cockpit.open(self.settings, CONNECTORS) as cockpit:
            row = cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", MetricRequest(), "en").rows[0]
            sound = cockpit.doctor(LOCAL_ADMINISTRATOR, rebuild=True).exit_status == 0
            for delivery in cockpit.deliveries(LOCAL_ADMINISTRATOR):
                if delivery.state == "active" and delivery.id > 1:
                    cockpit.undo(LOCAL_ADMINISTRATOR, delivery.id)
            return row.value or 0.0, row.n, sound

    def leftovers(self) -> list[str]:
        """Half-done things in the folder."""
        return [path.name for path in self.settings.home.rglob("*") if path.suffix == ".part"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    shutil.rmtree(tmp_path, ignore_errors=True)


def rounds(home: Home, times: int, seed: int) -> set[bool]:
    """Kill `times` loads at random moments; whether both ends (nothing, everything) were seen."""
    random = Random(seed)
    began = time.monotonic()
    assert home.run(home.large).wait() == 0
    whole = time.monotonic() - began
    assert home.look() == (KNOWN + ROWS, ROWS + 1, True)
    seen = set()
    for turn in range(times):
        child = home.run(home.large)
        try:
            child.wait(timeout=random.uniform(0.2, 1.15) * whole)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
        value, lines, sound = home.look()
        assert (value, lines) in ((KNOWN, 1), (KNOWN + ROWS, ROWS + 1)), f"round {turn}: {value} from {lines} lines"
        assert sound, f"round {turn}"
        assert home.leftovers() == []
        seen.add(lines > 1)
    return seen


def test_twenty_kills_at_random_moments(home: Home) -> None:
    rounds(home, times=20, seed=20261122)


@pytest.mark.kill
def test_two_hundred_kills_at_random_moments(home: Home) -> None:
    assert rounds(home, times=200, seed=int(os.environ.get("KILL_SEED", "1"))) == {False, True}
