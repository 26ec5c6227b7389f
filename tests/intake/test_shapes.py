"""The shapes real Chinese exports have, each made small and read with nothing said about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.intake.conftest import Desk, codes, found

Book = Callable[..., Path]


def stock_summary(fourth: str = "辅数量") -> list[list[object]]:
    """收发存汇总表 as 畅捷通 T+ lays it out."""
    groups: list[object] = [None, "存货编码", "存货名称", "规格型号", "主计量", "期初", None, None, "入库", None, None]
    groups += ["出库", None, None, "期末", None, None]
    measures: list[object] = [None] * 5
    for _ in range(3):
        measures += ["数量(主单位)", "数量(辅单位)", "金额"]
    measures += ["数量(主单位)", fourth, "金额"]
    return [
        [None, "收发存汇总表"],
        [None, "2024.09.26 - 2024.10.25"],
        groups,
        measures,
        [
            None,
            "0101",
            "笔记本",
            "A5",
            "本",
            1360,
            "15件460本",
            -200.5,
            100,
            None,
            500,
            60,
            "-40本",
            300,
            1400,
            None,
            -0.5,
        ],
        [None, "0102", "铅笔", None, "支", 20, None, None, 5, None, 10, 3, None, 6, 22, None, 44],
        [None, "合计：", None, None, None, 1380, None, None, 105, None, None, 63, None, None, 1422],
        [],
        [None, "制表人：李四", None, None, "打印日期：2024-10-26", None, None, None, "第1页/共1页"],
    ]


def test_stock_summary_with_two_header_rows(desk: Desk, workbook: Book) -> None:
    path = workbook(
        {"收发存汇总表": stock_summary()}, "T+收发存.xlsx", {"收发存汇总表": ["F3:H3", "I3:K3", "L3:N3", "O3:Q3"]}
    )
    part = desk.part(path)
    assert (part.status, part.table, part.header_row) == ("ready", "stock_summaries", 4)
    assert part.mapping["closing_quantity"] == "期末.数量(主单位)"
    assert part.mapping["opening_amount"] == "期初.金额"
    assert "辅数量" not in part.mapping.values()
    first, second = desk.rows(
        part,
        "period_start",
        "period_end",
        "material_code",
        "opening_quantity",
        "opening_amount",
        "closing_quantity",
        "_row",
    )
    assert first == (date(2024, 9, 26), date(2024, 10, 25), "0101", Decimal(1360), Decimal("-200.5"), Decimal(1400), 5)
    assert second[4] is None  # no amount means not costed, never zero
    assert (part.rows_read, part.rows_skipped, part.rows_rejected) == (7, 5, 0)
    assert found(part, "skipped_total").count == 1
    assert found(part, "skipped_footer").count == 1
    assert found(part, "skipped_title").count == 2
    assert found(part, "skipped_blank").count == 1


def test_retail_sheet_with_dotted_headers_beside_helpers(desk: Desk, workbook: Book) -> None:
    data: list[list[object]] = [
        [],
        ["店仓.店仓名称", "单据编号", "单据日期.日期", "商品.款号", "商品.款号", "数量", "成交金额", 1],
        ["南京东路店", "LS0001", 20210101, "08812", "08812", 2, 398, "x"],
        ["南京东路店", "LS0002", 20210102, "08812", "08812", -1, -199, "x"],
    ]
    pivot = [["行标签", "求和项:成交金额"], ["南京东路店", 199], ["总计", 199]]
    notes = [["这里记一些说明"], ["每周一更新"]]
    parts = desk.parts(workbook({"零售明细": data, "透视": pivot, "说明": notes}, "零售.xlsx"))
    assert [part.status for part in parts] == ["ready", "ignored", "ignored"]
    assert codes(parts[1]) == ["sheet_is_pivot"]
    assert codes(parts[2]) == ["sheet_too_small"]
    part = parts[0]
    assert (part.table, part.header_row) == ("sales_lines", 2)
    assert part.mapping["document_date"] == "单据日期.日期"
    assert desk.rows(part, "document_no", "document_date", "material_code", "quantity", "amount_net", "_row") == [
        ("LS0001", date(2021, 1, 1), "08812", Decimal(2), Decimal(398), 3),
        ("LS0002", date(2021, 1, 2), "08812", Decimal(-1), Decimal(-199), 4),
    ]


def test_small_ledger_with_serial_dates(desk: Desk, workbook: Book) -> None:
    rows = [
        ["单号", "日期", "客户", "品名", "数量", "金额"],
        ["A1", 44819, "甲", "茶", 1, 10],
        ["A2", 44820.5, "乙", "茶", 2, 20],
    ]
    part = desk.part(workbook({"销售流水": rows}))
    assert [row[0] for row in desk.rows(part, "document_date")] == [date(2022, 9, 15), date(2022, 9, 16)]


def test_list_with_continuation_lines_and_subtotals(desk: Desk, workbook: Book) -> None:
    rows: list[list[object]] = [
        ["采购订单列表"],
        ["查询条件：全部"],
        ["单据编号", "单据日期", "供应商", "物料编码", "数量", "不含税金额", "价税合计", "审核人", "审核日期"],
        ["CGDD0001", "2024年3月5日", "华东五金", "0001", "１２", "1,200.00", "1,356.00", "王五", "2024/3/6"],
        [None, None, None, "0002", "3", "0.03万", "339", None, None],
        ["小计", None, None, None, "15", "1,500.00", "1,695.00", None, None],
        ["CGDD0002", "2024-03-07 00:00:00", "华东五金", "0001", "1", "100", "113", "王五", "2024-03-08 09:30"],
        ["单据编号", "单据日期", "供应商", "物料编码", "数量", "不含税金额", "价税合计", "审核人", "审核日期"],
        ["CGDD0003", "2024/3/9", "城南电器", "0003", "2", "¥ 80.00", "90.4", None, None],
        ["合计", None, None, None, "18", "1,680.00", "1,898.40", None, None],
    ]
    part = desk.part(workbook({"列表": rows}, "采购订单.xlsx"))
    assert part.table == "purchase_orders"
    assert desk.rows(
        part, "document_no", "document_date", "supplier_name", "material_code", "quantity", "amount_net"
    ) == [
        ("CGDD0001", date(2024, 3, 5), "华东五金", "0001", Decimal(12), Decimal(1200)),
        ("CGDD0001", date(2024, 3, 5), "华东五金", "0002", Decimal(3), Decimal(300)),
        ("CGDD0002", date(2024, 3, 7), "华东五金", "0001", Decimal(1), Decimal(100)),
        ("CGDD0003", date(2024, 3, 9), "城南电器", "0003", Decimal(2), Decimal(80)),
    ]
    assert found(part, "filled_down").count == 1
    assert found(part, "skipped_total").count == 2
    assert found(part, "skipped_header").count == 1
    assert part.mapping["amount_gross"] == "价税合计"


def test_sap_list(desk: Desk) -> None:
    text = """List of purchase orders
