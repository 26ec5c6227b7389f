"""Levels: on target, to be watched, a breach, by thresholds and direction."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cockpit.metrics import METRICS
from cockpit.metrics.level import level, natural_limits, own_band, own_thresholds
from cockpit.metrics.types import Thresholds

HOURS = Thresholds(Decimal(2), Decimal(8), Decimal(24))
RATE = Thresholds(Decimal("0.98"), None, Decimal("0.95"))
BAND = Thresholds(band=(Decimal(40), Decimal(60)))


@pytest.mark.parametrize(
    ("value", "wanted"), [(None, "none"), (1, "ok"), (8, "ok"), (8.1, "warning"), (24, "warning"), (24.1, "critical")]
)
def test_less_is_better(value: float | None, wanted: str) -> None:
    assert level(value, HOURS, "down") == wanted


@pytest.mark.parametrize(("value", "wanted"), [(0.99, "ok"), (0.98, "ok"), (0.97, "warning"), (0.94, "critical")])
def test_more_is_better_and_the_target_is_the_first_limit(value: float, wanted: str) -> None:
    assert level(value, RATE, "up") == wanted


@pytest.mark.parametrize(
    ("value", "wanted"), [(40, "ok"), (60, "ok"), (61, "warning"), (39, "warning"), (81, "critical"), (19, "critical")]
)
def test_a_band_is_good_inside(value: float, wanted: str) -> None:
    assert level(value, BAND, "band") == wanted


def test_a_plan_beats_the_metrics_own_target() -> None:
    assert level(90, Thresholds(), "up", target=100) == "warning"
    assert level(100, Thresholds(), "up", target=100) == "ok"
    assert level(0.03, Thresholds(warning=Decimal(0)), "up", target=0.05) == "warning"
    assert level(0.03, Thresholds(warning=Decimal(0)), "up") == "ok"
    assert level(90, Thresholds(), "up") == "none"
    assert level(90, HOURS, "none") == "none"


def test_the_own_band_is_a_share_around_the_median_of_twelve() -> None:
    assert own_band([1, 2], 0.2) is None
    assert own_band([1000, 40, 50, 60, *[50] * 9], 0.2) == (40, 60)


def test_natural_limits_are_the_mean_and_its_moving_ranges() -> None:
    assert natural_limits([1, 2, 3, 4, 5]) is None
    # mean 12, moving ranges 2, 2, 4, 2, 2, 2 -> mean 14/6; 2.66 * 14/6 = 6.2067
    low, mean, high = natural_limits([10, 12, 14, 10, 12, 14, 12]) or (0, 0, 0)
    assert (low, mean, high) == pytest.approx((5.7933, 12, 18.2067), abs=1e-4)


def test_a_natural_limit_warns_on_the_bad_side_alone_and_doubles_to_a_breach() -> None:
    metric = replace(METRICS["overdue_amount"], thresholds=Thresholds(natural=True))
    limits = own_thresholds(metric, [10, 12, 14, 10, 12, 14, 12])
    levels = [level(value, limits, "down") for value in (2, 18, 18.3, 24.3, 24.5)]
    assert levels == ["ok", "ok", "warning", "warning", "critical"]
    growing = replace(metric, direction="up")
    limits = own_thresholds(growing, [10, 12, 14, 10, 12, 14, 12])
    assert [level(value, limits, "up") for value in (99, 6, 5.7, -1)] == ["ok", "ok", "warning", "critical"]
    assert level(99, own_thresholds(metric, [5] * 12), "down") == "none"  # no movement, no limit


def test_the_course_of_durations_goes_by_their_logarithms() -> None:
    """1, 2, 4, 1, 2, 4, 2 hours: logarithms to base 2 have mean 1 and moving ranges 1, 1, 2, 1, 1, 1."""
    metric = replace(METRICS["process_throughput_time"], thresholds=Thresholds(natural=True))
    high = 2 ** (1 + 2.66 * 7 / 6)
    limits = own_thresholds(metric, [1, 2, 4, 1, 2, 4, 2])
    assert float(limits.warning or 0) == pytest.approx(high)
    assert own_thresholds(metric, [0, 2, 4, 1, 2, 4, 2]).warning is not None  # a zero has none; taken as it is


def test_no_plan_stands_in_for_a_limit_that_a_person_chose() -> None:
    chosen = Thresholds(warning=Decimal(8), critical=Decimal(24), chosen=True)
    assert level(9, chosen, "down", target=10) == "warning"
    assert level(9, replace(chosen, chosen=False), "down", target=10) == "ok"
    assert level(7, chosen, "down", target=5) == "ok"
