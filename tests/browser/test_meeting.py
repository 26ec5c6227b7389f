"""The weekly meeting on the shared screen: large type, keys, the clock, and no server for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Site
from tests.browser.test_journeys import below, sideways

Visit = Callable[..., Any]
SLIDES = ("例外", "采购审批", "库存", "营收", "对账")
WALL = """
    const wall = [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('#wall')).find(Boolean)
    const shown = (e) => e.checkVisibility({visibilityProperty: true, opacityProperty: true})
"""
SMALL = f"""() => {{ {WALL}
    const everywhere = [document, ...[...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)]
    const words = everywhere.flatMap(root => [...root.querySelectorAll('*')]).filter(
        e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && shown(e) && e.tagName !== 'STYLE')
    const sizes = words.map(e => [parseFloat(getComputedStyle(e).fontSize), e.textContent])
    return {{words: sizes.length, small: sizes.filter(([size]) => size < 24)}}
}}"""
FIGURES = f"""() => {{ {WALL}
    return [...wall.querySelectorAll('.on .big')].map(e => parseFloat(getComputedStyle(e).fontSize))
}}"""
STICKING_OUT = f"""() => {{ {WALL}
    const boxes = [wall, ...wall.querySelectorAll('.stage, .on, .list, .figs, .fig, .ex, .main, .warns, .tell, .foot')]
    const over = e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 3
    const wide = boxes.filter(shown).filter(over)
    const far = [...wall.querySelectorAll('*')].filter(shown).map(e => e.getBoundingClientRect()).filter(
        r => r.width && (r.left < 0 || r.top < 0 || r.right > innerWidth || r.bottom > innerHeight + 1))
    return [...wide.map(e => e.className), ...far.map(r => JSON.stringify(r))]
}}"""
BACKDROP = f"() => {{ {WALL} return getComputedStyle(wall).backgroundColor }}"


def at(page: Any, number: int) -> None:
    """Wait for the slide of that number."""
    page.get_by_text(f"{number} / {len(SLIDES)}", exact=True).wait_for()
    page.locator("#wall .on h2", has_text=SLIDES[number - 1]).wait_for()


def opened(visit: Visit, **how: Any) -> Any:
    """The first slide with its warnings, standing still."""
    page = visit("/meeting", **how)
    page.locator("#wall .on .ex").first.wait_for(timeout=120_000)
    if how.get("size", (0, 0))[0] > 1000:
        page.keyboard.press("p")
    at(page, 1)
    return page


def test_large_type_and_keys(visit: Visit) -> None:
    page = opened(visit, size=(1920, 1080))
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert page.evaluate(BACKDROP) == "rgb(15, 19, 24)"  # dark under the light theme
    for number in range(1, len(SLIDES) + 1):
        at(page, number)
        found = page.evaluate(SMALL)
        assert found["words"] > 20 and found["small"] == []
        figures = page.evaluate(FIGURES)
        assert figures and min(figures) >= 56
        assert page.evaluate(STICKING_OUT) == []
        assert below(page) <= 0 and sideways(page) <= 0
        page.keyboard.press(("ArrowRight", "PageDown", " ")[number % 3])
    at(page, 1)
    page.keyboard.press("ArrowLeft")
    at(page, 5)
    page.locator("#wall .on .warn").first.wait_for()
    assert page.locator("#wall .on .panel").count() == 2
    assert page.locator("#wall .on .panel").first.locator(".slot").count() == 6
    assert page.locator("#wall .on .panel").last.locator(".slot").count() == 12
    page.keyboard.press("Home")
    at(page, 1)
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    page.locator("#wall .on .ex").first.wait_for()
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement === null")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "/meeting" not in url)
    page.get_by_text("项指标").first.wait_for()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "14px"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_smaller_screen_shrinks_all_alike(visit: Visit, language: str) -> None:
    page = visit("/meeting", size=(1440, 900), language=language)
    page.locator("#wall .on .ex").first.wait_for(timeout=120_000)
    for _ in SLIDES:
        assert page.evaluate(STICKING_OUT) == []
        assert below(page) <= 0 and sideways(page) <= 0
        page.keyboard.press("ArrowRight")


def test_the_screen_explains_itself(visit: Visit) -> None:
    page = opened(visit, size=(1920, 1080))
    page.keyboard.press("?")
    page.get_by_text("周会占满整个窗口").wait_for()
    assert page.evaluate(SMALL)["small"] == []
    page.keyboard.press("ArrowRight")  # belongs to the text now
    page.keyboard.press("Escape")
    at(page, 1)
    assert page.get_by_text("周会占满整个窗口").count() == 0 and "/meeting" in page.url


def test_the_screen_goes_on_without_the_server(visit: Visit, site: Site) -> None:
    page = opened(visit, size=(1920, 1080))
    page.get_by_role("button", name="15 秒").click()
    assert page.get_by_text("连接中断").count() == 0
    page.context.set_offline(True)
    sign = page.get_by_text("连接中断，显示")
    sign.wait_for(timeout=15_000)
    assert page.evaluate("e => parseFloat(getComputedStyle(e).fontSize)", sign.element_handle()) >= 24
    at(page, 2)  # the clock turned it
    page.keyboard.press("ArrowRight")
    at(page, 3)
    assert sign.is_visible()
    page.context.set_offline(False)
    sign.wait_for(state="detached", timeout=90_000)  # new figures arrived
    assert "/meeting" in page.url and site.strangers == []
