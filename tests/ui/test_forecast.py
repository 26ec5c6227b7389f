"""The forecast stands pale behind the newest month, in the table in a column of its own, and nowhere else."""

from __future__ import annotations

from typing import Any

from cockpit.period import parse_period
from cockpit.service.requests import MetricRequest
from cockpit.service.results import MetricResult, MetricRow
from cockpit.ui import trend
from cockpit.ui.cards import Ask
from cockpit.ui.view import View
from tests.ui.made import result, row, view


def months(first: str, count: int) -> list[MetricRow]:
    """So many months with 100 each, the last one not over."""
    rows = []
    period = parse_period(first)
    for number in range(count):
        last = number == count - 1
        rows.append(row(100.0, period=period.label, start=period.start, end=period.end, partial=last, target=90.0))
        period = parse_period(f"{period.end:%Y-%m}")
    return rows


def sold(rows: list[MetricRow]) -> View:
    def metric(_: Any, name: str, request: MetricRequest, __: Any) -> MetricResult:
        mine = [one for one in rows if request.start is None or (one.start and one.start >= request.start)]
        return result(mine, metric=name, label="营收", unit="count", grain="month")

    return view(metric=metric)


def test_two_months_ahead_and_the_one_that_is_not_over() -> None:
    seen, ask = sold(months("2025-01", 23)), Ask("revenue")
    told = seen.forecast(ask)
    assert told is not None and len(told.months) == 3 and told.error == 0
    shown = trend.foreseen(seen, seen.metric(ask, grain="month", start=seen.filters.months_back(12)), told)
    values = trend.chart(seen, shown, trend.Panel(None, None, 200), axis=True, paper=True)["data"]["values"]
    assert [(one["name"], one["actual"], one["foreseen"]) for one in values[-3:]] == [
        ("2026-11", 100.0, 100.0), ("2026-12", None, 100.0), ("2027-01", None, 100.0),
    ]  # fmt: skip
    assert {one["foreseen"] for one in values[:-3]} == {None}
    table = trend.table(seen, shown, ask, (None,))
    assert table.columns[-1] == "预测" and [line[-1] for line in table.rows[-4:]] == [None, 100.0, 100.0, 100.0]
    assert [line[1] for line in table.rows[-2:]] == [None, None]


def test_no_forecast_with_little_history_or_of_the_past() -> None:
    assert sold(months("2025-06", 18)).forecast(Ask("revenue")) is None  # 17 whole months
    past = sold(months("2024-01", 35))
    earlier = type(past)(**{**vars(past), "filters": type(past.filters)("default", "2026-05")})
    assert earlier.forecast(Ask("revenue")) is None
