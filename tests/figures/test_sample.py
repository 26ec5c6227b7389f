"""The sample company: what the cockpit reads from its messy exports is what the simulation itself counts."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from cockpit.access import EVERY
from cockpit.errors import NotAllowedError
from cockpit.locale import Language
from cockpit.metrics import METRICS
from cockpit.model.sensitive import GROUPS
from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR, Actor, Cockpit
from cockpit.service.requests import MetricRequest
from cockpit.service.results import MetricRow
from cockpit.settings import Settings
from cockpit.ui import door
from cockpit.warehouse.statements import Statement
from cockpit.warehouse.store import Warehouse
from connectors import CONNECTORS
from sample_data import SAMPLE, figures
from sample_data.catalogue import JOURNALS
from sample_data.company import LAST, Company, simulate
from tests import prepared
from tests.machine import ROOT

LANGUAGE: Language = "zh_CN"
AUGUST, OCTOBER = (date(2026, 8, 1), date(2026, 9, 1)), (date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate()


@pytest.fixture(scope="module")
def cockpit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cockpit]:
    base = tmp_path_factory.getbasetemp()
    home = prepared.copied(base, tmp_path_factory.mktemp("figures") / "home")
    with Cockpit.open(Settings(home=home), CONNECTORS, SAMPLE) as opened:
        yield opened


def rows(cockpit: Cockpit, metric: str, start: date, end: date, **more: object) -> list[MetricRow]:
    request = MetricRequest(start=start, end=end, **more)  # type: ignore[arg-type]
    return list(cockpit.metric(LOCAL_ADMINISTRATOR, metric, request, LANGUAGE).rows)


def test_every_row_of_the_exports_is_read(company: Company, tmp_path_factory: pytest.TempPathFactory) -> None:
    _, told = prepared.made(tmp_path_factory.getbasetemp())
    assert told["status"] == "loaded"
    loaded: Counter[str] = Counter()
    for part in told["parts"]:
        assert part["status"] == ("ignored" if part["table"] is None else "loaded"), part
        assert part["rows_rejected"] == 0 and not [issue for issue in part["issues"] if issue["severity"] == "error"]
        loaded[part["table"]] += part["rows_loaded"]
    assert loaded["process_events"] == sum(len(request.events) for request in company.requests)
    assert loaded["purchase_orders"] == sum(len(order.lines) for order in company.orders)
    assert loaded["goods_receipts"] == sum(len(receipt.lines) for receipt in company.receipts)
    assert loaded["sales_lines"] == sum(len(sale.lines) for sale in company.sales)
    assert loaded["stock_movements"] == sum(move.warehouse in JOURNALS for move in company.stock.movements)
    assert loaded["payments"] == len(company.payments) + len(company.collections)


def test_revenue_of_every_month(cockpit: Cockpit, company: Company) -> None:
    months = rows(cockpit, "revenue", date(2024, 10, 1), date(2026, 12, 1), grain="month")
    told = {row.period: Decimal(str(row.value)) for row in months}
    assert told == {month: pytest.approx(value) for month, value in figures.monthly_revenue(company).items()}


def test_growth_of_a_whole_and_of_a_partial_month(cockpit: Cockpit, company: Company) -> None:
    whole = rows(cockpit, "revenue_growth", *OCTOBER)[0]
    assert whole.value == pytest.approx(float(figures.growth(company, *OCTOBER)))
    november = rows(cockpit, "revenue_growth", date(2026, 11, 1), date(2026, 12, 1))[0]
    until = LAST + timedelta(days=1)
    assert november.partial
    assert november.value == pytest.approx(float(figures.growth(company, date(2026, 11, 1), until)))


def test_approval_times_of_every_month(cockpit: Cockpit, company: Company) -> None:
    months = rows(cockpit, "approval_cycle_time", date(2024, 10, 1), date(2026, 12, 1), grain="month")
    told = {row.period: (row.n, row.value, row.figures["p90"]) for row in months if row.n}
    wanted = {
        month: (cycle.count, pytest.approx(cycle.median, abs=1e-6), pytest.approx(cycle.p90, abs=1e-6))
        for month, cycle in figures.monthly_cycles(company).items()
        if cycle.count
    }
    assert told == wanted


def test_what_was_bought_and_how(cockpit: Cockpit, company: Company) -> None:
    assert rows(cockpit, "purchase_amount", *OCTOBER)[0].value == pytest.approx(
        float(figures.purchases(company, *OCTOBER))
    )
    window = (date(2026, 1, 1), date(2026, 11, 1))
    for metric, wanted in (
        ("approval_rework_rate", figures.rework(company, *window)),
        ("maverick_rate", figures.ordered_too_early(company, *window)),
        ("receipt_shortfall", figures.short_lines(company, *window)),
    ):
        told = rows(cockpit, metric, *window)[0].figures
        assert (told["numerator"], told["denominator"]) == wanted, metric
    for day in (date(2026, 3, 31), date(2026, 10, 31)):
        row = rows(cockpit, "approval_backlog", date(2026, 3, 1), day + timedelta(days=1))[0]
        assert row.value == figures.backlog(company, day)


def test_gross_margin(cockpit: Cockpit, company: Company) -> None:
    row = rows(cockpit, "gross_margin_rate", *OCTOBER)[0]
    assert row.value == pytest.approx(float(figures.margin(company, *OCTOBER)))


@pytest.mark.parametrize("day", [date(2026, 6, 30), date(2026, 10, 31)])
def test_what_is_settled_and_what_is_late(cockpit: Cockpit, company: Company, day: date) -> None:
    window = (date(2024, 10, 1), day + timedelta(days=1))
    for side, invoices, payments in (
        ("payable", company.payables, company.payments),
        ("receivable", company.receivables, company.collections),
    ):
        wanted = figures.reconciled(invoices, payments, day)
        rate = rows(cockpit, "reconciled_rate", *window, where={"side": side})[0]
        assert rate.value == pytest.approx(float(wanted.rate))
        counted = rows(cockpit, "reconciled_rate", *window, where={"side": side}, params={"basis": "count"})[0]
        assert counted.value == pytest.approx(wanted.full / wanted.count)
        late = rows(cockpit, "overdue_amount", *window, where={"side": side})[0]
        assert late.value == pytest.approx(float(figures.overdue(invoices, payments, day)))


@pytest.mark.parametrize("warehouse", ["华东仓", "华南仓", "华北仓", "西南仓"])
def test_turnover_of_each_warehouse(cockpit: Cockpit, company: Company, warehouse: str) -> None:
    month = AUGUST if warehouse == "西南仓" else OCTOBER  # the west has sent nothing since
    row = rows(cockpit, "inventory_turnover_days", *month, where={"warehouse": warehouse})[0]
    wanted = figures.turnover(company, *month, warehouse=warehouse)
    if warehouse != "华东仓":  # goods sent on to other warehouses are used up for the one that sends them
        assert row.value == pytest.approx(float(wanted.days))
    assert row.figures["average_stock"] == pytest.approx(float(wanted.average))


def test_turnover_of_one_material(cockpit: Cockpit, company: Company) -> None:
    for basis in ("value", "quantity"):
        asked = {"where": {"material": "R03001"}, "params": {"basis": basis}}
        row = rows(cockpit, "inventory_turnover_days", *OCTOBER, **asked)[0]
        assert row.value == pytest.approx(
            float(figures.turnover(company, *OCTOBER, material="R03001", basis=basis).days)
        )


def test_a_full_computation_agrees(cockpit: Cockpit) -> None:
    report = cockpit.doctor(LOCAL_ADMINISTRATOR, rebuild=True)
    assert report.exit_status == 0, report.json("en")


def test_a_cold_overview_takes_at_most_thirty_expressions(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(kind: type, name: str) -> None:
        original = getattr(kind, name)

        def ask(*args: object) -> object:
            if not threading.current_thread().name.startswith("alerts"):  # warnings are judged behind the page's back
                asked.append(name)
            return original(*args)

        monkeypatch.setattr(kind, name, ask)

    counted(Warehouse, "run")
    counted(Statement, "records")
    door.use(cockpit)
    try:
        page = AppTest.from_file(str(ROOT / "cockpit" / "ui" / "main.py"), default_timeout=120)
        page.user = {"session": cockpit.entrance.enter_demo("administrator", "127.0.0.1", "AppTest")[1]}
        page.run()
        assert not page.exception
        assert 10 < len(asked) <= 30
        first = len(asked)
        page.run()
        assert len(asked) == first  # a warm page asks for nothing
    finally:
        door.use(None)


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_hiding_what_a_metric_does_not_need_changes_nothing(cockpit: Cockpit, group: str) -> None:
    """And without what it needs there is no figure."""
    blind = Actor("blind", Scope(hidden=GROUPS[group]), EVERY)
    request = MetricRequest(*OCTOBER, grain="month")
    for name, metric in METRICS.items():
        if group in metric.needs({key: one.default for key, one in metric.params.items()}):
            with pytest.raises(NotAllowedError):
                cockpit.metric(blind, name, request, LANGUAGE)
            continue
        assert cockpit.metric(blind, name, request, LANGUAGE) == cockpit.metric(
            LOCAL_ADMINISTRATOR, name, request, LANGUAGE
        )
        whole, seen = (cockpit.drill(who, name, request, 300, LANGUAGE) for who in (LOCAL_ADMINISTRATOR, blind))
        assert [(row.document, row.value) for row in seen.rows] == [(row.document, row.value) for row in whole.rows]
