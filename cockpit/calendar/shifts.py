"""The hours worked on a day, as people write them and as seconds."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from cockpit.errors import UsageError

Shifts = tuple[tuple[int, int], ...]  # seconds of the local day, [start, end), ascending, apart

DEFAULT_SHIFTS: Shifts = ((9 * 3600, 12 * 3600), (13 * 3600, 18 * 3600))

_RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至到]\s*(\d{1,2}):(\d{2})")
_BETWEEN = re.compile(r"\s*[,;、]\s*")


def parse_shifts(text: str) -> Shifts:
    """Seconds ranges of a text such as ``09:00-12:00,13:00-18:00``; full-width signs are read as well.

    UsageError where a range does not end after it starts, ranges overlap, or one runs over midnight (give the part
    after midnight to the next day).
    """
    shifts = []
    for part in _BETWEEN.split(unicodedata.normalize("NFKC", text).strip()):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise UsageError("shifts_not_readable", value=text)
        start_hour, start_minute, end_hour, end_minute = (int(digits) for digits in found.groups())
        start, end = start_hour * 3600 + start_minute * 60, end_hour * 3600 + end_minute * 60
        if start_minute > 59 or end_minute > 59 or not start < end <= 24 * 3600:
            raise UsageError("shifts_not_readable", value=text)
        shifts.append((start, end))
    shifts.sort()
    if any(one[1] > other[0] for one, other in pairwise(shifts)):
        raise UsageError("shifts_not_readable", value=text)
    return tuple(shifts)


def shifts_text(shifts: Shifts) -> str:
    """The way shifts are stored: ``09:00-12:00,13:00-18:00``; empty for a day off."""
    return ",".join(f"{_clock(start)}-{_clock(end)}" for start, end in shifts)


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"
