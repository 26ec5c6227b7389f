"""Markup and scripts in cells, names and roles stay texts in a real browser (A14, B8)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.access.roles import ADMINISTRATOR
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.persons import PersonDraft, RoleView
from cockpit.service.requests import LoadRequest, MetricRequest
from cockpit.settings import Settings
from connectors import CONNECTORS
from tests.browser.conftest import Site, settled, watch
from tests.site import PASSWORD, server
from tests.ui.test_plain import HOSTILE

# What each of them would leave in the page if it were more than a text.
INJECTED = """() => {
    const found = [String(window.hit ?? '')], roots = [document]
    for (const root of roots) {
        for (const one of root.querySelectorAll('*')) {
            if (one.shadowRoot) roots.push(one.shadowRoot)
            const odd = [...one.attributes].filter(a => a.name.startsWith('on') || a.value.startsWith('javascript:'))
            const outside = [...one.attributes].filter(a => a.value.includes('203.0.113.9') && a.name !== 'value')
            if (odd.length || outside.length || one.tagName === 'IFRAME') found.push(one.outerHTML.slice(0, 200))
            if (one.tagName === 'SCRIPT' && one.textContent.includes('hit')) found.push(one.outerHTML.slice(0, 200))
        }
    }
    return found.join('')
}"""
PAYLOADS = [text.replace("alert(1)", "window.hit=1") for text in HOSTILE]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A server whose data, people and roles are called by such texts, and the address of one document."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "home").mkdir()
    with Cockpit.open(Settings(home=folder / "home"), CONNECTORS) as cockpit:
        report = cockpit.load(LOCAL_ADMINISTRATOR, [log(folder)], LoadRequest())
        assert report.status == "loaded" and report.parts[0].rows_loaded == 2 * len(PAYLOADS)
        for number, text in enumerate(PAYLOADS):
            role = RoleView(f"own-{number}", text[:100], False, ("page:overview",), (), (), 0, 0)
            cockpit.people.save_role(LOCAL_ADMINISTRATOR, role)
            cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft(f"x{number}", text, (role.name,), True))
        me = PersonDraft("li.na", PAYLOADS[1], (ADMINISTRATOR,), True)
        cockpit.people.add(LOCAL_ADMINISTRATOR, me, PASSWORD)
        found = cockpit.drill(LOCAL_ADMINISTRATOR, "approval_cycle_time", MetricRequest(), 1, "zh_CN").rows[0]
    with server(folder) as running:
        browser = running.browser()
        assert browser.sign_in("li.na").status == 303
        site = Site(f"http://127.0.0.1:{running.port}", browser.cookies["cockpit_session"])
        yield site, f"/document?table={found.table}&document={found.document}"


def log(folder: Path) -> Path:
    """Approvals whose numbers, departments, nodes and people are such texts."""
    file = folder / "采购审批.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["单据编号", "申请部门", "节点", "操作", "处理人", "到达时间", "处理时间", "金额"])
        for text in PAYLOADS:
            rows.writerow([text, text, "提交", "提交", text, "", "2026-10-12 09:10", 1])
            rows.writerow([text, text, text, "同意", text, "2026-10-12 09:10", "2026-10-12 15:10", 1])
    return file


def test_no_text_becomes_more_than_a_text(hostile: tuple[Site, str], browser: Any) -> None:
    """Every page, its charts and tables, and the parts of the administration: no script, no dialog, no new element, no
    request to anybody else."""
    site, document = hostile
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "cockpit_session", "value": site.session, "url": site.origin}])
    page = context.new_page()
    page.set_default_timeout(40_000)
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: watch(site, request.url))
    seen = ""
    for path in (
        "/",
        "/procurement",
        "/data",
        document,
        "/admin",
        "/admin?part=roles",
        "/admin?part=audit",
        "/account",
    ):
        page.goto(site.origin + path)
        settled(page)
        assert page.evaluate(INJECTED) == "", path
        seen += page.evaluate(
            "() => [...document.querySelectorAll('*')].map(e => e.shadowRoot?.textContent ?? '').join()"
        )
    assert all(text in seen for text in PAYLOADS)
    assert not said and not site.strangers
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.hit=1>')")
    assert "onerror" in page.evaluate(INJECTED)  # the look finds what would be there
    context.close()
