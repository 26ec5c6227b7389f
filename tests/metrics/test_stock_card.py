"""The stock card of one material: by hand, under a scope, and against the warehouse's own tables by plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cockpit.access import EVERY, NOTHING
from cockpit.errors import NotAllowedError, RefusedError
from cockpit.model.sensitive import GROUPS
from cockpit.scope import EVERYTHING, Scope
from cockpit.service import LOCAL_ADMINISTRATOR, Actor, Cockpit
from cockpit.service.requests import MetricRequest, StockRequest
from cockpit.service.stock import StockCard
from cockpit.settings import Settings
from connectors import CONNECTORS
from sample_data import SAMPLE
from tests import prepared
from tests.soundness.books import Books

# Master warehouse: 100 on 31 March. In April −40 and −70 (below zero for five days), then +50; a count on 30 April
# finds 35 where the books have 30. The branch gets 10 by a transfer slip that names both warehouses.
BALANCE = """
    结存日期 | 仓库 | 物料编码 | 物料名称 | 数量 | 库存金额 | 计量单位
    2026-03-31 | 主仓 | M1 | 轴承 | 100 | 1000 | 件
    2026-03-31 | 分仓 | M1 | 轴承 | 20 | 200 | 件
    2026-04-30 | 主仓 | M1 | 轴承 | 35 | 350 | 件
    2026-04-30 | 分仓 | M1 | 轴承 | 30 | 300 | 件
"""
MOVES = """
    单据编号 | 单据日期 | 业务类型 | 仓库 | 调出仓库 | 调入仓库 | 物料编码 | 数量 | 成本金额
    X1 | 2026-04-11 | 销售出库 | 主仓 | | | M1 | -40 | -400
    X2 | 2026-04-15 | 销售出库 | 主仓 | | | M1 | -70 | -700
    X3 | 2026-04-20 | 采购入库 | 主仓 | | | M1 | 50 | 500
    X4 | 2026-04-22 | 调拨单 | | 主仓 | 分仓 | M1 | 10 | 100
