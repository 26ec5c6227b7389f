"""What the lines above a table, its sheet's and its file's name say: the period, the day, the company, the side."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cockpit.model import ROLE_HINTS, SIDE_HINTS, Table, fold_header

_DAY = r"((?:19|20)\d{2})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?"
_SPAN = re.compile(_DAY + r"(?:\s+[\d:]+)?\s*(?:-|–|—|~|～|至|到|to|/)+\s*" + _DAY, re.IGNORECASE)
_SPAN_TIGHT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})\s*(?:-|–|—|~|至|到|_)+\s*((?:19|20)\d{2})(\d{2})(\d{2})")
_MONTH = re.compile(r"((?:19|20)\d{2})\s*(?:年\s*第?|[-./])\s*(\d{1,2})\s*(?:月|期|(?![\d.\-/]))")
_ONE_DAY = re.compile(_DAY)
_DAY_TIGHT = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_PRINTED = re.compile(r"打印|制表|导出|print|export|created|run date", re.IGNORECASE)
_COMPANY = re.compile(
    r"^(?:公司|公司名称|核算单位|核算主体|账套|账套名称|组织|company|entity)\s*[:：]\s*(\S.*?)\s*$", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:\s*年|(?!\d))")


@dataclass(frozen=True)
class Fact:
    """A value for a whole sheet, and where it was read."""

    value: str
    source: str


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def find_period(text: str) -> tuple[date, date] | None:
    """The first and last day of a period written in a text: two days, or a whole month."""
    plain = unicodedata.normalize("NFKC", text)
    for pattern in (_SPAN, _SPAN_TIGHT):
        found = pattern.search(plain)
        if found:
            first, last = _day(*found.groups()[:3]), _day(*found.groups()[3:])
            if first and last and first <= last:
                return first, last
    found = _MONTH.search(plain)
    if found and 1 <= int(found[2]) <= 12 and not _ONE_DAY.search(plain):
        year, month = int(found[1]), int(found[2])
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return None


def find_day(text: str) -> date | None:
    """A single day written in a text that is not the day of printing."""
    plain = unicodedata.normalize("NFKC", text)
    if _PRINTED.search(plain):
        return None
    for pattern in (_ONE_DAY, _DAY_TIGHT):
        found = pattern.search(plain)
        if found:
            return _day(*found.groups())
    return None


def find_year(texts: Sequence[str]) -> int | None:
    """The one year the texts name; None where they name none or several."""
    years = {int(match) for text in texts for match in _YEAR.findall(unicodedata.normalize("NFKC", text))}
    return years.pop() if len(years) == 1 else None


def facts_for(
    table: Table, titles: Sequence[str], sheet: str | None, file: str, headers: Sequence[str]
) -> dict[str, Fact]:
    """Values for columns the sheet itself does not have, from titles first, then the sheet's and the file's name."""
    places = [*((title, title) for title in titles), *(((sheet, sheet),) if sheet else ()), (Path(file).stem, file)]
    facts: dict[str, Fact] = {}
    if table.has("period_start") and table.has("period_end"):
        for text, source in places:
            period = find_period(text)
            if period:
                facts["period_start"] = Fact(period[0].isoformat(), source)
                facts["period_end"] = Fact(period[1].isoformat(), source)
                break
    if table.has("as_of_day"):
        for text, source in places:
            period = find_period(text) if find_day(text) is None or _SPAN.search(text) else None
            day = period[1] if period else find_day(text)
            if day:
                facts["as_of_day"] = Fact(day.isoformat(), source)
                break
    if table.has("company"):
        for title in titles:
            found = _COMPANY.match(unicodedata.normalize("NFKC", title).strip())
            if found:
                facts["company"] = Fact(found[1], title)
                break
    for field, hints in (("side", SIDE_HINTS), ("role", ROLE_HINTS)):
        if table.has(field) and table.column(field).kind == "choice":
            told = _told([text for text, _ in places], headers, hints)
            if told:
                facts[field] = told
    return facts


def _told(texts: Sequence[str], headers: Sequence[str], hints: Mapping[str, Sequence[str]]) -> Fact | None:
    """Payable or receivable, supplier or customer: where names, titles or headers speak for one of them only."""
    for group in (texts, headers):
        found: dict[str, str] = {}
        for side, words in hints.items():
            for text in group:
                folded = fold_header(text)
                if any(fold_header(word) in folded for word in words):
                    found.setdefault(side, text)
        if len(found) == 1:
            side, source = next(iter(found.items()))
            return Fact(side, source)
    return None
