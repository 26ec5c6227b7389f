"""Settings tables: rows that change how figures are computed, delivered and versioned like data."""

from __future__ import annotations

from cockpit.model.columns import columns, draft, words
from cockpit.model.groups import OWNERSHIP
from cockpit.model.types import Table

# A day that differs from the official calendar; company '' is the ledger's own calendar.
CALENDARS = Table(
    name="calendars",
    mode="master",
    columns=columns(
        OWNERSHIP,
        draft("day", "day", own="日期|日历日期|Day|Date", required=True),
        draft("is_work", "flag", own="是否工作日|是否上班|工作日|类型|日期类型|Working Day|Workday"
              "|Is Work", required=True, choices={
            "true": words("是|上班|工作日|调休上班|补班|班|work|workday|true|1|Y"),
            "false": words("否|休息|休息日|节假日|法定节假日|假日|放假|休|holiday|weekend|off|false|0|N"),
        }),
        draft("hours", "quantity", own="工作小时|工时|小时|Hours|Working Hours", unit="hours"),
        draft("shifts", "text", own="班次|班次时间|工作时间|上班时间|Shifts|Shift"),
        draft("name", "text", own="名称|节日|节假日名称|说明|Name|Holiday"),
        draft("source", "text", own="来源|依据|Source"),
        draft("status", "choice", own="状态|Status", choices={
            "official": words("正式|官方|已公布|official"),
            "provisional": words("暂定|预排|未公布|provisional"),
        }),
    ),
    unit=("day",),
    business_day="day",
    signature=("day", "is_work", "hours", "shifts"),
    names=words("工作日历|日历|班次|节假日|放假安排|calendar|calendars|working calendar|holidays"),
    settings=True,
)  # fmt: skip

# What the words of a process mean, row by row, in order of `sequence`:
#   action / state / status   pattern (regular expression over activity and result) → value (the action, state, status)
#   node                      pattern names a declared node; sequence is its place, value the amount from which it acts
#   final                     value: explicit, last_node or last_approval
#   target_hours              pattern names the node, value its target in working hours
#   path                      value: the declared path, nodes apart by ">", pattern the category it holds for
PROCESS_DEFINITIONS = Table(
    name="process_definitions",
    mode="master",
    columns=columns(
        OWNERSHIP,
        draft("process", "code", own="流程|流程名称|Process", required=True),
        draft("kind", "choice", own="种类|类别|规则类型|类型|Kind|Type", required=True, choices={
            "action": words("动作|审批动作|action"),
            "state": words("状态|扩展状态|state"),
            "status": words("单据状态|status"),
            "node": words("节点|审批节点|node"),
            "final": words("终审规则|终审|final"),
            "target_hours": words("节点时限|时限|目标小时|target_hours|target hours"),
            "path": words("标准路径|路径|path"),
        }),
        draft("sequence", "integer", own="顺序|序号|次序|Sequence|Order", required=True),
        draft("pattern", "text", own="匹配|匹配文字|匹配规则|模式|正则|节点名称|Pattern|Match"),
        draft("value", "text", own="取值|值|含义|结果|Value|Meaning"),
        draft("is_active", "flag", own="是否启用|启用|Active", choices={
            "true": words("启用|是|true|1|Y"),
            "false": words("停用|否|false|0|N"),
        }),
        draft("remark", "text", "remark"),
    ),
    unit=("process", "kind", "sequence"),
    signature=("process", "kind", "sequence", "pattern", "value"),
    names=words("流程定义|审批流程定义|流程规则|process definition|process definitions"),
    settings=True,
)  # fmt: skip

# A correction typed in the cockpit: wins for its field over every delivery of the source.
PATCHES = Table(
    name="patches",
    mode="master",
    columns=columns(
        OWNERSHIP,
        draft("table_name", "code", own="表|数据表|表名|Table|Table Name", required=True),
        draft("document_key", "code", own="单据|单据主键|单据标识|单据编号|主键|Document Key|Key"
              "|Document", required=True),
        draft("line_no", "code", "line_no"),
        draft("field", "code", own="字段|字段名|栏目|Field|Column", required=True),
        draft("value", "text", own="更正值|新值|值|Value|New Value"),
        draft("reason", "text", own="原因|更正原因|理由|说明|备注|Reason", required=True),
        draft("author", "text", own="更正人|操作人|Author|User", personal=True),
    ),
    unit=("table_name", "document_key", "line_no", "field"),
    signature=("table_name", "document_key", "field", "value", "reason"),
    names=words("更正|修正|数据更正|补丁|patch|patches|corrections"),
    settings=True,
)  # fmt: skip