"""
SUMMARY = """收发存汇总表
2026.04.01 - 2026.04.30
存货编码 | 存货名称 | 仓库 | 期初数量 | 期初金额 | 入库数量 | 入库金额 | 出库数量 | 出库金额 | 期末数量 | 期末金额
M1 | 轴承 | 主仓 | 100 | 1000 | 50 | 500 | 117 | 1170 | 33 | 330
M9 | 丝杠 | 外仓 | 10 | 100 | 30 | 300 | 20 | 200 | 20 | 200
"""


@pytest.fixture
def stocked(tmp_path: Path) -> Iterator[Books]:
    books = Books(tmp_path)
    books.load("库存余额.csv", BALANCE, table="stock_balances")
    books.load("出入库流水.csv", MOVES, table="stock_movements")
    yield books
    books.close()


def card(books: Books, material: str = "M1", scope: Scope = EVERYTHING, **where: str) -> StockCard:
    request = StockRequest("default", material, date(2026, 4, 1), date(2026, 5, 1), date(2026, 3, 1), where)
    return books.cockpit.stock_card(Actor("tester", scope, EVERY), request, "en")


def numbers(amounts: object) -> list[float | None]:
    names = ("opening", "received", "issued", "other", "closing")
    values = (getattr(amounts, name) for name in names)
    return [None if value is None else float(value) for value in values]


def test_a_month_worked_by_hand(stocked: Books) -> None:
    """120 + 50 + 10 − 40 − 70 − 10 = 60; the count of 30 April finds 65, five more."""
    found = card(stocked)
    (april,) = [month for month in found.months if month.period.label == "2026-04"]
    assert numbers(april.quantity) == [120, 60, 120, 5, 65]
    assert numbers(april.value) == [1200, 600, 1200, 50, 650]
    assert april.negative_days == 5  # from the 15th to the 19th the main warehouse has −10
    told = [(line.move.document_no if line.move else None, line.quantity, line.balance) for line in found.lines]
    assert told == [
        ("X1", -40, 80), ("X2", -70, 10), ("X3", 50, 60), ("X4", 10, 70), ("X4", -10, 60), (None, 5, 65),
    ]  # fmt: skip
    assert (found.name, found.uom, found.places) == ("轴承", "件", ("主仓", "分仓"))
    main = card(stocked, warehouse="主仓")
    assert [line.balance for line in main.lines] == [60, -10, 40, 30, 35]
    assert numbers(main.months[-1].quantity) == [100, 50, 120, 5, 35]


def test_every_movement_knows_its_document_and_its_line(stocked: Books) -> None:
    found = card(stocked)
    first = found.lines[0].move
    assert first is not None
    source = found.sources[(first.delivery, first.part, first.row)]
    assert (source.file, source.line) == ("出入库流水.csv", 2)
    assert stocked.cockpit.document(LOCAL_ADMINISTRATOR, "stock_movements", first.document, "en").document_no == "X1"


def test_a_scope_limits_rows_and_hides_values(stocked: Books) -> None:
    branch = card(stocked, scope=Scope({"warehouse": frozenset({"分仓"})}))
    assert branch.places == ("分仓",)
    assert numbers(branch.months[-1].quantity)[::4] == [20, 30]
    costless = card(stocked, scope=Scope(hidden=GROUPS["cost"]))
    assert costless.hidden
    assert numbers(costless.months[-1].quantity) == [120, 60, 120, 5, 65]
    assert {line.worth for line in costless.lines} == {None} and costless.months[-1].value.closing is None
    assert costless.months[-1].value.received is None
    with pytest.raises(NotAllowedError):
        card(stocked, scope=Scope({"department": frozenset({"采购部"})}))
    for material, scope in (("M7", EVERYTHING), ("M1", Scope({"warehouse": frozenset({"外仓"})}))):
        with pytest.raises(RefusedError, match="material_unknown"):
            card(stocked, material, scope)
    with pytest.raises(NotAllowedError):
        request = StockRequest("default", "M1", date(2026, 4, 1), date(2026, 5, 1), date(2026, 3, 1))
        stocked.cockpit.stock_card(Actor("nobody", EVERYTHING, NOTHING), request, "en")


def test_delivered_summaries_are_compared_or_stand_alone(stocked: Books) -> None:
    stocked.load("收发存汇总表.csv", SUMMARY)
    april = card(stocked).months[-1]
    assert april.difference == -2  # the summary has 33 in the main warehouse, the books 35
    assert not april.summarised
    alone = card(stocked, "M9")
    assert numbers(alone.months[-1].quantity) == [10, 30, 20, 0, 20] and alone.months[-1].summarised
    assert numbers(alone.months[-1].value) == [100, 300, 200, 0, 200] and not alone.lines


def test_movements_without_any_balance_leave_balances_unknown(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.load("出入库流水.csv", MOVES, table="stock_movements")
    found = card(books)
    assert numbers(found.months[-1].quantity) == [None, 60, 120, None, None]
    assert {line.balance for line in found.lines} == {None} and len(found.lines) == 5
    books.close()


# The balance at the end of a day straight from what was delivered: the newest balance sheet of each warehouse up to it
# (one that does not list the material says 0), and what moved after that.
BOOKED = """
    WITH sheets AS (
        SELECT company, warehouse, max(as_of_day) AS day FROM stock_balances
        WHERE ledger = 'sample' AND as_of_day <= $2 GROUP BY ALL
    ), stated AS (
        SELECT s.company, s.warehouse, s.day, coalesce(sum(b.quantity), 0) AS quantity
        FROM sheets s LEFT JOIN stock_balances b
          ON b.company = s.company AND b.warehouse = s.warehouse AND b.as_of_day = s.day AND b.material_code = $1
        GROUP BY ALL
    )
    SELECT coalesce(sum(quantity), 0) + coalesce((
        SELECT sum(m.quantity) FROM stock_movements m JOIN stated t USING (company, warehouse)
        WHERE m.ledger = 'sample' AND m.material_code = $1 AND m.is_void IS NOT TRUE
          AND m.document_date > t.day AND m.document_date <= $2), 0) AS balance
    FROM stated
"""
MOVED = """
    SELECT sum(quantity) FILTER (quantity > 0) AS came, -sum(quantity) FILTER (quantity < 0) AS went, count(*) AS n
    FROM stock_movements WHERE ledger = 'sample' AND material_code = $1 AND is_void IS NOT TRUE
      AND document_date >= $2 AND document_date < $3
"""
STEADY = """
    SELECT material_code FROM stock_movements WHERE ledger = 'sample' AND document_date >= DATE '2026-10-01'
    AND material_code NOT IN (SELECT material_code FROM stock_summaries) GROUP BY ALL ORDER BY count(*) DESC LIMIT 3
"""


def test_the_sample_company_by_plain_sql(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.getbasetemp()
    home = prepared.copied(base, tmp_path_factory.mktemp("card") / "home")
    start, end = date(2026, 10, 1), date(2026, 11, 1)
    with Cockpit.open(Settings(home=home), CONNECTORS, SAMPLE) as cockpit:
        sql = cockpit._warehouse.records
        codes = [row["material_code"] for row in sql(STEADY)]
        assert len(codes) == 3
        for code in codes:
            request = StockRequest("sample", code, start, end, start)
            found = cockpit.stock_card(LOCAL_ADMINISTRATOR, request, "en")
            (october,) = found.months
            moved = sql(MOVED, [code, start, end])[0]
            assert (october.quantity.received, october.quantity.issued) == (moved["came"], moved["went"])
            assert sum(1 for line in found.lines if line.move) == moved["n"]
            assert october.quantity.opening == sql(BOOKED, [code, date(2026, 9, 30)])[0]["balance"]
            assert october.quantity.closing == sql(BOOKED, [code, date(2026, 10, 31)])[0]["balance"]
            asked = MetricRequest(start, end, where={"material": code}, ledger="sample")
            value = cockpit.metric(LOCAL_ADMINISTRATOR, "stock_value", asked, "en").rows[0].value
            assert float(october.value.closing or Decimal(0)) == pytest.approx(value)
