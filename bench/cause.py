"""What the cause of a warning costs: the slices of all dimensions weighed, beside one reviewed statement each."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.company import LEDGER, NOW
from bench.pairs import seconds
from bench.questions import BASELINES, difference
from cockpit.access.audit import AuditTrail
from cockpit.metrics import METRICS
from cockpit.records import Records
from cockpit.service import LOCAL_ADMINISTRATOR
from cockpit.service.causes import CauseDesk
from cockpit.service.figures import FigureDesk
from cockpit.service.requests import MetricRequest, Window
from cockpit.service.results import CauseReport
from cockpit.service.thresholds import ThresholdDesk
from cockpit.warehouse.store import Warehouse

START, END = date(2024, 11, 1), date(2024, 12, 1)
LIMIT = 1.5
TOLD = ("dimension", "value", "figure", "before", "n", "contribution", "share", "excess")

# The limit that the warning is held to; None for a growth, whose cause is the change of its slices.
WARNINGS: dict[str, float | None] = {"approval_cycle_time": 23.0, "revenue_growth": None}


@dataclass(frozen=True)
class Explained:
    """Medians in seconds of finding one warning's causes, figures not remembered; `causes` is how many both tell.

    `ratio` is the median of the pairs' ratios, cockpit over baseline.
    """

    metric: str
    causes: int
    baseline: float
    engine: float
    first: float
    ratio: float
    limit: float = LIMIT


def tables(only: Sequence[str] = ()) -> list[str]:
    """What the warnings' metrics are made from."""
    return [table for name in WARNINGS if not only or name in only for table in METRICS[name].sources]


def measure(warehouse: Warehouse, turns: int, only: Sequence[str] = ()) -> list[Explained]:
    """One month's warning of each metric; compared first, then timed in pairs."""
    with TemporaryDirectory() as folder, closing(Records(f"sqlite:///{folder}/records.db")) as records:
        audit = AuditTrail(records, Path(folder), "bench", _now)
        thresholds = ThresholdDesk(records, audit, _now)  # nobody set any
        wanted = [name for name in WARNINGS if not only or name in only]
        return [_measured(name, warehouse, thresholds, turns) for name in wanted]


def _now() -> datetime:
    return NOW


def _measured(name: str, warehouse: Warehouse, thresholds: ThresholdDesk, turns: int) -> Explained:
    sql = (BASELINES / "cause" / f"{name}.sql").read_text("utf-8")
    desk = _desk(name, warehouse, thresholds)
    first = seconds(lambda: _explain(name, desk))
    ours = [{told: getattr(one, told) for told in TOLD} for one in _explain(name, desk).causes]
    if differs := difference(ours, _baseline(warehouse, sql)):
        raise SystemExit(f"causes of {name}: {differs}")
    taken: list[tuple[float, float]] = []
    for turn in range(turns):
        ways: tuple[Callable[[], object], Callable[[], object]] = (
            lambda: _baseline(warehouse, sql),
            lambda desk=_desk(name, warehouse, thresholds): _explain(name, desk),
        )
        gc.collect()
        times = {which: seconds(ways[which]) for which in ((0, 1) if turn % 2 else (1, 0))}
        taken.append((times[0], times[1]))
    return Explained(
        name,
        len(ours),
        baseline=median(plain for plain, _ in taken),
        engine=median(own for _, own in taken),
        first=first,
        ratio=median(own / plain for plain, own in taken),
    )


def _desk(name: str, warehouse: Warehouse, thresholds: ThresholdDesk) -> CauseDesk:
    """A desk that remembers no figure of the month, but how far the data go, as whoever judged the months does."""
    figures = FigureDesk(warehouse, lambda scope, asked: (LEDGER,), thresholds)
    before = MetricRequest(date(2024, 10, 1), START, "month", ledger=LEDGER.name, compare=False)
    figures.metric(LOCAL_ADMINISTRATOR, name, before, "en")
    return CauseDesk(warehouse, figures)


def _explain(name: str, desk: CauseDesk) -> CauseReport:
    window, limit = Window(LEDGER.name, START, END, grain="month"), WARNINGS[name]
    if limit is None:
        return desk.growth(LOCAL_ADMINISTRATOR, name, window)
    return desk.over_limit(LOCAL_ADMINISTRATOR, name, window, limit)


def _baseline(warehouse: Warehouse, sql: str) -> list[dict[str, Any]]:
    with warehouse.session() as session:
        session.con.execute(sql, {"start": START, "end": END, "ledger": LEDGER.name})
        return [dict(zip(TOLD, row, strict=True)) for row in session.con.fetchall()]
