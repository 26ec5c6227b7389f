"""The tour in a real browser: begun again from one's account, walked to its end by the keyboard, and gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settled
from tests.browser.test_journeys import sideways

Visit = Callable[..., Any]
WAY = (
    ("打开预警 →", "/alerts"),
    ("打开一张单据 →", "/document.*document="),
    ("打开审批时长的定义 →", "/dictionary.*metric=approval_cycle_time"),
    ("打开数据接入 →", "/data"),
)


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def test_five_steps_lead_to_their_places_and_end(visit: Visit) -> None:
    page = visit("/account")
    page.get_by_role("button", name="重新开始导览").click()
    page.get_by_role("region", name="导览").get_by_text("先看结论，再看卡片").wait_for()
    page.get_by_text("项指标").first.wait_for()
    for number, (way, place) in enumerate(WAY, 2):
        press(page, "下一步")
        page.get_by_text(f"导览 {number} / 5").wait_for()
        press(page, way)
        page.wait_for_url(re.compile(place))
        settled(page)
    page.reload()  # a later visit goes on at the same step
    page.get_by_text("导览 5 / 5").wait_for()
    press(page, "完成")
    expect(page.get_by_role("region", name="导览")).to_have_count(0)
    page.reload()
    page.get_by_text("上传文件").wait_for()
    expect(page.get_by_role("region", name="导览")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_fits_a_phone_and_is_skipped_at_once(visit: Visit, language: str) -> None:
    begin, skip = {"zh": ("重新开始导览", "跳过"), "en": ("Start the tour again", "Skip")}[language]
    page = visit(f"/alerts?lang={language}", size=(390, 844), theme="dark")
    page.locator(".help").click()
    page.get_by_role("dialog").get_by_role("button", name=begin).click()
    skipping = page.get_by_role("button", name=skip, exact=True)
    skipping.wait_for()
    settled(page)
    assert sideways(page) <= 0
    skipping.click()
    expect(skipping).to_have_count(0)
