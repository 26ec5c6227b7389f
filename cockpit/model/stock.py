"""Tables of stock: movements, balances of a day, and opening–in–out–closing summaries (收发存) of a period."""

from __future__ import annotations

from cockpit.model.columns import columns, draft, words
from cockpit.model.groups import CURRENCY, HANDLING, MATERIAL, OWNERSHIP, PLACE, STATUS
from cockpit.model.movements import MOVEMENT_KINDS
from cockpit.model.types import Alternative, Table

# `quantity` is signed, into stock positive. A source gives it signed, or unsigned with `direction`, or apart as
# `quantity_in` and `quantity_out`; the loading brings all three to the signed one. The same holds for `cost_amount`.
STOCK_MOVEMENTS = Table(
    name="stock_movements",
    mode="document",
    columns=columns(
        OWNERSHIP,
        draft("document_type", "text", "document_type", own="单据", dimension=True),
        draft("document_no", "code", "document_no receipt_no delivery_no", required=True),
        draft("fiscal_year", "integer", "fiscal_year"),
        draft("line_no", "code", "line_no"),
        draft("document_date", "day", "document_date", own="出入库日期|收发日期|BUDAT|Posting Date|过账日期|入库日期"
              "|出库日期|movement_date", without="记账日期", required=True),
        draft("occurred_at", "instant", own="出入库时间|收发时间|业务时间|发生时间|入库时间|出库时间|Occurred At"
              "|Movement Time|datem"),
        draft("posted_at", "instant", own="记账日期|记账时间|过账时间|入账时间|入账日期|Posted At|Entry Date|CPUDT"
              "|CPUTM"),
        draft("movement_kind", "choice", "business_type", own="收发类别|移动类型|出入库类型|出入库类别|入库方式"
              "|出库方式|入库类型|出库类型|入库类别|出库类别|收发类型|Movement Type|Movement Kind|Movement|BWART|VGABE"
              "|BEWTP|cRdCode|FTranType|usage", required=True, choices=MOVEMENT_KINDS, dimension=True),
        draft("direction", "choice", own="收发标志|出入库标志|收发方向|出入方向|方向|进出标志|借贷标志|Direction"
              "|In/Out|SHKZG|bRdFlag",
              choices={
                  "in": words("入|收|进|入库|收入|in|IN|S|1|增加|借"),
                  "out": words("出|发|出库|发出|out|OUT|H|0|减少|贷"),
              }),
        STATUS,
        draft("department", "text", "department", own="领料部门|领用部门", dimension=True),
        draft("partner_code", "code", "partner_code supplier_code customer_code", dimension=True),
        draft("partner_name", "text", "partner_name supplier_name customer_name", personal=True, dimension=True),
        MATERIAL,
        draft("batch", "code", "batch"),
        draft("project", "code", "project", dimension=True),
        PLACE,
        draft("warehouse_from", "text", own="调出仓库|转出仓库|发货仓库|源仓库|From Warehouse|FSrcStockId"
              "|FSrcStockId.FName"),
        draft("warehouse_to", "text", own="调入仓库|转入仓库|目标仓库|To Warehouse|FDestStockId|FDestStockId.FName"),
        draft("uom", "text", "uom"),
        draft("quantity", "quantity", "quantity", own="收发数量|变动数量|出入库数量|实际数量"),
        draft("quantity_in", "quantity", "quantity_received", own="入库.数量|收入.数量|本期收入.数量|本期入库.数量"
              "|收入数量|转入数量|Quantity In|Qty In"),
        draft("quantity_out", "quantity", "quantity_issued", own="出库.数量|发出.数量|本期发出.数量|本期出库.数量"
              "|转出数量|Quantity Out|Qty Out"),
        draft("unit_cost", "price", "unit_cost price_net price_silent"),
        draft("cost_amount", "money", "cost_amount amount_net amount_silent", without="发出金额", own="DMBTR"
              "|stock_value_difference"),
        draft("amount_in", "money", own="入库.金额|收入.金额|本期收入.金额|本期入库.金额|入库金额|收入金额|Amount In"),
        draft("amount_out", "money", own="出库.金额|发出.金额|本期发出.金额|本期出库.金额|出库金额|发出金额"
              "|Amount Out"),
        draft("quantity_after", "quantity", own="结存.数量|结存数量|期末结存.数量|Balance Quantity"
              "|qty_after_transaction"),
        draft("amount_after", "money", own="结存.金额|结存金额|期末结存.金额|Balance Amount"),
        CURRENCY[0],
        draft("source_document_no", "code", "source_document_no purchase_order_no sales_order_no order_no",
              own="生产订单号|生产任务单号|工单号|voucher_detail_no"),
        draft("source_line_no", "code", "source_line_no"),
        HANDLING,
        draft("remark", "text", "remark"),
    ),
    unit=("document_type", "document_no", "fiscal_year"),
    partner=("partner_code", "partner_name"),
    business_day="document_date",
    alternatives=(
        Alternative((("material_code",), ("material_name",))),
        Alternative((("quantity",), ("quantity_in",), ("quantity_out",))),
    ),
    signature=("document_no", "document_date", "movement_kind", "direction", "material_code", "material_name",
               "warehouse", "quantity", "quantity_in", "quantity_out", "cost_amount", "occurred_at", "posted_at"),
    names=words(
        "出入库流水|出入库明细|出入库明细账|收发明细|收发存明细|库存流水|库存台账|库存明细账|存货明细账|物料收发明细"
        "|收发流水账|流水账|出库单|销售出库单|材料出库单|其他入库单|其他出库单|调拨单|盘点单|stock movements"
        "|stock movement|stock ledger|stock moves|material documents|MSEG|MB51|RdRecord|ICStockBill|Stock Ledger Entry"
    ),
)  # fmt: skip

