"""Revenue, its growth and the margin, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cockpit.metrics.revenue import METRICS
from tests.derive.books import SALES, Books

REVENUE, GROWTH, MARGIN = METRICS
Y2024 = ("2024-01-01", "2025-01-01")


def line(number: str = "S1", day: str = "2024-01-10", **more: object) -> dict[str, object]:
    row = {"document_no": number, "document_date": date.fromisoformat(day), "material_code": "M1", "quantity": 1}
    return {**row, **more}


@pytest.fixture
def books() -> Books:
    return Books(SALES)


def test_example_of_revenue(books: Books) -> None:
    """The worked example of the dictionary: 100 sold in January, 30 taken back in February."""
    books.add("sales_lines", [line(amount_net=100), line("S2", "2024-02-03", quantity=-1, amount_net=-30)])
    assert books.one(REVENUE, "2024-01-01", "2024-02-01")["value"] == 100
    assert books.one(REVENUE, "2024-02-01", "2024-03-01")["value"] == -30
    assert books.one(REVENUE, *Y2024)["value"] == 70


def test_returns_are_negative_lines_of_their_own_month(books: Books) -> None:
    books.add(
        "sales_lines",
        [
            line(amount_net=100),
            line("S2", "2024-02-03", quantity=-1, amount_net=-30),
            line("S2", "2024-02-03", amount_net=5),
        ],
    )
    assert books.one(REVENUE, *Y2024)["value"] == 75
    assert books.one(REVENUE, "2024-02-01", "2024-03-01")["value"] == -25
    assert books.one(REVENUE, "2024-02-01", "2024-03-01")["n"] == 2


def test_repeated_lines_of_one_document_are_real(books: Books) -> None:
    books.add("sales_lines", [line(amount_net=10), line(amount_net=10)])
    assert books.one(REVENUE, *Y2024)["value"] == 20


def test_revenue_is_without_tax_however_the_line_says_it(books: Books) -> None:
    lines = [
        line(amount_net=100, amount_gross=113, tax_amount=13),
        line(amount_gross=113, tax_amount=13),
        line(amount_gross=113, tax_rate=Decimal("0.13")),
        line(quantity=4, unit_price=25),
        line(quantity=4, unit_price=50, discount_rate=Decimal("0.5")),
        line(quantity=4, unit_price=50, discount_amount=100),
        line(quantity=2, unit_price_gross=Decimal("56.5"), tax_rate=Decimal("0.13")),
    ]
    books.add("sales_lines", lines)
    assert [row["revenue"] for row in books.rows("SELECT revenue FROM sales_facts")] == [Decimal(100)] * 7


def test_a_line_without_amount_is_counted_and_never_zero(books: Books) -> None:
    books.add(
        "sales_lines", [line(amount_net=10), line(quantity=3), line(amount_gross=113), line(amount_net=7, is_void=True)]
    )
    figures = books.one(REVENUE, *Y2024)
    assert (figures["value"], figures["n"]) == (10, 1)
    assert figures["reasons"] == {"no_amount": 1, "tax_unknown": 1, "void": 1}


def test_only_lines_without_amount_give_no_number(books: Books) -> None:
    books.add("sales_lines", [line(quantity=3)])
    assert books.one(REVENUE, *Y2024)["value"] is None


def test_foreign_amounts_convert_by_the_rate_of_the_documents_day(books: Books) -> None:
    rate = {"from_currency": "USD", "to_currency": "CNY"}
    books.add(
        "exchange_rates",
        [{**rate, "day": date(2024, 1, 1), "rate": 7}, {**rate, "day": date(2024, 1, 9), "rate": Decimal("7.2")}],
    )
    books.add(
        "sales_lines",
        [
            line(amount_net=100, currency="人民币"),
            line("S2", "2024-01-08", amount_net=10, currency="USD"),
            line("S3", "2024-01-10", amount_net=10, currency="美元"),
            line("S4", "2023-12-31", amount_net=10, currency="USD"),
            line("S5", "2024-06-01", amount_net=10, currency="USD"),
            line("S6", "2024-01-10", amount_net=10, currency="EUR"),
        ],
    )
    figures = books.one(REVENUE, "2023-01-01", "2025-01-01")
    assert (figures["value"], figures["currency"]) == (242, "CNY")
    assert figures["reasons"] == {"no_rate": 3}


def test_a_rate_that_arrives_later_or_inverted_converts_what_was_loaded(books: Books) -> None:
    books.add("sales_lines", [line(amount_net=100, currency="USD")])
    assert books.one(REVENUE, *Y2024)["currency"] == "USD"
    books.add(
        "exchange_rates",
        [{"from_currency": "CNY", "to_currency": "USD", "day": date(2024, 1, 1), "rate": Decimal("0.125")}],
    )
    figures = books.one(REVENUE, *Y2024)
    assert (figures["value"], figures["currency"]) == (800, "CNY")
    assert books.differing() == {}


def test_without_any_rate_table_currencies_stay_apart(books: Books) -> None:
    books.add("sales_lines", [line(amount_net=100), line("S2", amount_net=10, currency="USD")])
    assert [(row["currency"], row["value"]) for row in books.ask(REVENUE, *Y2024)] == [("CNY", 100), ("USD", 10)]


def test_ledgers_add_up_only_when_asked_for_together(books: Books) -> None:
    books.ledger("other")
    books.add("sales_lines", [line(amount_net=100), line(amount_net=11, ledger="other")])
    assert books.one(REVENUE, *Y2024)["value"] == 100
    assert books.one(REVENUE, *Y2024, ledgers=("default", "other"))["value"] == 111


def test_category_and_region_come_from_master_data_where_the_line_has_none(books: Books) -> None:
    books.add(
        "sales_lines",
        [
            line(amount_net=1, customer_code="C1"),
            line(amount_net=2, category="line's own", customer_code="C1", region="北京"),
            line("S2", amount_net=4, material_code=None, material_name="无编码"),
        ],
    )
    books.add("materials", [{"material_code": "M1", "category": "五金"}, {"material_code": "M2", "category": "其他"}])
    books.add(
        "partners",
        [
            {"role": "customer", "partner_code": "C1", "partner_name": "华东贸易", "region": "上海"},
            {"role": "supplier", "partner_code": "C1", "partner_name": "某供应商", "region": "广州"},
        ],
    )
    by = lambda name: {row[name]: row["value"] for row in books.ask(REVENUE, *Y2024, by=(name,))}  # noqa: E731
    assert by("category") == {"五金": 1, "line's own": 2, None: 4}
    assert by("region") == {"上海": 1, "北京": 2, None: 4}
    assert by("customer") == {"华东贸易": 3, None: 4}
    assert by("product") == {"M1": 3, "无编码": 4}
    assert books.differing() == {}


def test_growth_has_the_same_facts_and_divides_by_last_year(books: Books) -> None:
    assert GROWTH.growth and GROWTH.facts is REVENUE.facts


def test_margin_counts_only_lines_with_cost_and_shows_how_much_they_cover(books: Books) -> None:
    books.add(
        "sales_lines",
        [
            line(amount_net=100, cost_amount=60),
            line(amount_net=50, quantity=2, unit_cost=10),
            line(amount_net=-10, cost_amount=-6),
            line(amount_net=60),
        ],
    )
    figures = books.one(MARGIN, *Y2024)
    assert figures["value"] == pytest.approx((140 - 74) / 140)
    assert figures["reasons"] == {"no_cost": 1}
    assert figures["revenue_covered_share"] == pytest.approx(0.7)


def test_a_margin_on_no_or_negative_revenue_is_no_number(books: Books) -> None:
    books.add("sales_lines", [line(amount_net=-10, cost_amount=-6)])
    assert books.one(MARGIN, *Y2024)["value"] is None


def test_an_undone_document_leaves_and_the_rest_stays(books: Books) -> None:
    books.add("sales_lines", [line(amount_net=10), line("S2", amount_net=5)])
    books.remove("sales_lines", "document_no = 'S2'")
    assert books.one(REVENUE, *Y2024)["value"] == 10
    assert books.differing() == {}
