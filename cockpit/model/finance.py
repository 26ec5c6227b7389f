"""Tables of money: invoices and other open items of both sides, payments, exchange rates."""

from __future__ import annotations

from cockpit.model.columns import columns, draft, words
from cockpit.model.groups import (
    CURRENCY,
    DOCUMENT_AMOUNTS,
    HANDLING,
    MATERIAL,
    OWNERSHIP,
    STATUS,
    TAXES,
)
from cockpit.model.types import Alternative, Table

SIDE_CHOICES = {
    "payable": words(
        "应付|应付单|应付账款|财务应付单|业务应付单|暂估应付单|标准应付单|采购发票|采购专用发票|采购普通发票"
        "|采购增值税专用发票|其他应付单|付款|付款单|采购付款|采购业务付款单|付款退款单|预付|供应商|AP|payable"
        "|accounts payable|vendor|supplier|purchase|in_invoice|in_refund|in|AP_Payable|AP_PAYBILL|outbound"
        "|supplier payment|vendor bill|bill|KR|RE|KG|KZ|Pay"
    ),
    "receivable": words(
        "应收|应收单|应收账款|财务应收单|业务应收单|暂估应收单|标准应收单|销售发票|销售专用发票|销售普通发票"
        "|销售增值税专用发票|其他应收单|收款|收款单|销售收款|销售收款单|收款退款单|预收|客户|AR|receivable"
        "|accounts receivable|customer|sale|sales|out_invoice|out_refund|out|AR_receivable|AR_RECEIVEBILL|IV_SALESIC"
        "|inbound|customer payment|DR|RV|DG|DZ|Receive"
    ),
}
# Words in a title, sheet, file name or header that tell the side of a whole sheet.
SIDE_HINTS = {
    "payable": words(
        "应付|采购发票|付款单|付款明细|付款流水|付款记录|供应商|供货|payable|vendor|supplier|purchase invoice|AP_"
    ),
    "receivable": words(
        "应收|销售发票|收款单|收款明细|收款流水|收款记录|回款|客户|购货单位|receivable|customer|sales invoice|AR_"
    ),
}

_SIDE = draft("side", "choice", own="往来方向|应收应付|收付标志|账款类型|方向|Side|account_type|payment_type"
              "|partner_type|cFlag",
              required=True, choices=SIDE_CHOICES, dimension=True)  # fmt: skip
_PARTNER = (
    draft("partner_code", "code", "partner_code supplier_code customer_code", dimension=True),
    draft("partner_name", "text", "partner_name supplier_name customer_name payee payer", own="对方户名|对方名称",
          personal=True, dimension=True),
)  # fmt: skip

# Open items are with tax: an amount whose header names no tax is gross here, unless a tax or gross column stands
# beside it (see `matching`). What the source states as paid or open is kept and never recomputed in place.
INVOICES = Table(
    name="invoices",
    mode="document",
    columns=columns(
        OWNERSHIP,
        _SIDE,
        draft("document_type", "text", "document_type business_type", own="发票类型|票种|立账类型|FSetAccountType",
              dimension=True),
        draft("document_no", "code", "document_no", own="应付单号|应收单号|应收单编号|应付单编号|VBELN", required=True),
        draft("fiscal_year", "integer", "fiscal_year"),
        draft("line_no", "code", "line_no"),
        draft("document_date", "day", "document_date invoice_date", own="立账日期|入账日期", required=True),
        draft("invoice_no", "code", "invoice_no"),
        STATUS,
        _PARTNER,
        draft("department", "text", "department sales_department purchase_department", dimension=True),
        draft("salesperson", "text", "salesperson buyer handler", personal=True, dimension=True),
        MATERIAL,
        draft("project", "code", "project contract_no", dimension=True),
        draft("uom", "text", "uom"),
        draft("quantity", "quantity", "quantity", own="开票数量|计价数量|iPBVQuantity|FPRICEQTY"),
        draft("unit_price", "price", "price_net price_silent"),
        draft("unit_price_gross", "price", "price_gross"),
        draft("amount_net", "money", "amount_net"),
        TAXES,
        draft("amount_gross", "money", "amount_gross line_gross amount_silent total_silent", last="应收金额|应付金额"
              "|应收账款|应付账款|开票金额|发票金额|票面金额|Invoice Amount|DMBTR|FIVALLAMOUNTFOR"),
        DOCUMENT_AMOUNTS,
        draft("amount_paid", "money", "amount_paid"),
        draft("amount_open", "money", "amount_open"),
        CURRENCY,
        draft("due_date", "day", "due_date"),
        draft("payment_terms", "text", "payment_terms payment_method"),
        draft("source_document_no", "code", "purchase_order_no sales_order_no order_no source_document_no"),
        draft("receipt_no", "code", "receipt_no delivery_no"),
        HANDLING,
        draft("remark", "text", "remark"),
    ),
    unit=("side", "document_type", "document_no", "fiscal_year"),
    partner=("partner_code", "partner_name"),
    business_day="document_date",
    alternatives=(
        Alternative((("partner_code",), ("partner_name",))),
        Alternative((("amount_gross",), ("amount_net",))),
    ),
    signature=("document_no", "invoice_no", "partner_code", "partner_name", "due_date", "amount_gross", "amount_net",
               "tax_amount", "amount_open", "amount_paid", "payment_terms", "side"),
    names=words(
        "应付单|应收单|应付款|应收款|应付账款|应收账款|应付明细|应收明细|采购发票|销售发票|发票|开票明细|发票清单"
        "|应收应付|账龄表|账龄分析|未清项|invoice|invoices|open items|accounts payable|accounts receivable|AP aging"
        "|AR aging|AR_receivable|AP_Payable|PurBillVouch|SaleBillVouch|BSID|BSIK|account_move"
    ),
)  # fmt: skip

