"""Periods tile a window, their labels come back as themselves, and a year earlier is the same days."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import UsageError
from cockpit.period import (
    Grain,
    Period,
    parse_day,
    parse_period,
    period_of,
    periods,
    previous,
    same_window_year_earlier,
    year_earlier,
)

DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))
NAMED: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
GRAINS = st.sampled_from(NAMED)
MONTH_STARTS = st.integers(1, 28)


@pytest.mark.parametrize(
    ("grain", "label", "start", "end"),
    [
        ("day", "2018-01-31", date(2018, 1, 31), date(2018, 2, 1)),
        ("week", "2018-W05", date(2018, 1, 29), date(2018, 2, 5)),
        ("month", "2018-01", date(2018, 1, 1), date(2018, 2, 1)),
        ("quarter", "2018-Q1", date(2018, 1, 1), date(2018, 4, 1)),
        ("year", "2018", date(2018, 1, 1), date(2019, 1, 1)),
    ],
)
def test_how_a_period_is_written(grain: Grain, label: str, start: date, end: date) -> None:
    period = Period(start, end, label, grain)
    assert period_of(date(2018, 1, 31), grain) == period
    assert parse_period(label) == period


def test_iso_week_belongs_to_the_year_of_its_thursday() -> None:
    assert period_of(date(2018, 12, 31), "week").label == "2019-W01"
    assert period_of(date(2021, 1, 3), "week").label == "2020-W53"


def test_month_from_the_26th_is_named_after_the_month_of_most_of_its_days() -> None:
    month = period_of(date(2024, 9, 26), "month", 26)
    assert (month.label, month.start, month.end) == ("2024-10", date(2024, 9, 26), date(2024, 10, 26))
    assert period_of(date(2024, 10, 25), "month", 26) == month
    quarter = period_of(date(2024, 10, 1), "quarter", 26)
    assert (quarter.label, quarter.start, quarter.end) == ("2024-Q4", date(2024, 9, 26), date(2024, 12, 26))
    year = period_of(date(2023, 12, 26), "year", 26)
    assert (year.label, year.start, year.end) == ("2024", date(2023, 12, 26), date(2024, 12, 26))


def test_month_from_the_5th_keeps_the_month_it_begins_in() -> None:
    assert period_of(date(2024, 3, 4), "month", 5).label == "2024-02"
    assert period_of(date(2024, 3, 5), "month", 5).label == "2024-03"


@given(DAYS, st.integers(1, 900), GRAINS, MONTH_STARTS)
def test_periods_tile_the_window(start: date, length: int, grain: Grain, month_start_day: int) -> None:
    end = start + timedelta(days=length)
    tiles = periods(start, end, grain, month_start_day)
    assert tiles[0].start == start
    assert tiles[-1].end == end
    assert all(one.end == other.start for one, other in pairwise(tiles))
    assert all(tile.start < tile.end for tile in tiles)
    assert len({tile.label for tile in tiles}) == len(tiles)


@given(DAYS, GRAINS, MONTH_STARTS)
def test_label_comes_back_as_its_period(day: date, grain: Grain, month_start_day: int) -> None:
    period = period_of(day, grain, month_start_day)
    assert period.label is not None
    assert period.start <= day < period.end
    assert parse_period(period.label, month_start_day) == period


@given(DAYS, GRAINS, MONTH_STARTS)
def test_previous_ends_where_the_period_begins(day: date, grain: Grain, month_start_day: int) -> None:
    period = period_of(day, grain, month_start_day)
    assert previous(period).end == period.start
    assert previous(period).grain == grain


@given(DAYS, st.sampled_from(("month", "quarter", "year")), MONTH_STARTS)
def test_a_year_earlier_has_the_same_name(day: date, grain: Grain, month_start_day: int) -> None:
    period = period_of(day, grain, month_start_day)
    assert period.label is not None
    earlier = year_earlier(period)
    assert earlier.label == f"{int(period.label[:4]) - 1:04d}{period.label[4:]}"
    assert earlier == parse_period(str(earlier.label), month_start_day)


@given(DAYS, st.integers(1, 400))
def test_a_year_earlier_is_about_as_long(start: date, length: int) -> None:
    earlier_start, earlier_end = same_window_year_earlier(start, start + timedelta(days=length))
    assert earlier_start < earlier_end
    assert abs((earlier_end - earlier_start).days - length) <= 1


@pytest.mark.parametrize(
    ("window", "earlier"),
    [
        ((date(2020, 2, 1), date(2020, 3, 1)), (date(2019, 2, 1), date(2019, 3, 1))),
        ((date(2020, 2, 1), date(2020, 2, 29)), (date(2019, 2, 1), date(2019, 3, 1))),
        ((date(2020, 2, 29), date(2020, 3, 1)), (date(2019, 2, 28), date(2019, 3, 1))),
        ((date(2021, 2, 1), date(2021, 3, 1)), (date(2020, 2, 1), date(2020, 3, 1))),
        ((date(2021, 2, 28), date(2021, 3, 1)), (date(2020, 2, 28), date(2020, 2, 29))),
        ((date(2011, 12, 1), date(2011, 12, 10)), (date(2010, 12, 1), date(2010, 12, 10))),
    ],
)
def test_leap_days(window: tuple[date, date], earlier: tuple[date, date]) -> None:
    assert same_window_year_earlier(*window) == earlier


def test_week_a_year_earlier_has_the_same_number() -> None:
    assert year_earlier(parse_period("2018-W05")).label == "2017-W05"
    assert year_earlier(parse_period("2020-W53")).label == "2019-W52"
    cut = periods(date(2018, 1, 31), date(2018, 2, 2), "week")[0]
    assert (year_earlier(cut).start, year_earlier(cut).end) == (date(2017, 2, 1), date(2017, 2, 3))


def test_cut_month_meets_the_same_days() -> None:
    cut = periods(date(2011, 12, 1), date(2011, 12, 10), "month")[0]
    assert cut.label == "2011-12"
    assert (year_earlier(cut).start, year_earlier(cut).end) == (date(2010, 12, 1), date(2010, 12, 10))


def test_the_whole_window_is_one_period_without_a_name() -> None:
    (window,) = periods(date(2010, 12, 1), date(2011, 12, 1), "all")
    assert window.label is None
    assert (year_earlier(window).start, year_earlier(window).end) == (date(2009, 12, 1), date(2010, 12, 1))
    assert (previous(window).start, previous(window).end) == (date(2009, 12, 1), date(2010, 12, 1))


@pytest.mark.parametrize("text", ["2024-02-30", "20240201", "2024-2-1", "2024-W05-1", "", "0001-01-01", "明天"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(UsageError):
        parse_day(text)


@pytest.mark.parametrize("label", ["2024-13", "2021-W53", "2024-Q5", "2024-1", "24", "2024-02-30", ""])
def test_what_is_no_period(label: str) -> None:
    with pytest.raises(UsageError):
        parse_period(label)


def test_empty_window_and_impossible_month_start_are_refused() -> None:
    with pytest.raises(UsageError):
        periods(date(2024, 1, 1), date(2024, 1, 1), "month")
    with pytest.raises(UsageError):
        period_of(date(2024, 1, 1), "month", 29)
    with pytest.raises(UsageError):
        period_of(date(2024, 1, 1), "all")
