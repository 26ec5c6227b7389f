"""Levels: on target, to be watched, a breach, by thresholds and direction."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cockpit.metrics.level import level, own_band
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
