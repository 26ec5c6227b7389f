"""The tour: once for each person, while there is nothing but the sample company, through what is open to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.entrance import TOUR_OVER
from cockpit.service.requests import LoadRequest
from cockpit.service.sample import Sample
from cockpit.settings import settings
from cockpit.ui import door, tour
from cockpit.ui.tree import targets, texts
from connectors import CONNECTORS
from tests.ui.conftest import approval_log, drawn, opened, session_of


@pytest.fixture
def sampled(home: Path) -> Iterator[Cockpit]:
    """A service that holds a small sample company and nothing else."""
    small = Sample(
        "sample", "Asia/Shanghai", "CNY", 1, datetime(2026, 10, 31, 10), lambda folder: [approval_log(folder)]
    )
    with Cockpit.open(settings(), CONNECTORS, small) as cockpit:
        cockpit.demo(LOCAL_ADMINISTRATOR, remove=False)
        door.use(cockpit)
        yield cockpit
    door.use(None)


def test_a_step_says_where_it_is_and_leads_on_and_out() -> None:
    first = tour.tree(tour.STEPS, "overview", "overview", "zh_CN")
    assert "导览 1 / 5" in texts(first)
    assert list(targets(first)) == ["tour/alerts", f"tour/{TOUR_OVER}"]  # already at the place, nothing before
    middle = tour.tree(tour.STEPS, "document", "alerts", "en")
    assert list(targets(middle)) == ["tour/place/document", "tour/alerts", "tour/dictionary", f"tour/{TOUR_OVER}"]
    last = tour.tree(tour.STEPS, "data", "data", "zh_CN")
    assert "完成" in texts(last) and "跳过" not in texts(last)
    assert list(targets(last)) == ["tour/dictionary", f"tour/{TOUR_OVER}"]


def test_it_is_shown_until_it_is_ended(sampled: Cockpit) -> None:
    key = session_of(sampled)
    assert "导览 1 / 5" in drawn(opened("procurement", session=key))
    who = sampled.entrance.actor(key)
    assert who is not None
    sampled.entrance.lead(who, "document")
    assert "导览 3 / 5" in drawn(opened(session=key))  # a later visit goes on where this one ended
    sampled.entrance.lead(who, TOUR_OVER)
    assert "导览 " not in drawn(opened(session=key))
    app = opened("account", session=session_of(sampled))  # whoever signs in anew has still ended it
    assert "导览 1" not in drawn(app)
    app.button(key="account-tour").click().run()
    assert not app.exception and sampled.entrance.tour(who) == "overview"
    assert "导览 1 / 5" in drawn(opened(session=key))


def test_it_leads_only_through_what_is_open(sampled: Cockpit) -> None:
    said = drawn(opened(session=session_of(sampled, "screen")))
    assert "导览 1 / 3" in said


def test_there_is_none_beside_real_data(sampled: Cockpit, tmp_path: Path) -> None:
    sampled.load(LOCAL_ADMINISTRATOR, [approval_log(tmp_path)], LoadRequest())
    app = opened("account", session=session_of(sampled))
    assert "导览" not in drawn(app)
    assert [button.key for button in app.button] == ["account-change"]
