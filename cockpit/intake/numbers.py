"""How one column writes its numbers, decided for the column as a whole, and the SQL that reads them exactly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cockpit.intake.sql import Reading, half_width, literal

# what may stand around a number without changing it
_CURRENCY = r"CNY|RMB|USD|EUR|GBP|JPY|HKD|HK\$|US\$|NT\$|人民币|美元|欧元|港元|日元|[¥￥$€£元圆块]"
_MULTIPLES = {"百万": 6, "千万": 7, "十万": 5, "万": 4, "亿": 8, "千": 3, "%": -2, "‰": -3}
_COMMA_SURE = re.compile(r"\d\.\d{3},\d|\d,\d{1,2}(?!\d)|\d,\d{4,}")
_POINT_SURE = re.compile(r"\d,\d{3}\.\d|\d,\d{3},\d{3}|(?:^|\D)0\.\d|\d{4,}\.\d|\d\.\d{1,2}(?!\d)|\d\.\d{4,}")
_COMMA_MAYBE = re.compile(r"^\D*\d{1,3},\d{3}\D*$")
_POINT_GROUPS = re.compile(r"\d\.\d{3}\.\d{3}")
_UNIT = re.compile(r"\d\s*[^\W\d_]+\s*$")
_TWO_UNITS = re.compile(r"\d\s*[^\W\d_]+\s*-?\d")


@dataclass(frozen=True)
class NumberStyle:
    """`comma` where a comma separates decimals; `exponent` is the power of ten the header itself states (万元 → 4)."""

    comma: bool = False
    exponent: int = 0


def exponent_of(scale: Decimal) -> int:
    """10000 → 4, 0.01 → -2."""
    return scale.normalize().adjusted()


def decimal_mark(values: Iterable[str]) -> str | None:
    """``,`` or ``.`` where the values settle which one separates decimals, else None."""
    comma = point = False
    for value in values:
        text = value.replace("，", ",").replace("．", ".")
        comma = comma or bool(_COMMA_SURE.search(text)) or bool(_POINT_GROUPS.search(text))
        point = point or (bool(_POINT_SURE.search(text)) and not _COMMA_SURE.search(text))
    if comma == point:
        return None
    return "," if comma else "."


def is_two_units(value: str) -> bool:
    """``15件460本``: two quantities of two units, which are no one number."""
    return bool(_TWO_UNITS.search(value)) and not any(word in value for word in ("万", "亿", "千"))


def has_unit(value: str) -> bool:
    """``-40本``: a number with its unit behind it."""
    return bool(_UNIT.search(value)) and not re.search(r"(万|亿|千|元|[Ee])\s*$", value)


def plain_number(text: str, kind: str) -> str:
    """SQL for the number in a text of digits, as the DuckDB type `kind`; null where it is none."""
    return f"TRY_CAST({text} AS {kind})"


def number(kind: str, style: NumberStyle, quantity: bool) -> Reading:
    """How the exact number in a trimmed text is read, as the DuckDB type `kind`; null where it is none.

    Currency signs, thousands separators, 万 / 亿, percent, brackets and a minus behind are understood; a unit behind
    only where `quantity`.
    """
    bare = half_width("text")
    bare = f"regexp_replace(replace(replace({bare}, '−', '-'), '–', '-'), {literal(f'(?i){_CURRENCY}')}, '', 'g')"
    group, mark = ("[.'’ ]", ",") if style.comma else ("[,'’ ]", r"\.")
    # sign or bracket, digits, power of ten, what multiplies, what closes; separators must cut groups of three
    pattern = rf"^\s*([-+]?\s*\(?)\s*(\d{{1,3}}(?:{group}\d{{3}})+(?:{mark}\d*)?|\d+{mark}?\d*|{mark}\d+)"
    pattern += r"(?:[eE]([-+]?\d{1,2}))?\s*(百万|千万|十万|万|亿|千|%|‰)?\s*(\)?\s*-?)\s*"
    pattern += r"\p{L}{0,6}$" if quantity else r"$"
    parts = f"regexp_extract(bare, {literal(pattern)}, ['sign', 'digits', 'power', 'multiple', 'close'])"
    digits = f"replace(regexp_replace(part.digits, {literal(group)}, '', 'g'), ',', '.')"
    cases = " ".join(f"WHEN {literal(word)} THEN {shift}" for word, shift in _MULTIPLES.items())
    # a sign of percent in the cell already says what the header says
    exponent = f"(CASE part.multiple {cases} ELSE {style.exponent} END + coalesce(TRY_CAST(part.power AS INTEGER), 0))"
    opened, closed = "contains(part.sign, '(')", "contains(part.close, ')')"
    before, behind = "contains(part.sign, '-')", "contains(part.close, '-')"
    minus = f"(CASE WHEN {before} <> ({opened} OR {behind}) THEN '-' ELSE '' END)"
    value = (
        f"CASE WHEN {opened} = {closed} AND NOT ({before} AND {behind})"
        f" THEN TRY_CAST({minus} || {digits} || 'e' || {exponent} AS {kind}) END"
    )
    return Reading(value, (("bare", bare), ("part", parts)))
