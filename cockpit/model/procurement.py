"""Tables of purchasing: the acts of approvals and other processes, purchase orders, goods receipts."""

from __future__ import annotations

from cockpit.model.columns import columns, draft, words
from cockpit.model.groups import (
    CURRENCY,
    HANDLING,
    MATERIAL,
    NET_AMOUNTS,
    NET_PRICES,
    OWNERSHIP,
    PLACE,
    STATUS,
    SUPPLIER,
)
from cockpit.model.types import Alternative, Table

# One act of one case. `action` keeps the source's own words (同意, Consent, to approve → purchase); the process
# definition turns them into actions when the cases are derived, so that an edited definition needs no new delivery.
# A log with one instant per event has acted_at; where it has start and complete, start is arrived_at.
PROCESS_EVENTS = Table(
    name="process_events",
    mode="event",
    columns=columns(
        OWNERSHIP,
        draft("process", "code", own="流程|流程名称|流程类型|流程模板|模板名称|审批流程|Process|Process Name|Workflow"
              "|Workflow Name|reference_doctype|FOBJECTTYPEID", dimension=True),
        draft("case_id", "code", own="案例编号|案例ID|流程实例|流程实例编号|流程编号|流程实例ID|实例编号|审批编号"
              "|Case ID|CaseID|Case|case:concept:name|Process Instance|res_id|resource_id|FPROCINSTID|FKEYVALUE"
              "|OBJECTID|reference_name", required=True),
        draft("document_type", "text", "document_type business_type", dimension=True),
        draft("document_no", "code", "document_no purchase_order_no requisition_no order_no contract_no"),
        draft("sequence", "integer", own="序号|步骤序号|顺序|顺序号|事件序号|event_index|Event Index|Sequence|Seq"
              "|seq_no|idx"),
        draft("source_event_id", "code", own="事件ID|事件编号|任务ID|任务编号|审批记录ID|Event ID|EventID|Task ID"
              "|FASSIGNID|CHANGENR"),
        draft("node", "text", own="审批节点|节点|节点名称|流程节点|审批步骤|步骤|步骤名称|环节|环节名称|审批环节"
              "|当前节点|当前环节|审批级次|审核级别|审批层级|Node|Node Name|Step|Step Name|Approval Step"
              "|Approval Level|Stage|FASSIGNNAME|FActivityId|FRGCO|FRGGR|FRGSX|workflow_state", dimension=True),
        draft("activity", "text", own="活动|活动名称|任务|任务名称|任务标题|事件|事件名称|Activity|Activity Name"
              "|concept:name|Event|Event Name|Task|Task Name|TCODE", dimension=True),
        draft("action", "text", own="审批结果|审批选项|审批动作|审批操作|审核结果|处理结果|处理方式|办理结果|操作"
              "|操作类型|操作结果|动作|结论|是否通过|审批状态|Action|Decision|Result|Outcome|Approval Result"
              "|Approval Status|FResult|FActionResult|FRGZU|FRGKE|approveresult|VALUE_NEW"),
        draft("actor", "text", "approver handler", own="审批人|审批人姓名|审批人员|审核人|审核员|办理人|处理人"
              "|处理人姓名|执行人|操作人|操作员|Actor|Resource|org:resource|Performer|Assignee|User|User Name|checkman"
              "|FRECEIVERID|author_id",
              last="当前处理人|当前审批人", without="审核|审批", personal=True, dimension=True),
        draft("role", "text", own="角色|审批角色|岗位|职务|职位|Role|Role Name|org:role|completed_by_role",
              dimension=True),
        draft("approver_department", "text", own="审批部门|审批人部门|处理部门|处理人部门|操作人部门|审核部门"
              "|Approver Department", dimension=True),
        draft("arrived_at", "instant", own="到达时间|任务到达时间|送达时间|流入时间|接收时间|收到时间|待办时间"
              "|到达日期|开始时间|Arrived At|Arrival Time|Received At|Assigned At|Entered At|Start Timestamp"
              "|Start Time|Started At|start_timestamp|senddate"),
        draft("acted_at", "instant", "approved_at", own="Complete Timestamp|End Timestamp|Complete Time|Completion Time"
              "|Completed At|Acted At|操作时间|办理时间|执行时间|处理日期", last="审批完成日期|结束时间|End Time"
              "|Timestamp|time:timestamp|Event Time|Date Time|时间戳|时间|dealdate|FDEALTIME|datelog|datep|日期|Date"),
        draft("due_at", "instant", own="截止时间|截止日期|限办时间|处理期限|审批期限|要求完成时间|应完成时间|超时时间"
              "|到期时间|Due At|Due Date|Due|Deadline|SLA Due"),
        draft("created_at", "instant", "created_at submitted_at request_date document_date order_date"),
        draft("requester", "text", "requester created_by", personal=True, dimension=True),
        draft("department", "text", "purchase_department department sales_department",
              own="申请人部门|发起部门|提交部门|所在部门|org_unit|Organizational Unit", dimension=True),
        draft("supplier_code", "code", "supplier_code partner_code", dimension=True),
        draft("supplier_name", "text", "supplier_name partner_name payee", dimension=True),
        draft("category", "text", "category", own="费用类型|费用类别|采购类别|采购类型|事项类型|报销类型|申请类型",
              dimension=True),
        draft("project", "code", "project", own="预算编号|预算号|预算项目|budget_no|Budget No", dimension=True),
        draft("amount_net", "money", "amount_net amount_silent", own="申请金额|报销金额|审批金额|采购金额|预算金额"
              "|Requested Amount"),
        draft("amount_gross", "money", "amount_gross line_gross total_silent document_gross"),
        CURRENCY[0],
        draft("document_status", "text", "document_status", without="审批状态", dimension=True),
        draft("comment", "text", own="审批意见|意见备注|审核意见|处理意见|审批备注|批注|意见|驳回原因|退回原因|备注"
              "|说明|原因|Comment|Comments|Remark|Remarks|Reason|Note|FDisposition|checknote|body"),
        draft("subject", "text", own="标题|主题|流程标题|单据标题|事由|申请事由|Subject|Title"),
    ),
    unit=("process", "case_id"),
    identity=("node", "activity", "actor", "action", "arrived_at", "acted_at"),
    business_day="acted_at",
    alternatives=(Alternative((("node",), ("activity",), ("action",))),),
    signature=("case_id", "activity", "node", "actor", "action", "arrived_at", "acted_at", "role", "comment",
               "source_event_id", "requester"),
    names=words(
        "审批记录|审批日志|审批流水|审批历史|审批进程|审批明细|审批单|流程日志|流程记录|流程明细|事件日志|操作日志"
        "|流转记录|流转意见|工作流|approval|approvals|approval log|approval history|event log|workflow|process log"
        "|declarations|purchase to pay"
    ),
)  # fmt: skip

