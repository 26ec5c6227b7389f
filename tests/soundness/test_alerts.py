"""Warnings and causes that would be wrong: half months judged, parts that do not add up, what others may not see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest

from cockpit.access import EVERY
from cockpit.errors import NotAllowedError
from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR, Actor
from cockpit.service.causes import CauseDesk
from cockpit.service.requests import Window
from cockpit.service.results import Alert, AlertReport
from tests.soundness.books import Books

# Working days at 09:00; hours from submission to approval. 研发部 turns slow in August 2026.
WAITS = {"生产部": [1, 2, 3], "研发部": [2, 3, 4], "质量部": [1, 1, 2]}
SLOW = [20, 28, 36]
FIRST = date(2026, 3, 1)


def instant(day: date, hours: int) -> str:
    """The wall time `hours` working hours after 09:00 of a Monday, within that week."""
    days, rest = divmod(hours, 8)
    return f"{day + timedelta(days=days)} {9 + rest + (1 if rest > 3 else 0):02d}:00"


def mondays(month: int) -> list[date]:
    day = date(2026, month, 1)
    day += timedelta(days=-day.weekday() % 7)
    return [day + timedelta(weeks=week) for week in range(3)]


def cases() -> Iterator[tuple[int, str, int]]:
    """Month, department and hours of every document: 36 a month and department."""
    for month in range(3, 11):
        for department, waits in WAITS.items():
            slow = department == "研发部" and month in (8, 9)
            for number in range(36):
                yield month, department, (SLOW if slow else waits)[number % 3]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    made = Books(tmp_path_factory.mktemp("alerts"), datetime(2026, 10, 20, 1, 0))
    lines = ["单据编号 | 申请部门 | 节点 | 审批人 | 操作 | 审批时间 | 当前状态"]
    for number, (month, department, hours) in enumerate(cases()):
        monday = mondays(month)[number % 3]
        if (month, monday.day) > (10, 12):
            continue
        lines.append(f"CG-{number} | {department} | 提交 | 张三 | 提交 | {monday} 09:00 | 已审核")
        lines.append(f"CG-{number} | {department} | 经理 | 李四 | 同意 | {instant(monday, hours)} | 已审核")
    made.load("采购审批记录.csv", "\n".join(lines))
    yield made
    made.close()


def judged(books: Books, at: datetime | None = None, actor: Actor = LOCAL_ADMINISTRATOR) -> AlertReport:
    return books.cockpit.alerts(actor, None, {}, at, "zh_CN")


def of(report: AlertReport, metric: str, **slices: str) -> list[Alert]:
    return [one for one in report.alerts if one.metric == metric and dict(one.slice) == slices]


def test_a_department_that_turns_slow_is_found_with_its_months(books: Books) -> None:
    (alert,) = of(judged(books), "approval_cycle_time", department="研发部")
    assert (alert.since, alert.until, alert.periods) == (date(2026, 8, 1), date(2026, 10, 1), 2)
    # the median of 20, 28, 36 is beyond the critical limit of 24; the limit that was passed first is 8
    assert (alert.level, alert.row.value, alert.limit) == ("critical", 28, 8)
    assert alert.open and alert.label == "采购审批时长"  # September is the newest complete month
    assert of(judged(books), "approval_cycle_time", department="生产部") == []


def test_a_month_that_is_not_over_is_not_judged(books: Books) -> None:
    report = judged(books)
    assert report.at == date(2026, 10, 1)
    assert all(one.until <= report.at for one in report.alerts)
    earlier = judged(books, datetime(2026, 8, 31, 18))
    assert earlier.at == date(2026, 8, 1) and of(earlier, "approval_cycle_time", department="研发部") == []
    last = judged(books, datetime(2026, 9, 1))
    assert [one.periods for one in of(last, "approval_cycle_time", department="研发部")] == [1]


def test_what_the_median_would_be_without_a_part_is_computed_anew(books: Books) -> None:
    """An independent computation: the medians of all other departments' September."""
    window = {"start": "2026-09-01", "end": "2026-10-01"}
    whole = books.one("approval_cycle_time", **window)
    september = [(department, hours) for month, department, hours in cases() if month == 9]
    assert whole.value == median(hours for _, hours in september)
    desk = CauseDesk(books.cockpit._warehouse, books.cockpit._figures)
    asked = Window(None, date(2026, 9, 1), date(2026, 10, 1), {})
    report = desk.over_limit(LOCAL_ADMINISTRATOR, "approval_cycle_time", asked, 1.0)
    assert report.explained == whole.value - 1 and not report.exact
    (slow,) = (one for one in report.causes if one.dimension == "department")
    rest = median(hours for department, hours in september if department != "研发部")
    assert (slow.value, slow.n) == ("研发部", 36)
    assert slow.contribution == pytest.approx(whole.value - rest)


