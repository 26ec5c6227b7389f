"""Every page in both themes under axe-core: nothing that keeps people with other eyes, hands or ears out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cockpit.ui import sitemap
from tests.browser.conftest import Site, settled
from tests.browser.test_journeys import address
from tests.machine import lacks

# Streamlit's navigation puts its groups as <div> into the <ul>; there is no setting for it.
THEIRS = {"list": "[data-testid=stSidebarNavItems]", "listitem": "[data-testid=stSidebarNavItems]"}
FOUND = """async ([theirs, rules]) => {
    const only = rules ? {runOnly: {type: 'rule', values: rules}} : {}
    const told = await axe.run(document, {resultTypes: ['violations'], elementRef: true, ...only})
    const grave = told.violations.filter(one => ['serious', 'critical'].includes(one.impact))
    return grave.flatMap(one => one.nodes
        .filter(node => !(theirs[one.id] && node.element?.closest(theirs[one.id])))
        .map(node => `${one.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    try:
        from axe_playwright_python.base import AXE_SCRIPT
    except ImportError:
        lacks("axe-playwright-python")
    return str(AXE_SCRIPT)


def test_no_page_keeps_anybody_out(visit: Callable[..., Any], site: Site, axe: str) -> None:
    page, found = visit("/"), {}
    for spec in sitemap.PAGES:
        if spec.name != sitemap.DEFAULT:
            page.goto(site.origin + address(spec.name))
            settled(page)
        page.evaluate(axe)
        found[spec.name] = page.evaluate(FOUND, [THEIRS, None])
        page.emulate_media(color_scheme="dark")
        page.locator("[data-testid=stApp]").evaluate(
            """app => new Promise(done => {
                const look = () => getComputedStyle(app).backgroundColor === 'rgb(15, 19, 24)'
                    ? done() : requestAnimationFrame(look)
                look()
            })"""
        )
        found[f"{spec.name} dark"] = page.evaluate(FOUND, [THEIRS, ["color-contrast"]])
        page.emulate_media(color_scheme="light")
    assert {name: told for name, told in found.items() if told} == {}


def test_help_keeps_nobody_out(visit: Callable[..., Any], axe: str) -> None:
    page = visit("/alerts", size=(390, 844), theme="dark")
    page.get_by_role("button", name="帮助：预警").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="预警").get_by_text("怎样读").wait_for()
    page.evaluate(axe)
    assert page.evaluate(FOUND, [THEIRS, None]) == []
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
