"""Numbers, units, dates and periods as people read them, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cockpit.locale import Language, t

MINUS = "\u2212"
DASH = "–"
ABSENT = "—"
NO_BREAK = "\u00a0"

_STEPS: dict[Language, tuple[tuple[float, str], ...]] = {
    "zh_CN": ((1e8, "亿"), (1e4, "万")),
    "en": ((1e6, "m"), (1e3, "k")),
}
_SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "zh_CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


@dataclass(frozen=True)
class Scale:
    """How a block writes its figures: divide by `divisor`, write `unit` once; `suffix` is the unit beside a delta.

    `counts` are whole numbers, not measurements.
    """

    divisor: float
    unit: str
    suffix: str
    counts: bool = False

    def number(self, value: float | None, *, sign: bool = False) -> str:
        """The figure without its unit; a dash where there is none."""
        if value is None:
            return ABSENT
        if self.counts and value == int(value):
            return ("+" if sign and value > 0 else "") + whole(int(value))
        return significant(value / self.divisor, sign=sign)

    def with_suffix(self, value: float | None, *, sign: bool = False) -> str:
        """The figure with the short unit: ``1.81 亿``, ``6.2%``, ``9.2``."""
        if value is None or not self.suffix:
            return self.number(value, sign=sign)
        gap = "" if self.suffix == "%" else " "
        return f"{self.number(value, sign=sign)}{gap}{self.suffix}"


def significant(value: float, *, sign: bool = False) -> str:
    """Three significant digits, thousands separated, never fewer digits before the point than the number has.

    A value too small for two decimals is written ``<0.01``: what is not zero never looks like zero.
    """
    before = MINUS if value < 0 else "+" if sign and value > 0 else ""
    size = abs(value)
    if size == 0:
        return "0"
    if size < 0.005:
        return f"{before}<0.01"
    for decimals in (2, 1):
        if round(size, decimals) < 10 ** (3 - decimals):
            return f"{before}{size:.{decimals}f}"
    return f"{before}{size:,.0f}"


def exact(value: float | int | None, decimals: int = 2) -> str:
    """All digits with a fixed number of decimals, for lines of a document."""
    if value is None:
        return ABSENT
    before = MINUS if value < 0 else ""
    return f"{before}{abs(value):,.{decimals}f}"


def whole(value: int | None) -> str:
    """A count."""
    return ABSENT if value is None else f"{MINUS if value < 0 else ''}{abs(value):,}"


def percent(share: float | None, *, sign: bool = False) -> str:
    """A fraction as percent: 0.0166 → ``1.66%``."""
    return ABSENT if share is None else f"{significant(share * 100, sign=sign)}%"


def scale_for(
    values: Iterable[float | None],
    unit: str,
    language: Language,
    *,
    currency: str | None = None,
    clock: str = "",
    counted: str = "",
) -> Scale:
    """One scale for all `values` of a block, in the metric's `unit`.

    `currency` is written where it is known; `clock` tells working hours from hours around the clock; `counted` is
    the metric whose catalogue word says what is counted.
    """
    if unit == "amount":
        largest = max((abs(v) for v in values if v is not None), default=0.0)
        money = currency_name(currency, language)
        for step, word in _STEPS[language]:
            if largest >= step:
                gap = "" if language == "zh_CN" and money in ("", "元") else " "
                return Scale(step, f"{word}{gap}{money}".strip(), word)
        return Scale(1, money, "")
    if unit == "share":
        return Scale(0.01, "%", "%")
    if unit == "count":
        word = t(f"ui.counted.{counted}", language)
        return Scale(1, "" if word.startswith("ui.") else word, "", counts=True)
    word = f"{unit}_{clock}" if clock in ("working", "calendar") else unit
    return Scale(1, t(f"ui.unit.{word}", language), "")


def currency_name(currency: str | None, language: Language) -> str:
    """The currency beside an amount: 元 for CNY in Chinese, else its code; empty where it is not known."""
    if not currency:
        return ""
    return "元" if language == "zh_CN" and currency.upper() == "CNY" else currency.upper()


def day(value: date | None, language: Language) -> str:
    """``2026-11-20``; English ``20 Nov 2026``."""
    if value is None:
        return ABSENT
    if language == "en":
        return f"{value.day} {_SHORT_MONTHS[value.month - 1]} {value.year}"
    return f"{value:%Y-%m-%d}"


def short_day(value: date, language: Language) -> str:
    """``11-20``; English ``20 Nov``."""
    return f"{value.day} {_SHORT_MONTHS[value.month - 1]}" if language == "en" else f"{value:%m-%d}"


def weekday(value: date, language: Language) -> str:
    return _WEEKDAYS[language][value.weekday()]


def long_day(value: date, language: Language) -> str:
    """``2026-11-20（周五）``; English ``Fri 20 Nov 2026``."""
    if language == "en":
        return f"{weekday(value, language)} {day(value, language)}"
    return f"{day(value, language)}（{weekday(value, language)}）"


def moment(value: datetime | None, language: Language) -> str:
    """Day and minute on the wall clock the instant carries."""
    return ABSENT if value is None else f"{day(value.date(), language)} {value:%H:%M}"


def short_moment(value: datetime, language: Language) -> str:
    return f"{short_day(value.date(), language)} {value:%H:%M}"


def weekday_day(value: date, language: Language) -> str:
    """``11-12 周四``; English ``Thu 12 Nov``."""
    parts = (short_day(value, language), weekday(value, language))
    return " ".join(reversed(parts) if language == "en" else parts)


def weekday_moment(value: datetime, language: Language) -> str:
    """``11-12 周四 16:20``; English ``Thu 12 Nov 16:20``."""
    return f"{weekday_day(value.date(), language)} {value:%H:%M}"


def month(value: date, language: Language) -> str:
    """``2026 年 11 月``; English ``Nov 2026``."""
    if language == "en":
        return f"{_SHORT_MONTHS[value.month - 1]} {value.year}"
    return f"{value.year} 年 {value.month} 月"


def window(start: date, end: date, language: Language) -> str:
    """A half-open span of days: whole months by name, anything else by first and last day."""
    last = end - timedelta(days=1)
    if start.day == 1 and end.day == 1:
        if (last.year, last.month) == (start.year, start.month):
            return month(start, language)
        return f"{month(start, language)} {DASH} {month(last, language)}"
    return f"{day(start, language)} {DASH} {day(last, language)}"


def short_month(value: date, language: Language) -> str:
    """``10 月``; English ``Oct``."""
    return _SHORT_MONTHS[value.month - 1] if language == "en" else f"{value.month} 月"


def period(text: str | None, language: Language) -> str:
    """A period of the interface (``2018-01``, ``2018-W05``, ``2018-Q1``) in the reader's words."""
    if text is None:
        return ABSENT
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return month(date(int(match[1]), int(match[2]), 1), language)
    if match := re.fullmatch(r"(\d{4})-W(\d{2})", text):
        return t("ui.period.week", language, year=match[1], week=int(match[2]))
    if match := re.fullmatch(r"(\d{4})-Q(\d)", text):
        return t("ui.period.quarter", language, year=match[1], quarter=match[2])
    return text


