"""A card says everything that makes its number readable, and never shows a number it does not have."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cockpit.period import Period
from cockpit.service.results import Alert, Card, Cause, MetricRow
from cockpit.ui import cards, marks
from cockpit.ui import format as fmt
from cockpit.ui.rail import concerns, rail
from cockpit.ui.tree import find, targets, texts
from tests.ui.made import card, row, shown


def words(one: Card, **ask: str) -> str:
    return " ".join(texts(cards.card(shown(one, **ask), "zh_CN")))


def test_a_card_has_label_level_value_target_comparisons_and_basis() -> None:
    said = words(card())
    for part in (
        "采购审批时长",
        "◆ 关注",
        "9.20",
        "工作小时",
        "≤ 2.00",
        "+0.80",
        "变差",
        "\u22122.30",
        "好转",
        "n = 1,284",
    ):
        assert part in said
    assert "截至 11-20" in said.replace(fmt.NO_BREAK, " ")
    assert "口径" in said


def test_a_card_can_be_clicked_for_its_page_and_its_meaning() -> None:
    assert list(targets(cards.card(shown(), "zh_CN"))) == ["metric/approval_cycle_time", "basis/approval_cycle_time"]


def test_what_was_left_out_stands_beside_the_figure() -> None:
    one = card()
    assert one.row is not None
    assert "剔除 31" in words(replace(one, row=replace(one.row, excluded=31, reasons={"no_final": 31})))
    assert "覆盖 97.2%" in words(replace(one, row=replace(one.row, coverage=0.972)))


def test_a_missing_value_is_a_dash_with_its_reason_and_no_bar() -> None:
    one = card(None)
    assert one.row is not None
    tree = cards.card(shown(replace(one, row=replace(one.row, reasons={"no_final": 3}))), "zh_CN")
    assert fmt.ABSENT in list(texts(tree))
    assert "至今没有最终批准" in list(texts(tree))
    assert not list(find(tree, "ac"))


@pytest.mark.parametrize("state", ["empty", "not_loaded", "not_allowed"])
def test_the_other_states_show_no_figure(state: str) -> None:
    one = replace(card(), state=state, row=None, missing=("process_events",))
    tree = cards.card(shown(one), "zh_CN")
    assert "empty" in tree[1]
    assert not list(find(tree, "val")) and not list(find(tree, "bul"))


def test_a_card_without_data_leads_to_the_import_page() -> None:
    one = replace(card(), state="not_loaded", row=None, missing=("process_events",))
    tree = cards.card(shown(one), "zh_CN")
    assert list(targets(tree)) == ["data/"]
    assert "缺：审批与流程记录" in list(texts(tree))


def test_a_filter_that_does_not_apply_is_said() -> None:
    one = cards.Shown(cards.Ask("approval_cycle_time"), card(), ("node",))
    assert "未按审批节点筛选" in " ".join(texts(cards.card(one, "zh_CN")))


def test_a_further_figure_has_no_level_and_no_target() -> None:
    said = words(card(), figure="p90")
    assert "31.4" in said
    assert "关注" not in said and "≤" not in said


def test_counts_of_a_partial_month_are_not_compared_with_a_whole_one() -> None:
    one = card(partial=True)
    assert cards.previous(shown(one)) is not None
    assert cards.previous(shown(replace(one, unit="count"))) is None
    same_days = replace(one, unit="count", previous=row(7, period=None))
    assert cards.previous(shown(same_days)) is not None


@pytest.mark.parametrize(
    ("now", "before", "unit", "direction", "text", "good"),
    [
        (9.2, 8.4, "hours", "down", "+0.80", False),
        (0.062, 0.058, "share", "up", "+0.40", True),
        (120.0, 100.0, "amount", "up", "+20.0%", True),
        (80.0, -100.0, "amount", "up", "+180", True),
        (48.6, 47.7, "days", "band", "+0.90", None),
        (5.0, 5.0, "hours", "down", "0", None),
    ],
)
def test_a_change_is_good_or_bad_for_the_business(
    now: float, before: float, unit: str, direction: str, text: str, good: bool | None
) -> None:
    scale = fmt.scale_for([now], unit, "zh_CN")
    found = marks.change(now, before, unit, direction, scale, "zh_CN")
    assert found is not None
    assert (found.text, found.good) == (text, good)


def test_no_change_without_both_figures() -> None:
    scale = fmt.scale_for([1.0], "hours", "en")
    assert marks.change(None, 1.0, "hours", "down", scale, "en") is None
    assert marks.change(1.0, None, "hours", "down", scale, "en") is None


def test_the_trend_breaks_where_a_month_is_missing() -> None:
    rows = [row(v, period=f"2026-{m:02d}") for m, v in enumerate((1.0, 2.0, None, 4.0, 5.0), start=1)]
    tree = marks.trend(rows, "ok", "zh_CN", target=None, name=None)
    assert tree is not None
    assert [node[0] for node in tree[3][3][3:]] == ["path", "path"]


def test_a_partial_month_is_dashed() -> None:
    rows = [row(1.0), row(2.0), row(1.5, partial=True)]
    tree = marks.trend(rows, "ok", "zh_CN", target=None, name=None)
    assert tree is not None
    assert len(list(find(tree, "part"))) == 1


def test_a_single_point_is_no_trend() -> None:
    assert marks.trend([row(1.0)], "ok", "zh_CN", target=None, name=None) is None


def test_the_bullet_has_bands_target_and_last_year() -> None:
    tree = marks.bullet(card())
    assert tree is not None
    assert len(list(find(tree, "bd"))) == 3
    bar = next(iter(find(tree, "ac")))
    assert bar[2]["--x"] == 0 and bar[2]["--w"] > 0
    assert len(list(find(tree, "tg"))) == len(list(find(tree, "pv"))) == 1


def test_a_negative_value_runs_left_from_zero() -> None:
    one = replace(card(-0.165, target=0.0), unit="share", direction="up", warning=None, critical=None)
    tree = marks.bullet(replace(one, last_year=row(0.05)))
    assert tree is not None
    bar = next(iter(find(tree, "ac")))
    assert 0 < bar[2]["--x"] + bar[2]["--w"] < 100
    assert bar[2]["--x"] < bar[2]["--x"] + bar[2]["--w"]


def test_the_verdict_counts_levels() -> None:
    group = [shown(card(level="critical")), shown(card()), shown(replace(card(), state="not_loaded", row=None))]
    said = " ".join(texts(cards.verdict(group, "zh_CN")))
    assert "3 项指标：1 项超限、1 项关注。" in said
    assert "● 超限 1" in said and "○ 未导入 1" in said
    assert "达标" not in said


def test_the_scorecard_groups_by_importance_in_the_asked_order() -> None:
    group = [shown(replace(card(), importance="O", label="a")), shown(replace(card(), importance="S", label="b"))]
    said = list(texts(cards.scorecard(group, "zh_CN")))
    assert said.index("战略") < said.index("b") < said.index("操作") < said.index("a")


def test_english_comparisons_name_the_month() -> None:
    assert "vs Oct" in list(texts(cards.card(shown(), "en")))


MONTH = Period(date(2026, 10, 1), date(2026, 11, 1), "2026-10", "month", 1)


def alert(metric: str, label: str, unit: str, at: MetricRow, *causes: Cause) -> Alert:
    """A warning of October that is still open."""
    start, end = date(2026, 10, 1), date(2026, 11, 1)
    at = replace(at, start=start, end=end)
    return Alert(
        metric, label, unit, "down", "purchasing", at.level, {}, start, end, 1, True, at, (at,), 24.0, tuple(causes)
    )


def test_warnings_come_by_severity_with_their_cause() -> None:
    mild = alert("revenue_growth", "营收增长率", "share", replace(row(-0.02), level="warning"))
    slow = Cause("department", "研发中心", 38.9, None, 12, 5.0, 0.46, 0.2)
    grave = alert("approval_cycle_time", "采购审批时长", "hours", replace(row(31.4), level="critical"), slow)
    said = list(texts(rail([mild, grave], MONTH, [shown()], "zh_CN")))
    assert said.index("采购审批时长") < said.index("营收增长率")
    assert "部门「研发中心」（38.9 · 占 46.0%）" in said
    assert any("限值 ≤ 24.0" in text and "2026 年 10 月起，已 1 个月" in text for text in said)


def test_a_warning_belongs_to_the_months_it_lasted_in() -> None:
    lasting = alert("revenue_growth", "营收增长率", "share", replace(row(-0.02), level="warning"))
    later = Period(date(2026, 11, 1), date(2026, 12, 1), "2026-11", "month", 1)
    earlier = Period(date(2026, 9, 1), date(2026, 10, 1), "2026-09", "month", 1)
    assert concerns(lasting, MONTH) and concerns(lasting, later) and not concerns(lasting, earlier)
    assert not concerns(replace(lasting, open=False), later)


def test_moves_list_the_worse_first() -> None:
    better = replace(card(8.0), label="好转的", metric="x")
    worse = replace(card(9.2), label="变差的", metric="y")
    said = list(texts(rail([], MONTH, [shown(better), shown(worse)], "zh_CN")))
    assert said.index("变差的") < said.index("好转的")


def test_without_warnings_it_says_so() -> None:
    assert "本月没有指标越过阈值。" in list(texts(rail([], MONTH, [], "zh_CN")))
    assert "正在逐期判断预警…" in list(texts(rail(None, MONTH, [], "zh_CN")))


def test_without_a_month_before_none_is_named() -> None:
    assert cards.against(shown(replace(card(), previous=None)), "en") == "vs month before"