STOCK_BALANCES = Table(
    name="stock_balances",
    mode="snapshot",
    columns=columns(
        OWNERSHIP,
        draft("as_of_day", "day", "document_date", own="截止日期|库存日期|结存日期|盘点日期|快照日期|统计日期|查询日期"
              "|As Of|As Of Date|Snapshot Date|Stock Date|Balance Date", without="凭证日期|开单日期|过账日期|记账日期"
              "|dVouchDate|VoucherDate",
              required=True),
        PLACE,
        draft("material_code", "code", "material_code", own="编码|编号|代码|Code|item_code", dimension=True),
        draft("material_name", "text", "material_name", own="名称|Name|item_name", dimension=True),
        MATERIAL[2:],
        draft("batch", "code", "batch", own="batch_no"),
        draft("uom", "text", "uom auxiliary_uom"),
        draft("quantity", "quantity", "quantity_on_hand quantity", own="数量|结存.数量|期末结存.数量|期末.数量"
              "|账存数量|Quantity"),
        draft("quantity_counted", "quantity", own="盘点数量|实盘数量|实盘数|Counted Qty|Counted"),
        draft("quantity_available", "quantity", "quantity_available"),
        draft("quantity_reserved", "quantity", "quantity_reserved"),
        draft("quantity_in_transit", "quantity", "quantity_in_transit"),
        draft("quantity_auxiliary", "quantity", "quantity_auxiliary", own="期末.数量(辅单位)"
              "|结存.数量(辅单位)", unit=""),
        draft("unit_cost", "price", "unit_cost price_net price_silent", own="结存单价|期末单价|平均单价|加权平均价"
              "|结存.单价"),
        draft("cost_amount", "money", "cost_amount amount_silent amount_net", own="金额|库存金额|结存.金额"
              "|期末结存.金额|期末.金额|期末金额|库存成本|存货金额|库存价值|Inventory Value", without="发出金额|Cost"),
        CURRENCY[0],
        draft("stock_age_days", "integer", "stock_age", unit="days"),
        draft("first_received_on", "day", "receipt_date", own="最早入库日期|首次入库日期|First Received",
              without="posting_date"),
        draft("reorder_point", "quantity", own="再订货点|订货点|最低库存|安全库存|补货点|Reorder Point|Reorder Level"
              "|ReorderLevel|Safety Stock"),
        draft("supplier_name", "text", "supplier_name", dimension=True),
        draft("remark", "text", "remark"),
    ),
    unit=("as_of_day", "warehouse"),
    business_day="as_of_day",
    alternatives=(
        Alternative((("material_code",), ("material_name",))),
        Alternative((("quantity",), ("cost_amount",))),
    ),
    signature=("warehouse", "material_code", "material_name", "quantity", "cost_amount", "unit_cost", "batch",
               "quantity_available", "quantity_reserved", "stock_age_days"),
    names=words(
        "即时库存|库存余额|库存余额表|现存量|现存量查询|现存量表|库存查询|库存表|库存清单|库存报表|库龄分析|库存状况表"
        "|库存数量|stock balance|stock balances|stock on hand|inventory on hand|product inventory|current stock"
        "|STK_Inventory|CurrentStock|MARD|MB52|stock quant|Bin"
    ),
)  # fmt: skip