PURCHASE_ORDERS = Table(
    name="purchase_orders",
    mode="document",
    columns=columns(
        OWNERSHIP,
        draft("document_type", "text", "document_type business_type", dimension=True),
        draft("document_no", "code", "purchase_order_no document_no order_no contract_no", required=True),
        draft("fiscal_year", "integer", "fiscal_year"),
        draft("line_no", "code", "line_no"),
        draft("document_date", "day", "document_date order_date request_date", required=True),
        STATUS,
        draft("department", "text", "purchase_department department", dimension=True),
        draft("buyer", "text", "buyer handler", personal=True, dimension=True),
        draft("requester", "text", "requester", personal=True, dimension=True),
        SUPPLIER[0],
        draft("supplier_name", "text", "supplier_name partner_name payee", dimension=True),
        MATERIAL,
        draft("batch", "code", "batch"),
        draft("project", "code", "project", dimension=True),
        PLACE,
        draft("uom", "text", "uom"),
        draft("quantity", "quantity", "quantity", own="采购订单数量"),
        draft("quantity_received", "quantity", "quantity_received"),
        draft("quantity_rejected", "quantity", "quantity_rejected"),
        draft("quantity_stocked", "quantity", own="实际入库数|累计实收数量|StockedQty|Stocked Qty"),
        draft("quantity_returned", "quantity", "quantity_returned"),
        draft("quantity_invoiced", "quantity", "quantity_invoiced"),
        draft("quantity_open", "quantity", "quantity_open quantity_in_transit"),
        NET_PRICES,
        draft("price_basis", "quantity", own="价格单位|每|Per|PEINH"),
        draft("discount_rate", "rate", "discount_rate"),
        NET_AMOUNTS,
        CURRENCY,
        draft("required_date", "day", "required_date", own="DueDate|Due Date|计划交货日期|到货日期"),
        draft("payment_terms", "text", "payment_terms"),
        draft("source_document_no", "code", "requisition_no source_document_no"),
        HANDLING,
        draft("remark", "text", "remark"),
    ),
    unit=("document_type", "document_no", "fiscal_year"),
    partner=("supplier_code", "supplier_name"),
    business_day="document_date",
    alternatives=(
        Alternative((("material_code",), ("material_name",))),
        Alternative(
            (("amount_net",), ("amount_gross",), ("quantity", "unit_price"), ("quantity", "unit_price_gross"))
        ),
    ),
    signature=("document_no", "supplier_code", "supplier_name", "material_code", "material_name", "quantity",
               "unit_price", "unit_price_gross", "amount_net", "amount_gross", "buyer", "required_date",
               "quantity_received", "quantity_open"),
    names=words(
        "采购订单|采购订单列表|采购订单明细|采购订单序时簿|采购订单执行|采购明细|采购合同|采购单|订货单|purchase order"
        "|purchase orders|purchasing|PUR_PurchaseOrder|PO_Pomain|PO_Podetails|EKPO|EKKO|ME2N|ME2M|ME2L"
    ),
)  # fmt: skip

