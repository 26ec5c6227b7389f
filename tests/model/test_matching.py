"""Headers of exports lead to the right columns."""

from __future__ import annotations

import pytest

from cockpit.model import TAX_SILENT_HEADERS, column_for, names_no_tax, normalise_header, settle_amounts
from tests.model.header_words import HEADERS


@pytest.mark.parametrize(("table", "column"), HEADERS)
def test_words_met_on_exports(table: str, column: str) -> None:
    words = HEADERS[table, column].split("|")
    assert {word: column_for(table, word) for word in words} == dict.fromkeys(words, column)


def read(table: str, headers: str) -> dict[str, str | None]:
    """header → column, amounts settled."""
    texts = headers.split(",")
    named = {position: name for position, text in enumerate(texts) if (name := column_for(table, text))}
    settled = settle_amounts(table, named, texts)
    return {text: settled.get(position) for position, text in enumerate(texts)}


@pytest.mark.parametrize(
    ("table", "headers", "columns"),
    [
        (
            "process_events",
            "case_id,event_index,activity,timestamp,role,event_id,amount,document_no,org_unit",
            "case_id sequence activity acted_at role source_event_id amount_net document_no department",
        ),
        (
            "process_events",
            "Case ID,Start Timestamp,Complete Timestamp,Activity,Resource,Role",
            "case_id arrived_at acted_at activity actor role",
        ),
        (
            "process_events",
            "单据编号,申请人,申请部门,节点,审批人,到达时间,审批时间,审批结果,审批意见,金额,供应商,类别,当前状态",
            "document_no requester department node actor arrived_at acted_at action comment amount_net supplier_name"
            " category document_status",
        ),
        (
            "sales_lines",
            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
            "document_no material_code material_name quantity document_date unit_price customer_code region",
        ),
        (
            "sales_lines",
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
            "document_no material_code material_name quantity document_date unit_price customer_code region",
        ),
        (
            "sales_lines",
            "OrderID,OrderDate,CustomerID,ShipCountry,ProductID,ProductName,UnitPrice,Quantity,Discount,ShippedDate",
            "document_no document_date customer_code region material_code material_name unit_price quantity"
            " discount_rate shipped_at",
        ),
        (
            "sales_lines",
            "单据日期.日期,店仓.店仓名称,商品.款号,商品.品名,数量,金额",
            "document_date warehouse material_code material_name quantity amount_net",
        ),
        (
            "purchase_orders",
            "PurchaseOrderID,VendorID,OrderDate,PurchaseOrderDetailID,DueDate,OrderQty,ProductID,UnitPrice,LineTotal,"
            "ReceivedQty,RejectedQty,StockedQty,Status",
            "document_no supplier_code document_date line_no required_date quantity material_code unit_price amount_net"
            " quantity_received quantity_rejected quantity_stocked document_status",
        ),
        (
            "purchase_orders",
            "采购订单号,订单日期,供应商,物料编码,名称,数量,单价,含税单价,金额,税额,价税合计,采购员,审核人,审核日期,备注",
            "document_no document_date supplier_name material_code material_name quantity unit_price unit_price_gross"
            " amount_net tax_amount amount_gross buyer approver approved_at remark",
        ),
        (
            "stock_summaries",
            "存货编码,存货名称,期初.数量(主单位),期初.金额,入库.数量(主单位),入库.金额,出库.数量(主单位),出库.金额,"
            "期末.数量(主单位),期末.金额",
            "material_code material_name opening_quantity opening_amount inbound_quantity inbound_amount"
            " outbound_quantity outbound_amount closing_quantity closing_amount",
        ),
        (
            "stock_summaries",
            "仓库,编码,期初结存.数量,本期收入.数量,本期发出.数量,期末结存.数量,期末结存.金额",
            "warehouse material_code opening_quantity inbound_quantity outbound_quantity closing_quantity"
            " closing_amount",
        ),
        (
            "stock_movements",
            "日期,单据编号,收发类别,物料编码,仓库,入库数量,出库数量,单价,金额",
            "document_date document_no movement_kind material_code warehouse quantity_in quantity_out unit_cost"
            " cost_amount",
        ),
        (
            "stock_balances",
            "日期,仓库,编码,名称,数量,单价,金额",
            "as_of_day warehouse material_code material_name quantity unit_cost cost_amount",
        ),
        (
            "payments",
            "付款单号,付款日期,供应商,金额,源单编号,结算方式,状态",
            "document_no document_date partner_name amount_gross invoice_no payment_method document_status",
        ),
    ],
)
def test_rows_of_headers(table: str, headers: str, columns: str) -> None:
    assert list(read(table, headers).values()) == columns.split()


def test_auxiliary_units_are_no_second_quantity() -> None:
    assert column_for("stock_summaries", "期初.数量(辅单位)") is None
    assert column_for("stock_summaries", "期末.辅数量") is None
    assert column_for("stock_movements", "期初.数量") is None


@pytest.mark.parametrize(
    ("table", "headers", "columns"),
    [
        ("purchase_orders", "物料,金额", "material_name amount_net"),
        ("purchase_orders", "物料,金额,价税合计", "material_name amount_net amount_gross"),
        ("purchase_orders", "物料,不含税金额,金额", "material_name amount_net amount_gross"),
        ("purchase_orders", "物料,总金额", "material_name amount_net"),
        ("purchase_orders", "物料,税额,总金额", "material_name tax_amount amount_gross"),
        ("purchase_orders", "物料,金额,总金额", "material_name amount_net amount_gross"),
        ("purchase_orders", "物料,无税单价,单价", "material_name unit_price unit_price_gross"),
        ("purchase_orders", "物料,单价,含税单价", "material_name unit_price unit_price_gross"),
        ("purchase_orders", "单据编号,供应商,单据总金额", "document_no supplier_name amount_gross"),
        ("purchase_orders", "物料,价税合计,单据总金额", "material_name amount_gross document_amount_gross"),
        ("invoices", "单号,金额", "document_no amount_gross"),
        ("invoices", "单号,金额,税额", "document_no amount_net tax_amount"),
        ("invoices", "单号,金额,价税合计", "document_no amount_net amount_gross"),
        ("invoices", "单号,不含税金额,税额,金额", "document_no amount_net tax_amount amount_gross"),
        ("payments", "单号,金额", "document_no amount_gross"),
    ],
)
def test_silent_amounts_follow_their_neighbours(table: str, headers: str, columns: str) -> None:
    assert list(read(table, headers).values()) == columns.split()


def test_headers_silent_about_tax() -> None:
    assert all(
        names_no_tax(text) for text in ("金额", "金额(元)", "原币金额", "单价", "Unit Price", "Amount", "总金额")
    )
    assert not any(names_no_tax(text) for text in ("含税金额", "价税合计", "不含税金额", "无税单价", "税额", "数量"))
    assert all(normalise_header(form) == form for form in TAX_SILENT_HEADERS)
