"""Revenue that would be wrong: doubling by joins, missing amounts, partial months, mixed tax, currencies."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cockpit.errors import UsageError
from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR
from tests.soundness.books import Books

SALES = """
    单据编号 | 单据日期 | 客户编码 | 物料编码 | 部门 | 数量 | 不含税金额
    S1 | 2025-03-05 | C1 | M1 | 华东部 | 2 | 100
    S1 | 2025-03-05 | C1 | M2 | 华东部 | 1 | 50
    S2 | 2025-03-31 | C2 | M1 | 华南部 | 1 | 30
    S3 | 2026-03-02 | C1 | M1 | 华东部 | 3 | 165
    S4 | 2026-03-31 | C2 | M2 | 华南部 | 1 | 60
    S5 | 2026-04-01 | C2 | M2 | 华南部 | 1 | 40
"""
MARCH = {"start": "2026-03-01", "end": "2026-04-01"}


def test_sums_and_growth_by_hand(books: Books) -> None:
    books.load("销售.csv", SALES)
    assert books.one("revenue", **MARCH).value == 225  # 165 + 60
    growth = books.one("revenue_growth", **MARCH)
    assert growth.value == pytest.approx(225 / 180 - 1)  # 100 + 50 + 30 a year earlier
    assert (growth.figures["numerator"], growth.figures["denominator"]) == (225, 180)


def test_a_total_is_computed_not_added_up(books: Books) -> None:
    books.load("销售.csv", SALES)
    by = books.by("revenue_growth", "department", **MARCH)
    assert by == {"华东部": pytest.approx(165 / 150 - 1), "华南部": pytest.approx(60 / 30 - 1)}
    assert books.one("revenue_growth", **MARCH).value == pytest.approx(0.25)


def test_a_master_table_multiplies_no_line(books: Books) -> None:
    books.load("销售.csv", SALES)
    books.load("物料.csv", "物料编码 | 物料名称 | 物料分类\n M1 | 轴承 | 五金\n M2 | 丝杠 | 传动\n M1 | 轴承座 | 五金")
    assert books.one("revenue", **MARCH).value == 225
    assert books.by("revenue", "category", **MARCH) == {"五金": 165, "传动": 60}


def test_a_line_without_amount_loads_and_counts_as_left_out(books: Books) -> None:
    books.load("销售.csv", "单据编号|单据日期|物料编码|数量|不含税金额\nS1|2026-03-05|M1|2|\nS2|2026-03-05|M1|2|10")
    row = books.one("revenue", **MARCH)
    assert (row.value, row.n, row.excluded, row.reasons) == (10, 1, 1, {"no_amount": 1})
    assert row.coverage == 0.5


def test_nothing_is_not_zero(books: Books) -> None:
    books.load("销售.csv", SALES)
    row = books.one("revenue", start="2024-01-01", end="2024-02-01")
    assert (row.value, row.n) == (None, 0)
    assert books.one("revenue_growth", start="2025-03-01", end="2025-04-01").value is None  # no year before


def test_a_negative_base_gives_no_growth(books: Books) -> None:
    books.load("销售.csv", "单据编号|单据日期|物料编码|数量|不含税金额\nS1|2025-03-05|M1|-1|-10\nS2|2026-03-05|M1|1|10")
    result = books.ask("revenue_growth", **MARCH)
    assert result.rows[0].value is None
    assert result.notes


def test_a_partial_month_meets_the_same_days_only(books: Books) -> None:
    days = [date(2025, 3, 1) + timedelta(days=n) for n in range((date(2026, 3, 10) - date(2025, 3, 1)).days)]
    lines = [f"A{day} | {day} | M1 | 1 | {12 if day.year == 2026 else 10}" for day in days]
    books.load("销售.csv", "单据编号|单据日期|物料编码|数量|不含税金额\n" + "\n".join(lines))
    row = books.one("revenue_growth", **MARCH)
    assert row.partial
    assert row.value == pytest.approx(0.2)  # 9 × 12 over 9 × 10
    revenue = books.one("revenue", **MARCH)
    assert (revenue.value, revenue.compare) == (108, 90)
    assert not books.one("revenue", start="2025-03-01", end="2025-04-01").partial


def test_mixed_tax_comes_to_net(books: Books) -> None:
    books.load(
        "销售.csv",
        """单据编号 | 单据日期 | 物料编码 | 数量 | 税率 | 价税合计 | 不含税金额
        S1 | 2026-03-05 | M1 | 1 | 13% | 113 |
        S2 | 2026-03-05 | M1 | 1 | 13% | 113 | 100
        S3 | 2026-03-06 | M1 | 1 | 6% | 106 |""",
    )
    assert books.one("revenue", **MARCH).value == 300


def test_currencies_are_never_added_without_a_rate(books: Books) -> None:
    lines = "单据编号|单据日期|物料编码|数量|不含税金额|币别\nS1|2026-03-05|M1|1|100|CNY\nS2|2026-03-05|M1|1|10|USD"
    books.load("销售.csv", lines)
    rows = books.ask("revenue", **MARCH).rows
    assert {row.currency: row.value for row in rows} == {"CNY": 100, "USD": 10}


def test_currencies_convert_by_the_rate_of_the_day(books: Books) -> None:
    books.cockpit.ledger(LOCAL_ADMINISTRATOR, "default", currency="CNY")
    lines = """单据编号 | 单据日期 | 物料编码 | 数量 | 不含税金额 | 币别
        S1 | 2026-03-05 | M1 | 1 | 100 | CNY
        S2 | 2026-03-05 | M1 | 1 | 10 | USD
        S3 | 2026-03-06 | M1 | 1 | 10 | EUR"""
    books.load("销售.csv", lines)
    books.load("汇率.csv", "原币 | 本位币 | 日期 | 汇率\nUSD | CNY | 2026-03-01 | 7.1\nUSD | CNY | 2026-03-05 | 7.2")
    row = books.one("revenue", **MARCH)
    assert (row.value, row.reasons) == (172, {"no_rate": 1})


def test_two_ledgers_are_added_only_when_asked_and_never_by_chance(books: Books) -> None:
    books.load("销售.csv", SALES)
    books.load("销售.csv", SALES, ledger="branch")
    assert books.one("revenue", **MARCH).value == 225
    assert books.one("revenue", ledger="branch", **MARCH).value == 225


def test_a_choice_among_ledgers_is_never_guessed(books: Books) -> None:
    books.load("销售.csv", SALES, ledger="east")
    assert books.one("revenue", **MARCH).value == 225
    books.load("销售.csv", SALES, ledger="west")
    with pytest.raises(UsageError, match="ledger_not_named"):
        books.ask("revenue", **MARCH)


def test_two_scopes_see_their_own_through_metric_drill_and_cache(books: Books) -> None:
    books.load("销售.csv", SALES)
    east, south = (Scope({"department": frozenset({name})}) for name in ("华东部", "华南部"))
    for _ in range(2):
        assert books.one("revenue", scope=east, **MARCH).value == 165
        assert books.one("revenue", scope=south, **MARCH).value == 60
        assert books.one("revenue", **MARCH).value == 225
    seen = {row.document_no for row in books.drill("revenue", scope=east).rows}
    assert seen == {"S1", "S3"}


def test_a_table_without_the_scoped_dimension_gives_nothing_and_says_so(books: Books) -> None:
    books.load("销售.csv", SALES)
    result = books.ask("revenue", scope=Scope({"keeper": frozenset({"x"})}), **MARCH)
    assert all(row.value is None for row in result.rows)
    assert result.notes


def test_the_drill_leads_to_file_and_line_and_adds_up(books: Books) -> None:
    books.load("销售.csv", SALES)
    drill = books.drill("revenue", start=None, end=None)
    assert drill.total == 5
    assert sum(row.value or 0 for row in drill.rows) == drill.figures.rows[0].value
    first = next(row for row in drill.rows if row.document_no == "S1")
    assert first.value == 150
    assert [(source.file, source.line) for source in first.sources] == [("销售.csv", 2), ("销售.csv", 3)]


def test_undo_in_the_middle_takes_only_its_own(books: Books) -> None:
    books.load("三月.csv", SALES)
    middle = books.load("更正.csv", "单据编号|单据日期|客户编码|物料编码|数量|不含税金额\nS4|2026-03-31|C2|M2|1|90")
    books.load("四月.csv", "单据编号|单据日期|客户编码|物料编码|数量|不含税金额\nS6|2026-03-30|C2|M2|1|5")
    assert books.one("revenue", **MARCH).value == 165 + 90 + 5
    books.cockpit.undo(LOCAL_ADMINISTRATOR, middle.delivery_id or 0)
    assert books.one("revenue", **MARCH).value == 165 + 60 + 5
