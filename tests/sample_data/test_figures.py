"""The known figures of the sample are computed soundly and tell the story that pages are meant to find."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from sample_data import figures, workdays
from sample_data.catalogue import WEST
from sample_data.company import LAST, Company


def test_working_time_by_hand() -> None:
    assert figures.working_seconds(datetime(2026, 11, 19, 17), datetime(2026, 11, 20, 10)) == 2 * 3600
    assert figures.working_seconds(datetime(2026, 11, 20, 11), datetime(2026, 11, 20, 14)) == 2 * 3600
    assert figures.working_seconds(datetime(2026, 11, 20, 19), datetime(2026, 11, 21, 10)) == 0
    # Spring Festival 2026: Saturday 14 February is worked, the days from the 15th to the 23rd are not.
    assert figures.working_seconds(datetime(2026, 2, 13, 17), datetime(2026, 2, 25, 10)) == 18 * 3600


@pytest.mark.parametrize("hours", [0, 0.5, 3, 8, 8.25, 40])
def test_both_working_clocks_agree(hours: float) -> None:
    start = datetime(2026, 9, 30, 15, 20)
    end = workdays.after(start, hours * 3600)
    assert figures.working_seconds(start, end) == hours * 3600
    assert workdays.worked(end) - workdays.worked(start) == hours * 3600


def test_quantiles_interpolate() -> None:
    assert figures.quantile([4, 1, 3, 2], 0.5) == 2.5
    assert figures.quantile([10, 0], 0.9) == pytest.approx(9)
    with pytest.raises(ValueError, match="no values"):
        figures.quantile([], 0.5)


def test_months_and_outcomes_cover_everything(company: Company) -> None:
    cycles = figures.monthly_cycles(company)
    assert len(cycles) == 26
    assert sum(cycle.count for cycle in cycles.values()) == figures.outcomes(company)["审批通过"]
    assert sum(figures.outcomes(company).values()) == len(company.requests)
    assert all(1.5 < cycle.median < 2.5 < cycle.p90 < 30 for cycle in cycles.values())


def test_revenue_grows_with_a_dip_at_spring_festival(company: Company) -> None:
    revenue = figures.monthly_revenue(company)
    assert sum(revenue.values()) == Decimal(sum(sale.net for sale in company.sales)) / 100
    assert revenue["2026-02"] < Decimal("0.6") * revenue["2026-03"]
    # The year before lacks nothing but the calendar: two months are compared where the festival wandered.
    assert Decimal("0.04") < figures.growth(company, date(2026, 1, 1), date(2026, 3, 1)) < Decimal("0.08")
    ordinary = [figures.growth(company, date(2026, month, 1), date(2026, month + 1, 1)) for month in range(3, 7)]
    assert all(Decimal("0.03") < growth < Decimal("0.09") for growth in ordinary)
    assert Decimal("0.03") < figures.growth(company, date(2026, 11, 1), date(2026, 11, 21)) < Decimal("0.12")
    assert figures.lines_without_amount(company, date(2024, 10, 1), date(2026, 11, 21)) > 5


def test_margin_is_steady_until_prices_rise(company: Company) -> None:
    months = [(start, end) for start, end in figures.months(company) if end <= date(2026, 7, 1)]
    assert all(Decimal("0.19") < figures.margin(company, *month) < Decimal("0.22") for month in months)
    assert figures.margin(company, date(2026, 8, 1), date(2026, 11, 1)) < Decimal("0.24")


def test_reconciled_and_overdue(company: Company) -> None:
    for invoices, payments in ((company.payables, company.payments), (company.receivables, company.collections)):
        end = figures.reconciled(invoices, payments, LAST)
        assert Decimal("0.98") < end.rate < 1 and end.full < end.count == len(invoices)
        earlier = figures.reconciled(invoices, payments, date(2026, 6, 30))
        assert earlier.total < end.total and earlier.allocated < end.allocated
        assert 0 < figures.overdue(invoices, payments, LAST) < end.total - end.allocated


def test_turnover_days(company: Company) -> None:
    month = date(2026, 10, 1), date(2026, 11, 1)
    whole = figures.turnover(company, *month)
    assert 20 < whole.days < 45
    copper = figures.turnover(company, *month, material="R03001", basis="quantity")
    assert copper.days == copper.average / copper.consumption * 31
    west = figures.turnover(company, date(2026, 8, 1), date(2026, 9, 1), warehouse=WEST)
    assert 10 < west.days < 45
