"""What the next months may bring: the same month a year before, grown as the last half year grew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

LEAST, AHEAD, COMPARED, TESTED = 18, 3, 6, 6  # months of history, told ahead, that growth and error rest on


@dataclass(frozen=True)
class Forecast:
    """`months` by their first day; `growth` is what a year before is multiplied by, `error` how far the same method was
    off in the last six months: Σ |forecast − actual| / Σ |actual|."""

    months: Mapping[date, float]
    growth: float
    error: float


def forecast(history: Mapping[date, float], ahead: Sequence[date]) -> Forecast | None:
    """The first `AHEAD` of the months `ahead`, from whole months by their first day (seasonal naive × growth).

    None with fewer than `LEAST` months in a row before the first of them, and where nothing can be compared.
    """
    if not ahead:
        return None
    known = _in_a_row(history, ahead[0])
    if len(known) < LEAST:
        return None
    tested = known[-TESTED:]
    told = {month: _told(history, known[: known.index(month)], month) for month in tested}
    total = sum(abs(history[month]) for month in tested)
    missed = [value for value in told.values() if value is None]
    if missed or not total:
        return None
    error = sum(abs((told[month] or 0.0) - history[month]) for month in tested) / total
    made = {month: value for month in ahead[:AHEAD] if (value := _told(history, known, month)) is not None}
    return Forecast(made, _growth(history, known), error) if made else None


def _in_a_row(history: Mapping[date, float], before: date) -> list[date]:
    """The months with a figure that end right before a month, without a gap."""
    found: list[date] = []
    month = _back(before, 1)
    while month in history:
        found.append(month)
        month = _back(month, 1)
    return found[::-1]


def _told(history: Mapping[date, float], known: Sequence[date], month: date) -> float | None:
    """The month by what was known before it."""
    base = _back(month, 12)
    return history[base] * _growth(history, known) if base in history else None


def _growth(history: Mapping[date, float], known: Sequence[date]) -> float:
    """The last six months over the same months a year before; 1 before there are two years to compare."""
    pairs = [(history[month], history[_back(month, 12)]) for month in known[-COMPARED:] if _back(month, 12) in history]
    base = sum(before for _, before in pairs)
    return sum(now for now, _ in pairs) / base if base > 0 else 1.0


def _back(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 - count
    return month.replace(year=index // 12, month=index % 12 + 1)
