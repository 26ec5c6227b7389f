"""What is planted is there, as large as stories.json says; beside it the company is calm."""

from __future__ import annotations

import json
from datetime import date, timedelta
from statistics import median

import pytest

from cockpit.metrics import METRICS
from sample_data import figures, stories, truth
from sample_data.catalogue import DEPARTMENTS, JOURNALS, MAKER, OWNER, REGIONS, SOUTH, WEST
from sample_data.company import Company
from sample_data.materials import materials
from tests.machine import ROOT

SIZES = {  # believable and large enough to stand out
    "rubber_stamp": (0.97, 1.0),
    "long_route": (2.5, 4.0),
    "slow_approver": (9.0, 20.0),
    "rework": (0.28, 0.42),
    "spring_festival": (-0.5, -0.25),
    "pilot": (-0.36, -0.26),
    "dead_stock": (0.13, 0.25),
    "stock_out": (0.25, 0.6),
    "negative_stock": (0.01, 0.05),
    "price_rise": (0.12, 0.22),
    "returns": (0.2, 0.5),
    "silent_source": (60, 100),
    "missing_payments": (2_000_000, 6_000_000),
    "short_payments": (300_000, 1_500_000),
    "duplicate_payments": (1_500_000, 6_000_000),
}


@pytest.fixture(scope="module")
def told(company: Company) -> dict[str, truth.Story]:
    return {story.id: story for story in truth.truths(company)}


def test_the_file_tells_what_was_counted(company: Company) -> None:
    """After a change: ``python -m sample_data.truth`` writes it anew."""
    assert truth.FILE.read_text("utf-8") == truth.text(company)


def test_each_story_is_told_in_both_languages_and_of_its_size(told: dict[str, truth.Story]) -> None:
    assert set(told) == set(SIZES)
    words = (ROOT / "sample_data" / "STORIES.md").read_text("utf-8")
    for story in told.values():
        assert words.count(f"`{story.id}`") == 2, story.id
        low, high = SIZES[story.id]
        assert low <= story.size <= high, (story.id, story.size)
        assert stories.FIRST <= story.start < story.end <= stories.AFTER_LAST
    figures_only = [story.id for story in told.values() if story.expect == "figure"]
    assert len(figures_only) <= 2


def test_slices_are_dimensions(told: dict[str, truth.Story]) -> None:
    for story in told.values():
        if story.metric in METRICS:
            assert set(story.slice) <= set(METRICS[story.metric].dimensions), story.id


def test_the_shape_of_the_file() -> None:
    entries = json.loads(truth.FILE.read_text("utf-8"))
    keys = ["id", "metric", "slice", "from", "to", "size", "unit", "expect", "also"]
    assert all(list(entry) == keys and date.fromisoformat(entry["from"]) for entry in entries)


def test_other_departments_and_times_know_no_slow_manager(company: Company) -> None:
    usual = date(2025, 10, 1), stories.SLOW_FROM
    assert figures.cycle(company, *usual, stories.SLOW_DEPARTMENT).median < 3.5
    for department in DEPARTMENTS:
        if department.name != stories.SLOW_DEPARTMENT:
            assert figures.cycle(company, stories.SLOW_FROM, stories.AFTER_LAST, department.name).median < 4


def test_the_pilot_is_faster_than_chance_and_than_the_others(company: Company) -> None:
    def change(name: str) -> float:
        before = figures.cycle(company, date(2025, 6, 1), stories.PILOT_FROM, name).median
        return figures.cycle(company, stories.PILOT_FROM, stories.AFTER_LAST, name).median / before - 1

    others = {department.name for department in DEPARTMENTS} - {
        stories.PILOT_DEPARTMENT,
        stories.SLOW_DEPARTMENT,
        stories.REWORK_DEPARTMENT,
    }
    assert change(stories.PILOT_DEPARTMENT) < -0.26 and all(abs(change(name)) < 0.15 for name in others)


def test_rework_is_rare_elsewhere_and_before(company: Company) -> None:
    def share(name: str, start: date, end: date) -> float:
        decided = truth._decided(company, start, end, name)
        again = sum(any(act.action in ("退回", "不同意", "重新提交") for act in one.events) for one in decided)
        return again / len(decided)

    assert share(stories.REWORK_DEPARTMENT, stories.FIRST, stories.REWORK_FROM) < 0.1
    for department in DEPARTMENTS:
        if department.name != stories.REWORK_DEPARTMENT:
            assert share(department.name, stories.FIRST, stories.AFTER_LAST) < 0.1


