"""China's days off: the published ones as published, later ones by law until the State Council's notice is out."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from chinese_calendar import constants

OFFICIAL_YEARS = range(min(constants.holidays).year, max(constants.holidays).year + 1)

# Days that follow the moon, from the published almanac: first day of Spring Festival, Dragon Boat, Mid-Autumn.
_MOON: dict[int, tuple[tuple[int, int], tuple[int, int], tuple[int, int]]] = {
    2027: ((2, 6), (6, 9), (9, 15)),
    2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)),
    2030: ((2, 3), (6, 5), (9, 12)),
    2031: ((1, 23), (6, 24), (10, 1)),
    2032: ((2, 11), (6, 12), (9, 19)),
    2033: ((1, 31), (6, 1), (9, 8)),
    2034: ((2, 19), (6, 20), (9, 27)),
    2035: ((2, 8), (6, 10), (9, 16)),
    2036: ((1, 28), (5, 30), (10, 4)),
    2037: ((2, 15), (6, 18), (9, 24)),
    2038: ((2, 4), (6, 7), (9, 13)),
    2039: ((1, 24), (5, 27), (10, 2)),
    2040: ((2, 12), (6, 14), (9, 20)),
}


@cache
def holidays_by_law(year: int) -> frozenset[date]:
    """Statutory days off of a year (rules in force since 2025), without bridge days and make-up days.

    Beyond the almanac above only the days fixed in the solar year are known.
    """
    days = {
        date(year, 1, 1),
        date(year, 5, 1),
        date(year, 5, 2),
        date(year, 10, 1),
        date(year, 10, 2),
        date(year, 10, 3),
    }
    days.add(date(year, 4, _clear_and_bright(year)))
    if year in _MOON:
        spring, dragon_boat, mid_autumn = (date(year, *day) for day in _MOON[year])
        days |= {spring + timedelta(days=offset) for offset in range(-1, 3)} | {dragon_boat, mid_autumn}
    return frozenset(days)


def _clear_and_bright(year: int) -> int:
    """Day of April of 清明, by the usual formula for the 21st century."""
    short = year % 100
    return int(short * 0.2422 + 4.81) - (short - 1) // 4


def is_work_in_china(day: date) -> bool:
    """Whether the day is worked: as published where the year is, else Monday to Friday less the days off by law."""
    if day.year in OFFICIAL_YEARS:
        return day in constants.workdays or (day.weekday() < 5 and day not in constants.holidays)
    if day.year < OFFICIAL_YEARS.start:
        return day.weekday() < 5
    return day.weekday() < 5 and day not in holidays_by_law(day.year)