--------------------------------------------------------------------------------
| PO Number  | Vendor | Material   | Doc. Date  | Deliv.Date | Quantity | Net Value  |
--------------------------------------------------------------------------------
| 0004500001 | 000123 | 0000000017 | 05.03.2024 | 00000000   |  1.000,5 |   1.234,56-|
| 0004500002 | 000124 | 0000000018 | 25.03.2024 | 28.03.2024 |       12 |      34,00 |
--------------------------------------------------------------------------------
| Total      |        |            |            |            |          |   1.268,56 |
--------------------------------------------------------------------------------
"""
    part = desk.text(text, "ME2N.txt", map={"required_date": "Deliv.Date"})
    assert part.table == "purchase_orders"
    assert desk.rows(
        part,
        "document_no",
        "supplier_code",
        "material_code",
        "document_date",
        "required_date",
        "quantity",
        "amount_net",
    ) == [
        ("0004500001", "000123", "0000000017", date(2024, 3, 5), None, Decimal("1000.5"), Decimal("-1234.56")),
        ("0004500002", "000124", "0000000018", date(2024, 3, 25), date(2024, 3, 28), Decimal(12), Decimal(34)),
    ]
    assert found(part, "skipped_rule").count == 3
    assert codes(part, "error") == []


def test_approval_log_in_chinese(desk: Desk, workbook: Book) -> None:
    rows = [
        ["单据编号", "审批节点", "审批人", "审批结果", "到达时间", "处理时间", "审批意见"],
        ["PR001", "发起", "张三", "提交", None, "2024-03-04 09:00:00", None],
        ["PR001", "部门经理", "李四", "同意", "2024-03-04 09:00:00", "2024-03-04 10:30:00", "同意"],
        ["PR001", "财务", "王五", "退回", "2024-03-04 10:30:00", "2024-03-05 09:00:00", "缺附件"],
        ["PR001", "财务", "王五", None, "2024-03-05 11:00:00", None, None],
    ]
    part = desk.part(workbook({"审批记录": rows}), process="采购申请")
    assert part.table == "process_events"
    staged = desk.rows(part, "process", "case_id", "node", "action", "arrived_at", "acted_at")
    assert staged[1][:4] == ("采购申请", "PR001", "部门经理", "同意")
    assert str(staged[1][5]) == "2024-03-04 02:30:00"  # Shanghai wall time as UTC
    assert staged[3][5] is None


def test_receivables_are_told_by_the_title(desk: Desk, workbook: Book) -> None:
    rows = [
        ["应收单列表"],
        ["单据编号", "单据日期", "客户", "到期日", "应收金额", "未收金额"],
        ["AR001", "2024-03-05", "甲公司", "2024-04-05", 1130, 130],
    ]
    part = desk.part(workbook({"Sheet1": rows}))
    assert part.table == "invoices"
    assert desk.rows(part, "side", "amount_gross", "due_date") == [("receivable", Decimal(1130), date(2024, 4, 5))]


def test_stock_balances_take_their_day_from_the_title(desk: Desk, workbook: Book) -> None:
    rows = [
        ["即时库存", None],
        ["截止日期：2024-03-31", None],
        ["仓库", "物料编码", "物料名称", "库存数量", "库存金额"],
        ["主仓", "0001", "茶", 5, 50],
    ]
    path = workbook({"Sheet1": rows})
    part = desk.part(path)
    assert part.table == "stock_balances"
    assert desk.rows(part, "as_of_day", "warehouse", "quantity") == [(date(2024, 3, 31), "主仓", Decimal(5))]
    assert found(part, "value_from_title").value == "2024-03-31"


def test_movements_get_one_sign(desk: Desk, workbook: Book) -> None:
    head = ["单据编号", "单据日期", "业务类型", "仓库", "物料编码", "数量", "金额"]
    rows = [
        head,
        ["R1", "2024-03-01", "采购入库", "主仓", "01", 10, 100],
        ["C1", "2024-03-02", "销售出库", "主仓", "01", 4, 40],
        ["C2", "2024-03-03", "销售出库", "主仓", "01", -1, -10],
    ]
    part = desk.part(workbook({"出入库流水": rows}))
    assert desk.rows(part, "movement_kind", "quantity", "cost_amount") == [
        ("purchase", Decimal(10), Decimal(100)),
        ("sale", Decimal(-4), Decimal(-40)),
        ("sale", Decimal(1), Decimal(10)),
    ]
    apart = [["单据编号", "单据日期", "业务类型", "仓库", "物料编码", "入库数量", "出库数量"]]
    apart += [
        ["R1", "2024-03-01", "采购入库", "主仓", "01", 10, None],
        ["C1", "2024-03-02", "销售出库", "主仓", "01", None, 4],
    ]
    part = desk.part(workbook({"收发明细": apart}, "b.xlsx"))
    assert desk.rows(part, "quantity") == [(Decimal(10),), (Decimal(-4),)]


def test_a_row_that_lost_its_rest_is_no_title(desk: Desk) -> None:
    """Nothing is lost: a number alone on a line is a rejected row, words alone are a title."""
    text = "单据编号,单据日期,客户,物料编码,数量,金额\nX1,2024-03-05,甲,01,1,10\n"
    text += "三月份\nX2,,,,,\nTotally Tea,,,,,\nTotal,,,,1,10\n"
    part = desk.text(text)
    assert [line for line, _, _ in desk.rejected(part)] == [4]
    assert (found(part, "skipped_title").count, found(part, "skipped_total").count) == (2, 1)
