"""Interleaved pairs: engine and plain statement by turns on the same data, so that both share the machine's mood."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from bench.questions import Asked, baseline, baseline_table, difference, engine, engine_table, statement
from cockpit.warehouse.store import Warehouse

PAIRS = 9


@dataclass(frozen=True)
class Measured:
    """Medians in seconds of one question. `first` is the engine's first answer, its statements not yet compiled.

    `ratio` is the median of the pairs' ratios, engine over baseline.
    """

    metric: str
    by: str
    rows: int
    baseline: float
    engine: float
    first: float
    ratio: float


def seconds(work: Callable[[], object]) -> float:
    """How long `work` took."""
    begun = perf_counter()
    work()
    return perf_counter() - begun


def compare(asked: Asked, warehouse: Warehouse) -> int:
    """Number of rows both give; SystemExit naming the first difference where they do not agree."""
    ours = engine_table(engine(asked, warehouse))
    theirs = baseline_table(*baseline(asked, warehouse, statement(asked)))
    differs = difference(ours, theirs)
    if differs or not ours:
        raise SystemExit(f"{asked.metric} by month and {asked.by}: {differs or 'no rows at all'}")
    return len(ours)


def measure(asked: Asked, warehouse: Warehouse, pairs: int = PAIRS) -> Measured:
    """Compare first, then time `pairs` pairs, each beginning with the other one's turn."""
    first = seconds(lambda: engine(asked, warehouse))
    rows, sql = compare(asked, warehouse), statement(asked)
    turns: tuple[Callable[[], object], Callable[[], object]] = (
        lambda: engine(asked, warehouse).notes(),
        lambda: baseline(asked, warehouse, sql),
    )
    taken: list[tuple[float, float]] = []
    for turn in range(pairs):
        gc.collect()
        order = (0, 1) if turn % 2 else (1, 0)
        times = {which: seconds(turns[which]) for which in order}
        taken.append((times[0], times[1]))
    return Measured(
        asked.metric,
        asked.by,
        rows,
        baseline=median(plain for _, plain in taken),
        engine=median(own for own, _ in taken),
        first=first,
        ratio=median(own / plain for own, plain in taken),
    )