def _measure(groups: str, measure: str) -> str:
    """The joined headers of one cell of a two-row head: every group word with every measure word."""
    return "|".join(f"{group}.{word}|{group}{word}" for group in words(groups) for word in words(measure))


_OPENING = "期初|期初结存|期初库存|上期结存|上月结存|期初余额|月初|月初结存|Opening|Opening Balance|Opening Stock"
_INBOUND = "入库|本期入库|本期收入|收入|本期增加|本月入库|本月收入|收货|收|In|Inbound|Receipts|Received"
_OUTBOUND = "出库|本期出库|本期发出|发出|本期减少|本月出库|本月发出|发货|发|Out|Outbound|Issues|Issued"
_CLOSING = "期末|期末结存|结存|期末库存|本期结存|月末|月末结存|期末余额|Closing|Closing Balance|Closing Stock"
_QUANTITY = "数量|件数|Quantity|Qty"
_AMOUNT = "金额|成本|成本金额|Amount|Value"

STOCK_SUMMARIES = Table(
    name="stock_summaries",
    mode="period",
    columns=columns(
        OWNERSHIP,
        draft("period", "text", own="会计期间|期间|月份|年月|核算期间|统计月份|统计期间|Period|Month|iMonth"),
        draft("period_start", "day", own="期间开始|开始日期|起始日期|期初日期|Period Start|Start Date"
              "|From Date", required=True),
        draft("period_end", "day", own="期间结束|结束日期|截止日期|期末日期|Period End|End Date"
              "|To Date", required=True),
        PLACE,
        draft("material_code", "code", "material_code", own="编码|编号|代码|Code", dimension=True),
        draft("material_name", "text", "material_name", own="名称|Name", dimension=True),
        MATERIAL[2:],
        draft("batch", "code", "batch"),
        draft("uom", "text", "uom auxiliary_uom"),
        draft("opening_quantity", "quantity", own=_measure(_OPENING, _QUANTITY) + "|期初结存|期初库存|上期结存"
              "|Opening Balance"),
        draft("opening_amount", "money", own=_measure(_OPENING, _AMOUNT) + "|期初余额"),
        draft("inbound_quantity", "quantity", "quantity_received", own=_measure(_INBOUND, _QUANTITY)
              + "|本期入库|本期收入|Receipts"),
        draft("inbound_amount", "money", own=_measure(_INBOUND, _AMOUNT)),
        draft("outbound_quantity", "quantity", "quantity_issued", own=_measure(_OUTBOUND, _QUANTITY)
              + "|本期出库|本期发出|Issues"),
        draft("outbound_amount", "money", own=_measure(_OUTBOUND, _AMOUNT)),
        draft("closing_quantity", "quantity", "quantity_on_hand", own=_measure(_CLOSING, _QUANTITY)
              + "|期末结存|期末件|Closing Balance"),
        draft("closing_amount", "money", "cost_amount", own=_measure(_CLOSING, _AMOUNT),
              without="成本|Cost|COGS|发出金额|成本金额|账面"),
        draft("closing_price", "price", own="期末单价|结存单价|平均单价|期末.单价|期末结存.单价|结存.单价"),
        CURRENCY[0],
        draft("remark", "text", "remark"),
    ),
    unit=("period_start", "period_end", "warehouse"),
    business_day="period_end",
    alternatives=(
        Alternative((("material_code",), ("material_name",))),
        Alternative(
            tuple(
                (f"{group}_{measure}",)
                for group in ("opening", "inbound", "outbound", "closing")
                for measure in ("quantity", "amount")
            )
        ),
    ),
    signature=("opening_quantity", "inbound_quantity", "outbound_quantity", "closing_quantity", "opening_amount",
               "inbound_amount", "outbound_amount", "closing_amount", "material_code", "material_name"),
    names=words(
        "收发存汇总表|收发存汇总|收发存|进销存汇总表|进销存汇总|进销存|进销存报表|库存收发存|存货收发存汇总"
        "|物料收发汇总表|收发汇总表|stock summary|stock summaries|inventory summary|opening and closing stock"
    ),
)  # fmt: skip
