"""What loading a file costs: the command line from start to visible, beside bare readers of the same file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.pairs import seconds

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SHARED_DATA") or ROOT.parent / "shared" / "data")
FILE = DATA / "retail" / "online_retail_2009-2010.xlsx"
ROWS = 525_461
PAIRS = 5
LIMIT = 1.8
MEMORY_LIMIT = 1.5  # GB, of the largest process and of all together
PANDAS_ROWS = 50_000

_BARE = (
    "import sys, fastexcel;fastexcel.read_excel(sys.argv[1]).load_sheet(0, header_row=None, dtypes='string').to_arrow()"
)
_PANDAS = f"import sys, pandas; pandas.read_excel(sys.argv[1], engine='openpyxl', nrows={PANDAS_ROWS})"


@dataclass(frozen=True)
class Loaded:
    """Medians in seconds of whole processes: reading the file as text and nothing else, and loading it.

    `ratio` is the median of the pairs' ratios. `largest` and `together` are the peaks of memory of a load in GB, of its
    largest process and of all its processes at one moment (None where the system does not tell). `pandas` is the
    seconds that pandas with openpyxl takes for the first `pandas_rows` rows.
    """

    file: str
    rows: int
    baseline: float
    engine: float
    ratio: float
    limit: float
    largest: float | None
    together: float | None
    pandas_rows: int
    pandas: float


def _load(home: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "COCKPIT_HOME": str(home)}
    command = [sys.executable, "-m", "cockpit", "load", str(FILE), "--json"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _loaded(process: subprocess.Popen[bytes]) -> None:
    out, errors = process.communicate()
    if process.returncode or json.loads(out)["parts"][0]["rows_loaded"] != ROWS:
        raise SystemExit(f"the file was not loaded: {out.decode()[-500:]} {errors.decode()[-500:]}")


def _read(program: str) -> None:
    subprocess.run([sys.executable, "-c", program, str(FILE)], cwd=ROOT, check=True)


def _family(process: int) -> list[int]:
    """A process and all below it."""
    family = [process]
    for member in family:
        with suppress(OSError):
            for task in Path(f"/proc/{member}/task").iterdir():
                family += [int(child) for child in (task / "children").read_text().split()]
    return family


def _memory(process: int) -> tuple[int, int]:
    """Bytes a process has resident, and its share of them where it shares them with others."""
    fields = {}
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]:
            name, amount, *_ = line.split()
            fields[name] = int(amount) << 10
    return fields.get("Rss:", 0), fields.get("Pss:", 0)


def _peaks(home: Path) -> tuple[float | None, float | None]:
    """Peaks of one load that is not timed, looked at every 20 ms."""
    process = _load(home)
    ended, largest, together = threading.Event(), 0, 0

    def watch() -> None:
        nonlocal largest, together
        while not ended.wait(0.02):
            used = [_memory(member) for member in _family(process.pid)]
            largest = max(largest, *(resident for resident, _ in used))
            together = max(together, sum(share for _, share in used))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        _loaded(process)
    finally:
        ended.set()
        watcher.join()
    return (largest / 1e9, together / 1e9) if together else (None, None)


def measure(folder: Path, rounds: int = PAIRS) -> Loaded | None:
    """Pairs of a bare read and a load into an empty home, by turns; None where the file is not on this machine."""
    if not FILE.exists():
        return None
    taken = []
    for number in range(rounds):
        home = folder / str(number)
        home.mkdir(parents=True)
        turns = {"bare": lambda: _read(_BARE), "load": lambda home=home: _loaded(_load(home))}
        order = ("bare", "load") if number % 2 else ("load", "bare")
        times = {which: seconds(turns[which]) for which in order}
        taken.append((times["bare"], times["load"]))
    watched = folder / "watched"
    watched.mkdir()
    largest, together = _peaks(watched)
    return Loaded(
        FILE.name,
        ROWS,
        baseline=median(bare for bare, _ in taken),
        engine=median(load for _, load in taken),
        ratio=median(load / bare for bare, load in taken),
        limit=LIMIT,
        largest=largest,
        together=together,
        pandas_rows=PANDAS_ROWS,
        pandas=seconds(lambda: _read(_PANDAS)),
    )
