"""The Chinese working calendar: which days are worked, in which hours, and the working time between instants."""

from cockpit.calendar.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    Calendar,
    DayOverride,
    Rule,
    after,
    build_calendar,
    off_hours,
    working_between,
    working_seconds,
)
from cockpit.calendar.shifts import DEFAULT_SHIFTS, Shifts, parse_shifts, shifts_text

__all__ = [
    "DEFAULT_SHIFTS",
    "FIRST_YEAR",
    "LAST_YEAR",
    "Calendar",
    "DayOverride",
    "Rule",
    "Shifts",
    "after",
    "build_calendar",
    "off_hours",
    "parse_shifts",
    "shifts_text",
    "working_between",
    "working_seconds",
]
