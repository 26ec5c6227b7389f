"""Exports and uploads: text stays text, names stay inside their folder, answers are whole sentences."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl
import pandas as pd
import pytest

from cockpit.issues import Issue
from cockpit.service.reports import DeliveryView, LoadReport, PartReport
from cockpit.ui import deliveries, export, report
from cockpit.ui.jobs import plain_name
from cockpit.ui.tree import find, targets, texts

FRAME = pd.DataFrame({"名称": ["=1+1", "@SUM(A1)", "采购部"], "金额": [1.5, -2.0, None]})
FACTS = {"指标": "营收", "数据版本": "41", "数据截至": "2026-11-20 18:00"}


def test_a_workbook_has_data_and_facts_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(export.workbook(FRAME, FACTS, "数据", "说明")))
    cells = [cell for row in book["数据"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert book["数据"]["A2"].value == "=1+1"
    assert book["数据"]["B3"].value == -2
    assert [row[1].value for row in book["说明"].iter_rows()] == ["营收", "41", "2026-11-20 18:00"]


def test_text_files_carry_facts_and_defuse_formulas() -> None:
    text = export.text(FRAME, FACTS).decode("utf-8-sig").splitlines()
    assert text[0] == "# 指标,营收"
    assert text[3:] == ["名称,金额", "'=1+1,1.5", "'@SUM(A1),-2.0", "采购部,"]


def test_file_names_hold_no_path() -> None:
    assert export.file_name(('营收/按 "地区"', "2026-11", "v41"), "csv") == "营收_按_地区_2026-11_v41.csv"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\订单.xlsx", "订单.xlsx"),
        ("..", "upload"),
        ("", "upload"),
        ("a\0b.csv", "ab.csv"),
    ],
)
def test_uploaded_names_stay_in_their_folder(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_long_names_keep_their_ending() -> None:
    name = plain_name("采" * 300 + ".xlsx")
    assert len(name.encode()) <= 200 and name.endswith(".xlsx")


def part(status: str = "loaded_with_rejects", **given: object) -> PartReport:
    plain: dict[str, object] = {
        "file": "采购订单.xlsx",
        "sha256": "ab",
        "sheet": "Sheet1",
        "connector": "spreadsheet",
        "table": "purchase_orders",
        "header_row": 3,
        "mapping": {"document_no": "单据编号"},
        "rows_read": 1200,
        "rows_loaded": 1188,
        "rows_rejected": 9,
        "rows_skipped": 3,
        "status": status,
        "issues": (
            Issue("document_number_shared", "warning", row=7, count=2),
            Issue("document_shrank", "error", row=88, value="PO-1", count=9),
        ),
    }
    return PartReport(**{**plain, **given})  # type: ignore[arg-type]


def test_a_report_says_read_loaded_rejected_skipped() -> None:
    tree = report.report(LoadReport(12, "loaded_with_rejects", 41, (part(),), 1.84), "zh_CN", preview=False)
    said = " ".join(texts(tree))
    for words in (
        "第 12 批已载入",
        "采购订单.xlsx › Sheet1",
        "读取 1,200 行",
        "载入 1,188",
        "拒收 9",
        "跳过 3",
        "1.84 秒",
    ):
        assert words in said


def test_findings_come_by_gravity_with_row_and_value() -> None:
    lines = list(find(report.part(part(), "zh_CN"), "issue"))
    first = " ".join(texts(lines[0]))
    assert "PO-1" in first and "88" in first and "9 处" in first


def test_what_is_no_table_is_said() -> None:
    assert "未识别为数据表" in " ".join(texts(report.part(part("ignored", table=None, mapping={}), "zh_CN")))


def test_a_preview_never_sounds_like_a_load() -> None:
    said = " ".join(texts(report.report(LoadReport(None, "dry_run", 41, (part("dry_run"),), 0.2), "en", preview=True)))
    assert "Nothing was written." in said and "is in:" not in said


def delivery(state: str) -> DeliveryView:
    when = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    nothing = (None,) * 4
    return DeliveryView(
        7, "default", "files", "loaded", state, when, None, "local", None, *nothing, 1, None, (part(), part()), 9
    )


def test_the_history_says_what_no_longer_counts() -> None:
    assert deliveries.shown_status(delivery("active")) == "loaded"
    assert deliveries.shown_status(delivery("undone")) == "undone"
    tree = deliveries.history_tree([delivery("undone")], "zh_CN")
    assert "○ 已撤销" in list(texts(tree))
    assert list(targets(tree)) == ["delivery/7"]
