"""Table of sales: the lines of invoices or orders that revenue is added up from."""

from __future__ import annotations

from cockpit.model.columns import columns, draft, words
from cockpit.model.groups import CURRENCY, HANDLING, MATERIAL, NET_AMOUNTS, NET_PRICES, OWNERSHIP, PLACE, STATUS
from cockpit.model.types import Alternative, Table

# A line with a quantity and no amount loads; revenue counts it as left out (no_amount). Returns are negative lines.
SALES_LINES = Table(
    name="sales_lines",
    mode="document",
    columns=columns(
        OWNERSHIP,
        draft("document_type", "text", "document_type business_type", dimension=True),
        draft("document_no", "code", "sales_order_no document_no invoice_no delivery_no order_no contract_no",
              own="小票号|销售单据号|交易号|零售单号|VBELN", required=True),
        draft("fiscal_year", "integer", "fiscal_year"),
        draft("line_no", "code", "line_no"),
        draft("document_date", "day", "document_date invoice_date order_date delivery_day",
              own="销售时间|交易日期|交易时间|下单时间|付款时间|InvoiceDate", required=True),
        STATUS,
        draft("department", "text", "sales_department department", own="门店|店铺|门店名称|店铺名称|Store|Shop",
              dimension=True),
        draft("salesperson", "text", "salesperson handler", own="销售|导购|导购员"
              "|跟单员", personal=True, dimension=True),
        draft("customer_code", "code", "customer_code partner_code", own="CustomerID", dimension=True),
        draft("customer_name", "text", "customer_name partner_name payer", own="会员|会员名称|买家昵称|ShipName",
              personal=True, dimension=True),
        draft("region", "text", own="区域|地区|大区|销售区域|所属区域|省份|省|城市|国家|国家/地区|市场|Region|Country"
              "|Territory|Market|ShipCountry|BZIRK|LAND1", dimension=True),
        draft("channel", "text", own="渠道|销售渠道|平台|Channel|Sales Channel|VTWEG", dimension=True),
        MATERIAL,
        draft("batch", "code", "batch"),
        draft("project", "code", "project", dimension=True),
        PLACE,
        draft("uom", "text", "uom"),
        draft("quantity", "quantity", "quantity_issued quantity", own="开票数量|结算数量|FRealQty"),
        draft("quantity_shipped", "quantity", "quantity_shipped"),
        draft("quantity_returned", "quantity", "quantity_returned"),
        NET_PRICES,
        draft("discount_rate", "rate", "discount_rate"),
        draft("discount_amount", "money", own="折扣额|折扣金额|优惠金额|Discount Amount"),
        draft("amount_net", "money", "amount_net amount_silent", own="Line Total|不含税销售额|销售净额|Net Sales",
              last="销售金额|销售额|成交金额|销售收入|营业收入|收入|Sales Amount|Sales|Revenue|Sales Value"),
        NET_AMOUNTS[1:3],
        draft("amount_gross", "money", "amount_gross line_gross total_silent", own="含税销售额|含税收入|实付金额"
              "|Gross Sales"),
        NET_AMOUNTS[4:],
        draft("cost_amount", "money", "cost_amount", own="销售成本|成本金额|结转成本|Cost of Sales|Cost Amount"
              "|TotalProductCost",
              without="库存金额|结存金额|账面|Stock Value|stock_value|value|SALK3"),
        draft("unit_cost", "price", "unit_cost"),
        CURRENCY,
        draft("confirmed_at", "instant", own="订单确认时间|确认时间|Confirmed At|Confirmation Date"),
        draft("required_date", "day", "required_date", own="DueDate|Due Date"),
        draft("shipped_at", "instant", own="实际发货时间|实际发货日期|实际出库时间|ShippedDate|Shipped At|ShipDate"),
        draft("source_document_no", "code", "source_document_no", own="原销售单号|原单号|退货原单号"),
        draft("linked_invoice_no", "code", own="关联发票号|对应发票号|Linked Invoice"),
        HANDLING,
        draft("remark", "text", "remark"),
    ),
    unit=("document_type", "document_no", "fiscal_year"),
    partner=("customer_code", "customer_name"),
    business_day="document_date",
    alternatives=(
        Alternative((("material_code",), ("material_name",))),
        Alternative((("quantity",), ("amount_net",), ("amount_gross",))),
    ),
    signature=("document_no", "document_date", "customer_code", "customer_name", "material_code", "material_name",
               "quantity", "unit_price", "unit_price_gross", "amount_net", "amount_gross", "region", "salesperson"),
    names=words(
        "销售|销售数据|营收|销售明细|销售明细表|销售流水|销售订单|销售订单明细|销售订单列表|销售出库明细|销售发票明细|销售日报|销售报表"
        "|销售统计|零售明细|零售流水|销货明细|营业流水|sales|sales lines|sales order|sales orders|order details"
        "|online retail|retail|sales invoice|SAL_SaleOrder|SO_SODetails|VBAP|VBRP"
    ),
)  # fmt: skip
