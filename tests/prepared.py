"""The sample company in a home, made once in a run by the command people give, and copied for whoever needs it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.machine import ROOT, SECRET

PATIENCE = 560  # seconds a busy machine may take to make and load it


def _shared(base: Path) -> Path:
    """A folder that all workers of a run see; `base` is the temporary folder of one of them."""
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made(base: Path) -> tuple[Path, dict[str, Any]]:
    """The one home, and what ``python -m cockpit demo`` said of it; nobody may open it in place."""
    folder = _shared(base) / "sample"
    folder.mkdir(exist_ok=True)
    home, told = folder / "home", folder / "told.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            shutil.rmtree(home, ignore_errors=True)
            said = subprocess.run(
                [sys.executable, "-m", "cockpit", "demo", "--json"],
                env={**os.environ, "COCKPIT_HOME": str(home), "COCKPIT_SECRET_KEY": SECRET},
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
            assert said.returncode == 0, said.stderr[-2000:] + said.stdout[-2000:]
            told.write_text(said.stdout, "utf-8")
    report: dict[str, Any] = json.loads(told.read_text("utf-8"))
    return home, report


def copied(base: Path, home: Path) -> Path:
    """`home` as a copy of the one home."""
    shutil.copytree(made(base)[0], home)
    return home
