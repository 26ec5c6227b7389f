"""Header words met on real exports, by the column they must lead to."""

from __future__ import annotations

HEADERS: dict[tuple[str, str], str] = {
    ("purchase_orders", "document_type"): (
        "单据类型|业务类型|单据名称|单据类别|凭证类型|订单类型|事务类型|Document Type|Doc Type|Voucher Type|"
        "Transaction Type|BSART|BLART|FKART|AUART|BSTYP|FBillTypeID.FName|cVouchType|cBusType|move_type|"
        "voucher_type"
    ),
    ("purchase_orders", "document_no"): (
        "单据编号|单据编码|单据号|编号|订单编号|订单号|订单 ID|凭证号|采购订单号|受理号|单号|单据號|單據編號|"
        "流水号|业务单号|票据号|合同编号|Document No|Doc. No.|Document Number|Order No|Order Number|Voucher No|"
        "Reference|Number|EBELN|BELNR|FBillNo|cPOID|cCode|cVouchID|cVoucherCode|vbillcode|Code|name|number|ref"
    ),
    ("purchase_orders", "line_no"): (
        "行号|行 ID|序号|分录行号|行次|项次|明细行|分录内码|Item|Line|Line No|Pos.|Position|EBELP|POSNR|BUZEI|"
        "ZEILE|BNFPO|FSeq|FPOOrderEntry_FSeq|iVouchRowNo|ivouchrowno|idx|sequence"
    ),
    ("purchase_orders", "document_date"): (
        "单据日期|业务日期|日期|采购日期|订单日期|申请日期|凭证日期|单据日期.日期|下单日期|开单日期|记账日期|"
        "过账日期|发生日期|單據日期|Document Date|Doc Date|Posting Date|Order Date|Date|Transaction Date|BEDAT|"
        "BLDAT|BUDAT|AUDAT|FDate|dPODate|dDate|dVouchDate|dbilldate|VoucherDate|date_order|transaction_date|"
        "purchase_date"
    ),
    ("stock_movements", "document_date"): "入库日期|出库日期",
    ("purchase_orders", "created_by"): (
        "制单人|创建人|报检人|昵称|录入人|填制人|经办人|制表人|制单|Created By|Creator|Owner|ERNAM|USNAM|"
        "FCreatorId.FName|cMaker|maker|create_uid|owner|fk_user_author"
    ),
    ("process_events", "requester"): "申请人|提交人|发起人|Requester|AFNAM",
    ("purchase_orders", "created_at"): (
        "创建日期|创建时间|制单日期|制单时间|录入时间|提交时间|发起时间|Created On|Creation Date|Created At|AEDAT|"
        "ERDAT|CPUDT|ERZET|CPUTM|FCreateDate|cmaketime|madedate|create_date|creation|date_creation"
    ),
    ("purchase_orders", "approver"): (
        "审核人|审批人|已审批人|复核人|经手人|审批人姓名|核准人|批准人|审核|审批|签核人|處理人|处理人|主管|"
        "Approver|Approved By|Reviewer|Released By|Authorised By|USERNAME|FApproverId.FName|cVerifier|cHandler|"
        "cChecker|cCheckMan|auditor|done_by|completed_by|confirmed_by|fk_user_approve"
    ),
    ("process_events", "actor"): "当前处理人",
    ("purchase_orders", "approved_at"): (
        "审核日期|审批日期|审批时间|处理时间|审核时间|核准日期|批准时间|完成时间|审批完成时间|终审时间|Approved On|"
        "Approval Date|Approved At|Release Date|Decision Date|UDATE|UTIME|FRGDT|FApproveDate|cAuditDate|cAuditTime|"
        "dverifydate|dVeriDate|dArverifydate|auditeddate|date_approve|reviewed_date|FCompletedTime"
    ),
    ("process_events", "node"): (
        "审批步骤|节点|审批节点|环节|当前环节|审批级次|审核级别|流程节点|当前节点|步骤|Step|Approval Level|Stage|"
        "Node|FRGCO|FRGGR|FRGSX|FASSIGNNAME|FActivityId|workflow_state"
    ),
    ("process_events", "action"): (
        "审批结果|审批选项|处理结果|审批状态|结论|是否通过|审核结果|操作|动作|Decision|Action|Result|Outcome|"
        "Approval Status|FRGZU|FRGKE|FResult|FActionResult|approveresult"
    ),
    ("process_events", "comment"): (
        "审批意见|意见备注|批注|处理意见|审核意见|备注|驳回原因|退回原因|Comment|Remarks|Reason|FDisposition|"
        "comment|checknote|body"
    ),
    ("purchase_orders", "document_status"): (
        "单据状态|审核状态|审批状态|审核标志|状态|业务状态|订单状态|流程状态|是否审核|Status|State|Document Status|"
        "STATU|PROCSTAT|GBSTK|RBSTAT|FDocumentStatus|iverifystateex|cState|iStatus|verifystate|docstatus|state|"
        "fk_statut"
    ),
    ("purchase_orders", "company"): (
        "采购组织|销售组织|库存组织|结算组织|公司|收料组织|需求组织|组织|核算组织|法人|账套|所属公司|主体|Company|"
        "Entity|Organization|Purchasing Org.|BUKRS|EKORG|VKORG|FPurchaseOrgId.FName|FSaleOrgId|FStockOrgId|"
        "FSettleOrgId|pk_org|company_id|company"
    ),
    ("purchase_orders", "department"): (
        "部门|部门名称|部门编码|采购部门|申请部门|收料部门|业务部门|需求部门|使用部门|所属部门|成本中心|利润中心|"
        "Department|Dept.|Cost Center|KOSTL|PRCTR|GSBER|FPurchaseDeptId.FName|FRequestDeptID|cDepCode|cDepName|"
        "department_id|cost_center"
    ),
    ("purchase_orders", "buyer"): (
        "业务员|采购员|采购负责人|跟单员|负责人|Buyer|Purchaser|EKGRP|PERNR|FPurchaserId.FName|cPersonCode|"
        "cPersonName|user_id"
    ),
    ("sales_lines", "salesperson"): "销售员|销售人员|客户经理|Salesperson|Sales Rep|VKGRP|FSalerId|FSALEERID",
    ("purchase_orders", "supplier_code"): (
        "供应商编码|供应商代码|供应商编号|厂商编码|供方编码|往来单位编码|Vendor|Vendor Code|Supplier Code|"
        "Supplier ID|LIFNR|FSupplierId.FNumber|cVenCode|cDwCode|fk_soc"
    ),
    ("purchase_orders", "supplier_name"): (
        "供应商|供应商名称|厂商|供货单位|供货商|厂商名称|供方|往来单位|卖方|收款单位|供應商|Vendor Name|Supplier|"
        "Supplier Name|NAME1|FSupplierId.FName|cVenName|cVenAbbName|partner_id|supplier_name"
    ),
    ("sales_lines", "customer_code"): (
        "客户编码|客户代码|客户 ID|客户编号|购货单位编码|会员编号|Customer|Customer Code|Customer No|Sold-to Party|"
        "KUNNR|KUNAG|FCustId.FNumber|FCustomerID.FNumber|cCusCode"
    ),
    ("sales_lines", "customer_name"): (
        "客户|客户名称|购货单位|买方|收货单位|客户简称|付款单位|客戶|Customer Name|Client|NAME1|FCustId.FName|"
        "FCustomerID.FName|cCusName|customer_name"
    ),
    ("purchase_orders", "material_code"): (
        "物料编码|物料编号|料号|存货编码|商品编码|产品编码|材料编码|物料长代码|存货代码|货号|长款号|商品.款号|"
        "产品 ID|配件编码|单品ID|仓库货号|物料代码|品号|品番|编码|SKU|商品代码|货品编码|条码|型号编码|Material|"
        "Material Number|Item Code|Part No|Product Code|MATNR|EMATN|IDNRK|FMaterialId.FNumber|cInvCode|"
        "default_code|item_code"
    ),
    ("stock_balances", "material_code"): "code",
    ("purchase_orders", "material_name"): (
        "物料名称|存货名称|存货|商品名称|产品名称|材料名称|商品.品名|品名|物料描述|配件名称|单品名称|货品名称|名称|"
        "Description|Material Description|Item Name|Short Text|MAKTX|TXZ01|ARKTX|FMaterialId.FName|cInvName|"
        "item_name"
    ),
    ("purchase_orders", "specification"): (
        "规格型号|规格|产品规格|单品规格|型号|图号|规格说明|尺寸|Specification|Model|Spec|"
        "FMaterialId.FSpecification|cInvStd"
    ),
    ("purchase_orders", "category"): (
        "存货分类|存货分类 (1级)|商品分类|物料分类|类别|一级分类|子类别|销售部存货大类编码|物料组|大类|中类|小类|"
        "品类|Material Group|Category|Item Group|MATKL|MTART|PRDHA|cInvCCode|cInvCName|categ_id|item_group"
    ),
    ("purchase_orders", "warehouse"): (
        "仓库|仓库名称|仓库编码|店仓|店仓.店仓名称|收料仓库|地点|发料仓库|库存地点|存放地点|Warehouse|"
        "Storage Location|LGORT|FStockId.FName|FStockId.FNumber|cWhCode|cWhName|warehouse|fk_entrepot"
    ),
    ("stock_balances", "batch"): (
        "批号|批次|产品批号|车架号|批次号|序列号|生产批号|Batch|Lot|Lot No|Serial No|CHARG|SERNR|FLot.FNumber|"
        "cBatch|lot_id|batch_no"
    ),
    ("purchase_orders", "uom"): (
        "单位|计量单位|库存单位|计价单位|业务单位|主计量|计量单位组合|基本单位|采购单位|销售单位|主单位|Unit|UoM|"
        "UOM|Unit of Measure|MEINS|BPRME|VRKME|ERFME|FUnitId.FName|FPriceUnitId|cComUnitName|uom|stock_uom"
    ),
    ("purchase_orders", "quantity"): (
        "数量|订单数量|订货数量|请购数量|需求量|采购数量|商品数量|申请数量|采购量|计划数量|数量(主单位)|Quantity|"
        "Order Quantity|Qty|PO Quantity|MENGE|KWMENG|BSTMG|FQty|FReqQty|fQuantity|iQuantity|product_qty|"
        "product_uom_qty|qty"
    ),
    ("goods_receipts", "quantity"): (
        "实收数量|入库数量|已收数量|合格品入库数量|到货数量|验收数量|送货数量|收货数量|本次入库数量|实际入库数量|"
        "良品数|Received Qty|GR Quantity|WEMNG|MENGE|FRealQty|FStockInQty|FReceiveQty|freceivedqty|iArrQTY|"
        "fPoArrQuantity|qty_received|received_qty"
    ),
    ("goods_receipts", "quantity_expected"): (
        "应收数量|应发数量|通知数量|交货数量|计划收货数量|Expected Qty|Notified Qty|FMustQty|nshouldoutnum"
    ),
    ("goods_receipts", "quantity_rejected"): (
        "拒收数量|不合格品入库数量|不良数量|报废数量|Rejected Qty|fRefuseQuantity|rejected_qty"
    ),
    ("stock_movements", "quantity_out"): (
        "实发数量|出库数量|发货数量|发出数量|已领料量|销售数量|结算数量|领料数量|实领数量|销量|Issued Qty|"
        "Shipped Qty|FKIMG|LFIMG"
    ),
    ("sales_lines", "quantity"): "FRealQty",
    ("purchase_orders", "quantity_invoiced"): (
        "累计发票数量|累计开票数量|开票数量|已开票数量|Invoiced Qty|Billed Qty|iInvQTY|qty_invoiced"
    ),
    ("purchase_orders", "quantity_open"): (
        "未完成数量|剩余收料数量|剩余未入库|中止数量|未交数量|欠交数量|未到货数量|在途数量|Open Qty|"
        "Still to be delivered|FRemainReceiveQty|FRemainStockInQty|FRemainInStockQty|In Transit|UMLME|INSME|"
        "fInQuantity"
    ),
    ("stock_balances", "quantity"): (
        "库存数量|现存量|基本库存数量|数量(主单位)|期末件|账面本|结存数量|期末数量|即时库存|库存量|On Hand|Stock|"
        "Unrestricted|Closing Qty|LABST|LBKUM|CLABS|FBaseQty|iQuantity|quantity|actual_qty|reel"
    ),
    ("stock_balances", "quantity_reserved"): (
        "在单数量|预留数量|锁库数量|冻结数量|Reserved|Blocked|SPEME|reserved_quantity|reserved_qty|fOutQuantity|"
        "foutquantity"
    ),
    ("purchase_orders", "unit_price"): (
        "单价|不含税单价|无税单价|原币无税单价|本币单价|业务单价|采购价|原币单价|采购单价|净价|未税单价|单价(元)|"
        "Unit Price|Net Price|Price|NETPR|FPrice|iUnitPrice|ioriCost|price_unit|unit_price|subprice"
    ),
    ("purchase_orders", "unit_price_gross"): (
        "含税单价|原币含税单价|本币含税单价|含税价|税后单价|Gross Price|Price incl. Tax|FTaxPrice|iTaxPrice|ioriTaxCost"
    ),
    ("purchase_orders", "amount_net"): (
        "金额|不含税金额|无税金额|原币无税金额|原币金额|本币无税金额|未税金额|净额|货款|Net Amount|Amount|"
        "Net Value|Subtotal|NETWR|FAmount|FNoTaxAmountFor_D|iMoney|ioriMoney|price_subtotal|net_amount"
    ),
    ("purchase_orders", "tax_rate"): (
        "税率|税率%|税率(%)|表头税率|增值税率|Tax Rate|VAT %|MWSKZ|FEntryTaxRate|iTaxRate|itaxrate"
    ),
    ("purchase_orders", "tax_amount"): (
        "税额|原币税额|本币税额|增值税额|税金|Tax|VAT|Tax Amount|MWSBP|WMWST|iTax|ioriTaxPrice|amount_tax|price_tax|tva"
    ),
    ("purchase_orders", "amount_gross"): (
        "价税合计|原币价税合计|本币价税合计|含税金额|表体价税合计|订单金额|总金额|合计金额|含税总额|总价|Total|"
        "Gross Amount|Total Amount|WRBTR|RMWWR|BRTWR|FAllAmount|FALLAMOUNTFOR|iSum|ioriSum|isum|price_total"
    ),
    ("invoices", "amount_gross"): "应付金额|应收金额",
    ("stock_balances", "cost_amount"): (
        "含税成本金额|金额|成本|计成本金额|账面|库存金额|结存金额|成本金额|Stock Value|COGS|SALK3|WAVWR|"
        "FCostAmount|ioutcost|value|stock_value|期末金额"
    ),
    ("sales_lines", "cost_amount"): "发出金额|Cost",
    ("purchase_orders", "currency"): (
        "币别|币种|结算币别|原币简称|本位币|货币|幣別|Currency|Curr.|Crcy|WAERS|WAERK|HWAER|FCurrencyId|"
        "FSettleCurrId|cexch_name|currency_id|currency"
    ),
    ("purchase_orders", "exchange_rate"): (
        "汇率|折算汇率|Exchange Rate|WKURS|KURSF|FExchangeRate|iExchRate|nflat|currency_rate|conversion_rate"
    ),
    ("purchase_orders", "required_date"): (
        "交货日期|到货日期|预计交货日期|预计到货日期|建议采购日期|计划到港日期|要求到货日期|需求日期|交期|承诺日期|"
        "计划到货日期|Delivery Date|Required By|Due Date|Requested Date|EINDT|LFDAT|EDATU|FDeliveryDate|"
        "FArrivalDate|dArriveDate|drequirdate|date_planned|schedule_date"
    ),
    ("goods_receipts", "document_date"): (
        "入库日期|入库时间|到货日期|收货日期|实际到货日期|实收日期|验收日期|Receipt Date|GR Date|Posting Date|"
        "BUDAT|FDate|dDate|date_done|effective_date|posting_date"
    ),
    ("goods_receipts", "source_document_no"): (
        "源单编号|来源单据号|来源单据编号|原始订单号|采购订单号|源头订单号|源单号|上游单号|关联单号|订单编号|"
        "对应单号|参考单号|Source Document|PO Number|Reference Doc|EBELN|VGBEL|XBLNR|VBELV|FSrcBillNo|FPOOrderNo|"
        "cpoid|sourceVoucherCode|origin|purchase_order|invoice_origin"
    ),
    ("invoices", "invoice_no"): (
        "发票号|发票号码|销售发票号|发票编号|发票代码|税票号|Invoice No|Invoice Number|Billing Document|Bill No|"
        "FINVNO|cSBVCode|cPBVCode|bill_no|ref_supplier"
    ),
    ("payments", "invoice_no"): "XBLNR",
    ("invoices", "document_date"): (
        "开票日期|发票日期|票据日期|Invoice Date|Billing Date|FKDAT|BLDAT|FINVOICEDATE|dPBVDate|invoice_date|datef|"
        "bill_date"
    ),
    ("invoices", "due_date"): (
        "到期日|到期日期|应收日期|应付日期|付款到期日|约定付款日|信用到期日|Due Date|Net Due Date|Maturity Date|"
        "ZFBDT|NETDT|FAEDT|FENDDATE_H|FENDDATE|ArrivalDate|invoice_date_due|date_maturity|maturity_date|"
        "date_lim_reglement|due_date"
    ),
    ("invoices", "payment_terms"): (
        "收款条件|付款方式|收付款协议|付款条件|结算方式|账期|信用期|Payment Terms|Terms|ZTERM|ZBD1T|FPayConditon|"
        "cPayCode|payment_term_id"
    ),
    ("invoices", "amount_paid"): (
        "已收金额|已付金额|已收已付金额|已核销金额|已收款金额|收款金额|付款金额|本次核销金额|实收金额|实付金额|"
        "回款金额|收款额|付款额|Paid Amount|Received|Cleared Amount|FRECEIVEAMOUNT|FWRITTENOFFAMOUNT|"
        "FCURWRITTENOFFAMOUNTFOR|SettleAmount|iAmt|allocated_amount"
    ),
    ("invoices", "amount_open"): (
        "未收金额|未回款金额|未核销金额|应收未收款金额|未收款核销金额|费用余额|未付金额|余额|应收余额|应付余额|"
        "欠款|期末余额|未清金额|Open Amount|Outstanding|Balance|Amount Due|FNORECEIVEAMOUNT|"
        "FNOTWRITTENOFFAMOUNTFOR|iRAmt|iRAmount|amount_residual|outstanding_amount"
    ),
    ("payments", "document_date"): (
        "收款日期|付款日期|核销日期|退款日期|结算日期|回款日期|到账日期|清账日期|Payment Date|Clearing Date|"
        "Value Date|AUGDT|VALUT|ZALDT|FVERIFYDATE|dVouchDate|paid_on|max_date|posting_date"
    ),
    ("payments", "payment_method"): (
        "结算方式|资金状态|付款方式|收款方式|支付方式|票据类型|Payment Method|ZLSCH|ZWELS|FSETTLETYPEID|cSSCode|"
        "payment_method"
    ),
    ("stock_movements", "movement_kind"): (
        "收发类别|入库方式|移动类型|事务类型|出入库类型|出入库类别|业务类型|Movement Type|Transaction Type|BWART|"
        "VGABE|BEWTP|cRdCode|FTranType|cVouchType|voucher_type|usage"
    ),
    ("stock_balances", "stock_age_days"): "库龄时间（天）|库龄|库龄天数|入库天数|呆滞天数|Age (days)|Stock Age",
    ("purchase_orders", "project"): (
        "项目|项目编号|项目编码|项目名称|销售项目编码|销售子项目编码|WBS|工程|合同|Project|Cost Object|PSPNR|AUFNR|"
        "FProjectNo|cItemCode|cItemName|project|analytic_distribution"
    ),
    ("purchase_orders", "remark"): (
        "备注|摘要|订单备注|发货单备注|说明|附言|Note|Remarks|Text|SGTXT|BKTXT|FNote|FEntryNote|cMemo|scomment|notes"
    ),
    ("stock_summaries", "opening_quantity"): "期初结存|期初数量|期初库存|上期结存|Opening Balance",
    ("stock_movements", "document_no"): "出库单号|发货单号|cDLCode",
    ("goods_receipts", "document_no"): "入库单号|报检单号|检验单号|MBLNR",
    ("stock_movements", "source_document_no"): "生产订单号|cSOCode|销售订单号|AUBEL|csocode",
    ("invoices", "document_no"): "应收单号",
    ("payments", "document_no"): "收款单号",
    ("process_events", "document_no"): "申请单号|BANFN|BELNR|ref",
    ("sales_lines", "document_no"): "VBELN|cSBVCode|cPBVCode",
    ("process_events", "project"): "项目",
    ("process_events", "created_at"): "制单日期|ERDAT",
    ("sales_lines", "document_date"): "FKDAT",
    ("process_events", "activity"): "任务标题|Activity|activityname",
    ("process_events", "sequence"): "sequence",
    ("process_events", "document_status"): "PROCSTAT|status",
    ("purchase_orders", "close_status"): "关闭状态|是否关闭|结案状态|ELIKZ|FCloseStatus",
    ("purchase_orders", "is_void"): "作废状态|LOEKZ|FCancelStatus",
    ("process_events", "department"): "销售部门|FSaleDeptId",
    ("stock_movements", "department"): "领料部门",
    ("process_events", "supplier_name"): "supplier",
    ("purchase_orders", "location"): "货位|库位|仓位|Location|LGNUM|LGPLA",
    ("stock_movements", "warehouse_to"): "调入仓库|FDestStockId",
    ("stock_movements", "warehouse_from"): "调出仓库|FSrcStockId",
    ("purchase_orders", "site"): "工厂|Plant|WERKS",
    ("stock_balances", "uom"): "辅助单位|辅单位",
    ("purchase_orders", "quantity_received"): "累计到货数量|净到货数量|累计入库数量|Delivered|入库数量",
    ("purchase_orders", "quantity_returned"): (
        "验退数量|退货数量|普通退货数量|退料数量|Returned Qty|fPoRetQuantity|returned_qty"
    ),
    ("sales_lines", "quantity_shipped"): "Delivered Qty|iFHQuantity|qty_delivered",
    ("stock_balances", "quantity_available"): "预计数量|可用数量|可用量",
    ("stock_balances", "quantity_auxiliary"): "辅助库存数量",
    ("exchange_rates", "rate"): "Rate|rate",
    ("purchase_orders", "price_basis"): "PEINH",
    ("purchase_orders", "document_amount_net"): "表头不含税金额|amount_untaxed|total_ht",
    ("goods_receipts", "cost_amount"): "DMBTR",
    ("process_events", "amount_gross"): (
        "表头价税合计|单据总金额|Grand Total|FBillAllAmount|amount_total|grand_total|total_ttc|WRBTR"
    ),
    ("stock_movements", "unit_cost"): "单品成本|成本价|单位成本|STPRS|VERPR|iaoutprice|standard_price|cost_price",
    ("stock_movements", "direction"): "收发标志",
    ("stock_summaries", "inbound_quantity"): "本期入库|本期收入|Receipts",
    ("stock_summaries", "outbound_quantity"): "本期出库|本期发出|Issues",
    ("stock_summaries", "closing_quantity"): "期末结存|Closing Balance",
    ("stock_summaries", "opening_amount"): "期初余额",
    ("stock_balances", "unit_cost"): "期末单价|平均单价",
    ("stock_movements", "amount_in"): "入库金额",
    ("stock_movements", "quantity_in"): "收入数量",
}
