"""总览: are we on course, and what needs me?"""

from cockpit.ui.cards import Ask
from cockpit.ui.head import head
from cockpit.ui.page import guard, overview

view = guard("overview")

head(view, filters=("company",))
overview(
    view,
    (
        "revenue",
        "revenue_growth",
        "plan_attainment",
        "gross_margin_rate",
        "approval_cycle_time",
        Ask("reconciled_rate", where={"side": "payable"}),
        Ask("reconciled_rate", where={"side": "receivable"}),
        Ask("overdue_amount", where={"side": "receivable"}),
        "approval_backlog",
        "inventory_turnover_days",
        "stock_out_rate",
        "return_rate",
    ),
)
