"""Every story planted in the sample company is found by a warning or a figure; what fires besides is counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.requests import MetricRequest, Window
from cockpit.service.results import Alert, AlertReport
from cockpit.settings import Settings
from connectors import CONNECTORS
from sample_data import SAMPLE
from tests import prepared
from tests.machine import ROOT

STORIES = json.loads((ROOT / "sample_data" / "stories.json").read_text("utf-8"))
WARNED = [one for one in STORIES if one["expect"] == "warning"]
# Beside the stories and what they bring along. Fewer are welcome; more means that somebody is called for nothing.
FALSE_ALARMS = 14


@pytest.fixture(scope="module")
def cockpit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cockpit]:
    home = prepared.copied(tmp_path_factory.getbasetemp(), tmp_path_factory.mktemp("stories") / "home")
    with Cockpit.open(Settings(home=home), CONNECTORS, SAMPLE) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(cockpit: Cockpit) -> AlertReport:
    return cockpit.alerts(LOCAL_ADMINISTRATOR, "sample", {}, None, "zh_CN")


def days(story: Mapping[str, Any]) -> tuple[date, date]:
    return date.fromisoformat(story["from"]), date.fromisoformat(story["to"])


def meets(alert: Alert, story: Mapping[str, Any]) -> bool:
    """Whether the warning lasted in the days of the story."""
    first, after = days(story)
    return alert.since < after and alert.until > first


def names(alert: Alert, slices: Mapping[str, str]) -> bool:
    """Whether the warning is about the slice, or names it as where it comes from."""
    told = set(alert.slice.items()) | {(cause.dimension, cause.value) for cause in alert.causes}
    return all(pair in told for pair in slices.items())


@pytest.mark.parametrize("story", WARNED, ids=lambda story: story["id"])
def test_a_story_is_warned_of_with_its_part_and_its_time(report: AlertReport, story: Mapping[str, Any]) -> None:
    found = [one for one in report.alerts if one.metric == story["metric"] and meets(one, story)]
    assert any(names(one, story["slice"]) for one in found), [(dict(one.slice), one.since) for one in found]


def test_at_most_two_stories_are_figures_alone() -> None:
    assert len(STORIES) - len(WARNED) <= 2
    assert {one["expect"] for one in STORIES} <= {"warning", "figure"}


def test_a_pilot_department_became_faster_from_its_day_on(cockpit: Cockpit) -> None:
    story = next(one for one in STORIES if one["id"] == "pilot")
    first, after = days(story)

    def median(start: date, end: date) -> float:
        request = MetricRequest(start, end, "all", (), story["slice"], {"period": "submit"}, "sample", compare=False)
        (row,) = cockpit.metric(LOCAL_ADMINISTRATOR, story["metric"], request, "en").rows
        assert row.value is not None
        return row.value

    change = median(first, after) / median(date(2025, 12, 1), first) - 1
    assert change == pytest.approx(story["size"], abs=0.12)


def test_growth_that_is_one_regions_price_rise_is_split_into_price(cockpit: Cockpit) -> None:
    story = next(one for one in STORIES if one["id"] == "price_rise")
    now, then = (Window("sample", date(year, 7, 1), date(year, 11, 1), story["slice"]) for year in (2026, 2025))
    split = cockpit.revenue_split(LOCAL_ADMINISTRATOR, now, then)
    assert split is not None
    growth = split.value / split.before - 1
    assert growth == pytest.approx(story["size"], abs=0.06)
    # the rise of 12 % on all that was sold in both years; what was sold in one of them alone has no price to compare
    kept = split.value - split.come
    assert split.price / (kept - split.price) == pytest.approx(0.12, abs=0.02)


def test_every_warning_has_a_cause(report: AlertReport) -> None:
    assert report.periods > 13 * 10
    assert all(one.causes for one in report.alerts)


def brought_along(alert: Alert) -> bool:
    """Whether a story, or what it says it brings along, is about this metric at this time."""
    return any(
        meets(alert, story) and alert.metric in {story["metric"], *(other["metric"] for other in story["also"])}
        for story in STORIES
    )


def test_what_fires_where_nothing_was_planted(report: AlertReport, capsys: pytest.CaptureFixture[str]) -> None:
    others = [one for one in report.alerts if not brought_along(one)]
    months = Counter(f"{one.since:%Y-%m}" for one in others)
    with capsys.disabled():
        print(f"\nwarnings {len(report.alerts)}, beside the stories {len(others)}: {dict(sorted(months.items()))}")
    assert len(others) <= FALSE_ALARMS, [(one.metric, dict(one.slice), str(one.since)) for one in others]