def test_waits_over_the_festival_are_long_by_the_calendar_only(company: Company) -> None:
    for festival in stories.FESTIVALS:
        eve, after = festival - timedelta(days=4), festival + timedelta(days=8)
        waits = [
            (event.arrived, event.acted)
            for request in company.requests
            for event in request.events
            if event.due and event.acted and event.arrived.date() <= eve + timedelta(days=3)
            and event.acted.date() >= after - timedelta(days=1) and event.arrived.date() >= eve - timedelta(days=3)
        ]  # fmt: skip
        assert waits
        calendar = median((acted - arrived).total_seconds() / 3600 for arrived, acted in waits)
        working = median(figures.working_seconds(arrived, acted) / 3600 for arrived, acted in waits)
        assert calendar > 150 and working < 10
        assert figures.revenue(company, festival - timedelta(days=1), festival + timedelta(days=6)) == 0


def test_stock_stays_alive_elsewhere(company: Company) -> None:
    for day in (date(2025, 12, 31), date(2026, 6, 30), date(2026, 10, 31)):
        assert truth.dead_share(company, None, day) < 0.06
        for warehouse in JOURNALS:
            if warehouse != SOUTH or day < stories.REDESIGNED + timedelta(days=180):
                assert truth.dead_share(company, warehouse, day) < 0.05, (warehouse, day)


def test_nothing_else_runs_out(company: Company) -> None:
    empty, days = truth.empty_days(company, date(2025, 4, 1), stories.STOCK_OUT_FROM)
    assert empty / days < 0.002
    whole = truth.empty_days(company, stories.STOCK_OUT_FROM, date(2026, 10, 1))
    assert whole[0] / whole[1] < 0.02
    after = truth.empty_days(company, stories.STOCK_OUT_TO_ELSEWHERE + timedelta(days=2), stories.NEGATIVE_FROM)
    assert after[0] / after[1] < 0.002


def test_the_stock_out_costs_sales(company: Company) -> None:
    def sold(start: date, end: date) -> int:
        return sum(
            line.amount or 0
            for sale in company.sales
            if start <= sale.day < end
            for line in sale.lines
            if materials()[line.material].category == stories.STOCK_OUT_CATEGORY
        )

    missing = sold(stories.STOCK_OUT_FROM, stories.STOCK_OUT_TO)
    usual = sold(date(2025, 9, 1), date(2025, 10, 12))
    assert missing < 0.75 * usual
    for sale in company.sales:
        if stories.STOCK_OUT_FROM <= sale.day < stories.STOCK_OUT_TO:
            assert not {line.material for line in sale.lines} & set(stories.STOCK_OUT_MATERIALS)


def test_volume_stays_where_prices_rose(company: Company) -> None:
    whole = stories.PRICE_FROM, stories.AFTER_LAST
    growth, volume = truth.price_and_volume(company, stories.PRICE_REGION, *whole)
    assert abs(volume) < 0.09 and growth - volume > 0.09
    for name in REGIONS:
        other, quantity = truth.price_and_volume(company, name, *whole)
        assert name == stories.PRICE_REGION or (abs(other - quantity) < 0.03 and 0.02 < other < 0.12)


def test_returns_are_rare_elsewhere(company: Company) -> None:
    for start, end in figures.months(company):
        assert truth.return_share(company, start, end) < 0.03
    quiet = truth.return_share(company, stories.FIRST, stories.RETURNED_FROM, stories.RETURNED_MATERIAL)
    assert quiet < 0.03


def test_money_goes_wrong_for_three_partners_only(company: Company) -> None:
    late = {
        invoice.partner
        for invoice in (*company.payables, *company.receivables)
        if invoice.paid < invoice.gross and invoice.due < stories.LAST - timedelta(days=14)
    }
    assert late == {stories.MISSING_CUSTOMER, stories.SHORT_CUSTOMER, stories.TWICE_SUPPLIER}
    twice = [payment for payment in company.payments if payment.invoice is None]
    assert 3 <= len(twice) <= 15 and {payment.partner for payment in twice} == {stories.TWICE_SUPPLIER}
    paid = {payment.reference for payment in company.payments if payment.invoice is not None}
    assert {payment.reference for payment in twice} <= paid | {
        payment.invoice.number for payment in company.payments if payment.invoice is not None
    }
    short = [
        payment.amount / payment.invoice.gross
        for payment in company.collections
        if payment.partner == stories.SHORT_CUSTOMER and payment.invoice and payment.invoice.day >= stories.SHORT_FROM
    ]
    assert short and all(share == pytest.approx(stories.SHORT_PAID, abs=1e-4) for share in short)


def test_both_sides_are_settled_otherwise(company: Company) -> None:
    for invoices, payments in ((company.payables, company.payments), (company.receivables, company.collections)):
        for day in (date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30), date(2026, 10, 31)):
            assert figures.reconciled(invoices, payments, day).rate > 0.98


def test_the_west_has_been_silent_since_august(company: Company) -> None:
    assert max(move.day for move in company.stock.movements if move.warehouse == WEST) > date(2026, 11, 1)
    assert OWNER[WEST] != MAKER
