"""Whether a figure is on target, to be watched or a breach: a pure function of value, thresholds and direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from math import exp, log
from statistics import fmean, median
from typing import Literal

from cockpit.metrics.types import Direction, Metric, Thresholds

Level = Literal["ok", "warning", "critical", "none"]

# XmR chart: 3 / d2 with d2 = 1.128 for moving ranges of two (Wheeler, "Understanding Variation").
MOVING_RANGE_FACTOR = 2.66
NATURAL_FROM, NATURAL_UP_TO = 6, 24  # periods before that limits are made of


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
    planned = target is not None and thresholds.target is None and not thresholds.chosen
    first = goal if planned or warning is None else warning
    return "warning" if first is not None and sign * value > sign * first else "ok"


def own_band(history: Sequence[float], relative: float) -> tuple[float, float] | None:
    """The good range around the metric's own median of up to 12 earlier periods; None before there are three."""
    if len(history) < 3:
        return None
    middle = median(history[-12:])
    return middle * (1 - relative), middle * (1 + relative)


def natural_limits(history: Sequence[float]) -> tuple[float, float, float] | None:
    """Lower limit, mean and upper limit of the metric's own course: mean ± 2.66 × mean moving range of the earlier
    periods, oldest first (XmR chart; see `MOVING_RANGE_FACTOR`). None before there are six."""
    seen = history[-NATURAL_UP_TO:]
    if len(seen) < NATURAL_FROM:
        return None
    mean = fmean(seen)
    width = MOVING_RANGE_FACTOR * fmean(abs(after - before) for before, after in pairwise(seen))
    return mean - width, mean, mean + width


def own_course(metric: Metric, history: Sequence[float]) -> tuple[float, float, float] | None:
    """`natural_limits` of a metric's earlier periods. Durations are skewed: theirs are made of logarithms."""
    if metric.kind == "duration" and history and min(history) > 0:
        course = natural_limits([log(value) for value in history])
        return None if course is None else (exp(course[0]), exp(course[1]), exp(course[2]))
    return natural_limits(history)


def own_thresholds(
    metric: Metric, history: Sequence[float], figures: Mapping[str, float | int | None] | None = None
) -> Thresholds:
    """The metric's thresholds; where it is measured against itself, those that its earlier periods give.

    Twice as far from the mean as the natural limit is a breach. `figures` are the row's own further figures.
    """
    limits = metric.thresholds
    if limits.figure is not None and (own := (figures or {}).get(limits.figure)) is not None:
        return replace(limits, warning=_decimal(own), critical=_decimal(2 * own))
    if limits.relative_band is not None and (band := own_band(history, float(limits.relative_band))) is not None:
        return replace(limits, band=(_decimal(band[0]), _decimal(band[1])))
    if limits.natural and (course := own_course(metric, history)) is not None:
        low, mean, high = course
        if metric.direction == "band":
            return replace(limits, band=(_decimal(low), _decimal(high)))
        if high > low:  # a course without any movement says nothing of the next period
            edge = low if metric.direction == "up" else high
            return replace(limits, warning=_decimal(edge), critical=_decimal(2 * edge - mean))
    return limits


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def _beyond(value: float, low: float, high: float) -> Level:
    """Outside a band: to be watched; by more than the band's own width beyond its edge: a breach."""
    width = high - low
    return "critical" if value > high + width or value < low - width else "warning"
