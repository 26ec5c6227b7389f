"""Whether a figure is on target, to be watched or a breach: a pure function of value, thresholds and direction."""

from __future__ import annotations

from statistics import median
from typing import Literal

from cockpit.metrics.types import Direction, Thresholds

Level = Literal["ok", "warning", "critical", "none"]


def level(value: float | None, thresholds: Thresholds, direction: Direction, target: float | None = None) -> Level:
    """The level of a value: critical beyond the critical limit, to be watched beyond the warning limit, and beyond the
    target where there is no warning limit. `target` (a plan) beats the metric's own.

    Without any threshold, or without a value, there is no level.
    """
    if value is None or direction == "none":
        return "none"
    if thresholds.band is not None:
        low, high = (float(edge) for edge in thresholds.band)
        return "ok" if low <= value <= high else _beyond(value, low, high)
    goal = float(thresholds.target) if target is None and thresholds.target is not None else target
    limits = [float(x) if x is not None else None for x in (thresholds.warning, thresholds.critical)]
    if goal is None and limits == [None, None]:
        return "none"
    sign = -1.0 if direction == "up" else 1.0
    warning, critical = limits
    if critical is not None and sign * value > sign * critical:
        return "critical"
    # A plan for a metric without a target of its own is its first limit, whatever the fallback was.
    planned = target is not None and thresholds.target is None
    first = goal if planned or warning is None else warning
    return "warning" if first is not None and sign * value > sign * first else "ok"


def own_band(history: list[float], relative: float) -> tuple[float, float] | None:
    """The good range around the metric's own median of up to 12 earlier periods; None before there are three."""
    if len(history) < 3:
        return None
    middle = median(history[-12:])
    return middle * (1 - relative), middle * (1 + relative)


def _beyond(value: float, low: float, high: float) -> Level:
    """Outside a band: to be watched; by more than the band's own width beyond its edge: a breach."""
    width = high - low
    return "critical" if value > high + width or value < low - width else "warning"
