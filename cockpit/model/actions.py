"""What the words of approval logs mean: actions of acts, states a document reaches, document statuses."""

from __future__ import annotations

import re

Pattern = tuple[str, str]

# Tested top to bottom, case-insensitively, on the act's result and its activity; the first match wins. Negations and
# composites stand before the words they contain (不同意 before 同意, 终审驳回 before 终审). The default of every
# process; a process definition puts its own patterns before these. The result is tested before the activity: it says
# what was done, the activity often only where. Plain regular expressions without look-around, as the warehouse has.
ACTION_PATTERNS: tuple[Pattern, ...] = (
    # the system acting by itself
    ("auto", r"自动(通过|审批|同意|审核|完成|跳过|提交|流转|执行)|系统(自动|通过|跳过|审批)|超时(自动)?(通过|跳过)"
             r"|跳过|去重|\bauto(matic(ally)?)?[ _-]?(approv|pass|skip|complet|submit)|\bskipped\b"
             r"|\bsystem[ _-](approv|pass|skip)"),
    # about an act, none of its own
    ("remind", r"催办|催审|催促|督办|提醒|\bremind|\burge\b|\bescalat"),
    ("cc", r"抄送|传阅|知会|阅知|已阅|待阅|\bcc\b|\bcopied to\b|\bnotif(y|ied)\b|\bfyi\b"),
    ("add_sign", r"加签|加簽|追加审批|增加审批|\badd[ _-]?(sign|approver|step)|\bad[ _-]?hoc approver"),
    ("countersign", r"会签|會簽|联签|\bcounter[ _-]?sign|\bjoint(ly)?[ _-](sign|approv)"),
    ("delegate", r"转交|转审|转办|移交|委托|委派|代理审批|改派|转派|\bdelegat|\breassign|\btransfer(red)? to\b"
                 r"|\bforward(ed)?\b"),
    # back to where it came from
    ("withdraw", r"撤回|撤销|撤消|取消(申请|提交|审批)|^取消$|收回|\bwithdr[ae]w|\brecall(ed)?\b|\brevoke"
                 r"|\bcancel(l?ed)? by (employee|requester)"),
    ("return", r"退回|打回|返回|退审|退单|回退|发回|退修|驳回(修改|重填|到|至|上一)|返修|修改后(重新)?提交意见"
               r"|补充(材料|资料)|^return(ed)?$|\breturned (to|by|for)\b|\breturn to\b|\bsen[dt] back\b|\brework\b"
               r"|\brequest(ed)? changes?\b"),
    ("reject", r"不同意|不通过|未通过|不批准|不予|驳回|駁回|拒绝|拒絕|否决|反对|不核准|终止|中止|反审核|弃审"
               r"|\breject|\brefus|\bdissent|\bdisapprov|\bdeclin|\bden(y|ied)\b|\bnot approved\b|\bterminat"),
    # a change of state, as Odoo's tracking writes it
    ("submit", r"^(draft|草稿|rfq|询价单) ?(→|->) ?(sent|rfq sent|询价单已发送|to approve|待批准)$"),
    # saved or waiting is no decision
    ("other", r"未(审批|审核|处理|提交)|待(审批|审核|处理|批准|办|提交)|审批中|审核中|处理中|流转中|^归档$|暂存|保存"
          r"|草稿|\bsaved?\b|\bdraft\b|\bpending\b|\bwaiting\b|\bin progress\b|^open$|^to approve$|\bawait"),
    # yes
    ("final_approve", r"终审|最终(审批|批准|审核|同意)|办结|审批完成|审批结束|流程(结束|完成|办结)|完结|全部通过"
                      r"|\bfinal[ _-]?(ly)?[ _-]?approv|\bapproval complet|\bfully approved\b"
                      r"|(→|->) ?(purchase( order)?|采购订单)$|^(purchase( order)?|采购订单)$"
                      r"|^release purchase order$"),
    ("approve", r"^已?(同意|批准|核准)"),
    ("submit", r"重新提交|再次提交|提交|送审|发起|申请(人)?(提交|填写)?$|报审|上报|呈报|新建流程|填单|制单|起草|拟稿"
               r"|\b(re)?[ _-]?submit|^create purchase requisition$|^start(ed)?$|\binitiat|\bsend for approval\b"
               r"|^(rfq )?sent$"),
    ("approve", r"同意|通过|批准|核准|审批|审核|审定|复核|已阅同意|签批|签字|准予|已审|^确认$|确认(通过|同意)|審批"
                r"|審核|通過|^已?完成$|^已处理$|^已办$|^办理$|\bapprov|\bconsent|\bagree|\baccept|\bauthori[sz]e"
                r"|\breleased?\b|\bverified\b|\bvalidated\b|\bsigned\b|^analyze purchase requisition$|^pass(ed)?$|^ok$"
                r"|^yes$|^y$"),
)  # fmt: skip

# States beyond the approval, reached by the act that matches.
STATE_PATTERNS: tuple[Pattern, ...] = (
    ("paid", r"已付款|付款完成|付款成功|已支付|支付完成|支付成功|已打款|打款完成|出纳付款|^付款$|^支付$"
             r"|\bpayment (handled|done|completed|made|executed)\b|^pay invoice$|^paid$|\binvoice paid\b"),
    ("payment_requested", r"请求付款|申请付款|付款申请|待付款|待支付|^request payment$|\bpayment request(ed)?\b"),
    ("ordered", r"已下单|下达采购|生成采购订单|^create purchase order$|^confirm purchase order$"),
    ("received", r"已收货|已入库|收货完成|入库完成|^deliver goods services$|\bgoods receiv"),
    ("invoiced", r"已开票|已收票|发票已到|^send invoice$|\binvoice receiv"),
)  # fmt: skip

# What the words of document_status mean (Kingdee Z A B C D, U8 iverifystateex 0 1 2, Odoo, ERPNext, SAP, Chinese).
# Void first: a document that was approved and then voided is void.
STATUS_PATTERNS: tuple[Pattern, ...] = (
    ("void", r"^已?作废|^红冲|^已?冲销|^已?注销|^已撤销|^已?取消$|^void|^cancel|^canceled|^reversed$|^loekz"),
    ("rejected", r"^d$|^3$|重新审核|不同意|不通过|未通过|驳回|返回|打回|退回|已?拒绝|否决|^中止|^终止|^已终止|reject"
                 r"|refus|dissent|declin"),
    ("draft", r"^[az]$|^0$|暂存|创建|新建|开立|未审核|未审批|未提交|^已?保存$|草稿|自由(态)?$|^draft|^saved?$|^new$"
              r"|^quotation$|询价"),
    ("pending", r"^b$|^1$|审核中|审批中|流转中|处理中|进行中|已提交|待审|待批|待处理|提交审批|to approve|pending"
                r"|waiting|submitted|^open$|^sent$|in progress|in approval"),
    ("approved", r"^c$|^2$|^4$|已审|审核通过|审批通过|审批完成|同意|通过|终审|核准|批准|已完成|^完成$|办结|归档"
                 r"|已?关闭|已?结案|生效|consent|approv|^purchase$|^sale$|^done$|^posted$|^paid$|verified|released"
                 r"|complete|closed|processing|confirmed"),
)  # fmt: skip


def meaning(text: str | None, patterns: tuple[Pattern, ...]) -> str | None:
    """The first pattern's word that the text matches, None where none does; the reference for bulk evaluation."""
    if not text:
        return None
    for word, pattern in patterns:
        if re.search(pattern, text, re.IGNORECASE):
            return word
    return None
