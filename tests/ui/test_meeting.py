"""The slides of the weekly meeting: in their order, under the reader's rights, calm where there is nothing to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.requests import MetricRequest
from cockpit.ui import bars, door, slides
from cockpit.ui import format as fmt
from cockpit.ui.tree import find, texts
from tests.ui import made
from tests.ui.conftest import drawn, opened, session_of
from tests.ui.test_pages import calm

HOURS = fmt.Scale(1, "h", "")


def test_the_cockpit_with_data_and_those_without(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened("meeting")
    calm(app)
    said = drawn(app)
    for part in (
        "采购审批时长",
        "6 周",
        "12 个月",
        "默认账套",
        "○ 未导入",
        "10月",
        "请到「数据接入」导入：",
        "销售明细",
    ):
        assert part in said
    assert "ui." not in said and "\n0\n" not in said
    english = drawn(opened("meeting", "en"))
    assert "Approval cycle time" in english and "12 months" in english and "ui." not in english


def test_a_slide_for_each_cockpit_the_reader_may_open(loaded: Cockpit) -> None:
    door.use(loaded)
    said = drawn(opened("meeting", session=session_of(loaded, "warehouse")))
    assert "库存" in said
    for hidden in ("营收", "对账", "采购审批时长"):
        assert hidden not in said
    assert "对账" in drawn(opened("meeting", session=session_of(loaded, "screen")))


def test_it_stays_closed_where_the_role_does_not_open_it(loaded: Cockpit) -> None:
    door.use(loaded)
    role = loaded.people.roles(LOCAL_ADMINISTRATOR, "zh_CN")[0]
    night = replace(role, name="night", label="夜班", builtin=False, grants=("page:overview",), revision=0)
    loaded.people.save_role(LOCAL_ADMINISTRATOR, night)
    said = drawn(opened("meeting", session=session_of(loaded, "night")))
    assert "无权限" in said and "采购审批时长" not in said


def test_columns_stand_on_zero_also_below_it() -> None:
    rows = [made.row(one, period=f"2026-{9 + i:02d}", target=2.0) for i, one in enumerate((-5.0, None, 15.0))]
    node = bars.bars(rows, HOURS, "zh_CN", bars.span(rows), date(2026, 11, 20))
    below, nothing, above = find(node, "slot")
    assert [(one[2]["--b"], one[2]["--h"]) for one in find(below, "ac")] == [(0.0, 25.0)]
    assert [(one[2]["--b"], one[2]["--h"]) for one in find(above, "ac")] == [(25.0, 75.0)]
    assert list(find(nothing, "ac")) == [] and list(texts(nothing)) == []
    assert {one[2]["--b"] for one in find(node, "tg")} == {35.0}


def test_a_period_that_goes_on_says_how_far_it_is_known() -> None:
    rows = [made.row(1.0, period="2026-10", end=date(2026, 11, 1)), made.row(2.0, partial=True)]
    node = bars.bars(rows, HOURS, "zh_CN", bars.span(rows), date(2026, 11, 20))
    assert "至20日" in list(texts(node)) and len(list(find(node, "part"))) == 1
    week = made.row(1.0, period="2026-W44", start=date(2026, 10, 26), end=date(2026, 11, 1))
    assert bars.cut(week) and not bars.cut(replace(week, end=date(2026, 11, 2)))


def test_a_figure_is_not_written_across_a_target() -> None:
    row = made.row(9.0, target=10.0)
    (told,) = (one for one in find(bars.bars([row], HOURS, "zh_CN", bars.span([row]), None), "last") if one[0] == "b")
    assert told[2]["--b"] == 100.0


def test_a_week_is_held_to_no_other_target_than_its_month() -> None:
    weeks = [made.row(3.0, period="2026-W46", target=2.0), made.row(3.0, period="2026-W47", target=6.0)]
    found = slides.course(made.shown(), made.result(weeks), weeks, [made.row(3.0, target=6.0)])
    assert found is not None and [row.target for row in found.weeks] == [None, 6.0]
    assert slides.course(made.shown(), made.result([]), [], [made.row(None)]) is None


def test_six_weeks_end_with_the_one_that_has_begun_and_leave_no_gap() -> None:
    assert slides.monday(date(2026, 11, 20), 5) == date(2026, 10, 12)
    told = [made.row(float(week), period=f"2026-W{week}") for week in (41, 42, 44, 47)]
    found = slides.recent(told, 6, "week", date(2026, 11, 20), 1)
    assert [row.period for row in found] == [f"2026-W{week}" for week in range(42, 48)]
    assert [row.value for row in found] == [42.0, None, 44.0, None, None, 47.0]
    months = slides.recent([], 3, "month", date(2026, 1, 25), 26)  # a month that begins on the 26th
    assert [row.period for row in months] == ["2025-11", "2025-12", "2026-01"]


def test_the_weeks_drawn_are_the_metric_s_own(loaded: Cockpit) -> None:
    door.use(loaded)
    request = MetricRequest(date(2026, 9, 28), date(2026, 11, 1), "week", (), {}, {}, "default")
    rows = loaded.metric(LOCAL_ADMINISTRATOR, "approval_cycle_time", request, "zh_CN").rows
    known = [HOURS.number(row.value) for row in rows if row.value is not None]
    said = drawn(opened("meeting", month="2026-10"))
    assert known and all(one in said for one in known)