GOODS_RECEIPTS = Table(
    name="goods_receipts",
    mode="document",
    columns=columns(
        OWNERSHIP,
        draft("document_type", "text", "document_type business_type", own="收发类别|入库方式|入库类型|移动类型|BWART"
              "|cRdCode|Movement Type", dimension=True),
        draft("document_no", "code", "receipt_no document_no", own="报检单号|检验单号|验收单号", required=True),
        draft("fiscal_year", "integer", "fiscal_year"),
        draft("line_no", "code", "line_no"),
        draft("document_date", "day", "receipt_date document_date", required=True),
        draft("received_at", "instant", own="实际到货时间|到货时间|签收时间|Received At"),
        STATUS,
        draft("department", "text", "purchase_department department", dimension=True),
        draft("buyer", "text", "buyer handler", personal=True, dimension=True),
        SUPPLIER,
        MATERIAL,
        draft("batch", "code", "batch"),
        draft("project", "code", "project", dimension=True),
        PLACE,
        draft("uom", "text", "uom"),
        draft("quantity", "quantity", "quantity_received quantity", without="累计入库数量|累计到货数量|净到货数量"
              "|Delivered"),
        draft("quantity_expected", "quantity", "quantity_expected"),
        draft("quantity_rejected", "quantity", "quantity_rejected"),
        draft("quantity_returned", "quantity", "quantity_returned"),
        draft("quantity_invoiced", "quantity", "quantity_invoiced"),
        NET_PRICES,
        NET_AMOUNTS,
        draft("cost_amount", "money", "cost_amount", own="DMBTR"),
        CURRENCY,
        draft("source_document_no", "code", "purchase_order_no order_no source_document_no"),
        draft("source_line_no", "code", "source_line_no"),
        HANDLING,
        draft("remark", "text", "remark"),
    ),
    unit=("document_type", "document_no", "fiscal_year"),
    partner=("supplier_code", "supplier_name"),
    business_day="document_date",
    alternatives=(
        Alternative((("material_code",), ("material_name",))),
        Alternative((("quantity",), ("amount_net",), ("amount_gross",))),
    ),
    signature=("document_no", "document_date", "supplier_code", "supplier_name", "material_code", "material_name",
               "quantity", "quantity_expected", "quantity_rejected", "warehouse", "source_document_no"),
    names=words(
        "采购入库单|采购入库|采购入库明细|采购入库序时簿|收料单|收料通知单|收货单|到货单|外购入库单|验收单"
        "|goods receipt|goods receipts|purchase receipt|receiving|STK_InStock|RdRecord01|PU_ArrivalVouch|MB51|EKBE"
    ),
)  # fmt: skip