def test_a_limited_reader_is_warned_of_their_own_alone(books: Books) -> None:
    actor = Actor("head", Scope({"department": frozenset({"研发部"})}), EVERY)
    report = judged(books, actor=actor)
    (alert,) = of(report, "approval_cycle_time")  # their department is their whole
    assert alert.row.n == 36 and alert.since == date(2026, 8, 1)
    told = {str(cause.value) for one in report.alerts for cause in one.causes}
    assert not told & {"生产部", "质量部"}
    other = Actor("other", Scope({"department": frozenset({"生产部"})}), EVERY)
    assert of(judged(books, actor=other), "approval_cycle_time") == []


def test_every_warning_says_where_it_comes_from(books: Books) -> None:
    for at in (None, datetime(2026, 9, 1)):
        report = judged(books, at)
        assert report.alerts and all(one.causes for one in report.alerts)
    document = judged(books).json()
    assert {"metric", "slice", "since", "level", "value", "cause"} <= document["alerts"][0].keys()
    assert {"dimension", "value", "contribution", "share"} <= document["alerts"][0]["cause"][0].keys()


# Invoices of two suppliers: B's stay unpaid from July on, A's never.
def test_what_lies_under_a_limit_adds_up_to_it(tmp_path: Path) -> None:
    made = Books(tmp_path, datetime(2026, 9, 2, 1, 0))
    try:
        bills = ["单据编号 | 单据日期 | 供应商 | 发票号 | 价税合计 | 到期日"]
        paid = ["付款单号 | 付款日期 | 供应商 | 发票号 | 付款金额"]
        for month in range(4, 9):
            for number in range(30):
                supplier, amount = ("乙", 40) if number < 6 else ("甲", 100)
                name = f"F{month}-{number}"
                bills.append(
                    f"{name} | 2026-{month:02d}-{number % 28 + 1:02d} | {supplier} | {name} | {amount} | 2026-12-31"
                )
                if supplier == "甲" or month < 7:
                    paid.append(f"P{name} | 2026-{month:02d}-28 | {supplier} | {name} | {amount}")
        made.load("应付发票.csv", "\n".join(bills), table="invoices", set={"side": "payable"})
        made.load("付款.csv", "\n".join(paid), table="payments", set={"side": "payable"})
        report = made.cockpit.alerts(LOCAL_ADMINISTRATOR, None, {}, None, "en")
        (alert,) = of(report, "reconciled_rate", side="payable")
        # until the end of August 5 * (6 * 40 + 24 * 100) = 13,200 are billed, 2 * 240 = 480 of them open
        assert alert.row.value == pytest.approx(1 - 480 / 13200) and alert.limit == 0.98
        (partner,) = (one for one in alert.causes if one.dimension == "partner")
        # B: 1,200 billed, 720 paid; w (r - limit) = (720 - 0.98 * 1200) / 13200
        assert partner.value == "乙" and partner.figure == pytest.approx(0.6)
        assert partner.contribution == pytest.approx((720 - 0.98 * 1200) / 13200)
        # A pushes the other way by 240 of B's 456, so that less than half of it is left: B is all that pushes down
        assert partner.share == 1
        desk = CauseDesk(made.cockpit._warehouse, made.cockpit._figures)
        asked = Window("default", date(2026, 8, 1), date(2026, 9, 1), {"side": "payable"}, "month")
        bill = desk.documents(LOCAL_ADMINISTRATOR, "reconciled_rate", asked).causes[0]  # one of A's, paid
        assert (bill.contribution, bill.share) == pytest.approx((100 / 13200, 100 / (13200 - 480)))
    finally:
        made.close()


