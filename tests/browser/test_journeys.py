"""What people do: see what is off, click down to the document, bring a file in and take it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from cockpit.ui import sitemap
from tests.browser.conftest import Site, settled

Visit = Callable[..., Any]
SHOWN = [page.name for page in sitemap.PAGES if not page.hidden]


def address(name: str) -> str:
    return "/" if name == sitemap.DEFAULT else f"/{name}"


def sideways(page: Any) -> int:
    """Pixels by which anything sticks out of the window."""
    return int(
        page.evaluate(
            """() => {
                const main = document.querySelector('[data-testid=stMain]')
                const over = main.scrollWidth - main.clientWidth
                return Math.max(over, document.documentElement.scrollWidth - window.innerWidth)
            }"""
        )
    )


def below(page: Any) -> int:
    """Pixels that need scrolling."""
    return int(
        page.evaluate(
            "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollHeight - m.clientHeight }"
        )
    )


def test_from_the_verdict_to_the_document(visit: Visit) -> None:
    page = visit("/")
    page.get_by_text("项指标").first.wait_for()
    page.get_by_text("采购审批时长").first.click()
    page.wait_for_url(re.compile("/procurement"))
    settled(page)
    page.get_by_text("按部门 ·").first.wait_for()
    page.get_by_role("row", name=re.compile("生产制造部")).first.click()
    page.wait_for_url(re.compile("department="))
    settled(page)
    page.get_by_text("部门 生产制造部").first.wait_for()
    page.get_by_text("背后的单据").first.wait_for()
    page.get_by_role("row", name=re.compile(r"^CG|^PR|^[A-Z]+-?\d")).first.click()
    page.wait_for_url(re.compile("/document"))
    settled(page)
    page.get_by_text("来源（文件 / 工作表 / 行）").wait_for()
    page.get_by_text("审批过程在工作日历上").wait_for()
    link = page.url
    again = visit(link.split("/", 3)[3].join(["/", ""]))  # the address can be sent to somebody else
    again.get_by_text("来源（文件 / 工作表 / 行）").wait_for()
    page.get_by_text("采购审批", exact=True).last.click()
    page.wait_for_url(re.compile("/procurement.*department="))


def test_a_number_explains_itself(visit: Visit) -> None:
    page = visit("/")
    page.get_by_text("口径", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    for part in ("公式", "算例", "责任人", "数据来源", "定义版本"):
        dialog.get_by_text(part, exact=True).wait_for()


def test_chart_data_and_export(visit: Visit) -> None:
    page = visit("/revenue")
    page.get_by_text("数据", exact=True).nth(1).wait_for()
    tools = page.locator(".st-key-trend-revenue-value-head")
    tools.get_by_text("数据", exact=True).click()
    page.locator("[data-testid=stDataFrame]").first.wait_for()
    tools.get_by_text("导出", exact=True).click()
    page.get_by_text("数据版本").wait_for()
    with page.expect_download() as started:
        page.get_by_role("button", name="下载 CSV").click()
    text = Path(started.value.path()).read_text("utf-8-sig")
    assert "# 数据版本" in text and "# 数据截至" in text and "2026" in text


def test_the_language_switch_keeps_place_and_filters(visit: Visit, site: Site) -> None:
    page = visit("/procurement?month=2026-09")
    page.get_by_role("radio", name="English").click()
    page.get_by_text("Sep 2026").first.wait_for()
    assert "/procurement" in page.url and "month=2026-09" in page.url
    page.get_by_role("link", name="Revenue").click()
    page.wait_for_url(re.compile("/revenue"))
    settled(page)
    page.get_by_text("Sep 2026").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    page.goto(f"{site.origin}/data")  # a later visit, with nothing about languages in its address
    page.get_by_text("Upload files").wait_for()
    settled(page)
    page.get_by_role("radio", name="中文").click()
    page.get_by_text("上传文件").wait_for()
    for choice, said in {"数据表": "自动识别", "账套": "默认账套"}.items():  # choices speak along
        page.wait_for_function(
            "([choice, said]) => document.querySelector(`input[aria-label='${choice}']`)?.value === said",
            arg=[choice, said],
        )


def test_the_default_page_has_one_address(visit: Visit, site: Site) -> None:
    page = visit("/overview?month=2026-10")
    assert page.url.startswith(f"{site.origin}/?")
    page.get_by_text("2026 年 10 月").first.wait_for()
    assert page.get_by_text("Page not found").count() == 0


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 900)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_verdict_needs_no_scrolling(visit: Visit, size: tuple[int, int], language: str) -> None:
    page = visit("/", size=size, language=language, theme="dark" if language == "en" else "light")
    assert below(page) <= 0
    assert sideways(page) <= 0


@pytest.mark.parametrize("name", SHOWN)
def test_a_phone_shows_every_page_without_sideways_scrolling(visit: Visit, name: str) -> None:
    page = visit(address(name), size=(390, 844), theme="dark")
    assert sideways(page) <= 0


def test_widgets_speak_chinese(visit: Visit) -> None:
    page = visit("/data")
    uploader = page.locator("[data-testid=stFileUploaderDropzone]")
    uploader.wait_for()
    label = (
        "getComputedStyle(document.querySelector('[data-testid=stFileUploaderDropzone] button p'), '::after').content"
    )
    page.wait_for_function(f"() => {label}.includes('选择文件')")
    assert uploader.locator("[data-testid=stFileUploaderDropzoneInstructions] span").first.is_hidden()


LOG = """单据编号,申请部门,节点,操作,处理人,到达时间,处理时间,金额
CG-9001,采购部,提交,提交,张磊,,2026-11-02 09:10,10001
CG-9001,采购部,部门经理,同意,刘洋,2026-11-02 09:10,2026-11-02 11:05,10001
CG-9002,生产制造部,提交,提交,何静,,2026-11-03 09:10,20002
CG-9002,生产制造部,部门经理,同意,刘洋,2026-11-03 09:10,2026-11-03 15:20,20002
"""


def test_upload_result_and_undo(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "OA审批导出.csv"
    file.write_text(LOG, "utf-8")
    page = visit("/data")
    page.set_input_files("[data-testid=stFileUploaderDropzoneInput]", str(file))
    page.get_by_role("button", name="试载").click()
    page.get_by_text("尚未写入任何数据").wait_for()
    page.get_by_role("button", name="载入", exact=True).click()
    page.get_by_text("读取 4 行，载入 4 行").wait_for()
    expect(page.get_by_text("示例公司")).to_have_count(0)  # a real delivery puts the sample out of sight
    page.get_by_role("row", name=re.compile("OA审批导出")).first.click()
    page.get_by_role("button", name="撤销这一批").click()
    page.get_by_role("button", name="确认撤销").click()
    page.get_by_text(re.compile(r"第 \d+ 批已撤销。")).wait_for()
    page.get_by_text("○ 已撤销").first.wait_for()
    page.get_by_role("link", name="总览").click()
    page.get_by_text("示例公司").first.wait_for()


def test_nothing_was_asked_of_anybody_else(site: Site) -> None:
    """Runs last: no page of the journeys above asked another host for anything."""
    assert site.strangers == []
