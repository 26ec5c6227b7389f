"""Table of plans: the target of a metric for a period, in all or for one department, region or other slice."""

from __future__ import annotations

from cockpit.model.columns import columns, draft, words
from cockpit.model.groups import OWNERSHIP
from cockpit.model.types import Table

TARGETS = Table(
    name="targets",
    mode="period",
    columns=columns(
        OWNERSHIP,
        draft("metric", "code", own="指标|指标名称|指标编码|指标代码|考核指标|Metric|KPI|Indicator", required=True),
        draft("fiscal_year", "integer", "fiscal_year", own="计划年度|预算年度"),
        draft("period", "text", own="月份|期间|年月|计划月份|计划期间|会计期间|季度|Period|Month|Quarter"),
        draft("period_start", "day", own="开始日期|起始日期|期间开始|计划开始|Period Start|Start Date"
              "|From", required=True),
        draft("period_end", "day", own="结束日期|截止日期|期间结束|计划结束|Period End|End Date|To", required=True),
        draft("department", "text", "department sales_department purchase_department", dimension=True),
        draft("region", "text", own="区域|地区|大区|销售区域|Region|Territory", dimension=True),
        draft("category", "text", "category", dimension=True),
        draft("warehouse", "text", "warehouse", dimension=True),
        draft("salesperson", "text", "salesperson handler", personal=True, dimension=True),
        draft("supplier_code", "code", "supplier_code", dimension=True),
        draft("customer_code", "code", "customer_code", dimension=True),
        draft("material_code", "code", "material_code", dimension=True),
        draft("target", "quantity", own="目标|目标值|计划|计划值|计划数|计划金额|目标金额|预算|预算金额|指标值|任务"
              "|任务额|销售目标|销售计划|金额|数量|Target|Target Value|Plan|Plan Value|Planned|Budget|Quota"
              "|Amount", unit="metric_unit", required=True),
        draft("currency", "code", "currency"),
        draft("remark", "text", "remark"),
    ),
    unit=("metric", "period_start", "period_end", "department"),
    business_day="period_end",
    signature=("metric", "period", "period_start", "period_end", "target", "department", "region"),
    names=words("目标|计划|预算|销售计划|销售目标|年度计划|经营计划|经营目标|指标目标|任务分解|target|targets|plan"
                "|budget|quota"),
)  # fmt: skip
