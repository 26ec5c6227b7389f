"""周会: what is off, and how does each cockpit stand? The review on the shared screen."""

from cockpit.ui.cards import Ask
from cockpit.ui.meeting import Slide, meeting
from cockpit.ui.page import guard

guard("meeting")

PROCUREMENT = (
    Ask("approval_cycle_time"),
    Ask("approval_cycle_time", figure="p90"),
    Ask("approval_breach_rate"),
    Ask("approval_backlog"),
    Ask("approval_node_wait"),
    Ask("process_throughput_time"),
    Ask("approval_outcomes"),
)
INVENTORY = ("inventory_turnover_days", "stock_value", "days_of_cover", "stock_out_rate", "slow_moving_share")
REVENUE = ("revenue", "plan_attainment", "revenue_growth", "gross_margin_rate", "return_rate")
RECONCILIATION = (
    *(Ask("reconciled_rate", where={"side": side}) for side in ("payable", "receivable")),
    *(Ask("overdue_amount", where={"side": side}) for side in ("payable", "receivable")),
    Ask("days_sales_outstanding"),
)

meeting(
    (
        Slide("procurement", PROCUREMENT),
        Slide("inventory", tuple(Ask(name) for name in INVENTORY)),
        Slide("revenue", tuple(Ask(name) for name in REVENUE)),
        Slide("reconciliation", RECONCILIATION),
    )
)
