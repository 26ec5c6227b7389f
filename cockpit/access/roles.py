"""Roles: the ones that come with the product, and how several of them add up for one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cockpit.access.grants import ALSO, ANY, EVERY, Grants
from cockpit.model import TABLES
from cockpit.model.sensitive import GROUPS

SHOWN, MASKED, HIDDEN = "shown", "masked", "hidden"
STRENGTH = (SHOWN, MASKED, HIDDEN)  # each says more than the one before
ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class RoleFacts:
    """What a role allows, and which column groups it hides or masks. Built-in ones are named ``role.<name>`` in the
    catalogues, own ones by their `label`."""

    name: str
    grants: Grants
    hidden: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    label: str = ""
    builtin: bool = False
    revision: int = 0

    def shows(self, group: str) -> str:
        """How a column group looks to this role alone."""
        return HIDDEN if group in self.hidden else MASKED if group in self.masked else SHOWN


def _each(action: str, objects: Iterable[str]) -> set[str]:
    return {f"{action}:{one}" for one in objects}


_APPROVALS = (
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
)
_PURCHASES = ("purchase_amount", "maverick_rate", "receipt_shortfall", "gr_ir_open_amount")
_STOCK = (
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
)
_SALES = (
    "revenue",
    "revenue_growth",
    "revenue_growth_sequential",
    "plan_attainment",
    "return_rate",
    "order_cycle_time",
    "on_time_delivery_rate",
)
_ARRIVALS = ("data_freshness", "data_quality_score")
_BOOKED = ("sales_lines", "invoices", "payments", "targets")
_COUNTED = ("stock_balances", "stock_summaries")
_LOOK = {"drill", "source_row", "export"}
_PROCESSES = ("overview", "procurement", "inventory", "revenue", "reconciliation")
_TOLD = ("alerts", "meeting", "dictionary")  # pages that show what somebody may see anyway
PAGES = (*_PROCESSES, *_TOLD, "data", "document", "admin")
"""The pages that are opened by permission."""
_BUSINESS_TABLES = tuple(
    table.name for table in TABLES.values() if not table.settings and f"deliver:{table.name}" not in ALSO
)


def _role(name: str, *grants: Iterable[str], hidden: Iterable[str] = (), masked: Iterable[str] = ()) -> RoleFacts:
    held = Grants(frozenset(one for part in grants for one in part))
    return RoleFacts(name, held, frozenset(hidden), frozenset(masked), builtin=True)


BUILTIN: Mapping[str, RoleFacts] = MappingProxyType(
    {
        role.name: role
        for role in (
            _role(  # sees everything and changes nothing but when a figure warns
                "executive",
                _each("page", (*_PROCESSES, *_TOLD, "data", "document")),
                _each("metric", (ANY,)),
                _LOOK,
                {"personal", "threshold"},
            ),
            _role(  # the scope says whose head
                "head",
                _each("page", (*_PROCESSES, *_TOLD, "data", "document")),
                _each("metric", (ANY,)),
                _each("deliver", _BUSINESS_TABLES),
                _LOOK,
                {"personal", "reject", "undo", "decide"},
            ),
            _role(
                "finance",
                _each("page", (*_PROCESSES, *_TOLD, "data", "document")),
                _each("metric", (ANY,)),
                _each("deliver", (*_BOOKED, *_COUNTED, "partners", "exchange_rates")),
                _LOOK,
                {"personal", "reject", "undo", "decide"},
            ),
            _role(  # no sales figures, hence neither receivables nor the pages that show them
                "procurement",
                _each("page", ("overview", "procurement", "inventory", *_TOLD, "data", "document")),
                _each("metric", (*_APPROVALS, *_PURCHASES, *_STOCK, *_ARRIVALS)),
                _each("deliver", ("process_events", "purchase_orders", "goods_receipts", "partners", "materials")),
                _LOOK,
                {"personal", "reject"},
            ),
            _role(  # what lies there and what it is worth, not what was paid or asked for it
                "warehouse",
                _each("page", ("overview", "inventory", *_TOLD, "data", "document")),
                _each("metric", (*_STOCK, *_ARRIVALS)),
                _each("deliver", ("goods_receipts", "stock_movements", *_COUNTED, "warehouses", "materials")),
                _LOOK,
                {"reject"},
                hidden=("price", "amount"),  # cost is what stock is valued at: without it no turnover could be told
            ),
            _role(  # what was sold, not what it cost
                "sales",
                _each("page", ("overview", "revenue", *_TOLD, "data", "document")),
                _each("metric", (*_SALES, *_ARRIVALS)),
                _each("deliver", ("sales_lines", "partners")),
                _LOOK,
                {"personal", "reject"},
                hidden=("cost",),
            ),
            _role(  # everybody in the room reads it
                "screen",
                _each("page", (*_PROCESSES, *_TOLD)),
                _each("metric", (ANY,)),
                hidden=("personal",),
            ),
            _role(ADMINISTRATOR, EVERY.held),
        )
    }
)


def grants_of(roles: Iterable[RoleFacts]) -> Grants:
    """What any of the roles allows."""
    return Grants(frozenset[str]().union(*(role.grants.held for role in roles)))


def shown_to(roles: Iterable[RoleFacts], rules: Mapping[str, str]) -> dict[str, str]:
    """How each column group looks to a person: as the role that shows most of it has it, but never better than their
    own `rules` say, nor personal data better than masked without the permission to see them."""
    held = tuple(roles)
    personal = grants_of(held).allow("personal")
    shown = {}
    for group in GROUPS:
        by_roles = min((role.shows(group) for role in held), key=STRENGTH.index, default=HIDDEN)
        least = MASKED if group == "personal" and not personal else SHOWN
        shown[group] = max(by_roles, rules.get(group, SHOWN), least, key=STRENGTH.index)
    return shown
