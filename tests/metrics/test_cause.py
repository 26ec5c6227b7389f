"""Where a change comes from: contributions by hand, and what must add up for any numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cockpit.metrics import cause
from cockpit.metrics.cause import Ratio, Sold

NAMES = some.sampled_from(["east", "west", "north", None])
AMOUNTS = some.floats(-1e9, 1e9).map(lambda value: round(value, 2))
SIZES = some.floats(0.01, 1e9).map(lambda value: round(value, 2))
QUANTITIES = some.floats(0, 1e4).map(lambda value: round(value, 6))
RATIOS = some.builds(lambda share, size: Ratio(share * size, size), some.floats(0, 2), SIZES)


NOW = ("east", "north", "west")


def by_value(parts: list[cause.Part]) -> dict[str | None, cause.Part]:
    return {part.value: part for part in parts}


def test_a_sum_changes_by_its_slices() -> None:
    parts = by_value(cause.additive_change({"east": 130.0, "new": 20.0}, {"east": 100.0, "gone": 10.0}))
    assert {value: part.contribution for value, part in parts.items()} == {"east": 30, "new": 20, "gone": -10}
    assert parts["east"].share == pytest.approx(30 / 40) and parts["east"].weight == pytest.approx(100 / 110)


def test_what_is_left_of_slices_that_cancel_out_is_no_measure() -> None:
    """+60 +40 -97 leaves 3: east has 60 of the 100 that push upwards, not 20 times the 3."""
    parts = by_value(cause.additive_change({"east": 160.0, "north": 140.0, "west": 3.0}, dict.fromkeys(NOW, 100.0)))
    assert [parts[value].share for value in NOW] == pytest.approx([0.6, 0.4, -0.97])
    assert sum(part.contribution for part in parts.values()) == 3


def test_a_ratio_changes_by_rate_and_mix() -> None:
    """Margin 30/100 = 0.30 -> 37/100 = 0.37: east keeps its rate and grows, west turns better."""
    before = {"east": Ratio(20, 50), "west": Ratio(10, 50)}
    now = {"east": Ratio(28, 70), "west": Ratio(9, 30)}
    parts = by_value(cause.ratio_change(now, before))
    # east: rate 0.6 * 0 = 0, mix 0.2 * (0.4 - 0.335) = 0.013; west: rate 0.4 * 0.1 = 0.04, mix -0.2 * (0.25 - 0.335)
    assert (parts["east"].rate, parts["east"].mix) == pytest.approx((0.0, 0.013))
    assert (parts["west"].rate, parts["west"].mix) == pytest.approx((0.04, 0.017))
    assert parts["west"].share == pytest.approx(0.057 / 0.07)


def test_what_lies_over_a_limit_is_where_the_rates_are_high() -> None:
    """Returns 6 of 100 against 3 %: one product has 5 of 20, which is 4.4 of the 3 points over."""
    parts = by_value(cause.ratio_over({"pump": Ratio(5, 20), "rest": Ratio(1, 80)}, 0.03))
    assert (parts["pump"].contribution, parts["rest"].contribution) == pytest.approx((0.044, -0.014))
    assert [part.value for part in cause.ranked(list(parts.values()))] == ["pump"]


def test_growth_is_each_slices_change_over_the_base() -> None:
    parts = by_value(cause.growth({"east": 66.0, "west": 50.0}, {"east": 50.0, "west": 50.0}))
    assert (parts["east"].contribution, parts["west"].contribution) == pytest.approx((0.16, 0.0))
    assert cause.growth({"east": 1.0}, {"east": 0.0}) == []


def test_a_median_without_a_slice_is_no_part_of_a_sum() -> None:
    parts = by_value(cause.influence(6.0, {"slow": 2.0, "quick": 7.0}, {"slow": 40, "quick": 60}, 4.0))
    assert parts["slow"].contribution == 4 and parts["slow"].share == 1 and parts["slow"].excess == pytest.approx(0.6)
    assert parts["quick"].contribution == -1


def test_revenue_is_price_volume_and_mix() -> None:
    """Two products in pieces, one in kilograms; one goes, one comes."""
    before = {"a": Sold("pc", 10, 100), "b": Sold("pc", 10, 300), "k": Sold("kg", 5, 50), "old": Sold("pc", 1, 9)}
    now = {"a": Sold("pc", 20, 220), "b": Sold("pc", 10, 300), "k": Sold("kg", 10, 100), "new": Sold("pc", 2, 30)}
    split = cause.price_volume_mix(now, before)
    # pieces: 20 -> 30, 1.5 times of 400 = +200; at old prices 20*10 + 10*30 = 500, less 600 = -100. kilograms: +50
    assert (split.price, split.volume, split.mix, split.come, split.gone) == pytest.approx((20, 250, -100, 30, -9))
    assert split.price + split.volume + split.mix + split.come + split.gone == pytest.approx(650 - 459)


@given(some.dictionaries(NAMES, AMOUNTS, max_size=4), some.dictionaries(NAMES, AMOUNTS, max_size=4))
def test_changes_of_sums_add_up(now: dict[str | None, float], before: dict[str | None, float]) -> None:
    whole = sum(now.values()) - sum(before.values())
    assert sum(part.contribution for part in cause.additive_change(now, before)) == pytest.approx(whole, abs=1e-3)


@given(some.dictionaries(NAMES, RATIOS, min_size=1), some.dictionaries(NAMES, RATIOS, min_size=1))
def test_changes_of_ratios_add_up(now: dict[str | None, Ratio], before: dict[str | None, Ratio]) -> None:
    def whole(slices: dict[str | None, Ratio]) -> float:
        return sum(one.numerator for one in slices.values()) / sum(one.denominator for one in slices.values())

    parts = cause.ratio_change(now, before)
    assert sum(part.contribution for part in parts) == pytest.approx(whole(now) - whole(before), abs=1e-6)
    assert all(part.contribution == pytest.approx((part.rate or 0) + (part.mix or 0)) for part in parts)
    over = cause.ratio_over(now, 0.3)
    assert sum(part.contribution for part in over) == pytest.approx(whole(now) - 0.3, abs=1e-6)


@given(
    some.dictionaries(NAMES, some.builds(Sold, some.just("pc"), QUANTITIES, some.floats(0, 1e6))),
    some.dictionaries(NAMES, some.builds(Sold, some.just("pc"), QUANTITIES, some.floats(0, 1e6))),
)
def test_price_volume_and_mix_add_up(now: dict[str | None, Sold], before: dict[str | None, Sold]) -> None:
    split = cause.price_volume_mix(now, before)
    whole = sum(one.amount for one in now.values()) - sum(one.amount for one in before.values())
    total = split.price + split.volume + split.mix + split.come + split.gone
    largest = max([1.0, *(abs(x) for x in (split.price, split.volume, split.mix))])
    assert total == pytest.approx(whole, abs=1e-6 * largest)
