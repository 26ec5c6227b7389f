"""The stock card as drawn: below zero is marked, costs out of sight are nowhere, files hold what is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from cockpit.period import parse_period
from cockpit.service.results import Source
from cockpit.service.stock import StockCard
from cockpit.service.stock_card import Amounts, Line, Month, Move
from cockpit.ui import stock_card
from cockpit.ui.tree import find, targets, texts
from tests.ui.made import view

MOVE = Move(
    ("", "主仓"), date(2026, 11, 3), None, "sale", Decimal(-40), Decimal("-400"), "d-1", "X1", "某客户", 1, 0, 7
)  # fmt: skip


def amounts(*values: int) -> Amounts:
    return Amounts(*(Decimal(value) for value in values))


CARD = StockCard(
    material="M1",
    name="轴承",
    uom="件",
    category=None,
    currency="CNY",
    until=date(2026, 11, 20),
    version=3,
    months=(
        Month(parse_period("2026-11"), amounts(30, 0, 40, 5, -5), amounts(300, 0, 400, 50, -50), 18, Decimal(2), False),
    ),
    lines=(
        Line(date(2026, 11, 3), MOVE, Decimal(-40), Decimal(-10), Decimal(-400), Decimal(-100)),
        Line(date(2026, 11, 9), None, Decimal(5), Decimal(-5), Decimal(50), Decimal(-50)),
    ),
    places=("主仓",),
    together=False,
    hidden=False,
    sources_shown=True,
    sources={(1, 0, 7): Source(1, "流水.csv", None, 7, "stock_movements")},
)


def test_what_is_below_zero_is_marked_and_leads_on() -> None:
    seen = view()
    tree = stock_card.lines_tree(seen, CARD)
    said = list(texts(tree))
    assert "● −10" in said and "流水.csv，第 7 行" in said and "盘存差异（流水没有说明）" in said
    assert list(targets(tree)) == ["document/procurement/stock_movements/d-1"]
    months = stock_card.months_tree(seen, CARD)
    assert {"30", "0", "40", "5", "−5", "18", "+2"} <= set(texts(months))
    assert len(list(find(months, "tbad"))) == 2  # the closing and the days
    assert "-5" not in " ".join(texts(stock_card.facts_of(seen, CARD)))  # with a proper minus
    table = stock_card.lines_table(seen, CARD)
    assert table.rows[0][:3] == ["2026-11-03", "X1", "销售出库"] and table.rows[0][-3:] == ["流水.csv", None, 7]


def test_costs_out_of_sight_are_nowhere() -> None:
    seen, card = view("en"), replace(CARD, hidden=True, sources_shown=False, sources={})
    said = " ".join(text for tree in (
        stock_card.facts_of(seen, card), stock_card.notes(seen, card), stock_card.months_tree(seen, card),
        stock_card.lines_tree(seen, card),
    ) for text in texts(tree or ""))  # fmt: skip
    assert said.count("No access") == 5 and not any(value in said for value in ("100.00", "50.00", "400", "流水.csv"))
    for table in (stock_card.months_table(seen, card), stock_card.lines_table(seen, card)):
        told = [cell for line in table.rows for cell in line]
        assert not {-400.0, -100.0, -50.0, 300.0} & {cell for cell in told if isinstance(cell, float)}
