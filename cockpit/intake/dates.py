"""How one column writes its days and instants, decided for the column as a whole, and the SQL that reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cockpit.intake.sql import Reading, half_width, literal

Order = Literal["dmy", "mdy"]

NO_DATE = ("0", "00000000", "0000-00-00", "0000/00/00", "0000-00-00 00:00:00", "00.00.0000", "00/00/0000")
ISO = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?"
OFFSET = r"\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)? ?(?:Z|z|[-+]\d{2}(?::?\d{2})?)"
SHORT = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:$|[ T,])"
MONTH = r"^(\d{4})[-/.]?(\d{1,2})-?$"
_NAMED = tuple(
    f"{day}{time}"
    for day in (
        "%d-%b-%Y",
        "%d-%b-%y",
        "%d %b %Y",
        "%d %B %Y",
        "%d-%B-%Y",
        "%b %d %Y",
        "%B %d %Y",
        "%d.%b.%Y",
        "%Y-%b-%d",
    )
    for time in ("", " %H:%M", " %H:%M:%S", " %I:%M:%S %p", " %I:%M %p")
)


@dataclass(frozen=True)
class DateStyle:
    """`order` of short dates such as 05/03/2024; `month` where a month stands for its first or last day."""

    order: Order | None = None
    month: Literal["first", "last"] | None = None
    year: int | None = None  # the year of values such as 3月份


def is_plain(raw: str) -> str:
    """SQL: whether the trimmed text is an ISO day or instant without offset."""
    return f"regexp_full_match({raw}, {literal(ISO)})"


def normal(raw: str) -> str:
    """SQL: Chinese marks, dots and full-width signs as an ISO text; other forms stay as they are."""
    text = half_width(raw)
    for mark, sign in (
        ("年", "-"),
        ("月份", "-"),
        ("月", "-"),
        ("日", " "),
        ("号", " "),
        ("时", ":"),
        ("点", ":"),
        ("分", ":"),
        ("秒", ""),
    ):
        text = f"replace({text}, {literal(mark)}, {literal(sign)})"
    text = f"regexp_replace({text}, '^(星期.|周.) ?', '')"
    text = f"regexp_replace({text}, '^(\\d{{4}})[./](\\d{{1,2}})[./](\\d{{1,2}})', '\\1-\\2-\\3')"
    text = f"regexp_replace({text}, ' {{2,}}', ' ', 'g')"
    return f"rtrim(trim({text}), ':')"


def _checked(timestamp: str) -> str:
    return f"(CASE WHEN year({timestamp}) BETWEEN 1900 AND 9999 THEN {timestamp} END)"


def plain_instant(text: str, zone: str) -> str:
    """SQL for the UTC instant of an ISO text without offset, which is the wall time of `zone`."""
    return f"timezone('UTC', timezone({literal(zone)}, {_checked(f'TRY_CAST({text} AS TIMESTAMP)')}))"


def plain_day(text: str) -> str:
    """SQL for the day of an ISO text without offset."""
    return f"CAST({_checked(f'TRY_CAST({text} AS TIMESTAMP)')} AS DATE)"


def _turned(style: DateStyle) -> str:
    """SQL: a short date such as 5/3/24 as year-month-day."""
    if style.order is None:
        return "CAST(NULL AS VARCHAR)"
    day, month = (1, 2) if style.order == "dmy" else (2, 1)
    text = "normal"
    for width, century in (("4", ""), ("2", "20")):
        pattern = rf"^(\d{{1,2}})[/.\-](\d{{1,2}})[/.\-](\d{{{width}}})(?:,? |T|$)"
        long = century + "\\3-" + f"\\{month}-\\{day} "
        text = f"regexp_replace({text}, {literal(pattern)}, {literal(long)})"
    return f"CASE WHEN regexp_matches(normal, {literal(SHORT)}) THEN trim({text}) END"


def _wall(style: DateStyle) -> str:
    """SQL: the wall-clock instant in ``normal``, a text without offset, or ``turned``, its short date made long."""
    twelve = "['%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M %p']"
    branches = [
        f"WHEN turned IS NOT NULL THEN CASE WHEN regexp_full_match(turned, {literal(ISO)})"
        f" THEN TRY_CAST(turned AS TIMESTAMP) ELSE try_strptime(turned, {twelve}) END",
        f"WHEN regexp_full_match(normal, {literal(ISO)}) THEN TRY_CAST(normal AS TIMESTAMP)",
        r"WHEN regexp_full_match(normal, '\d{8}') THEN try_strptime(normal, '%Y%m%d')",
        r"WHEN regexp_full_match(normal, '\d{14}') THEN try_strptime(normal, '%Y%m%d%H%M%S')",
        r"WHEN regexp_full_match(normal, '\d{8}[ T]\d{2}:\d{2}(:\d{2})?') THEN"
        " try_strptime(normal, ['%Y%m%d %H:%M:%S', '%Y%m%d %H:%M', '%Y%m%dT%H:%M:%S', '%Y%m%dT%H:%M'])",
        # a spreadsheet's serial day, 20000 = 1954, 80000 = 2119; its fraction is the time of day
        r"WHEN regexp_full_match(normal, '\d{5}(\.\d+)?') AND TRY_CAST(normal AS DOUBLE) BETWEEN 20000 AND 80000"
        " THEN TIMESTAMP '1899-12-30' + to_milliseconds(round(TRY_CAST(normal AS DOUBLE) * 86400000)::BIGINT)",
    ]
    if style.month:
        branches += _months(style)
    branches.append(f"WHEN regexp_matches(normal, '(?i)[ap]m$') THEN try_strptime(normal, {twelve})")
    named = ", ".join(literal(form) for form in _NAMED)
    branches.append(
        "WHEN regexp_matches(normal, '[A-Za-z]{3}') THEN"
        f" try_strptime(regexp_replace(replace(normal, ',', ' '), ' {{2,}}', ' ', 'g'), [{named}])"
    )
    return f"CASE {' '.join(branches)} END"


def _months(style: DateStyle) -> list[str]:
    def end(first: str) -> str:
        return first if style.month == "first" else f"CAST(last_day({first}) AS TIMESTAMP)"

    whole = f"try_strptime(regexp_replace(normal, {literal(MONTH)}, '\\1-\\2-1'), '%Y-%m-%d')"
    branches = [f"WHEN regexp_matches(normal, {literal(MONTH)}) THEN {end(whole)}"]
    if style.year:
        bare = f"try_strptime('{style.year}-' || rtrim(normal, '-') || '-1', '%Y-%m-%d')"
        branches.append(rf"WHEN regexp_full_match(normal, '\d{{1,2}}-') THEN {end(bare)}")
    return branches


_ABSOLUTE = (
    f"CASE WHEN regexp_full_match(normal, {literal(OFFSET)}) THEN"
    r" TRY_CAST(regexp_replace(normal, ' ?(Z|z|[-+]\d{2}(?::?\d{2})?)$', '\1') AS TIMESTAMPTZ) END"
)


_HAS_OFFSET = f"regexp_full_match(text, {literal(OFFSET)})"


def _steps(style: DateStyle) -> tuple[tuple[str, str], ...]:
    return (
        ("normal", f"CASE WHEN {is_plain('text')} OR {_HAS_OFFSET} THEN text ELSE {normal('text')} END"),
        ("turned", _turned(style)),
        ("absolute", _ABSOLUTE),
        ("wall", f"CASE WHEN absolute IS NULL THEN {_wall(style)} END"),
    )


def instant(style: DateStyle, zone: str) -> Reading:
    """How a trimmed text becomes a UTC instant; wall time without offset is the ledger's `zone`."""
    local = f"timezone('UTC', timezone({literal(zone)}, {_checked('wall')}))"
    return Reading(f"coalesce(timezone('UTC', absolute), {local})", _steps(style))


def day(style: DateStyle, zone: str) -> Reading:
    """How a trimmed text becomes a business day; an instant with offset falls on its day in the ledger's `zone`."""
    return Reading(f"CAST(coalesce({_checked('wall')}, timezone({literal(zone)}, absolute)) AS DATE)", _steps(style))
