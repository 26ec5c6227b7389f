"""Breakdowns, trends and document lists: sorted by what matters, totals computed, everything clickable."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cockpit.service.results import DrillResult, DrillRow, MetricRow, Source
from cockpit.ui import breakdown, documents, facts, trend
from cockpit.ui.cards import Ask
from cockpit.ui.tree import find, targets, texts
from tests.ui.made import result, row, view

CYCLE = Ask("approval_cycle_time")


def department(name: str | None, value: float | None, p90: float, **given: object) -> MetricRow:
    return row(value, dimensions={"department": name}, figures={"p90": p90}, target=2.0, **given)


ROWS = (
    department("研发中心", 11.6, 30.0, level="critical", compare=10.0),
    department("质量部", 4.8, 38.9, level="ok", compare=5.0),
    department(None, None, 1.0),
)


def answer(order: str | None = None, rows: tuple[MetricRow, ...] = ROWS, **given: object) -> breakdown.Answer:
    cut = breakdown.Cut(CYCLE, "department", ("p90",), order)
    total = (row(9.2, target=2.0, level="warning", compare=11.5, figures={"p90": 31.4}),)
    found = result(rows, **given)
    return breakdown.Answer(cut, found, breakdown.ordered(rows, order, False), total, "down")


def test_rows_are_sorted_by_the_figure_that_matters() -> None:
    assert [r.dimensions["department"] for r in answer().rows] == ["研发中心", "质量部", None]
    assert [r.dimensions["department"] for r in answer("p90").rows] == ["质量部", "研发中心", None]


def test_rates_that_should_be_high_list_the_lowest_first() -> None:
    rows = (row(0.99), row(0.91), row(None), row(0.95))
    assert [r.value for r in breakdown.ordered(rows, None, True)] == [0.91, 0.95, 0.99, None]


def test_the_title_says_by_what_and_when() -> None:
    assert breakdown.heading(view(), answer()) == "按部门 · 采购审批时长（工作小时） · 2026 年 11 月"
    assert "按 P90 从高到低排列" in breakdown.said(view(), answer("p90"))


def test_the_total_is_the_computed_one() -> None:
    tree = breakdown.picture(view(), answer())
    total = next(iter(find(tree, "tot")))
    assert list(texts(total))[:3] == ["合计", "1,284", "9.20"]


def test_a_row_narrows_the_page_and_a_blank_one_does_not() -> None:
    assert list(targets(breakdown.picture(view(), answer()))) == [
        "slice/department/研发中心",
        "slice/department/质量部",
    ]
    assert "（未填）" in list(texts(breakdown.picture(view(), answer())))


def test_a_missing_value_is_a_dash() -> None:
    assert "—" in list(texts(breakdown.picture(view(), answer())))


def test_at_most_twelve_rows_are_drawn_and_the_rest_is_named() -> None:
    rows = tuple(department(f"部门{n}", float(n), 1.0) for n in range(20))
    found = answer(rows=rows)
    tree = breakdown.picture(view(), found)
    assert len(list(targets(tree))) == breakdown.MOST_ROWS
    assert "共 20 行" in breakdown.said(view(), found)
    assert len(breakdown.as_table(view(), found).rows) == 21


def test_amounts_get_shares_of_the_computed_total() -> None:
    rows = (row(60.0, dimensions={"department": "a"}), row(40.0, dimensions={"department": "b"}))
    found = replace(answer(rows=rows, unit="amount"), total=(row(100.0),))
    assert found.whole == 100.0
    assert "60.0%" in list(texts(breakdown.picture(view(), found)))


def test_currencies_stand_side_by_side() -> None:
    rows = (row(60.0, currency="CNY", dimensions={"department": "a"}), row(40.0, currency="USD", dimensions={}))
    found = answer(rows=rows, unit="amount")
    assert found.mixed and found.whole is None
    assert "USD" in list(texts(breakdown.picture(view(), found)))


def test_without_thresholds_there_is_no_level_column() -> None:
    rows = (row(1.0, dimensions={"department": "a"}),)
    found = replace(answer(rows=rows), total=(row(1.0),))
    assert "状态" not in list(texts(breakdown.picture(view(), found)))


def test_an_export_carries_filters_as_of_and_version() -> None:
    about = facts.about(view(where={"department": "研发中心", "node": "x"}), result(ROWS), CYCLE)
    assert about["筛选"] == "部门 研发中心"
    assert about["数据截至"] == "2026-11-20 18:00"
    assert about["数据版本"] == "41"
    assert about["未参与筛选"] == "审批节点"


def test_what_was_left_out_is_counted_with_reasons() -> None:
    rows = [row(n=10, excluded=3, reasons={"no_final": 3}), row(n=5, excluded=1, reasons={"out_of_order": 1})]
    said = facts.counted(rows, view())
    assert said.startswith("n = 15 · 剔除 4（") and "至今没有最终批准 3、" in said


MONTHS = tuple(
    row(v, period=f"2026-{m:02d}", target=2.0, compare=v + 1, partial=m == 11, figures={"p90": v * 3})
    for m, v in ((9, 8.6), (10, 8.4), (11, 9.2))
)


def test_months_become_columns_with_last_year_behind() -> None:
    found = trend.points(view(), result(MONTHS), trend.Panel(None, None, 200))
    assert [(p.name, p.actual, p.last_year, p.text) for p in found][-1] == ("2026-11", 9.2, 10.2, "9.20")
    assert found[0].axis == ("9月", "2026")
    assert found[-1].axis == ("11月", "未满月")


def test_a_steady_target_is_a_line_and_a_moving_one_a_plan() -> None:
    chart = trend.chart(view(), result(MONTHS), trend.Panel(None, None, 200), axis=True)
    assert any(layer["mark"].get("strokeDash") for layer in chart["layer"])
    moving = tuple(replace(one, target=float(n + 1), currency="CNY") for n, one in enumerate(MONTHS))
    points = trend.points(view(), result(moving, unit="amount"), trend.Panel(None, "CNY", 200))
    assert [p.plan for p in points] == [1.0, 2.0, 3.0]


def test_a_missing_month_leaves_its_place_empty() -> None:
    rows = (MONTHS[0], row(None, period="2026-10"), MONTHS[2])
    found = trend.points(view(), result(rows), trend.Panel(None, None, 200))
    assert (found[1].actual, found[1].text) == (None, "")


def test_the_trend_table_has_all_digits() -> None:
    found = trend.table(view(), result(MONTHS), CYCLE, (None, "p90"))
    assert found.rows[-1][:3] == ["2026 年 11 月", 9.2, 27.6]


def drilled() -> DrillResult:
    def one(no: str, value: float | None, reason: str | None = None) -> DrillRow:
        place = (Source(1, "log.csv", None, 12, "process_events"),)
        where = {"department": "采购部"}
        return DrillRow("process_events", f"id-{no}", no, date(2026, 11, 3), where, (), value, reason, place)

    rows = (one("A", 3.0), one("B", None, "no_final"), one("C", 30.2))
    return DrillResult("approval_cycle_time", "", "hours", 3, rows, result([row(9.2)]))


def test_documents_are_listed_largest_first_and_lead_to_themselves() -> None:
    rows = documents.ordered(drilled().rows)
    assert [one.document_no for one in rows] == ["C", "A", "B"]
    tree = documents.picture(view(), drilled(), rows, ("department",))
    assert next(iter(targets(tree))) == "document/procurement/process_events/id-C"
    assert "至今没有最终批准" in list(texts(tree))


def test_the_list_to_export_names_file_and_line() -> None:
    found = documents.as_table(view(), CYCLE, drilled(), drilled().rows, ("department",))
    assert found.rows[0] == ["A", "2026-11-03", "采购部", 3.0, None, "log.csv", None, 12]
    assert found.facts["单据总数"] == "3"
