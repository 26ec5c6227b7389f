"""Numbers, days, instants and codes: read exactly as a plain oracle reads them, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.intake import dates, numbers
from cockpit.intake.dates import DateStyle
from cockpit.intake.numbers import NumberStyle, decimal_mark
from cockpit.intake.sql import Reading
from tests.intake.conftest import Desk, codes, found

Book = Callable[..., Path]
CON = duckdb.connect()


def read(reading: Reading, texts: list[str]) -> list[object]:
    """What a reading makes of each text, in their order."""
    rows = ", ".join(f"({i}, ?)" for i in range(len(texts)))
    source = f"(SELECT * FROM (VALUES {rows}) AS t(place, text))"
    found = CON.execute(f"SELECT text, value FROM ({reading.over(source)})", texts).fetchall()
    values = dict(found)
    return [values[text] for text in texts]


def number(text: str, style: NumberStyle | None = None, quantity: bool = False) -> object:
    return read(numbers.number("DECIMAL(18,4)", style or NumberStyle(), quantity), [text])[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", "1234.56"),
        ("1,234.56-", "-1234.56"),
        ("(1,234.5)", "-1234.5"),
        ("¥1,234", "1234"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("1.2万", "12000"),
        ("3亿元", "300000000"),
        ("１２３．５", "123.5"),
        ("RMB 1,000.00", "1000"),
        ("13%", "0.13"),
        ("4.5E+3", "4500"),
        ("−5", "-5"),
        ("- 5", "-5"),
        (".5", "0.5"),
        ("12,34", None),  # neither thousands nor, here, decimals
        ("1,2345", None),
        ("1.2.3", None),
        ("12-3", None),
        ("--5", None),
        ("(5", None),
        ("abc", None),
        ("-40本", None),  # a unit belongs to quantities only
        ("99999999999999999", None),  # more than the column holds
    ],
)
def test_numbers(text: str, value: str | None) -> None:
    assert number(text) == (None if value is None else Decimal(value))


def test_numbers_of_other_styles() -> None:
    comma = NumberStyle(comma=True)
    assert number("1.234,56-", comma) == Decimal("-1234.56")
    assert number("1.234", comma) == Decimal(1234)
    assert number("12,5", comma) == Decimal("12.5")
    assert number("12.5", comma) is None
    assert number("-40本", quantity=True) == Decimal(-40)
    assert number("12.5", NumberStyle(exponent=4)) == Decimal(125000)
    assert number("13", NumberStyle(exponent=-2)) == Decimal("0.13")
    assert number("13%", NumberStyle(exponent=-2)) == Decimal("0.13")


def test_the_decimal_mark_is_a_matter_of_the_column() -> None:
    assert decimal_mark(["1.234,56", "12"]) == ","
    assert decimal_mark(["1,234.56", "1,234"]) == "."
    assert decimal_mark(["1,234"]) is None
    assert decimal_mark(["1.234.567"]) == ","
    assert decimal_mark(["12,5"]) == ","
    assert decimal_mark(["0.125"]) == "."


AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False)


@given(
    st.lists(AMOUNTS, min_size=1, max_size=30),
    st.sampled_from(["plain", "group", "back", "bracket", "yuan", "comma", "wide", "wan"]),
)
def test_numbers_like_the_oracle(values: list[Decimal], style: str) -> None:
    """However a number is written, the column reads the very number."""

    def write(value: Decimal) -> str:
        size = f"{abs(value):,.4f}" if style in ("group", "back", "bracket", "yuan", "comma") else f"{abs(value):.4f}"
        if style == "back":
            return f"{size}-" if value < 0 else size
        if style == "bracket":
            return f"({size})" if value < 0 else size
        if style == "comma":
            size = size.translate(str.maketrans(",.", ".,"))
        if style == "wide":
            size = size.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
        if style == "wan":
            size = f"{abs(value) / 10000:.8f}万"
        text = f"-{size}" if value < 0 else size
        return f"¥{text}元" if style == "yuan" else text

    texts = [write(value) for value in values]
    reading = numbers.number("DECIMAL(18,4)", NumberStyle(comma=style == "comma"), False)
    assert read(reading, texts) == [value.quantize(Decimal("0.0001"), ROUND_HALF_UP) for value in values]


DAYS = st.dates(date(1955, 1, 1), date(2099, 12, 31))
FORMS: dict[str, Callable[[date], str]] = {
    "iso": lambda d: d.isoformat(),
    "slash": lambda d: f"{d.year}/{d.month}/{d.day}",
    "chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "dots": lambda d: f"{d.year}.{d.month:02}.{d.day:02}",
    "tight": lambda d: d.strftime("%Y%m%d"),
    "midnight": lambda d: f"{d} 00:00:00",
    "serial": lambda d: str((d - date(1899, 12, 30)).days),
    "dmy": lambda d: f"{d.day:02}/{d.month:02}/{d.year}",
    "german": lambda d: f"{d.day}.{d.month}.{d.year}",
    "named": lambda d: d.strftime("%d-%b-%Y"),
    "wide": lambda d: d.isoformat().translate(str.maketrans("0123456789-", "０１２３４５６７８９－")),
}


@given(st.lists(DAYS, min_size=1, max_size=20), st.sampled_from(sorted(FORMS)))
def test_days_like_the_oracle(days: list[date], form: str) -> None:
    texts = [FORMS[form](day) for day in days]
    assert read(dates.day(DateStyle(order="dmy"), "Asia/Shanghai"), texts) == days
    if form == "dmy":
        us = [f"{day.month}/{day.day}/{day.year}" for day in days]
        assert read(dates.day(DateStyle(order="mdy"), "Asia/Shanghai"), us) == days


INSTANTS = st.datetimes(datetime(1995, 1, 1), datetime(2037, 1, 1))


@given(
    st.lists(INSTANTS, min_size=1, max_size=20),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
    st.sampled_from([0, 60, -300, 345, 480]),
)
def test_instants_like_the_oracle(instants: list[datetime], zone: str, minutes: int) -> None:
    """With an offset the offset counts, without one the ledger's zone."""
    offset = timedelta(minutes=minutes)
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    written = [
        f"{(at + offset).isoformat(timespec='milliseconds')}{sign}{size // 60:02}:{size % 60:02}" for at in instants
    ]
    cut = [at.replace(microsecond=at.microsecond // 1000 * 1000) for at in instants]
    assert read(dates.instant(DateStyle(), zone), written) == cut
    walls = [at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) for at in instants]
    clear = [w for w in walls if w.replace(fold=0).utcoffset() == w.replace(fold=1).utcoffset()]
    texts = [w.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds") for w in clear]
    expected = [w.astimezone(UTC).replace(tzinfo=None, microsecond=0) for w in clear]
    if texts:
        assert read(dates.instant(DateStyle(), zone), texts) == expected


@pytest.mark.parametrize(
    "text", ["2024-02-31", "2024-13-01", "12-3-5", "2024-03-05 10:00 CST", "99999999", "abc", "2024年3月"]
)
def test_days_that_are_none(text: str) -> None:
    assert read(dates.day(DateStyle(order="dmy"), "Asia/Shanghai"), [text]) == [None]


def test_a_day_written_as_an_instant_elsewhere_falls_on_the_local_day() -> None:
    assert read(dates.day(DateStyle(), "Asia/Shanghai"), ["2024-03-05T16:00:00Z"]) == [date(2024, 3, 6)]
    assert read(dates.instant(DateStyle(), "Asia/Shanghai"), ["2024年3月5日 10时20分"]) == [datetime(2024, 3, 5, 2, 20)]
    assert read(dates.instant(DateStyle(), "UTC"), ["44819.5", "3/5/2024 1:02 PM"])[0] == datetime(2022, 9, 15, 12)


def test_months_stand_for_their_days() -> None:
    months = ["2024年2月", "2024-02", "202402", "2月份"]
    assert read(dates.day(DateStyle(month="first", year=2024), "UTC"), months) == [date(2024, 2, 1)] * 4
    assert read(dates.day(DateStyle(month="last", year=2024), "UTC"), months) == [date(2024, 2, 29)] * 4


# Whole columns


def sales(*rows: str, head: str = "单据编号,单据日期,客户,物料编码,数量,金额") -> str:
    return "\n".join([head, *rows]) + "\n"


def test_day_first_is_seen_from_values_above_twelve(desk: Desk) -> None:
    part = desk.text(sales("X1,05/03/2024,甲,01,1,10", "X2,25/03/2024,甲,01,1,10"))
    assert [row[0] for row in desk.rows(part, "document_date")] == [date(2024, 3, 5), date(2024, 3, 25)]
    part = desk.text(sales("X1,03/05/2024,甲,01,1,10", "X2,03/25/2024,甲,01,1,10"))
    assert [row[0] for row in desk.rows(part, "document_date")] == [date(2024, 3, 5), date(2024, 3, 25)]


def test_an_open_date_order_is_for_a_person_to_settle(desk: Desk) -> None:
    text = sales("X1,05/03/2024,甲,01,1,10")
    part = desk.text(text)
    assert part.status == "held"
    issue = found(part, "date_order_ambiguous")
    assert (issue.column, issue.value) == ("单据日期", "05/03/2024")
    part = desk.text(text, set={"date_order": "mdy"})
    assert (part.status, desk.rows(part, "document_date")) == ("ready", [(date(2024, 5, 3),)])


def test_another_column_settles_the_date_order(desk: Desk) -> None:
    head = "单据编号,单据日期,客户,物料编码,数量,金额,要求到货日期"
    part = desk.text(sales("X1,05/03/2024,甲,01,1,10,28/03/2024", head=head))
    assert (part.status, desk.rows(part, "document_date")) == ("ready", [(date(2024, 3, 5),)])


def test_impossible_values_are_rejected_with_their_place(desk: Desk) -> None:
    part = desk.text(
        sales(
            "X1,2024-02-31,甲,01,1,10",
            "X2,2024-03-01,甲,01,一箱,10",
            "X3,2024-03-02,甲,01,1,10",
            ",2024-03-02,乙,01,1,10",
        )
    )
    assert (part.rows_rejected, desk.rows(part, "document_no")) == (3, [("X3",)])
    issues = {(issue.code, issue.column): issue for issue in part.issues if issue.severity == "error"}
    assert (issues["value_not_readable", "单据日期"].row, issues["value_not_readable", "单据日期"].value) == (
        2,
        "2024-02-31",
    )
    assert issues["value_not_readable", "数量"].value == "一箱"
    assert issues["required_value_missing", "单据编号"].row == 5
    line, cells, reasons = desk.rejected(part)[0]
    assert (line, cells[:3]) == (2, ["X1", "2024-02-31", "甲"])
    assert "value_not_readable" in reasons


def test_codes_keep_their_zeros_and_lose_a_decimal_tail(desk: Desk) -> None:
    part = desk.text(sales("0017,2024-03-05,甲,001,1,10", head="单据编号,单据日期,客户编码,物料编码,数量,金额"))
    assert desk.rows(part, "document_no", "material_code") == [("0017", "001")]
    part = desk.text(
        sales(
            "1,2024-03-05,17850.0,A-1,1,10",
            "2,2024-03-05,13047.0,B.0,1,10",
            head="单据编号,单据日期,客户编码,物料编码,数量,金额",
        )
    )
    assert desk.rows(part, "customer_code", "material_code") == [("17850", "A-1"), ("13047", "B.0")]
    assert found(part, "code_decimal_stripped").count == 2


def test_full_width_codes_are_the_same_codes(desk: Desk) -> None:
    part = desk.text(
        sales(
            "ＸＳ００１,2024-03-05,甲,０１,１，000,10".replace("，", ""),
            head="单据编号,单据日期,客户,物料编码,数量,金额",
        )
    )
    assert desk.rows(part, "document_no", "material_code", "quantity") == [("XS001", "01", Decimal(1000))]


@pytest.mark.parametrize("code", ["4.5E+17", "4.50001E+17", "123456789012345000"])
def test_rewritten_codes_hold_the_part(desk: Desk, code: str) -> None:
    part = desk.text(sales(f"{code},2024-03-05,甲,01,1,10"))
    assert part.status == "held"
    assert found(part, "code_precision_lost").value == code


def test_long_codes_that_are_exact_pass(desk: Desk, workbook: Book) -> None:
    part = desk.text(sales("24312000000012345678,2024-03-05,甲,01,1,10", "24312000000012345000,2024-03-05,甲,01,1,10"))
    assert part.status == "ready"
    head = ["单据编号", "单据日期", "客户", "物料编码", "数量", "金额"]
    texts = workbook({"a": [head, ["24312000000012345678", "2024-03-05", "甲", "01", 1, 10]]})
    assert desk.part(texts).status == "ready"
    rounded = workbook({"a": [head, [243120000000123456, "2024-03-05", "甲", "01", 1, 10]]})
    part = desk.part(rounded)
    assert (part.status, found(part, "code_precision_lost").row) == ("held", 2)


def test_units_currencies_and_excel_errors(desk: Desk) -> None:
    head = "单据编号,单据日期,客户,物料编码,数量,金额(万元),备注"
    part = desk.text(
        sales(
            "X1,2024-03-05,甲,01,15件460本,1.5,",
            "X2,2024-03-05,甲,01,-40本,2,",
            "X3,2024-03-05,甲,01,3,#N/A,",
            head=head,
        )
    )
    assert desk.rows(part, "quantity", "amount_net") == [
        (None, Decimal(15000)),
        (Decimal(-40), Decimal(20000)),
        (Decimal(3), None),
    ]
    assert found(part, "unit_in_number").value == "-40本"
    assert found(part, "two_units_in_number").value == "15件460本"
    assert found(part, "excel_error_read_as_missing").count == 1
    assert found(part, "header_scale_applied").params["factor"] == 10000


def test_amounts_follow_from_what_the_row_has(desk: Desk) -> None:
    head = "单据编号,单据日期,客户,物料编码,数量,含税单价,税率(%)"
    part = desk.text(sales("X1,2024-03-05,甲,01,2,113,13", "X2,2024-03-05,甲,01,-1,113,13%", head=head))
    assert desk.rows(part, "amount_gross", "amount_net", "tax_rate") == [
        (Decimal(226), Decimal(200), Decimal("0.13")),
        (Decimal(-113), Decimal(-100), Decimal("0.13")),
    ]
    assert codes(part).count("amount_derived") == 2
    part = desk.text(sales("X1,2024-03-05,甲,01,3,2.5", head="单据编号,单据日期,客户,物料编码,数量,单价"))
    assert desk.rows(part, "amount_net") == [(Decimal("7.5"),)]
    assert found(part, "tax_basis_assumed").column == "单价"
