"""Every page opens, on data, on nothing, and for nobody who may not see it; switching keeps place and filters."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.ui import door, sitemap
from tests.ui.conftest import approval_log, drawn, opened

SHOWN = [page.name for page in sitemap.PAGES if not page.hidden]


def calm(app: object) -> None:
    """No traceback, no error box."""
    assert not app.exception  # type: ignore[attr-defined]
    assert not app.error  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", SHOWN)
def test_every_page_opens_with_data(loaded: Cockpit, name: str) -> None:
    door.use(loaded)
    app = opened(name)
    calm(app)
    assert f"\n{name}" not in drawn(app)
    assert drawn(app)


@pytest.mark.parametrize("name", SHOWN)
def test_every_page_opens_before_the_first_delivery(empty: Cockpit, name: str) -> None:
    app = opened(name)
    calm(app)
    said = drawn(app)
    assert name == "admin" or "还没有" in said
    assert name == "admin" or "\n0\n" not in said


def test_the_overview_shows_its_figures(loaded: Cockpit) -> None:
    door.use(loaded)
    said = drawn(opened())
    assert "采购审批时长" in said
    assert "n = 20" in said
    assert "未导入" in said  # revenue was not delivered: said, not drawn as zero


def test_english_is_complete(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened("procurement", "en")
    calm(app)
    said = drawn(app)
    assert "Approval cycle time" in said
    assert "ui." not in said and "metric." not in said


def test_the_address_chooses_month_and_slice(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened("procurement", ledger="default", month="2026-09", department="采购部")
    said = drawn(app)
    assert "2026 年 9 月" in said
    assert "部门 采购部" in said
    assert app.selectbox(key="filter-month").value == "2026-09"


def test_filters_survive_a_page_change(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened("procurement")
    app.selectbox(key="filter-month").set_value("2026-09").run()
    app.switch_page("../../pages/inventory.py").run()
    assert "2026 年 9 月" in drawn(app)
    assert app.query_params["month"] == "2026-09"


def test_switching_the_language_keeps_place_and_filters(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened("procurement", month="2026-09")
    app.segmented_control(key="language").set_value("en").run()
    said = drawn(app)
    assert "Procurement" in said and "Sep 2026" in said
    app.switch_page("../../pages/inventory.py").run()
    assert "Inventory" in drawn(app)
    assert "Inventory" in drawn(opened("inventory"))  # a later visit, from a browser in Chinese
    app.segmented_control(key="language").set_value("zh_CN").run()
    assert "库存" in drawn(opened("inventory", "en"))
    person = loaded.people.person_named(LOCAL_ADMINISTRATOR, "a-administrator")
    loaded.entrance.prefer(loaded.people.resolve(person.id), "")  # as before


def test_a_document_shows_its_way_and_its_sources(loaded: Cockpit) -> None:
    from cockpit.service.requests import MetricRequest

    door.use(loaded)
    request = MetricRequest(ledger="default")
    row = loaded.drill(LOCAL_ADMINISTRATOR, "approval_cycle_time", request, 1, "zh_CN").rows[0]
    app = opened("document", table=row.table, document=row.document, via="procurement")
    calm(app)
    said = drawn(app)
    for part in (str(row.document_no), "分管副总", "来源（文件 / 工作表 / 行）", "采购审批_2026.csv"):
        assert part in said


def test_an_unknown_document_is_said_and_no_traceback(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened("document", table="invoices", document="'; drop table invoices")
    calm(app)
    assert "没有这张单据" in drawn(app)


def test_an_upload_is_previewed_loaded_and_undone(empty: Cockpit, tmp_path: Path) -> None:
    app = opened("data")
    file = approval_log(tmp_path)
    app.file_uploader(key="files-0").upload(file.name, file.read_bytes()).run()
    app.button(key="preview").click().run()
    calm(app)
    assert "尚未写入任何数据" in drawn(app)
    assert not empty.deliveries(LOCAL_ADMINISTRATOR, None)
    app.button(key="load").click().run()
    calm(app)
    assert "读取 120 行，载入 120 行" in drawn(app)
    assert [one.state for one in empty.deliveries(LOCAL_ADMINISTRATOR, None)] == ["active"]


def test_a_broken_upload_becomes_a_sentence(empty: Cockpit) -> None:
    app = opened("data")
    app.file_uploader(key="files-0").upload("订单.xlsx", b"PK\x03\x04 this is no workbook").run()
    app.button(key="load").click().run()
    calm(app)
    assert "没有写入任何数据" in drawn(app)
    assert "issue." not in drawn(app) and "error." not in drawn(app)