def test_a_month_that_is_not_over_meets_as_many_days_of_the_one_before(tmp_path: Path) -> None:
    """Revenue to 10 March against the first ten days of February: east 200 - 100, west 50 - 50."""
    made = Books(tmp_path, datetime(2026, 3, 11, 1, 0))
    try:
        made.load(
            "销售.csv",
            """
            单据编号 | 单据日期 | 客户编码 | 物料编码 | 地区 | 部门 | 数量 | 不含税金额
            S1 | 2026-02-02 | C1 | M1 | 华东 | 甲 | 1 | 100
            S2 | 2026-02-10 | C2 | M1 | 华西 | 甲 | 1 | 50
            S3 | 2026-02-20 | C1 | M1 | 华东 | 甲 | 1 | 900
            S4 | 2026-03-02 | C1 | M1 | 华东 | 甲 | 1 | 200
            S5 | 2026-03-10 | C2 | M1 | 华西 | 甲 | 1 | 50
            """,
        )
        now, then = (Window(None, date(2026, month, 1), date(2026, month + 1, 1)) for month in (3, 2))
        report = made.cockpit.causes(LOCAL_ADMINISTRATOR, "revenue", now, then)
        assert (report.value, report.before, report.explained, report.days) == (250, 150, 100, 10)
        region = {one.value: one.contribution for one in report.causes if one.dimension == "region"}
        assert region == {"华东": 100}  # 华西 did not change; 部门 has one part and tells nothing
        assert not any(one.dimension == "department" for one in report.causes)
    finally:
        made.close()


def test_revenue_by_price_volume_and_mix_from_the_lines(tmp_path: Path) -> None:
    """East in March against February: A 10 pieces at 10 -> 12 at 11, B 10 at 30 -> 6 at 30, new N 45, gone G 20."""
    made = Books(tmp_path, datetime(2026, 4, 2, 1, 0))
    try:
        made.load(
            "销售.csv",
            """
            单据编号 | 单据日期 | 客户编码 | 物料编码 | 地区 | 单位 | 数量 | 不含税金额
            S1 | 2026-02-02 | C1 | A | 华东 | 件 | 10 | 100
            S2 | 2026-02-03 | C1 | B | 华东 | 件 | 10 | 300
            S3 | 2026-02-04 | C1 | G | 华东 | 千克 | 2 | 20
            S4 | 2026-02-05 | C2 | A | 华西 | 件 | 5 | 999
            S5 | 2026-02-28 | C1 | A | 华东 | 件 | 1 |
            S6 | 2026-03-02 | C1 | A | 华东 | 件 | 12 | 132
            S7 | 2026-03-03 | C1 | B | 华东 | 件 | 6 | 180
            S8 | 2026-03-31 | C1 | N | 华东 | 箱 | 3 | 45
            """,
        )
        east = {"region": "华东"}
        now = Window(None, date(2026, 3, 1), date(2026, 4, 1), east)
        then = Window(None, date(2026, 2, 1), date(2026, 3, 1), east)
        split = made.cockpit.revenue_split(LOCAL_ADMINISTRATOR, now, then)
        assert split is not None and (split.value, split.before, split.days) == (357, 420, None)
        # price 12 * 1 = 12; pieces 20 -> 18: volume -0.1 * 400 = -40; mix 12*10 + 6*30 - 0.9*400 = -60
        assert (split.price, split.volume, split.mix) == pytest.approx((12, -40, -60))
        assert (split.come, split.gone) == (45, -20)
        assert split.price + split.volume + split.mix + split.come + split.gone == pytest.approx(-63)
        scoped = Actor("west", Scope({"region": frozenset({"华西"})}), EVERY)
        assert made.cockpit.revenue_split(scoped, now, then) is None
        hidden = Actor("x", Scope({}, frozenset({"amount_net"})), EVERY)
        with pytest.raises(NotAllowedError):
            made.cockpit.revenue_split(hidden, now, then)
    finally:
        made.close()