PAYMENTS = Table(
    name="payments",
    mode="document",
    columns=columns(
        OWNERSHIP,
        _SIDE,
        draft("document_type", "text", "document_type business_type", own="款项类型|收款类型|付款类型", dimension=True),
        draft("document_no", "code", "document_no", own="收款单号|付款单号|收付款单号|收款编号|付款编号|支付单号"
              "|Payment No|Payment Number|Receipt No|AUGBL", required=True),
        draft("fiscal_year", "integer", "fiscal_year"),
        draft("line_no", "code", "line_no"),
        draft("document_date", "day", "payment_date document_date", own="posting_date|dVouchDate", required=True),
        STATUS,
        _PARTNER,
        draft("department", "text", "department sales_department purchase_department", dimension=True),
        draft("salesperson", "text", "salesperson buyer handler", personal=True, dimension=True),
        draft("invoice_no", "code", "invoice_no source_document_no", own="核销单号|核销单据号|被核销单号|应收单号"
              "|应付单号|对应发票|Cleared Document|Applied To|REBZG|cCoVouchID|FTARGETBILLNO|reference_name"
              "|against_voucher_no"),
        draft("source_document_no", "code", "purchase_order_no sales_order_no order_no"),
        draft("amount_gross", "money", "amount_gross line_gross amount_silent total_silent document_gross",
              own="收款金额"
              "|付款金额|实收金额|实付金额|回款金额|到账金额|收款额|付款额|收付金额|支付金额|Payment Amount"
              "|Paid Amount|Amount Paid|Received|DMBTR|FRECAMOUNT|FRECEIVEAMOUNT|paid_amount", required=True),
        draft("amount_allocated", "money", own="本次核销金额|核销金额|已核销金额|Allocated Amount|Cleared Amount"
              "|allocated_amount|FCURWRITTENOFFAMOUNTFOR|FWRITTENOFFAMOUNT|SettleAmount"),
        draft("amount_open", "money", "amount_open"),
        CURRENCY,
        draft("payment_method", "text", "payment_method", dimension=True),
        draft("project", "code", "project contract_no", dimension=True),
        HANDLING,
        draft("remark", "text", "remark", own="用途|附言|摘要"),
    ),
    unit=("side", "document_type", "document_no", "fiscal_year"),
    partner=("partner_code", "partner_name"),
    business_day="document_date",
    alternatives=(Alternative((("partner_code",), ("partner_name",))),),
    signature=("document_no", "document_date", "partner_code", "partner_name", "amount_gross", "invoice_no",
               "payment_method", "amount_allocated", "side"),
    names=words(
        "收款单|付款单|收付款单|收款明细|付款明细|收款流水|付款流水|收款记录|付款记录|回款明细|回款记录|核销记录"
        "|payment|payments|receipts|cash receipts|incoming payments|outgoing payments|AR_RECEIVEBILL|AP_PAYBILL"
        "|Ap_CloseBill|Payment Entry|account_payment"
    ),
)  # fmt: skip

# 1 unit of from_currency = rate units of to_currency.
EXCHANGE_RATES = Table(
    name="exchange_rates",
    mode="master",
    columns=columns(
        OWNERSHIP,
        draft("from_currency", "code", "currency", own="原币|源币种|原币种|外币|外币币别|基准货币|From Currency|From"
              "|Base Currency|FCURR", without="本位币|HWAER", required=True),
        draft("to_currency", "code", own="目标币种|目标币别|本位币|本币|折算币种|To Currency|To|Quote Currency|TCURR"
              "|HWAER",
              required=True),
        draft("day", "day", "document_date", own="汇率日期|生效日期|Rate Date|Day|Valid From|Effective Date"
              "|GDATU", required=True),
        draft("rate", "rate", "exchange_rate", own="汇率|直接汇率|记账汇率|中间价|Rate|UKURS", unit="", required=True),
        draft("remark", "text", "remark"),
    ),
    unit=("from_currency", "to_currency", "day"),
    business_day="day",
    signature=("from_currency", "to_currency", "day", "rate"),
    names=words("汇率|汇率表|外币汇率|汇率体系|exchange rate|exchange rates|currency rates|TCURR"),
)  # fmt: skip
