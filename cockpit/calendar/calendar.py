"""Working days and hours as one long table, and the working time between any two local instants."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal

from cockpit.calendar.shifts import DEFAULT_SHIFTS, Shifts
from cockpit.calendar.statutory import OFFICIAL_YEARS, is_work_in_china
from cockpit.errors import UsageError

FIRST_YEAR, LAST_YEAR = 1990, 2040

Rule = Literal["china", "weekdays"]


@dataclass(frozen=True, slots=True)
class DayOverride:
    """A day somebody set: a row of the settings table ``calendars``.

    `shifts` None keeps the calendar's own hours. A `provisional` override leaves the mark on figures, any other
    takes it away.
    """

    day: date
    is_work: bool
    shifts: Shifts | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Calendar:
    """One row per day, without gaps. `cum[i]` is the working seconds before day i, one entry more than days."""

    first: date
    shifts: Sequence[Shifts]  # empty on days off
    provisional: Sequence[bool]
    cum: Sequence[int]

    @property
    def end(self) -> date:
        """The day after the last."""
        return self.first + timedelta(days=len(self.shifts))

    def index(self, day: date) -> int:
        """Position of `day`; UsageError where the calendar does not reach: a silent guess would be a wrong figure."""
        position = (day - self.first).days
        if not 0 <= position < len(self.shifts):
            last = self.end - timedelta(days=1)
            raise UsageError(
                "calendar_does_not_reach", day=day.isoformat(), first=self.first.isoformat(), last=last.isoformat()
            )
        return position


@cache
def _rule_days(rule: Rule, first_year: int, last_year: int) -> tuple[tuple[bool, bool], ...]:
    """(worked, provisional) of every day of these years by rule alone."""
    first = date(first_year, 1, 1)
    days = [first + timedelta(days=offset) for offset in range((date(last_year + 1, 1, 1) - first).days)]
    if rule == "weekdays":
        return tuple((day.weekday() < 5, False) for day in days)
    return tuple((is_work_in_china(day), day.year not in OFFICIAL_YEARS) for day in days)


def build_calendar(
    overrides: Iterable[DayOverride] = (),
    first_year: int = FIRST_YEAR,
    last_year: int = LAST_YEAR,
    shifts: Shifts = DEFAULT_SHIFTS,
    rule: Rule = "china",
) -> Calendar:
    """The calendar of these whole years. Overrides outside them are left out; of two for a day the later one counts."""
    first = date(first_year, 1, 1)
    days = _rule_days(rule, first_year, last_year)
    hours: list[Shifts] = [shifts if worked else () for worked, _ in days]
    provisional = [guess for _, guess in days]
    for override in overrides:
        position = (override.day - first).days
        if 0 <= position < len(days):
            own = shifts if override.shifts is None else override.shifts
            hours[position] = own if override.is_work else ()
            provisional[position] = override.provisional
    cum = [0]
    for ranges in hours:
        cum.append(cum[-1] + sum(end - start for start, end in ranges))
    return Calendar(first, hours, provisional, cum)


def working_seconds(calendar: Calendar, local: datetime) -> float:
    """W(t): working seconds from the calendar's first day to `local`, a naive local wall time."""
    day = calendar.index(local.date())
    second = (local - datetime.combine(local.date(), time())).total_seconds()
    return calendar.cum[day] + sum(min(max(second - start, 0), end - start) for start, end in calendar.shifts[day])


def working_between(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Working seconds from `start` to `end`, naive local wall times; negative where `end` is earlier."""
    return working_seconds(calendar, end) - working_seconds(calendar, start)


def after(calendar: Calendar, local: datetime, seconds: float) -> datetime:
    """The first instant by which `seconds` (>= 0) of working time have passed since `local`; the inverse of W.

    UsageError where the calendar ends before.
    """
    if seconds <= 0:
        return local
    target = working_seconds(calendar, local) + seconds
    day = bisect_left(calendar.cum, target) - 1
    if day >= len(calendar.shifts):
        calendar.index(calendar.end)
    left = target - calendar.cum[day]
    for start, end in calendar.shifts[day]:
        if left <= end - start:
            opening = datetime.combine(calendar.first + timedelta(days=day), time())
            return opening + timedelta(seconds=start + left)
        left -= end - start
    raise AssertionError("a day's shifts add up to its working seconds")


def off_hours(calendar: Calendar, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The spans outside working time between two naive local wall times, oldest first, neighbours joined."""
    spans: list[tuple[datetime, datetime]] = []
    free = start
    day = start.date()
    while day <= end.date():
        midnight = datetime.combine(day, time())
        for opens, closes in calendar.shifts[calendar.index(day)]:
            begin = midnight + timedelta(seconds=opens)
            if begin > free:
                spans.append((free, min(begin, end)))
            free = max(free, midnight + timedelta(seconds=closes))
            if free >= end:
                return [(one, other) for one, other in spans if one < other]
        day += timedelta(days=1)
    return [(one, other) for one, other in [*spans, (free, end)] if one < other]
