"""Header words as exports write them, one set per idea, so that each is written once for all tables."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Within a set the order is the order of preference: the most telling header first, general words last.
_SHARED: dict[str, str] = {
    # what a document is and where it belongs
    "company": (
        "公司|公司名称|所属公司|法人|主体|账套|账套名称|核算组织|结算组织|采购组织|销售组织|库存组织|收料组织|"
        "需求组织|业务组织|组织|组织名称|公司代码|公司编码|Company|Company Code|Company Name|Entity|Legal Entity|"
        "Organization|Organisation|Purchasing Org.|BUKRS|EKORG|VKORG|FPurchaseOrgId.FName|FPurchaseOrgId|"
        "FSaleOrgId.FName|FSaleOrgId|FStockOrgId.FName|FStockOrgId|FStockOrgId.FNumber|FSettleOrgId.FName|"
        "FSettleOrgId|pk_org|company_id"
    ),
    "document_type": (
        "单据类型|单据名称|单据类别|凭证类型|订单类型|Document Type|Doc Type|Doc. Type|BSART|BLART|FKART|AUART|"
        "BSTYP|FBillTypeID.FName|FBillTypeID|move_type"
    ),
    "business_type": "业务类型|事务类型|Voucher Type|Transaction Type|cVouchType|cBusType|voucher_type",
    "document_no": (
        "单据编号|单据编码|单据号|单据号码|业务单号|单号|票据号|凭证号|凭证编号|流水号|受理号|编号|Document No|"
        "Doc. No.|Document Number|Document ID|Doc Number|Voucher No|Voucher Number|BELNR|FBillNo|cVouchID|"
        "cVoucherCode|vbillcode|cCode|Code|Number|Reference|ref|name"
    ),
    "purchase_order_no": (
        "采购订单号|采购订单编号|采购单号|采购订单|PO Number|PO No|PO No.|PO#|Purchase Order|Purchase Order No|"
        "Purchase Order Number|PurchaseOrderID|EBELN|FPOOrderNo|cPOID|purchase_order"
    ),
    "sales_order_no": (
        "销售订单号|销售订单编号|销售单号|Sales Order|Sales Order No|Sales Order Number|SalesOrderID|"
        "SalesOrderNumber|AUBEL|cSOCode|sale_order"
    ),
    "order_no": "订单编号|订单号|订单 ID|订单号码|Order No|Order No.|Order Number|Order ID|Order|order_id",
    "requisition_no": "请购单号|采购申请单号|采购申请号|申请单号|Requisition No|PR Number|BANFN",
    "receipt_no": "入库单号|收货单号|收料单号|到货单号|采购入库单号|Receipt No|GR Number|Goods Receipt|MBLNR",
    "delivery_no": "出库单号|发货单号|送货单号|销售出库单号|Delivery No|Delivery Note|cDLCode",
    "invoice_no": (
        "发票号|发票号码|发票编号|销售发票号|采购发票号|税票号|发票代码|Invoice No|Invoice No.|Invoice Number|"
        "Invoice|Billing Document|Bill No|FINVNO|cSBVCode|cPBVCode|bill_no|ref_supplier"
    ),
    "source_document_no": (
        "源单编号|来源单据号|来源单据编号|源单号|源单单号|上游单号|原始订单号|源头订单号|源头单号|关联单号|"
        "对应单号|参考单号|Source Document|Source Document No|Reference Doc|Reference Document|VGBEL|VBELV|XBLNR|"
        "FSrcBillNo|sourceVoucherCode|origin|invoice_origin"
    ),
    "source_line_no": (
        "源单行号|来源行号|订单行号|采购订单行号|销售订单行号|PO Line|PO Item|Source Line|VGPOS|AUPOS|purchase_line_id"
    ),
    "contract_no": "合同编号|合同号|Contract No",
    "fiscal_year": "会计年度|年度|财年|Fiscal Year|Year|GJAHR|MJAHR|iYear",
    "line_no": (
        "行号|分录行号|明细行号|明细行|行次|项次|行 ID|分录内码|序号|Line No|Line No.|Line Number|Line|Line ID|"
        "Item|Item No|Pos.|Position|EBELP|POSNR|BUZEI|ZEILE|BNFPO|FSeq|FPOOrderEntry_FSeq|iVouchRowNo|idx|sequence|"
        "PurchaseOrderDetailID|SalesOrderDetailID"
    ),
    "document_date": (
        "单据日期|凭证日期|日期|发生日期|业务日期|开单日期|过账日期|记账日期|Document Date|Doc Date|Doc. Date|"
        "Posting Date|Transaction Date|Date|BLDAT|BUDAT|FDate|dDate|dVouchDate|dbilldate|VoucherDate"
    ),
    "order_date": (
        "订单日期|下单日期|采购日期|销售日期|Order Date|OrderDate|BEDAT|AUDAT|dPODate|date_order|purchase_date|"
        "sale_date|date_commande"
    ),
    "request_date": "申请日期|Request Date|BADAT|FApplicationDate",
    "receipt_date": (
        "入库日期|收货日期|实际到货日期|实收日期|验收日期|到货日期|入库时间|收货时间|Receipt Date|GR Date|"
        "Goods Receipt Date|date_done|effective_date|posting_date"
    ),
    "delivery_day": "出库日期|发货日期|出库时间|发货时间|Ship Date|Shipped Date|Shipping Date|Delivery Note Date",
    "invoice_date": "开票日期|发票日期|票据日期|Invoice Date|Billing Date|FKDAT|FINVOICEDATE|dPBVDate|datef|bill_date",
    "due_date": (
        "到期日|到期日期|付款到期日|收款到期日|应收日期|应付日期|约定付款日|信用到期日|Due Date|Net Due Date|"
        "Maturity Date|ZFBDT|NETDT|FAEDT|FENDDATE_H|FENDDATE|ArrivalDate|invoice_date_due|date_maturity|"
        "maturity_date|date_lim_reglement|payment_term_date"
    ),
    "required_date": (
        "交货日期|要求交货日期|要求到货日期|预计交货日期|预计到货日期|计划到货日期|承诺日期|承诺交期|需求日期|交期|"
        "建议采购日期|计划到港日期|Delivery Date|Required Date|Required By|Requested Date|Promised Date|EINDT|"
        "LFDAT|EDATU|FDeliveryDate|FArrivalDate|dArriveDate|drequirdate|date_planned|schedule_date"
    ),
    # who
    "created_by": (
        "制单人|创建人|录入人|填制人|制单|制表人|经办人|昵称|报检人|Created By|Creator|Owner|ERNAM|USNAM|"
        "FCreatorId.FName|FCreatorId|cMaker|maker|create_uid|fk_user_author"
    ),
    "requester": (
        "申请人|请购人|报销人|需求人|提交人|发起人|提单人|填报人|起草人|Requester|Requested By|Requestor|Applicant|"
        "AFNAM|requested_by"
    ),
    "created_at": (
        "创建时间|制单时间|录入时间|Created At|Created On|创建日期|制单日期|录入日期|Creation Date|Create Time|"
        "Create Date|ERDAT|AEDAT|CPUDT|ERZET|CPUTM|FCreateDate|cmaketime|madedate|creation|date_creation"
    ),
    "submitted_at": "提交时间|提交日期|发起时间|发起日期|申请时间|Submitted At|Submitted On|Submission Date",
    "approver": (
        "审核人|审批人|审批人姓名|已审批人|复核人|核准人|批准人|签核人|处理人|经手人|主管|审核|审批|Approver|"
        "Approved By|Reviewer|Released By|Authorised By|Authorized By|USERNAME|FApproverId.FName|FApproverId|"
        "cVerifier|cHandler|cChecker|cCheckMan|auditor|done_by|completed_by|confirmed_by|fk_user_approve"
    ),
    "approved_at": (
        "审批时间|审核时间|批准时间|处理时间|审批完成时间|终审时间|完成时间|Approved At|审核日期|审批日期|核准日期|"
        "Approved On|Approval Date|Release Date|Decision Date|FRGDT|UDATE|FApproveDate|cAuditTime|reviewed_date|"
        "date_approve|FCompletedTime|cAuditDate|dverifydate|dVeriDate|dArverifydate|auditeddate|date_valid|UTIME"
    ),
    "buyer": "采购员|采购人员|采购负责人|跟单员|Buyer|Purchaser|Purchasing Agent|EKGRP|FPurchaserId.FName|FPurchaserId",
    "salesperson": (
        "业务员|销售员|销售人员|销售代表|客户经理|Salesperson|Sales Person|Sales Rep|Sales Representative|VKGRP|"
        "FSalerId.FName|FSalerId|FSALEERID"
    ),
    "handler": "业务员|负责人|PERNR|cPersonName|cPersonCode|user_id|EmployeeID|Employee",
    "department": (
        "部门|部门名称|所属部门|业务部门|使用部门|需求部门|成本中心|利润中心|部门编码|部门代码|Department|"
        "Department Name|Dept.|Cost Center|Cost Centre|Profit Center|Org Unit|KOSTL|PRCTR|GSBER|cDepName|cDepCode|"
        "department_id"
    ),
    "purchase_department": "采购部门|申请部门|收料部门|请购部门|FPurchaseDeptId.FName|FPurchaseDeptId|FRequestDeptID",
    "sales_department": "销售部门|FSaleDeptId.FName|FSaleDeptId",
    "supplier_code": (
        "供应商编码|供应商代码|供应商编号|供应商ID|厂商编码|供方编码|Supplier Code|Supplier ID|Supplier No|Vendor|"
        "Vendor Code|Vendor ID|Vendor No|Vendor Number|LIFNR|FSupplierId.FNumber|cVenCode|fk_soc"
    ),
    "supplier_name": (
        "供应商名称|供应商|供货单位|供货商|厂商名称|厂商|供应商简称|供方|卖方|Supplier Name|Supplier|Vendor Name|"
        "FSupplierId.FName|FSupplierId|cVenName|cVenAbbName"
    ),
    "customer_code": (
        "客户编码|客户代码|客户编号|客户 ID|购货单位编码|会员编号|Customer Code|Customer No|Customer No.|"
        "Customer ID|Customer Number|Customer|Sold-to Party|KUNNR|KUNAG|FCustId.FNumber|FCustomerID.FNumber|"
        "cCusCode"
    ),
    "customer_name": (
        "客户名称|客户|购货单位|买方|Customer Name|Client|客户简称|收货单位|Client Name|FCustId.FName|"
        "FCustomerID.FName|FCustId|cCusName"
    ),
    "partner_code": "往来单位编码|往来单位代码|往来编码|Partner Code|cDwCode",
    "partner_name": "往来单位|往来单位名称|往来户名|对方单位|Partner|Partner Name|Party|NAME1|partner_id",
    "payee": "收款单位|收款方",
    "payer": "付款单位|付款方",
    # what
    "material_code": (
        "物料编码|物料编号|物料代码|物料长代码|料号|品号|品番|存货编码|商品编码|商品代码|商品编号|商品.款号|款号|"
        "长款号|货号|货品编码|仓库货号|产品编码|产品 ID|存货代码|产品代码|材料编码|配件编码|型号编码|单品ID|SKU|"
        "条码|Material|Material Number|Material Code|Material No|Item Code|Item Number|Part No|Part Number|"
        "Product Code|Product ID|ProductNumber|StockCode|Stock Code|MATNR|EMATN|IDNRK|FMaterialId.FNumber|cInvCode|"
        "default_code|编码"
    ),
    "material_name": (
        "物料名称|物料描述|存货名称|存货|商品名称|商品.品名|品名|产品名称|产品|商品|物料|货品名称|材料名称|"
        "配件名称|单品名称|Material Name|Material Description|Item Name|Product Name|Product|Product Description|"
        "Short Text|Description|MAKTX|TXZ01|ARKTX|FMaterialId.FName|FMaterialId|cInvName|名称"
    ),
    "specification": (
        "规格型号|规格|产品规格|单品规格|规格说明|型号|Specification|Spec|Model|图号|FMaterialId.FSpecification|"
        "cInvStd|尺寸"
    ),
    "category": (
        "物料分类|存货分类|商品分类|产品分类|类别|品类|大类|物料组|一级分类|存货分类 (1级)|中类|Material Group|"
        "Item Group|Category|子类别|Category Name|Product Category|MATKL|小类|MTART|PRDHA|cInvCName|cInvCCode|"
        "categ_id|CategoryID|销售部存货大类编码"
    ),
    "batch": (
        "批号|批次|批次号|产品批号|生产批号|序列号|车架号|Batch|Batch No|Lot|Lot No|Serial No|CHARG|SERNR|"
        "FLot.FNumber|FLot|cBatch|lot_id"
    ),
    "uom": (
        "单位|计量单位|主计量单位|主计量|主单位|基本单位|库存单位|采购单位|销售单位|业务单位|计价单位|计量单位组合|"
        "Unit|UoM|Unit of Measure|Base Unit|MEINS|BPRME|VRKME|ERFME|FUnitId.FName|FUnitId|FPriceUnitId|"
        "cComUnitName|stock_uom"
    ),
    "auxiliary_uom": "辅助单位|辅单位|辅计量单位|Secondary Unit",
    "project": (
        "项目|项目名称|工程|WBS|Project|项目编号|项目编码|合同|Contract|销售项目编码|销售子项目编码|Project No|"
        "Cost Object|PSPNR|AUFNR|FProjectNo|cItemName|analytic_distribution|cItemCode"
    ),
    "warehouse": (
        "仓库|仓库名称|店仓|店仓.店仓名称|店仓名称|收料仓库|发料仓库|库存地点|存放地点|仓库编码|仓库代码|地点|"
        "Warehouse|Warehouse Name|Storage Location|SLoc|LGORT|FStockId.FName|FStockId.FNumber|FStockId|cWhName|"
        "cWhCode|fk_entrepot"
    ),
    "location": "货位|库位|仓位|货架|Location|Bin|Storage Bin|Shelf|LGPLA|LGNUM",
    "site": "工厂|厂区|Plant|Site|WERKS",
    # how much
    "quantity": (
        "数量|订单数量|订货数量|采购数量|请购数量|申请数量|需求量|采购量|计划数量|商品数量|Quantity|Order Quantity|"
        "Ordered Qty|PO Quantity|Qty|Order Qty|MENGE|KWMENG|BSTMG|FQty|FReqQty|fQuantity|iQuantity|product_uom_qty|"
        "product_qty"
    ),
    "quantity_received": (
        "实收数量|实际入库数量|入库数量|本次入库数量|合格品入库数量|良品数|收货数量|已收数量|验收数量|到货数量|"
        "送货数量|累计入库数量|Received Qty|Received Quantity|GR Quantity|累计到货数量|净到货数量|Delivered|WEMNG|"
        "FRealQty|FStockInQty|FReceiveQty|freceivedqty|iArrQTY|fPoArrQuantity|qty_received"
    ),
    "quantity_expected": (
        "应收数量|通知数量|交货数量|计划收货数量|应发数量|Expected Qty|Notified Qty|FMustQty|nshouldoutnum"
    ),
    "quantity_rejected": "拒收数量|不合格品入库数量|不良数量|报废数量|Rejected Qty|fRefuseQuantity",
    "quantity_returned": "退货数量|验退数量|普通退货数量|退料数量|Returned Qty|fPoRetQuantity",
    "quantity_issued": (
        "实发数量|出库数量|发货数量|发出数量|已领料量|领料数量|实领数量|销售数量|结算数量|销量|Issued Qty|"
        "Shipped Qty|FKIMG|LFIMG"
    ),
    "quantity_shipped": (
        "累计发货数量|累计出库数量|已发货数量|已发数量|已出库数量|Delivered Qty|iFHQuantity|foutquantity|qty_delivered"
    ),
    "quantity_invoiced": "累计发票数量|累计开票数量|已开票数量|开票数量|Invoiced Qty|Billed Qty|iInvQTY|qty_invoiced",
    "quantity_open": (
        "未完成数量|未交数量|欠交数量|未到货数量|剩余收料数量|剩余未入库|中止数量|Open Qty|Still to be delivered|"
        "FRemainReceiveQty|FRemainStockInQty|FRemainInStockQty"
    ),
    "quantity_on_hand": (
        "库存数量|现存量|即时库存|结存数量|期末数量|基本库存数量|库存量|账面数量|账面本|期末件|On Hand|On-hand Qty|"
        "Stock|Stock Qty|Unrestricted|Closing Qty|LABST|LBKUM|CLABS|FBaseQty|actual_qty|reel|UnitsInStock"
    ),
    "quantity_available": "可用数量|可用量|预计数量|Available|Available Qty|projected_qty",
    "quantity_reserved": (
        "预留数量|锁库数量|冻结数量|在单数量|Reserved|Reserved Qty|Blocked|SPEME|reserved_quantity|reserved_qty|"
        "fOutQuantity"
    ),
    "quantity_in_transit": "在途数量|In Transit|UMLME|INSME|fInQuantity|UnitsOnOrder",
    "quantity_auxiliary": "辅助库存数量|数量(辅单位)|辅数量|辅助数量|FSecQty",
    "stock_age": "库龄|库龄时间（天）|库龄天数|入库天数|呆滞天数|Age (days)|Stock Age",
    # how much money
    "price_silent": (
        "单价|原币单价|业务单价|采购单价|采购价|销售单价|售价|单价(元)|Unit Price|UnitPrice|Price|FPrice|"
        "price_unit|subprice|本币单价"
    ),
    "price_net": "不含税单价|无税单价|原币无税单价|净价|未税单价|Net Price|NETPR|iUnitPrice|ioriCost",
    "price_gross": (
        "含税单价|原币含税单价|含税价|税后单价|Gross Price|Price incl. Tax|本币含税单价|FTaxPrice|iTaxPrice|ioriTaxCost"
    ),
    "amount_silent": "金额|原币金额|货款|Amount|Line Amount|Line Total|LineTotal|ExtendedPrice|FAmount|本币金额",
    "amount_net": (
        "不含税金额|无税金额|原币无税金额|未税金额|净额|Net Amount|Net Value|Subtotal|SubTotal|本币无税金额|NETWR|"
        "FNoTaxAmountFor_D|FNOTAXAMOUNTFOR|ioriMoney|price_subtotal|base_net_amount|net_amount|iMoney"
    ),
    "amount_gross": (
        "价税合计|含税金额|原币价税合计|含税总额|Gross Amount|Amount incl. Tax|本币价税合计|WRBTR|RMWWR|BRTWR|"
        "FAllAmount|FALLAMOUNTFOR|ioriSum|price_total|iSum"
    ),
    "total_silent": "总金额|合计金额|总价|订单金额|Total|Total Amount",
    "document_net": "表头不含税金额|amount_untaxed|total_ht",
    "document_gross": (
        "表头价税合计|单据总金额|整单金额|订单总额|Grand Total|TotalDue|FBillAllAmount|amount_total|total_ttc"
    ),
    "line_gross": "表体价税合计",
    "tax_rate": "税率|税率%|税率(%)|增值税率|表头税率|Tax Rate|VAT %|MWSKZ|FEntryTaxRate|iTaxRate",
    "tax_amount": (
        "税额|原币税额|增值税额|税金|Tax|VAT|本币税额|Tax Amount|TaxAmt|MWSBP|WMWST|MWSBK|ioriTaxPrice|amount_tax|"
        "price_tax|tva|iTax"
    ),
    "cost_amount": (
        "成本金额|计成本金额|成本|库存金额|结存金额|发出金额|含税成本金额|账面|Cost|Stock Value|COGS|SALK3|WAVWR|"
        "FCostAmount|ioutcost|stock_value|value"
    ),
    "unit_cost": (
        "单位成本|成本价|成本单价|单品成本|Unit Cost|StandardCost|STPRS|VERPR|iaoutprice|standard_price|cost_price|"
        "valuation_rate"
    ),
    "discount_rate": "折扣率|折扣率(%)|Discount|Discount %|Discount Rate",
    "currency": (
        "币别|币种|结算币别|原币简称|原币|货币|本位币|Currency|Currency Code|Curr.|Crcy|WAERS|WAERK|HWAER|"
        "FCurrencyId.FName|FCurrencyId|FSettleCurrId|cexch_name|currency_id"
    ),
    "exchange_rate": (
        "汇率|折算汇率|Exchange Rate|WKURS|KURSF|FExchangeRate|iExchRate|nflat|currency_rate|conversion_rate"
    ),
    "payment_terms": (
        "付款条件|收款条件|收付款协议|账期|信用期|Payment Terms|Terms|ZTERM|ZBD1T|FPayConditon|cPayCode|payment_term_id"
    ),
    "payment_method": (
        "结算方式|付款方式|收款方式|支付方式|票据类型|资金状态|Payment Method|ZLSCH|ZWELS|FSETTLETYPEID|cSSCode"
    ),
    "amount_paid": (
        "已收金额|已付金额|已收已付金额|已收款金额|已付款金额|已核销金额|本次核销金额|实收金额|实付金额|回款金额|"
        "收款金额|付款金额|收款额|付款额|Paid Amount|Amount Paid|Received|Cleared Amount|FRECEIVEAMOUNT|"
        "FWRITTENOFFAMOUNT|FCURWRITTENOFFAMOUNTFOR|SettleAmount|iAmt|allocated_amount"
    ),
    "amount_open": (
        "未收金额|未付金额|未收款金额|未付款金额|未回款金额|未核销金额|未清金额|应收未收款金额|未收款核销金额|"
        "应收余额|应付余额|欠款|余额|期末余额|费用余额|Open Amount|Outstanding|Outstanding Amount|Balance|"
        "Amount Due|FNORECEIVEAMOUNT|FNOTWRITTENOFFAMOUNTFOR|iRAmt|iRAmount|amount_residual|outstanding_amount"
    ),
    "payment_date": (
        "收款日期|付款日期|回款日期|到账日期|退款日期|结算日期|核销日期|清账日期|Payment Date|Clearing Date|"
        "Value Date|AUGDT|VALUT|ZALDT|FVERIFYDATE|paid_on|max_date"
    ),
    # how it stands
    "document_status": (
        "单据状态|当前状态|审核状态|审批状态|流程状态|订单状态|业务状态|审核标志|是否审核|状态|Document Status|"
        "Status|State|STATU|PROCSTAT|GBSTK|RBSTAT|FDocumentStatus|iverifystateex|verifystate|cState|iStatus|"
        "docstatus|fk_statut"
    ),
    "close_status": "关闭状态|结案状态|是否关闭|业务关闭|Closed|Close Status|ELIKZ|FCloseStatus",
    "is_void": "作废状态|是否作废|作废标志|作废|Cancelled|Canceled|Void|LOEKZ|FCancelStatus|is_cancelled|FKSTO",
    "remark": (
        "备注|摘要|说明|附言|订单备注|发货单备注|Note|Notes|Remark|Remarks|Text|Memo|SGTXT|BKTXT|FNote|FEntryNote|"
        "cMemo|scomment"
    ),
}
SHARED: Mapping[str, str] = MappingProxyType(_SHARED)
