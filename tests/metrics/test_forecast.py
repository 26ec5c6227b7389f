"""The forecast by hand: a year before times the growth of the last half year, and how far that was off."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.service.forecast import forecast


def months(first: str, values: list[float]) -> dict[date, float]:
    start = date.fromisoformat(f"{first}-01")
    indexes = [start.year * 12 + start.month - 1 + number for number in range(len(values))]
    return {date(index // 12, index % 12 + 1, 1): value for index, value in zip(indexes, values, strict=True)}


AHEAD = [date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]


def test_a_year_before_times_the_growth_of_half_a_year() -> None:
    """2025: 100 a month, in July 200. January to June 2026: 110 a month, so July is 220, August and September 110."""
    history = months("2025-01", [100.0] * 6 + [200.0] + [100.0] * 5 + [110.0] * 6)
    found = forecast(history, AHEAD)
    assert found is not None
    assert list(found.months.values()) == pytest.approx([220, 110, 110])
    assert found.growth == pytest.approx(1.1)
    # January was told as 100; after it, growth is that of the months since: 110 each, which is right.
    assert found.error == pytest.approx(10 / 660)


def test_not_with_too_little() -> None:
    assert forecast(months("2025-02", [100.0] * 17), AHEAD) is None
    gap = months("2024-01", [100.0] * 30)
    del gap[date(2025, 12, 1)]
    assert forecast(gap, AHEAD) is None
    assert forecast(months("2025-01", [0.0] * 18), AHEAD) is None
    assert forecast(months("2025-01", [100.0] * 18), []) is None
