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
    "approval_cycle_time": "procurement",
    "approval_node_wait": "procurement",
    "approval_outcomes": "procurement",
    "process_throughput_time": "procurement",
    "inventory_turnover_days": "inventory",
    "revenue": "revenue",
    "revenue_growth": "revenue",
    "gross_margin_rate": "revenue",
    "reconciled_rate": "reconciliation",
    "overdue_amount": "reconciliation",
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
