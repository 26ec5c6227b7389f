"""What a scope costs: the measured questions asked by two hundred limited people, beside one who sees everything."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench.pairs import seconds
from bench.questions import QUESTIONS, Asked, difference, engine, engine_table
from cockpit.metrics import METRICS
from cockpit.scope import EVERYTHING, Scope
from cockpit.warehouse.store import Warehouse

PEOPLE, VALUES = 200, 500
# Every row's value is looked up among the five hundred, which is most of what the quickest figures cost at all. Answers
# are kept: a warm page does not pay it again.
LIMIT = 2.0
# What the made-up company's tables tell, and how many values of it there are.
_LIMITED_BY: dict[str, tuple[str, tuple[str, ...], int]] = {
    "inventory": ("warehouse", ("仓库", "点仓"), 5),
    "reconciliation": ("side", (), 0),
}
_DEPARTMENTS = ("department", ("部门",), 12)
_OF_BOTH_SIDES = ("days_sales_outstanding", "days_payable_outstanding", "gr_ir_open_amount")


@dataclass(frozen=True)
class Scoped:
    """Medians in seconds of one question, asked without and with a scope that lets all rows through; `first` is the
    first answer of anybody so limited. `ratio` is the median of the pairs' ratios."""

    metric: str
    dimension: str
    everything: float
    scoped: float
    first: float
    ratio: float
    limit: float = LIMIT


def scopes(metric: str) -> tuple[str, list[Scope]]:
    """The dimension and the scopes of two hundred people: five hundred values each, no two alike, all rows seen."""
    limited_by = _DEPARTMENTS if metric in _OF_BOTH_SIDES else _LIMITED_BY.get(METRICS[metric].process, _DEPARTMENTS)
    dimension, words, count = limited_by
    real = {f"{word}{i}" for word in words for i in range(count)} or {"payable", "receivable"}
    more = VALUES - len(real)
    return dimension, [
        Scope({dimension: frozenset(real | {f"x{number}-{i}" for i in range(more)})}) for number in range(PEOPLE)
    ]


def measure(warehouse: Warehouse, turns: int, only: tuple[str, ...] = ()) -> list[Scoped]:
    """Compares the answers first, then asks by turns, each time as another person."""
    return [_measured(one, warehouse, turns) for one in QUESTIONS if not only or one.metric in only]


def _measured(asked: Asked, warehouse: Warehouse, turns: int) -> Scoped:
    dimension, people = scopes(asked.metric)
    first = seconds(lambda: engine(asked, warehouse, people[0]))
    differs = difference(engine_table(engine(asked, warehouse, people[1])), engine_table(engine(asked, warehouse)))
    if differs:
        raise SystemExit(f"{asked.metric} under a scope of all its rows: {differs}")
    taken: list[tuple[float, float]] = []
    for turn in range(turns):
        gc.collect()
        asking: tuple[Callable[[], object], Callable[[], object]] = (
            lambda: engine(asked, warehouse, EVERYTHING).notes(),
            lambda person=people[turn % PEOPLE]: engine(asked, warehouse, person).notes(),
        )
        times = {which: seconds(asking[which]) for which in ((0, 1) if turn % 2 else (1, 0))}
        taken.append((times[0], times[1]))
    return Scoped(
        asked.metric,
        dimension,
        everything=median(plain for plain, _ in taken),
        scoped=median(own for _, own in taken),
        first=first,
        ratio=median(own / plain for plain, own in taken),
    )
