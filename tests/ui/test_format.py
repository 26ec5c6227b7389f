"""Numbers, units and dates as people read them."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.locale import Language
from cockpit.ui import format as fmt


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.001, "<0.01"),
        (-0.001, "\u2212<0.01"),
        (0.0135, "0.01"),
        (9.2, "9.20"),
        (9.996, "10.0"),
        (36.68, "36.7"),
        (99.96, "100"),
        (110.24, "110"),
        (1284, "1,284"),
        (-2.3, "\u22122.30"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert fmt.significant(value) == text


def test_a_sign_is_printed_only_where_asked() -> None:
    assert fmt.significant(1.6, sign=True) == "+1.60"
    assert fmt.significant(0, sign=True) == "0"


@pytest.mark.parametrize(
    ("value", "language", "currency", "number", "unit"),
    [
        (186_400_000, "zh_CN", "CNY", "1.86", "亿元"),
        (12_840_000, "zh_CN", "CNY", "1,284", "万元"),
        (186_400_000, "en", "CNY", "186", "m CNY"),
        (9_161_996.18, "zh_CN", "GBP", "916", "万 GBP"),
        (9_161_996.18, "zh_CN", None, "916", "万"),
        (4_500, "en", None, "4.50", "k"),
        (820, "zh_CN", "CNY", "820", "元"),
    ],
)
def test_amounts_choose_their_step(value: float, language: Language, currency: str, number: str, unit: str) -> None:
    scale = fmt.scale_for([value], "amount", language, currency=currency)
    assert (scale.number(value), scale.unit) == (number, unit)


def test_an_unknown_currency_is_never_called_yuan() -> None:
    assert "元" not in fmt.scale_for([5e8], "amount", "zh_CN").unit


def test_one_scale_for_all_values_of_a_block() -> None:
    scale = fmt.scale_for([2e8, 3e4, None], "amount", "zh_CN", currency="CNY")
    assert scale.unit == "亿元"
    assert scale.number(3e4) == "<0.01"


def test_hours_say_which_clock() -> None:
    assert fmt.scale_for([9.2], "hours", "zh_CN", clock="working").unit == "工作小时"
    assert fmt.scale_for([9.2], "hours", "en", clock="calendar").unit == "h"


def test_shares_are_percent() -> None:
    assert fmt.percent(0.0166) == "1.66%"
    assert fmt.scale_for([0.0166], "share", "en").with_suffix(0.0166) == "1.66%"


def test_counts_are_whole() -> None:
    scale = fmt.scale_for([41], "count", "zh_CN", counted="approval_outcomes")
    assert (scale.number(41.0, sign=True), scale.unit) == ("+41", "单")


def test_missing_is_a_dash_and_not_zero() -> None:
    assert fmt.scale_for([None], "amount", "zh_CN").number(None) == fmt.ABSENT
    assert fmt.percent(None) == fmt.whole(None) == fmt.exact(None) == fmt.day(None, "en") == fmt.ABSENT


def test_days_in_both_languages() -> None:
    friday = date(2026, 11, 20)
    assert fmt.long_day(friday, "zh_CN") == "2026-11-20（周五）"
    assert fmt.long_day(friday, "en") == "Fri 20 Nov 2026"
    assert (fmt.short_day(friday, "zh_CN"), fmt.short_day(friday, "en")) == ("11-20", "20 Nov")


def test_windows_name_whole_months() -> None:
    assert fmt.window(date(2026, 11, 1), date(2026, 12, 1), "zh_CN") == "2026 年 11 月"
    assert fmt.window(date(2026, 1, 1), date(2026, 12, 1), "en") == "Jan 2026 – Nov 2026"
    assert fmt.window(date(2024, 9, 26), date(2024, 10, 26), "zh_CN") == "2024-09-26 – 2024-10-25"


@pytest.mark.parametrize(
    ("period", "chinese", "english"),
    [
        ("2026-11", "2026 年 11 月", "Nov 2026"),
        ("2026-W47", "2026 年第 47 周", "W47 2026"),
        ("2026-Q4", "2026 年第 4 季度", "Q4 2026"),
        ("2026", "2026", "2026"),
        (None, fmt.ABSENT, fmt.ABSENT),
    ],
)
def test_periods(period: str | None, chinese: str, english: str) -> None:
    assert (fmt.period(period, "zh_CN"), fmt.period(period, "en")) == (chinese, english)


def test_facts_are_joined_as_each_language_does() -> None:
    assert fmt.join(["a", "", "b"], "zh_CN") == "a · b"
    assert fmt.join(["a", "", "b"], "en") == "a, b"
    assert fmt.spaced("P90", "zh_CN") == " P90 "
    assert fmt.spaced("部门", "zh_CN") == "部门"


def test_elapsed_time() -> None:
    assert fmt.elapsed(142.2, "zh_CN") == "5 天 22 小时"
    assert fmt.elapsed(0.5, "en") == "30 min"
    assert fmt.elapsed(3, "en") == "3 h"
