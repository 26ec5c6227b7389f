"""Which pages exist, in which group and order; plain values, so that the server knows the addresses too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class PageSpec:
    """One page. `name` is its address, its file below ``pages/`` and its key below ``ui.page.``."""

    name: str
    group: str
    icon: str
    hidden: bool = False

    @property
    def file(self) -> Path:
        return ROOT / "pages" / f"{self.name}.py"


PAGES = (
    PageSpec("overview", "cockpit", "monitoring"),
    PageSpec("procurement", "cockpit", "fact_check"),
    PageSpec("inventory", "cockpit", "inventory_2"),
    PageSpec("revenue", "cockpit", "payments"),
    PageSpec("reconciliation", "cockpit", "balance"),
    PageSpec("alerts", "improve", "notifications"),
    PageSpec("meeting", "improve", "present_to_all"),
    PageSpec("data", "data", "upload_file"),
    PageSpec("dictionary", "data", "menu_book"),
    PageSpec("document", "data", "description", hidden=True),
    PageSpec("admin", "system", "admin_panel_settings"),
    PageSpec("account", "system", "person", hidden=True),
)
DEFAULT = PAGES[0].name
OWN = "account"  # the page about oneself: open to whoever is signed in
NAMES = frozenset(page.name for page in PAGES)

# The page that explains a metric further.
METRIC_PAGES = {
    **dict.fromkeys(
        (
            "approval_cycle_time",
            "approval_node_wait",
            "approval_outcomes",
            "approval_breach_rate",
            "approval_rework_rate",
            "approval_steps",
            "approval_pass_through_share",
            "approval_standard_path_share",
            "approval_backlog",
            "process_throughput_time",
            "purchase_amount",
            "maverick_rate",
            "receipt_shortfall",
        ),
        "procurement",
    ),
    **dict.fromkeys(
        (
            "inventory_turnover_days",
            "inventory_turnover_rate",
            "stock_value",
            "days_of_cover",
            "stock_out_rate",
            "slow_moving_share",
            "negative_stock_share",
            "count_accuracy",
            "posting_lag",
            "replenishment_response",
        ),
        "inventory",
    ),
    **dict.fromkeys(
        (
            "revenue",
            "revenue_growth",
            "revenue_growth_sequential",
            "plan_attainment",
            "gross_margin_rate",
            "return_rate",
            "order_cycle_time",
            "on_time_delivery_rate",
        ),
        "revenue",
    ),
    **dict.fromkeys(
        (
            "reconciled_rate",
            "overdue_amount",
            "gr_ir_open_amount",
            "days_sales_outstanding",
            "days_payable_outstanding",
        ),
        "reconciliation",
    ),
    **dict.fromkeys(("data_freshness", "data_quality_score"), "data"),
}
# The page a document of a table belongs to when nobody came from anywhere.
TABLE_PAGES = {
    "process_events": "procurement",
    "purchase_orders": "procurement",
    "goods_receipts": "procurement",
    "stock_movements": "inventory",
    "stock_balances": "inventory",
    "stock_summaries": "inventory",
    "sales_lines": "revenue",
    "invoices": "reconciliation",
    "payments": "reconciliation",
}
