"""Which table a sheet is and which column is what; and what a person can say where the sheet does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cockpit.intake.load import LoadOptions, Progress, UploadedFile, stage
from cockpit.issues import Issue
from tests.intake.conftest import REFERENCES, Desk, codes, found

Book = Callable[..., Path]
HEAD = ["单据编号", "单据日期", "客户", "物料编码", "数量", "金额"]
ROW = ["X1", "2024-03-05", "甲", "01", 1, 10]


def test_two_columns_for_one_field_are_left_to_a_person(desk: Desk) -> None:
    text = "单据编号,单据日期,业务日期,客户,物料编码,数量,金额\nX1,2024-03-05,2024-03-06,甲,01,1,10\n"
    part = desk.text(text)
    assert part.status == "blocked"
    issue = found(part, "two_columns_for_field")
    assert {issue.params["header"], issue.params["other"]} == {"单据日期", "业务日期"}
    part = desk.text(text, map={"document_date": "业务日期"})
    assert (part.status, desk.rows(part, "document_date")) == ("ready", [(date(2024, 3, 6),)])


def test_a_clearly_better_column_is_taken_and_said(desk: Desk) -> None:
    part = desk.text("单据编号,订单号,单据日期,客户,物料编码,数量,金额\nX1,D9,2024-03-05,甲,01,1,10\n")
    assert desk.rows(part, "document_no") == [("X1",)]
    assert found(part, "column_preferred").params["other"] == "订单号"


def test_equal_columns_are_one(desk: Desk) -> None:
    part = desk.text("单据编号,单据日期,业务日期,客户,物料编码,数量,金额\nX1,2024-03-05,2024-03-05,甲,01,1,10\n")
    assert part.status == "ready"


def test_one_header_over_two_columns_is_left_to_a_person(desk: Desk) -> None:
    text = "销售明细\n单据编号,单据日期,客户,物料编码,数量,金额,数量\nX0,2024-03-05,甲,01,7,9,7\n"
    text += "X1,2024-03-05,甲,01,1,10,7\n"
    part = desk.text(text)
    issue = found(part, "header_twice")
    assert (part.status, issue.row, issue.column) == ("blocked", 4, "数量")
    assert [issue.params[one] for one in ("place", "other_place", "first", "second")] == [5, 7, "1", "7"]
    for place, quantity in (("#7", 7), ("#5", 1)):
        part = desk.text(text, map={"quantity": place})
        assert desk.rows(part, "quantity")[1] == (Decimal(quantity),)


def test_columns_that_differ_only_far_below(desk: Desk) -> None:
    """The lines that recognition looks at say the same; a later one does not."""
    rows = [f"X{i},2024-03-05,甲,01,{i},10,{i}" for i in range(1, 400)]
    text = "单据编号,单据日期,客户,物料编码,数量,金额,数量\n" + "\n".join(rows) + "\n"
    assert desk.text(text).status == "ready"
    part = desk.text(text.replace("X350,2024-03-05,甲,01,350,10,350", "X350,2024-03-05,甲,01,350,10,3"))
    issue = found(part, "header_twice")
    assert (part.status, issue.row, issue.params["second"], part.rows_skipped) == ("blocked", 351, "3", 400)


def test_a_second_column_without_anything_new_just_loads(desk: Desk) -> None:
    head = "单据编号,单据日期,客户,物料编码,数量,金额,数量\n"
    for line in ("X1,2024-03-05,甲,01,1,10,1\n", "X1,2024-03-05,甲,01,1,10,\n", "X1,2024-03-05,甲,01,,10,1\n"):
        part = desk.text(head + line)
        assert (part.status, desk.rows(part, "quantity"), codes(part, "warning")) == ("ready", [(Decimal(1),)], [])


def test_a_header_merged_over_two_columns_just_loads(desk: Desk, workbook: Book) -> None:
    head = ["单据编号", "单据日期", "客户", None, "物料编码", "数量", "金额"]
    rows = [head, ["X1", "2024-03-05", "甲", "甲方", "01", 1, 10]]
    part = desk.part(workbook({"a": rows}, merges={"a": ["C1:D1"]}))
    assert (part.status, desk.rows(part, "customer_name")) == ("ready", [("甲",)])


def test_a_second_remark_is_only_said(desk: Desk) -> None:
    part = desk.text("单据编号,单据日期,客户,物料编码,数量,备注,备注\nX1,2024-03-05,甲,01,1,急,已发\n")
    assert desk.rows(part, "remark") == [("急",)]
    assert codes(part, "warning") == ["header_repeated"]


def test_missing_required_column_names_field_and_headers(desk: Desk) -> None:
    text = "单据编号,客户,物料编码,数量,金额,区域\nX1,甲,01,1,10,华东\n"
    part = desk.text(text)
    assert part.status == "blocked"
    issue = found(part, "required_column_missing")
    assert (issue.params["field"], issue.params["table"]) == ("document_date", "sales_lines")
    part = desk.text(text, set={"document_date": "2024-03-31"})
    assert desk.rows(part, "document_date") == [(date(2024, 3, 31),)]


def test_headerless_file(desk: Desk) -> None:
    text = "1\t5\t258\t1580\t2022-04-15 00:00:00.000\t201.0400\n2\t5\t254\t1496\t2022-04-16 00:00:00.000\t272.1015\n"
    part = desk.text(text, "PurchaseOrderHeader.csv")
    assert codes(part, "error") == ["header_not_found"]
    columns = {
        "document_no": "#1",
        "supplier_code": "#4",
        "document_date": "#5",
        "amount_net": "#6",
        "material_code": "#3",
    }
    part = desk.text(text, "PurchaseOrderHeader.csv", table="purchase_orders", map=columns)
    assert (part.status, part.header_row, part.rows_read) == ("ready", None, 2)
    assert desk.rows(part, "document_no", "supplier_code", "document_date", "amount_net", "_row") == [
        ("1", "1580", date(2022, 4, 15), Decimal("201.04"), 1),
        ("2", "1496", date(2022, 4, 16), Decimal("272.1015"), 2),
    ]


def test_wishes_that_cannot_be_met(desk: Desk, workbook: Book) -> None:
    path = workbook({"a": [HEAD, ROW]})
    assert codes(desk.part(path, table="nonsense"), "error") == ["table_unknown"]
    assert codes(desk.part(path, map={"nonsense": "数量"}), "error") == ["field_unknown"]
    assert codes(desk.part(path, map={"remark": "没有"}), "error") == ["mapped_header_missing"]
    assert codes(desk.part(path, sheet="没有"), "error") == ["sheet_missing"]


def test_sheet_and_table_can_be_named(desk: Desk, workbook: Book) -> None:
    path = workbook({"一月": [HEAD, ROW], "二月": [HEAD, ["X2", *ROW[1:]]]})
    assert [part.sheet for part in desk.parts(path)] == ["一月", "二月"]
    part = desk.part(path, sheet="二月", table="sales_lines")
    assert desk.rows(part, "document_no") == [("X2",)]


def test_department_and_process_fill_what_the_sheet_lacks(desk: Desk, workbook: Book) -> None:
    part = desk.part(workbook({"a": [HEAD, ROW]}), department="销售一部")
    assert desk.rows(part, "department") == [("销售一部",)]
    part = desk.part(workbook({"a": [[*HEAD, "部门"], [*ROW, "二部"]]}, "b.xlsx"), department="销售一部")
    assert desk.rows(part, "department") == [("二部",)]


def test_as_of_gives_a_snapshot_its_local_day(desk: Desk) -> None:
    text = "仓库,物料编码,物料名称,库存数量,库存金额\n主仓,01,茶,5,50\n"
    assert codes(desk.text(text, "库存.csv"), "error") == ["required_column_missing"]
    part = desk.text(text, "库存.csv", as_of=datetime(2024, 3, 30, 17, tzinfo=UTC))
    assert desk.rows(part, "as_of_day") == [(date(2024, 3, 31),)]
    part = desk.text(text, "库存20240229.csv")
    assert desk.rows(part, "as_of_day") == [(date(2024, 2, 29),)]


def test_technical_names_below_the_header_belong_to_it(desk: Desk) -> None:
    head = "单据编号,单据日期,客户,物料编码,数量,金额\nFBillNo,FDate,FCustId,FMaterialId,FQty,FAmount\n"
    part = desk.text(head + "X1,2024-03-05,甲,01,1,10\n")
    assert (part.header_row, part.rows_read) == (2, 1)


def test_sheets_that_are_no_table(desk: Desk, workbook: Book) -> None:
    lookup = [["状态", "含义"], ["A", "创建"], ["B", "审核中"]]
    path = workbook({"空": [], "数据": [HEAD, ROW], "字典": lookup})
    parts = {part.sheet: part for part in desk.parts(path)}
    assert [parts[name].status for name in ("空", "数据", "字典")] == ["ignored", "ready", "ignored"]
    assert codes(parts["空"]) == ["sheet_empty"]
    alone = desk.part(workbook({"字典": lookup}, "b.xlsx"))
    assert alone.status == "blocked"


def test_hidden_sheets_are_looked_at(desk: Desk, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    sheet.append(ROW)
    book.create_sheet("前台")
    sheet.sheet_state = "hidden"
    book.save(tmp_path / "h.xlsx")
    assert desk.part(tmp_path / "h.xlsx").rows_read == 1


def test_master_and_settings_tables(desk: Desk) -> None:
    part = desk.text("物料编码,物料名称,规格型号,单位,存货分类\n0001,茶,250g,盒,饮品\n", "物料.csv")
    assert (part.table, desk.rows(part, "material_code", "category")) == ("materials", [("0001", "饮品")])
    part = desk.text("日期,是否工作日,工时\n2024-02-04,是,7\n2024-02-05,否,\n", "工作日历.csv")
    assert (part.table, desk.rows(part, "is_work")) == ("calendars", [(True,), (False,)])
    part = desk.text("指标,期间,部门,目标\nrevenue,2024年3月,一部,100万\n", "销售目标.csv")
    assert desk.rows(part, "period_start", "period_end", "target") == [
        (date(2024, 3, 1), date(2024, 3, 31), Decimal(10**6))
    ]


def test_progress_and_references(desk: Desk, workbook: Book) -> None:
    path = workbook({"a": [HEAD, ROW]})
    seen: list[Progress] = []

    def references(con: object, part: object) -> list[Issue]:
        return [Issue("columns_unused", "note", params={"headers": "x", "columns": 1})]

    parts = stage(
        desk.con, [UploadedFile("a.xlsx", path)], LoadOptions(), seen.append, REFERENCES, references=references
    )
    assert seen[0].stage == "reading"
    assert seen[-1] == Progress("done", "a.xlsx", 0, 1, 1)
    assert codes(parts[0])[-1] == "columns_unused"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "a\nb.csv", "x" * 300 + ".csv", "'; DROP TABLE x; --.csv", "\u202egnp.csv"]
)
def test_names_are_only_text(desk: Desk, workbook: Book, name: str) -> None:
    path = desk.folder / "a.csv"
    path.write_text("单据编号,单据日期,客户,物料编码,数量,金额\nX1,2024-03-05,甲,01,1,10\n", "utf-8")
    assert desk.part(path, name).file == name


def test_cells_are_only_text(desk: Desk) -> None:
    evil = "'); DROP TABLE x; --"
    part = desk.text(f'单据编号,单据日期,客户,"{evil}",物料编码,数量,金额\nX1,2024-03-05,"{evil}",1,01,1,10\n')
    assert desk.rows(part, "customer_name") == [(evil,)]
    part = desk.text("单据编号,单据日期,客户,物料编码,数量,金额\n=cmd|' /C calc'!A0,2024-03-05,甲,01,x'y,10\n")
    assert found(part, "value_not_readable").value == "x'y"
