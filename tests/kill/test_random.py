"""A load killed at any moment is whole or not there at all, and the next start is clean."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from random import Random

import pytest

from tests.kill.house import KNOWN, Home, gone, kill, take_back


def rounds(folder: Path, rows: int, times: int, seed: int) -> dict[bool, int]:
    """Kill `times` loads at random moments; how often everything and nothing was there afterwards."""
    home = Home(folder, rows)
    home.prepare()
    random = Random(seed)
    began = time.monotonic()
    assert home.start("load", home.large).wait() == 0
    whole = time.monotonic() - began
    seen = home.look()
    assert (seen.revenue, seen.lines) == (KNOWN + rows, rows + 1)
    take_back(home)
    size = home.settings.warehouse.stat().st_size
    ends = {True: 0, False: 0}
    for turn in range(times):
        child = home.start("load", home.large)
        try:
            child.wait(timeout=random.uniform(0.2, 1.15) * whole)
        except subprocess.TimeoutExpired:
            assert gone(kill(child)), f"round {turn}: processes are left"
        seen = home.look(rebuild=turn % 4 == 0)
        assert (seen.revenue, seen.lines) in ((KNOWN, 1), (KNOWN + rows, rows + 1)), f"round {turn}: {seen}"
        ends[seen.lines > 1] += 1
        take_back(home)
    uploads = [path for path in home.settings.home.glob("uploads/*/*") if path.is_file()]
    assert len(uploads) == 3
    # rows of deliveries that were taken back stay; killed ones leave nothing that adds up
    assert home.settings.warehouse.stat().st_size <= size * (2 + ends[True])
    return ends


def test_twenty_kills_at_random_moments(tmp_path: Path) -> None:
    rounds(tmp_path, rows=3_000, times=20, seed=20261122)


@pytest.mark.kill
def test_two_hundred_kills_at_random_moments(tmp_path: Path) -> None:
    ends = rounds(
        tmp_path, rows=20_000, times=int(os.environ.get("KILLS", "200")), seed=int(os.environ.get("KILL_SEED", "1"))
    )
    print(f"there {ends[True]}, not there {ends[False]}")
    assert all(ends.values())