def axis_month(text: str, language: Language, *, with_year: bool) -> tuple[str, ...]:
    """The lines under a month's column: the month, and the year where `with_year` asks for it."""
    match = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if match is None:
        return (text,)
    number = int(match[2])
    name = _SHORT_MONTHS[number - 1] if language == "en" else f"{number}月"
    return (name, match[1]) if with_year else (name,)


def spaced(name: str, language: Language) -> str:
    """A name inside a Chinese sentence: Latin letters and digits keep a space to the characters around them."""
    if language == "en" or not name:
        return name
    return (" " if name[0].isascii() else "") + name + (" " if name[-1].isascii() else "")


def joint(language: Language) -> str:
    """What stands between facts: `` · `` in Chinese, a comma in English."""
    return ", " if language == "en" else " · "


def join(parts: Iterable[str], language: Language) -> str:
    """Facts side by side; empty parts are left out."""
    return joint(language).join(part for part in parts if part)


def listed(parts: Iterable[str], language: Language) -> str:
    """Things of one kind: 、 in Chinese, a comma in English."""
    return (", " if language == "en" else "、").join(part for part in parts if part)


def elapsed(hours: float, language: Language) -> str:
    """Time around the clock in days and hours: ``5 天 22 小时``."""
    days, rest = divmod(round(hours), 24)
    if hours < 1:
        return t("ui.elapsed.minutes", language, minutes=round(hours * 60))
    if not days:
        return t("ui.elapsed.hours", language, hours=rest)
    return t("ui.elapsed.days", language, days=days, hours=rest)
