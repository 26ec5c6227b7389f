"""Half-open periods of business days: how they are written, cut, and compared with a year earlier."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from cockpit.errors import UsageError

Grain = Literal["day", "week", "month", "quarter", "year", "all"]

FIRST_YEAR, LAST_YEAR = 1900, 2199
_DAY = timedelta(days=1)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LABEL = re.compile(r"(?P<year>\d{4})(-W(?P<week>\d{2})|-Q(?P<quarter>[1-4])|-(?P<month>\d{2})(-\d{2})?)?")


@dataclass(frozen=True)
class Period:
    """Business days from `start` (inclusive) to `end` (exclusive).

    `label` is how the period is written: ``2018-01-31``, ``2018-W05`` (ISO week), ``2018-01``, ``2018-Q1``, ``2018``;
    None for grain ``all``. A period cut by the window asked for keeps its label.
    """

    start: date
    end: date
    label: str | None
    grain: Grain
    month_start_day: int = 1

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def cut(self, start: date, end: date) -> Period:
        """The part of this period inside [start, end)."""
        return replace(self, start=max(self.start, start), end=min(self.end, end))


def parse_day(text: str) -> date:
    """The day of an ISO text such as ``2018-01-31``. UsageError where it is none."""
    day = None
    if _ISO_DAY.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UsageError("day_not_readable", value=text)
    return day


def check_month_start_day(day: int) -> int:
    """`day` itself if every month has it (1–28), else UsageError."""
    if not 1 <= day <= 28:
        raise UsageError("month_start_day_not_possible", value=day)
    return day


def _month_index(day: date, month_start_day: int) -> int:
    """Years × 12 + months of the business month that holds `day`.

    A month takes the name of the calendar month that holds most of its days: one that begins on the 26th belongs to
    the month after. Up to the 16th the month it begins in has most of an average month (30.4 days).
    """
    began = day.year * 12 + day.month - 1 - (day.day < month_start_day)
    return began + (month_start_day > 16)


def _month_begin(index: int, month_start_day: int) -> date:
    """First day of a business month; the inverse of `_month_index`."""
    began = index - (month_start_day > 16)
    return date(began // 12, began % 12 + 1, month_start_day)


def _months(first: int, count: int, label: str, grain: Grain, month_start_day: int) -> Period:
    start, end = _month_begin(first, month_start_day), _month_begin(first + count, month_start_day)
    return Period(start, end, label, grain, month_start_day)


def period_of(day: date, grain: Grain, month_start_day: int = 1) -> Period:
    """The whole period of `grain` that holds `day`. Quarters and years are made of business months.

    Grain ``all`` has no natural period and raises UsageError.
    """
    check_month_start_day(month_start_day)
    if grain == "day":
        return Period(day, day + _DAY, day.isoformat(), grain, month_start_day)
    if grain == "week":
        year, week, weekday = day.isocalendar()
        start = day - timedelta(days=weekday - 1)
        return Period(start, start + 7 * _DAY, f"{year:04d}-W{week:02d}", grain, month_start_day)
    index = _month_index(day, month_start_day)
    year, month = divmod(index, 12)
    if grain == "month":
        return _months(index, 1, f"{year:04d}-{month + 1:02d}", grain, month_start_day)
    if grain == "quarter":
        return _months(index - month % 3, 3, f"{year:04d}-Q{month // 3 + 1}", grain, month_start_day)
    if grain == "year":
        return _months(index - month, 12, f"{year:04d}", grain, month_start_day)
    raise UsageError("grain_without_period", grain=grain)


def parse_period(label: str, month_start_day: int = 1) -> Period:
    """The whole period a label names. UsageError where it is none."""
    check_month_start_day(month_start_day)
    found = _LABEL.fullmatch(label)
    if found is None or not FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
        raise UsageError("period_not_readable", value=label)
    year = int(found["year"])
    try:
        if found["week"]:
            return period_of(date.fromisocalendar(year, int(found["week"]), 1), "week", month_start_day)
        if found["quarter"]:
            first = year * 12 + 3 * (int(found["quarter"]) - 1)
            return period_of(_month_begin(first, month_start_day), "quarter", month_start_day)
        if len(label) == 10:
            return period_of(date.fromisoformat(label), "day", month_start_day)
        if found["month"]:
            month = date(year, int(found["month"]), 1).month
            return period_of(_month_begin(year * 12 + month - 1, month_start_day), "month", month_start_day)
    except ValueError as error:
        raise UsageError("period_not_readable", value=label) from error
    return period_of(_month_begin(year * 12, month_start_day), "year", month_start_day)


def periods(start: date, end: date, grain: Grain, month_start_day: int = 1) -> list[Period]:
    """The periods of `grain` from `start` (inclusive) to `end` (exclusive), oldest first.

    They tile the window: the first and the last are cut where the window begins or ends inside them. Grain ``all``
    gives the window as one period without a label. UsageError where the window is empty.
    """
    if start >= end:
        raise UsageError("window_is_empty", start=start.isoformat(), end=end.isoformat())
    check_month_start_day(month_start_day)
    if grain == "all":
        return [Period(start, end, None, grain, month_start_day)]
    tiles = []
    day = start
    while day < end:
        whole = period_of(day, grain, month_start_day)
        tiles.append(whole.cut(start, end))
        day = whole.end
    return tiles


def whole(period: Period) -> Period:
    """The period uncut."""
    if period.grain == "all":
        return period
    return period_of(period.start, period.grain, period.month_start_day)


def previous(period: Period) -> Period:
    """The whole period before; with grain ``all`` the window of the same length that ends where this one begins."""
    if period.grain == "all":
        return replace(period, start=period.start - period.days * _DAY, end=period.start)
    return period_of(whole(period).start - _DAY, period.grain, period.month_start_day)


def _year_back(day: date) -> date:
    """The same calendar day a year earlier; 28 February for 29 February."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def same_window_year_earlier(start: date, end: date) -> tuple[date, date]:
    """The same calendar days a year earlier, as [start, end).

    29 February has no counterpart a year earlier. A window that ends with 28 February takes the 29th of a leap year in
    only when it begins with a month, so that whole months stay whole.
    """
    if (end.month, end.day) == (2, 29):
        earlier_end = date(end.year - 1, 3, 1)
    else:
        earlier_end = _year_back(end)
        last = earlier_end - _DAY
        if (last.month, last.day) == (2, 29) and start.day != 1:
            earlier_end = last
    return _year_back(start), earlier_end


def year_earlier(period: Period) -> Period:
    """The period of the same name a year earlier: same ISO week number, same month, same quarter.

    A week 53 meets the last week of a year that has only 52. A cut period is cut to the same days.
    """
    if period.grain == "week":
        return _week_year_earlier(period)
    start, end = same_window_year_earlier(period.start, period.end)
    if period.grain == "all":
        return replace(period, start=start, end=end)
    if period.grain == "day":
        return period_of(start, "day", period.month_start_day)
    natural = whole(period)
    earlier = period_of(_year_back(natural.start), period.grain, period.month_start_day)
    return earlier if (period.start, period.end) == (natural.start, natural.end) else earlier.cut(start, end)


def _week_year_earlier(period: Period) -> Period:
    year, week, _ = period.start.isocalendar()
    last_week = date(year - 1, 12, 28).isocalendar().week
    earlier = period_of(date.fromisocalendar(year - 1, min(week, last_week), 1), "week", period.month_start_day)
    skipped = period.start - whole(period).start
    start = earlier.start + skipped
    return earlier.cut(start, start + period.days * _DAY)
