"""A cockpit's folder with a known past, loads into it that are killed, and a look at what is there afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from cockpit.cli import main
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.requests import LoadRequest, MetricRequest
from cockpit.settings import Settings, settings
from connectors import CONNECTORS
from tests.machine import ROOT

KNOWN = 7.0  # amount of the one line that was delivered before
HEAD = "单据编号,单据日期,物料编码,数量,不含税金额\n"
GONE_SECONDS = 60.0


@dataclass(frozen=True)
class Seen:
    """Revenue, lines behind it, deliveries and their rejects, and how far the bookkeeping is."""

    revenue: float
    lines: int
    deliveries: tuple[tuple[int, str, int], ...]
    version: int
    month_start_day: int


class Home:
    """Delivery 1 is one line; delivery 2 would replace it and is held; `large` waits, with two lines that are none."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder, self.rows = folder, rows
        self.settings = Settings(home=folder / "home")
        self.settings.home.mkdir(parents=True, exist_ok=True)
        self.large = folder / "销售明细3.csv"

    def prepare(self) -> None:
        small = self._file("销售明细1.csv", [f"A0,2026-03-01,M1,1,{KNOWN}"])
        held = self._file("销售明细2.csv", ["A0,2026-03-09,M1,1,9"])
        self.write_large()
        with self.open() as cockpit:
            for file in (small, held):
                cockpit.load(LOCAL_ADMINISTRATOR, [file], LoadRequest(ledger="default"))

    def write_large(self, turn: int = 0) -> None:
        """The file that waits; each turn's has other bytes and the same figures."""
        lines = [f"B{n // 4},2026-03-{n % 28 + 1:02d},M{turn}-{n % 50},1,1" for n in range(self.rows)]
        self._file(self.large.name, [*lines, "B9,2026-02-31,M1,1,1", "B9,2026-03-01,M1,1,一百"])

    def _file(self, name: str, lines: Sequence[str]) -> Path:
        path = self.folder / name
        path.write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
        return path

    def copy(self, folder: Path) -> Home:
        shutil.copytree(self.folder, folder)
        return Home(folder, self.rows)

    def open(self) -> Cockpit:
        return Cockpit.open(self.settings, CONNECTORS)

    def start(self, *arguments: object, module: str = "cockpit") -> subprocess.Popen[bytes]:
        environment = {**os.environ, "COCKPIT_HOME": str(self.settings.home), "COCKPIT_LANGUAGE": "en"}
        command = [sys.executable, "-m", module, *map(str, arguments)]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def again(self, *arguments: object) -> int:
        """Run a command line in this process; its exit status."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COCKPIT_HOME", str(self.settings.home))
            settings.cache_clear()
            status = main([str(word) for word in arguments], CONNECTORS, None)
        settings.cache_clear()
        return status

    def look(self, rebuild: bool = True) -> Seen:
        """What the next start shows, computed anew and compared with `rebuild`; nothing half done may lie about."""
        with self.open() as cockpit:
            row = cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", MetricRequest(ledger="default"), "en").rows[0]
            report = cockpit.doctor(LOCAL_ADMINISTRATOR, rebuild)
            assert report.exit_status == 0, report.json("en")
            deliveries = cockpit.deliveries(LOCAL_ADMINISTRATOR)
            seen = Seen(
                row.value or 0.0,
                row.n,
                tuple((one.id, one.state, one.open_rejects) for one in reversed(deliveries)),
                cockpit.version(),
                cockpit.ledgers(LOCAL_ADMINISTRATOR)[0].month_start_day,
            )
        left = self.leftovers()
        assert left == [], left
        return seen

    def leftovers(self) -> list[str]:
        """Files of the folder that no finished work leaves."""
        lasting = {"warehouse.duckdb", "warehouse.version", "secret.key", "audit.head"}
        lasting |= {f"records.db{end}" for end in ("", "-wal", "-shm")}
        files = (path.relative_to(self.settings.home) for path in self.settings.home.rglob("*") if path.is_file())
        return [str(path) for path in files if path.name not in lasting and path.parts[0] != "uploads"] + [
            str(path) for path in self.settings.home.glob("uploads/**/*.*")
        ]


def take_back(home: Home) -> None:
    """Undo what came after the known past."""
    with home.open() as cockpit:
        for one in cockpit.deliveries(LOCAL_ADMINISTRATOR):
            if one.state == "active" and one.id > 2:
                cockpit.undo(LOCAL_ADMINISTRATOR, one.id)


def family(process: int) -> list[int]:
    """The processes a process has started, and theirs."""
    found: list[int] = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(word) for word in file.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *family(child)]
    return found


def kill(child: subprocess.Popen[bytes]) -> list[int]:
    """Kill −9; the processes it leaves behind."""
    left = family(child.pid)
    child.send_signal(signal.SIGKILL)
    child.wait()
    return left


def gone(processes: Sequence[int]) -> bool:
    """Whether all of them end by themselves."""
    until = time.monotonic() + GONE_SECONDS
    while any(Path(f"/proc/{process}/exe").exists() for process in processes):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
