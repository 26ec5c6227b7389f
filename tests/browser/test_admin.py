"""Administering in a real browser: somebody is added and invited, looked through, and signed out everywhere at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, settled, watch
from tests.browser.test_journeys import sideways
from tests.site import PASSWORD

Visit = Callable[..., Any]
PARTS = ("people", "roles", "sessions", "audit", "why")
HOSTILE = '<img src=x onerror="document.title=1"> [x](javascript:alert(1)) :red[红]'
NEW_PASSWORD = "Murmel-41-Tier"


@pytest.fixture
def stranger(site: Site, browser: Any) -> Iterator[Any]:
    """A browser of somebody who has not signed in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(40_000)
    page.on("request", lambda request: watch(site, request.url))
    yield page
    context.close()


@pytest.mark.parametrize("part", PARTS)
def test_every_part_fits_a_phone_and_speaks_english(visit: Visit, part: str) -> None:
    page = visit(f"/admin?part={part}", size=(390, 844), language="en", theme="dark")
    page.get_by_text("Administration").first.wait_for()
    assert sideways(page) <= 0


def test_from_the_first_line_to_the_last_session(visit: Visit, site: Site, stranger: Any) -> None:
    page = visit("/admin")
    page.get_by_role("button", name="添加人员").click()
    page.get_by_label("登录名", exact=True).fill("hostile")
    page.get_by_label("姓名", exact=True).fill(HOSTILE)
    page.locator(".st-key-person-new-roles input").click()
    page.get_by_role("option", name="采购", exact=True).click()
    page.keyboard.press("Escape")
    page.locator(".st-key-person-new-all label").click()
    page.get_by_text("可见：全部数据").wait_for()
    page.get_by_role("button", name="保存").click()
    said = page.locator("[data-testid=stAlert]")
    said.wait_for()
    assert f"已添加 {HOSTILE}" in said.inner_text().replace("\u2060", "")
    expect(said.locator("img, a, span[style]")).to_have_count(0)

    page.get_by_role("button", name="生成设置密码的链接").click()
    page.get_by_role("button", name="生成链接").click()
    link = page.locator("[data-testid=stCode] code")
    link.wait_for()
    stranger.goto(link.inner_text().replace("\n", ""))
    stranger.get_by_label("密码", exact=True).fill(NEW_PASSWORD)
    stranger.get_by_label("再次输入密码").fill(NEW_PASSWORD)
    stranger.locator("button.main").click()
    stranger.goto(f"{site.origin}/admin")
    stranger.get_by_label("登录名").fill("hostile")
    stranger.get_by_label("密码", exact=True).fill(NEW_PASSWORD)
    stranger.locator("button.main").click()
    settled(stranger)
    stranger.get_by_text("所以打不开").wait_for()
    expect(stranger.get_by_role("link", name="系统管理")).to_have_count(0)

    page.get_by_role("button", name="以此人身份查看").click()
    page.get_by_text("的身份查看").wait_for()
    assert HOSTILE in page.get_by_text("的身份查看").inner_text()
    expect(page.get_by_role("link", name="营收")).to_have_count(0)
    page.get_by_text("退出查看").click()
    page.get_by_role("link", name="营收").wait_for()

    other = stranger.context.new_page()
    other.set_default_timeout(40_000)
    other.goto(f"{site.origin}/")
    settled(other)
    stranger.get_by_text("退出", exact=True).click()
    stranger.wait_for_url(re.compile("/auth/login"))
    other.wait_for_url(re.compile("/auth/login"), timeout=10_000)
    assert page.title() != "1" and site.strangers == []


PAPER = {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 19, 24)"}


def test_light_or_dark_goes_along_to_every_browser(visit: Visit, site: Site, stranger: Any) -> None:
    """What is chosen on one device shows on the next one from its first page on, whatever that system prefers."""

    def shown(page: Any, theme: str) -> None:
        expect(page.locator("[data-testid=stApp]")).to_have_css("background-color", PAPER[theme], timeout=40_000)

    page = visit("/account")
    shown(page, "light")
    choice = page.locator(".st-key-account-theme")
    choice.get_by_text("深色").click()
    shown(page, "dark")
    assert page.url.startswith(f"{site.origin}/account")
    try:
        stranger.goto(f"{site.origin}/procurement")
        stranger.get_by_label("登录名").fill("li.na")
        stranger.get_by_label("密码", exact=True).fill(PASSWORD)
        stranger.locator("button.main").click()
        settled(stranger)
        shown(stranger, "dark")
        stranger.goto(f"{site.origin}/revenue")
        settled(stranger)
        shown(stranger, "dark")
        assert stranger.evaluate("Object.values(localStorage).filter(one => one === '\"Dark\"').length") == 2
    finally:
        settled(page)
        choice.get_by_text("跟随系统").click()
    shown(page, "light")
    shown(visit("/revenue", theme="dark"), "dark")
