"""What readers wait for when many are at it: people who look at a page, think, and look at the next one."""

from __future__ import annotations

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median, quantiles

from websockets.sync.client import ClientConnection

from bench.company import SEED
from tests.site import Server
from tests.stream import shown

READERS, THINK, SECONDS = 20, 5.0, 90.0
CORES = 2
LIMIT = 1.0  # seconds, of the 95th percentile
# What they look at: a page's name, and what its address says.
LOOKS: tuple[tuple[str, dict[str, str]], ...] = (
    ("", {}),
    ("procurement", {}),
    ("inventory", {}),
    ("revenue", {}),
    ("reconciliation", {}),
    ("alerts", {}),
)


@dataclass(frozen=True)
class Read:
    """Seconds of one look from asking to the last word of the page, over all `looks` of all `readers`."""

    readers: int
    think: float
    looks: int
    median: float
    p95: float
    longest: float
    limit: float = LIMIT

    @property
    def holds(self) -> bool:
        return self.p95 <= self.limit


def measure(
    running: Server, session: str, readers: int = READERS, think: float = THINK, lasts: float = SECONDS
) -> Read:
    """`readers` at once for `lasts` seconds, each thinking about `think` seconds between looks; the server is kept to
    two cores where the system can do that."""
    assert running.process is not None
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(running.process.pid, sorted(os.sched_getaffinity(0))[:CORES])
    browser = running.browser(cockpit_session=session)
    with browser.stream() as stream:
        for page, query in LOOKS:
            _looked(stream, page, query)
    until = time.monotonic() + lasts

    def read(number: int) -> list[float]:
        chance, taken = random.Random(SEED + number), list[float]()
        with browser.stream() as stream:
            time.sleep(chance.uniform(0, think))
            while time.monotonic() < until:
                taken.append(_looked(stream, *chance.choice(LOOKS)))
                time.sleep(chance.uniform(0.5, 1.5) * think)
        return taken

    with ThreadPoolExecutor(readers) as pool:
        taken = [one for own in pool.map(read, range(readers)) for one in own]
    return Read(readers, think, len(taken), median(taken), quantiles(taken, n=20)[-1], max(taken))


def _looked(stream: ClientConnection, page: str, query: dict[str, str]) -> float:
    begun = time.perf_counter()
    if shown(stream, page, query).failed:
        raise SystemExit(f"the page {page or 'of the beginning'} failed")
    return time.perf_counter() - begun
