"""Working time: make-up days, half days, years whose notice is not out, and the way back from seconds to an instant."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.calendar import (
    DEFAULT_SHIFTS,
    Calendar,
    DayOverride,
    after,
    build_calendar,
    off_hours,
    parse_shifts,
    shifts_text,
    working_between,
    working_seconds,
)
from cockpit.errors import UsageError

CHINA = build_calendar()
HOUR = 3600


def brute_force(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Working minutes counted one by one."""
    minutes = 0
    instant = start
    while instant < end:
        midnight = datetime.combine(instant.date(), time())
        second = (instant - midnight).seconds
        minutes += any(opens <= second < closes for opens, closes in calendar.shifts[calendar.index(instant.date())])
        instant += timedelta(minutes=1)
    return minutes


def test_over_the_spring_festival_of_2026() -> None:
    """Friday 17:00–18:00 = 1 h; Saturday the 14th is a make-up workday, 8 h; off until the 23rd; 24th 8 h; 25th 1 h."""
    start, end = datetime(2026, 2, 13, 17), datetime(2026, 2, 25, 10)
    assert working_between(CHINA, start, end) == 18 * HOUR
    assert after(CHINA, start, 18 * HOUR) == end


def test_the_published_years_are_the_published_days() -> None:
    days = [date(2023, 1, 1) + timedelta(days=offset) for offset in range(4 * 365 + 1)]
    for day in days:
        assert bool(CHINA.shifts[CHINA.index(day)]) == chinese_calendar.is_workday(day), day
        assert not CHINA.provisional[CHINA.index(day)]


def test_years_without_a_notice_are_provisional() -> None:
    def provisional(*day: int) -> bool:
        return CHINA.provisional[CHINA.index(date(*day))]

    assert [provisional(1990, 1, 1), provisional(2003, 12, 31), provisional(2004, 1, 1)] == [True, True, False]
    assert [provisional(2026, 12, 31), provisional(2027, 1, 1), provisional(2040, 12, 31)] == [False, True, True]
    off = [date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 8), date(2027, 4, 5), date(2027, 6, 9), date(2027, 10, 1)]
    assert [day for day in off if CHINA.shifts[CHINA.index(day)]] == []
    assert CHINA.shifts[CHINA.index(date(2027, 2, 9))] == DEFAULT_SHIFTS


def test_from_1990_to_2040_without_a_gap() -> None:
    assert (CHINA.first, CHINA.end) == (date(1990, 1, 1), date(2041, 1, 1))
    assert len(CHINA.shifts) == len(CHINA.provisional) == len(CHINA.cum) - 1 == (CHINA.end - CHINA.first).days
    hours = [sum(end - start for start, end in shifts) for shifts in CHINA.shifts]
    assert CHINA.cum[0] == 0
    assert [later - earlier for earlier, later in pairwise(CHINA.cum)] == hours


def test_weekdays_know_no_holidays() -> None:
    plain = build_calendar(rule="weekdays")
    assert plain.shifts[plain.index(date(2026, 10, 1))] == DEFAULT_SHIFTS
    assert plain.shifts[plain.index(date(2026, 2, 14))] == ()
    assert not any(plain.provisional)


def test_somebody_sets_days() -> None:
    """The notice for 2027 arrives: a make-up Saturday, a day off; and a half day before a holiday."""
    calendar = build_calendar(
        [
            DayOverride(date(2027, 2, 13), is_work=True),
            DayOverride(date(2027, 2, 9), is_work=False),
            DayOverride(date(2027, 12, 31), is_work=True, shifts=parse_shifts("09:00-12:00")),
            DayOverride(date(2027, 3, 1), is_work=True, provisional=True),
            DayOverride(date(1812, 1, 1), is_work=True),
        ]
    )
    assert working_between(calendar, datetime(2027, 2, 13), datetime(2027, 2, 14)) == 8 * HOUR
    assert working_between(calendar, datetime(2027, 2, 9), datetime(2027, 2, 10)) == 0
    assert working_between(calendar, datetime(2027, 12, 31, 11), datetime(2027, 12, 31, 20)) == HOUR
    marks = [calendar.provisional[calendar.index(date(2027, *day))] for day in ((2, 13), (2, 9), (12, 31), (3, 1))]
    assert marks == [False, False, False, True]


INSTANTS = st.datetimes(datetime(2004, 1, 1), datetime(2030, 12, 31)).map(
    lambda instant: instant.replace(microsecond=0)
)


@given(INSTANTS, st.integers(1, 2000 * HOUR))
def test_the_inverse_comes_back(start: datetime, seconds: int) -> None:
    end = after(CHINA, start, seconds)
    assert end > start
    assert working_between(CHINA, start, end) == seconds
    assert working_between(CHINA, start, end - timedelta(seconds=1)) == seconds - 1


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=12)))
def test_equals_counting_minutes(start: datetime, length: timedelta) -> None:
    start = start.replace(second=0)
    end = start + timedelta(minutes=length // timedelta(minutes=1))
    assert working_between(CHINA, start, end) == 60 * brute_force(CHINA, start, end)


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_off_hours_are_what_is_not_worked(start: datetime, length: timedelta) -> None:
    end = start + length
    spans = off_hours(CHINA, start, end)
    off = sum((one[1] - one[0] for one in spans), timedelta(0))
    assert off.total_seconds() == pytest.approx(length.total_seconds() - working_between(CHINA, start, end), abs=1e-5)
    assert all(start <= one < other <= end for one, other in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))


def test_no_silent_guess_beyond_the_table() -> None:
    with pytest.raises(UsageError, match="calendar_does_not_reach"):
        working_seconds(CHINA, datetime(2041, 1, 1))
    with pytest.raises(UsageError, match="calendar_does_not_reach"):
        after(CHINA, datetime(2040, 12, 31, 9), 100 * HOUR)


@pytest.mark.parametrize(
    ("text", "shifts"),
    [
        ("09:00-12:00,13:00-18:00", DEFAULT_SHIFTS),
        ("13:00–18:00， 9:00～12:00", DEFAULT_SHIFTS),
        ("8：30至12：00；13：00至24：00", ((8 * HOUR + 1800, 12 * HOUR), (13 * HOUR, 24 * HOUR))),
    ],
)
def test_shifts_as_people_write_them(text: str, shifts: tuple[tuple[int, int], ...]) -> None:
    assert parse_shifts(text) == shifts
    assert parse_shifts(shifts_text(shifts)) == shifts


@pytest.mark.parametrize(
    "text", ["", "9-12", "12:00-09:00", "22:00-06:00", "09:00-12:00,11:00-13:00", "09:00-25:00", "09:61-12:00"]
)
def test_what_is_no_shift(text: str) -> None:
    with pytest.raises(UsageError):
        parse_shifts(text)
