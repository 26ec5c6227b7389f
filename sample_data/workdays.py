"""Working time in China: which days are worked and how many working seconds lie between two moments."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache

import chinese_calendar

SHIFTS = ((time(9, 0), time(12, 0)), (time(13, 0), time(18, 0)))
SECONDS_PER_DAY = 8 * 3600
FIRST_DAY = date(2024, 8, 1)
LAST_DAY = date(2027, 3, 31)


@cache
def is_workday(day: date) -> bool:
    """Whether people work on `day`; official calendar where it is published, else Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


@lru_cache(maxsize=1)
def _cumulative() -> tuple[int, ...]:
    """Working seconds before each day from FIRST_DAY on, one more entry than days."""
    sums = [0]
    day = FIRST_DAY
    while day <= LAST_DAY:
        sums.append(sums[-1] + (SECONDS_PER_DAY if is_workday(day) else 0))
        day += timedelta(days=1)
    return tuple(sums)


def _seconds(moment: time) -> float:
    return moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1_000_000


def worked(moment: datetime) -> float:
    """W(t): working seconds from FIRST_DAY up to `moment` (local wall time)."""
    before = _cumulative()[(moment.date() - FIRST_DAY).days]
    if not is_workday(moment.date()):
        return before
    clock = _seconds(moment.time())
    return before + sum(min(max(clock - _seconds(start), 0), _seconds(end) - _seconds(start)) for start, end in SHIFTS)


def after(moment: datetime, seconds: float) -> datetime:
    """The first instant at which `seconds` of working time have passed since `moment`, in whole seconds."""
    goal = worked(moment) + round(seconds)
    sums = _cumulative()
    # A goal at the very end of a day belongs to that day's evening, not to the next morning.
    index = bisect_right(sums, goal - 0.5) - 1
    rest = goal - sums[index]
    day = FIRST_DAY + timedelta(days=index)
    for start, end in SHIFTS:
        length = _seconds(end) - _seconds(start)
        if rest <= length:
            return max(moment, datetime.combine(day, start) + timedelta(seconds=rest))
        rest -= length
    raise ValueError("more working seconds than a day has")


@cache
def workdays(start: date, end: date) -> tuple[date, ...]:
    """The days worked from `start` up to but without `end`."""
    days = ((start + timedelta(days=n)) for n in range((end - start).days))
    return tuple(day for day in days if is_workday(day))


@cache
def next_workday(day: date, count: int = 0) -> date:
    """`day` itself if worked, else the next day worked; then `count` days worked further."""
    while not is_workday(day):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not is_workday(day):
            day += timedelta(days=1)
    return day


@cache
def before(day: date, count: int) -> date:
    """The `count`-th day worked before `day`."""
    for _ in range(count):
        day -= timedelta(days=1)
        while not is_workday(day):
            day -= timedelta(days=1)
    return day
