"""The way in as people meet it: first start, a wrong password, a link that waits for the login, and the way out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from cockpit.ui import sitemap
from tests.browser.conftest import Site, settled, watch
from tests.site import PASSWORD, Server, server

Visit = Callable[..., Any]
SIZES = [(1920, 1080), (1440, 900), (390, 844)]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server nobody has set up, with the sample company in it."""
    with server(tmp_path_factory.mktemp("fresh"), sample=tmp_path_factory.getbasetemp()) as running:
        yield running


@pytest.fixture
def person(browser: Any) -> Iterator[Callable[..., Any]]:
    """A browser of somebody who has not signed in."""
    contexts: list[Any] = []

    def new(size: tuple[int, int] = (1440, 900), language: str = "zh-CN", theme: str = "light") -> Any:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=language, color_scheme=theme
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(40_000)
        return page

    yield new
    for context in contexts:
        context.close()


def sign_in(page: Any, password: str = PASSWORD) -> None:
    page.get_by_label("登录名").fill("li.na")
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("language", "theme"), [("zh-CN", "light"), ("en-GB", "dark")])
def test_the_login_fits(fresh: Server, person: Any, size: tuple[int, int], language: str, theme: str) -> None:
    page = person(size, language, theme)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.goto(f"http://127.0.0.1:{fresh.port}/auth/login")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    page.wait_for_function("document.activeElement.id === 'name'")
    paper = page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
    assert paper == ("rgb(15, 19, 24)" if theme == "dark" else "rgb(255, 255, 255)")
    assert page.evaluate("document.images[0].complete && document.images[0].naturalWidth > 0") and not problems


def test_the_first_start(fresh: Server, person: Any) -> None:
    page = person()
    page.goto(f"http://127.0.0.1:{fresh.port}/")
    page.get_by_role("button", name="财务").click()
    page.wait_for_selector("[data-testid='stApp'][data-test-connection-state='CONNECTED']")
    other = person()
    other.goto(f"http://127.0.0.1:{fresh.port}/")
    other.get_by_role("link", name="设置首位管理员").click()
    other.get_by_label("设置码").fill(fresh.code.lower().replace("-", " "))
    other.get_by_label("登录名").fill("li.na")
    other.get_by_label("密码", exact=True).fill(PASSWORD)
    other.get_by_label("再次输入密码").fill(PASSWORD)
    other.get_by_role("button", name="创建管理员并进入").click()
    other.wait_for_selector("[data-testid='stApp'][data-test-connection-state='CONNECTED']")
    page.goto(f"http://127.0.0.1:{fresh.port}/procurement")  # invented people are gone
    page.wait_for_url(re.compile("/auth/login"))
    expect(page.get_by_text("示例")).to_have_count(0)


def test_a_link_waits_for_the_login(site: Site, person: Any) -> None:
    page = person()
    page.on("request", lambda request: watch(site, request.url))
    page.goto(f"{site.origin}/procurement?month=2026-09")
    sign_in(page, "not this one")
    expect(page.get_by_role("alert")).to_have_text("登录名或密码不正确。")
    assert page.get_by_label("登录名").input_value() == "li.na"
    page.wait_for_function("document.activeElement.id === 'password'")
    sign_in(page)
    page.wait_for_url(re.compile("/procurement.*month=2026-09"))
    settled(page)
    page.get_by_text("2026 年 9 月").first.wait_for()


def test_too_many_failures_are_said(fresh: Server, person: Any) -> None:
    page = person()
    page.goto(f"http://127.0.0.1:{fresh.port}/auth/login")
    for _ in range(6):
        page.get_by_label("登录名").fill("somebody")
        page.get_by_label("密码", exact=True).fill("wrong")
        page.get_by_role("button", name="登录").click()
        page.get_by_role("alert").wait_for()
    expect(page.get_by_role("alert")).to_have_text(re.compile(r"连续失败，请 \d+ 秒后再试。"))


def test_pages_run_under_their_policy(visit: Visit, site: Site) -> None:
    """No page of the cockpit, its charts included, does what the browser was told to refuse."""
    page = visit("/")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    for spec in sitemap.PAGES:
        page.goto(f"{site.origin}/{'' if spec.name == sitemap.DEFAULT else spec.name}")
        settled(page)
    assert refused == []


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "连接中断"), ("en-GB", "Connection lost")])
def test_a_lost_server_is_said_in_ones_language_and_the_page_goes_on(
    tmp_path: Path, browser: Any, language: str, title: str
) -> None:
    """The server dies under an open page and comes back."""
    with server(tmp_path, ready=False) as running:
        key = running.set_up().cookies["cockpit_session"]
        origin = f"http://127.0.0.1:{running.port}"
        context = browser.new_context(locale=language)
        context.add_cookies([{"name": "cockpit_session", "value": key, "url": origin}])
        page = context.new_page()
        page.goto(f"{origin}/admin")
        settled(page)
        assert running.process is not None
        running.process.kill()
        running.process.wait()
        dialog = page.get_by_role("dialog")
        dialog.wait_for(timeout=60_000)
        for part in ("h2", "div > div"):
            shown = dialog.locator(part).first.evaluate(
                "e => [getComputedStyle(e).fontSize, getComputedStyle(e, '::after').content]"
            )
            assert shown[0] == "0px" and shown[1] not in ("none", '""')
        assert title in dialog.locator("h2").evaluate("e => getComputedStyle(e, '::after').content")
        running.start(ready=False)
        dialog.wait_for(state="detached", timeout=60_000)
        settled(page)
        context.close()
