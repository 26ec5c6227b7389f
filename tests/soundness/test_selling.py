"""Revenue on the period before and on the plan: by hand, under scopes, and recomputed from the rows."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

import chinese_calendar
import pytest

from cockpit.scope import Scope
from tests.soundness.books import Books

HEAD = "单据编号|单据日期|物料编码|部门|区域|数量|不含税金额"
PLAN = "指标|开始日期|结束日期|部门|区域|目标值"
MARCH = {"start": "2026-03-01", "end": "2026-04-01"}


def sold(books: Books, *lines: tuple[str, float], department: str = "华东部", region: str = "上海") -> None:
    text = [f"S{department}{day}|{day}|M1|{department}|{region}|1|{amount}" for day, amount in lines]
    books.load(f"销售{department}.csv", "\n".join([HEAD, *text]))


def planned(books: Books, *lines: str) -> None:
    books.load("计划.csv", "\n".join([PLAN, *lines]), table="targets")


def worked(start: date, end: date) -> int:
    """Working days by the official calendar, counted apart from the product."""
    days = [start + timedelta(days=n) for n in range((end - start).days)]
    return sum(chinese_calendar.is_workday(day) for day in days)


def test_growth_on_the_month_before_by_working_day(books: Books) -> None:
    sold(books, ("2026-02-03", 300), ("2026-02-27", 500), ("2026-03-02", 320), ("2026-03-31", 1000))
    row = books.one("revenue_growth_sequential", **MARCH, grain="month")
    assert (row.figures["working_days"], row.figures["working_days_before"]) == (22, 16)
    assert (row.value, row.figures["revenue"]) == (pytest.approx(0.2), 1320)
    assert (row.figures["numerator"], row.figures["denominator"]) == (60, 50)
    plain = books.one("revenue_growth_sequential", **MARCH, grain="month", params={"adjust": "none"})
    assert plain.value == pytest.approx(0.65)
    february = books.one("revenue_growth_sequential", start="2026-02-01", end="2026-03-01", grain="month")
    assert (february.value, february.n) == (None, 2)  # nothing before it
    assert books.drill("revenue_growth_sequential", **MARCH).rows[0].value == 1000
    without = books.ask("revenue_growth_sequential")
    assert [one.value for one in without.rows] == [None] and any("needs a window" in note for note in without.notes)


def test_a_partial_month_meets_as_many_days_of_the_month_before(tmp_path_factory: pytest.TempPathFactory) -> None:
    books = Books(tmp_path_factory.mktemp("partial"), now=datetime(2026, 3, 10, 10))
    days = [date(2026, 2, 1) + timedelta(days=n) for n in range(38)]  # up to 10 March
    sold(books, *((f"{day}", 14 if day.month == 3 else 10) for day in days))
    row = books.one("revenue_growth_sequential", **MARCH, grain="month")
    assert row.partial
    first, before = worked(date(2026, 3, 1), date(2026, 3, 11)), worked(date(2026, 2, 1), date(2026, 2, 11))
    assert row.value == pytest.approx((140 / first) / (100 / before) - 1)
    notes = books.ask("revenue_growth_sequential", **MARCH, grain="month").notes
    assert any("2026-03-10" in note and "period before" in note for note in notes)
    books.close()


def test_a_day_without_work_is_compared_with_nothing(books: Books) -> None:
    sold(books, ("2026-03-06", 10), ("2026-03-07", 5), ("2026-03-09", 20))
    result = books.ask("revenue_growth_sequential", start="2026-03-07", end="2026-03-10", grain="day")
    assert [row.value for row in result.rows] == [None, None]
    assert any("without any working day" in note for note in result.notes)


@pytest.mark.parametrize("grain", ["week", "month", "quarter"])
def test_every_period_by_plain_arithmetic(books: Books, grain: str) -> None:
    luck = random.Random(5)
    days = [date(2025, 6, 1) + timedelta(days=n) for n in range(480)]
    lines = [(day, luck.choice(("华东部", "华南部")), luck.randrange(1, 900)) for day in days for _ in range(2)]
    text = [f"S{i}|{day}|M1|{part}|x|1|{amount}" for i, (day, part, amount) in enumerate(lines)]
    books.load("销售.csv", "\n".join([HEAD, *text]))

    def begins(day: date) -> date:
        if grain == "week":
            return day - timedelta(days=day.weekday())
        return date(day.year, day.month if grain == "month" else (day.month - 1) // 3 * 3 + 1, 1)

    sums: dict[tuple[str, date], float] = defaultdict(float)
    for day, part, amount in lines:
        sums[part, begins(day)] += amount
    starts = sorted({begins(day) for day in days})
    window = {"start": starts[2].isoformat(), "end": starts[-2].isoformat(), "grain": grain}
    rows = books.ask("revenue_growth_sequential", by=("department",), **window).rows
    told = {(row.dimensions["department"], row.start): row.value for row in rows}
    wanted = {}
    for (earlier, start), after in zip(pairwise(starts[1:-2]), starts[3:-1], strict=True):
        for part in ("华东部", "华南部"):
            here, before = worked(start, after), worked(earlier, start)
            growth = sums[part, start] / here / (sums[part, earlier] / before) - 1 if here and before else None
            wanted[part, start] = None if growth is None else pytest.approx(growth)
    assert told == wanted and len(told) >= 4


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """Data up to Friday 13 March, ten working days into the month."""
    books = Books(tmp_path_factory.mktemp("running"), now=datetime(2026, 3, 13, 10))
    yield books
    books.close()


def test_attainment_of_a_running_month_meets_the_plan_of_its_days_so_far(running: Books) -> None:
    sold(running, ("2026-03-02", 450), ("2026-03-13", 500))
    planned(running, "revenue|2026-03-01|2026-03-31|||2200")
    row = running.one("plan_attainment", grain="month", **MARCH)
    assert (row.value, row.figures["numerator"], row.figures["denominator"]) == (0.95, 950, 1000)
    assert (row.partial, row.n, row.period, row.level) == (True, 2, "2026-03", "ok")
    assert running.one("plan_attainment").value == 0.95
    assert sum(one.value or 0 for one in running.drill("plan_attainment", **MARCH).rows) == 950


def test_a_whole_month_meets_its_whole_plan_and_shares_add_up(books: Books) -> None:
    days = [date(2026, 1, 5) + timedelta(days=n) for n in range(90)]
    sold(books, *((f"{day}", 10) for day in days))
    planned(books, "营收|2026-03-01|2026-03-31|||1000", "Revenue|2026-01-01|2026-12-31|||36500")
    rows = books.months("plan_attainment", start="2026-02-01", end="2026-04-01")
    year = worked(date(2026, 1, 1), date(2027, 1, 1))
    assert rows["2026-02"].figures["denominator"] == pytest.approx(36500 * 16 / year)
    march = 1000 + 36500 * 22 / year
    assert rows["2026-03"].figures["denominator"] == pytest.approx(march)
    assert not rows["2026-03"].partial
    weeks = books.ask("plan_attainment", grain="week", **MARCH).rows
    assert sum(row.figures["denominator"] or 0 for row in weeks) == pytest.approx(march)
    whole = books.cockpit._warehouse.records("SELECT sum(amount) AS amount FROM plan_days")
    assert float(whole[0]["amount"]) == 37500  # to the last cent


def test_the_whole_plan_is_not_the_sum_of_its_parts_and_parts_stand_in_for_it(books: Books) -> None:
    sold(books, ("2026-03-02", 60), ("2026-03-31", 60))
    sold(books, ("2026-03-02", 30), ("2026-03-31", 10), department="华南部")
    planned(books, "revenue|2026-03-01|2026-03-31|华东部||100", "revenue|2026-03-01|2026-03-31|||400")
    assert books.one("plan_attainment", **MARCH).value == pytest.approx(160 / 400)
    rows = {row.dimensions["department"]: row for row in books.ask("plan_attainment", by=("department",), **MARCH).rows}
    assert (rows["华东部"].value, rows["华南部"].value) == (pytest.approx(1.2), None)
    assert (rows["华南部"].n, rows["华南部"].reasons) == (0, {"no_plan": 2})
    assert books.one("plan_attainment", where={"department": "华东部"}, **MARCH).value == pytest.approx(1.2)
    by_region = books.ask("plan_attainment", by=("region",), **MARCH).rows
    assert [(row.value, row.reasons) for row in by_region] == [(None, {"no_plan": 4})]
    # somebody who sees one department alone is measured by its plan
    east, south = (Scope({"department": frozenset({name})}) for name in ("华东部", "华南部"))
    assert [row.value for row in books.ask("plan_attainment", scope=east, **MARCH).rows] == [pytest.approx(1.2)]
    assert [row.value for row in books.ask("plan_attainment", scope=south, **MARCH).rows] == [None]


def test_without_a_plan_of_the_whole_its_parts_answer_for_themselves(books: Books) -> None:
    sold(books, ("2026-03-02", 60), ("2026-03-31", 60))
    sold(books, ("2026-03-02", 30), ("2026-03-31", 10), department="华南部")
    planned(books, "revenue|2026-03-01|2026-03-31|华东部||100", "revenue|2026-03-01|2026-03-31|华北部||50")
    row = books.one("plan_attainment", **MARCH)
    assert (row.value, row.n, row.reasons) == (pytest.approx(120 / 150), 2, {"no_plan": 2})


def test_days_before_the_first_sale_and_a_plan_of_nothing_give_no_figure(books: Books) -> None:
    sold(books, ("2026-03-02", 60), ("2026-03-31", 60))
    planned(books, "revenue|2025-01-01|2025-12-31|||9000", "revenue|2026-03-01|2026-03-31|||0")
    assert books.one("plan_attainment", start="2025-01-01", end="2026-01-01").value is None
    result = books.ask("plan_attainment", grain="month", **MARCH)
    assert [row.value for row in result.rows] == [None] and result.notes
