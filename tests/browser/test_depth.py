"""From the field to a material's card and its documents; and the limits of a figure, changed and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Site, settled

Visit = Callable[..., Any]


def test_from_the_field_to_the_card_and_its_documents(visit: Visit) -> None:
    page = visit("/inventory")
    page.get_by_text("慢而贵：").first.wait_for()
    chart = page.locator("[data-testid=stVegaLiteChart]").last
    chart.scroll_into_view_if_needed()
    tools = page.locator(".st-key-quadrant-head")
    tools.get_by_text("数据", exact=True).click()
    page.locator("[data-testid=stDataFrame]").first.wait_for()
    tools.get_by_text("图", exact=True).click()
    settled(page)
    page.locator(".st-key-quadrant-list").get_by_role("row").nth(1).click()
    page.wait_for_url(re.compile("card="))
    settled(page)
    page.get_by_text("收发存（数量）").wait_for()
    link = page.url
    page.locator(".st-key-card-lines-head").get_by_text("导出", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("button", name="下载 CSV").click()
    text = Path(started.value.path()).read_text("utf-8-sig")
    assert "# 数据截至" in text and "结存" in text
    page.locator(".st-key-card-lines-head").get_by_text("图", exact=True).click()
    again = visit("/" + link.split("/", 3)[3])  # the address can be sent to somebody else
    again.locator(".st-key-card-lines").get_by_role("row", name=re.compile("销售出库|采购入库|领料")).first.click()
    again.wait_for_url(re.compile("/document"))
    settled(again)
    again.get_by_text("来源（文件 / 工作表 / 行）").wait_for()


def test_a_limit_is_changed_judged_by_and_taken_back(visit: Visit, site: Site) -> None:
    page = visit("/dictionary?metric=negative_stock_share")
    entry = page.locator(".st-key-dictionary-entry")
    entry.get_by_text("◆ 关注").wait_for()
    page.get_by_text("没有人改过").wait_for()
    page.get_by_label("关注（").fill("viel")
    page.get_by_label("原因").fill("试行")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("“viel”不是数字").wait_for()
    page.get_by_label("关注（").fill("0")
    page.get_by_label("超限（").fill("0")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("的预警线已修改").wait_for()
    entry.get_by_text("● 超限").wait_for()
    page.locator(".st-key-limits-history").get_by_text("试行").wait_for()
    settled(page)
    page.get_by_label("原因").fill("试行结束")
    page.get_by_role("button", name="恢复默认").click()
    page.get_by_text("恢复按指标定义判断").wait_for()
    entry.get_by_text("◆ 关注").wait_for()
    expect(page.locator(".st-key-limits-history").get_by_role("row")).to_have_count(3)
    assert site.strangers == []
