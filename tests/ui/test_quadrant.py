"""Value against turnover: what has a place, where the lines stand, and that any number of points is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from cockpit.charts.palette import LIGHT
from cockpit.charts.picture import picture
from cockpit.charts.quadrant import ticks
from cockpit.service.requests import MetricRequest
from cockpit.service.results import MetricResult, MetricRow
from cockpit.service.stock import Held
from cockpit.ui import quadrant
from cockpit.ui.tree import targets, texts
from cockpit.ui.view import View
from tests.ui.made import result, row, view

Facts = tuple[str, float | None, float | None]  # code, turnover days, value


def stocked(facts: Sequence[Facts], overall: float | None = 40.0) -> View:
    """A view whose service knows these materials; days None means that nothing was used."""

    def metric(_: Any, name: str, request: MetricRequest, __: Any) -> MetricResult:
        if not request.by:
            return result([row(overall)], metric=name, label=name)
        rows: list[MetricRow] = []
        for code, days, value in facts:
            if name == "stock_value":
                made = row(value, excluded=int(value is None), currency="CNY")
            else:
                made = row(days, figures={"denominator": 0.0 if days is None else 10.0})
            rows.append(MetricRow(**{**vars(made), "dimensions": {request.by[0]: code}}))
        return result(rows, metric=name, label=name, unit="amount" if name == "stock_value" else "days")

    return view(metric=metric, dimensions=("material", "category"))


FOUR: list[Facts] = [
    ("SLOW", 90.0, 900_000.0), ("FAST", 10.0, 800_000.0), ("CHEAP", 80.0, 10_000.0), ("OK", 5.0, 20_000.0),
    ("DEAD", None, 700_000.0), ("EMPTY", 3.0, 0.0), ("BELOW", 3.0, None),
]  # fmt: skip


def test_each_material_has_its_field() -> None:
    seen = stocked(FOUR)
    field = quadrant.ask(seen, "material", 100)
    assert {item.code: field.of(item) for item in field.items} == {
        "SLOW": "slow_costly", "FAST": "fast_costly", "CHEAP": "slow_cheap", "OK": "fast_cheap", "DEAD": "slow_costly",
    }  # fmt: skip
    assert (field.days_line, field.value_line, field.count, field.unplaced) == (40.0, 486_000.0, 5, 1)
    assert [item.code for item in field.heavy] == ["SLOW", "DEAD"]
    names = {"SLOW": Held("主轴", "件", 3.0)}
    tree = quadrant.listing(seen, field, names)
    assert "SLOW 主轴" in list(texts(tree)) and list(targets(tree)) == ["material/SLOW", "material/DEAD"]
    rows = quadrant.table(seen, field, names).rows
    assert rows[0][:4] == ["SLOW", "主轴", 90.0, 900_000.0] and rows[2][:3] == ["DEAD", None, None]
    spec = quadrant.chart(seen, field, names, paper=True)
    told = spec["data"]["values"][0]
    assert [told[f"told{number}"] for number in range(4)] == ["SLOW 主轴", "90.0", "90.0", "慢而贵：先处理"]


@pytest.mark.parametrize(
    "facts",
    [
        [("ONE", 12.0, 5.0)],
        [("DEAD", None, 5.0)],
        [(f"M{number}", 0.01 * number * number + 0.001, 3.0 * number + 0.01) for number in range(3000)],
    ],
)
def test_any_number_of_points_is_drawn(facts: list[Facts]) -> None:
    seen = stocked(facts, overall=None)
    field = quadrant.ask(seen, "material", 3000)
    spec = quadrant.chart(seen, field, {}, paper=True)
    assert len(spec["data"]["values"]) == len(facts)
    drawn = picture("svg", LIGHT, {"": spec}, "title", {}).decode()
    assert drawn.startswith("<svg") and "NaN" not in drawn and "慢而贵" in drawn


def test_nothing_has_no_place_and_no_lines() -> None:
    field = quadrant.ask(stocked([("EMPTY", 3.0, 0.0)], overall=None), "material", 100)
    assert (field.items, field.count, field.unplaced) == ((), 0, 0)


def test_ticks_are_few_and_round() -> None:
    assert ticks(8, 400) == [10, 30, 100, 300]
    assert ticks(0.001, 1000) == [0.001, 0.01, 0.1, 1, 10, 100, 1000]
