"""The list of all canonical tables, and where a column's value may come from when no header names it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cockpit.model.finance import EXCHANGE_RATES, INVOICES, PAYMENTS
from cockpit.model.masters import DEPARTMENTS, EMPLOYEES, MATERIALS, PARTNERS, WAREHOUSES
from cockpit.model.planning import TARGETS
from cockpit.model.procurement import GOODS_RECEIPTS, PROCESS_EVENTS, PURCHASE_ORDERS
from cockpit.model.sales import SALES_LINES
from cockpit.model.settings import CALENDARS, PATCHES, PROCESS_DEFINITIONS
from cockpit.model.stock import STOCK_BALANCES, STOCK_MOVEMENTS, STOCK_SUMMARIES
from cockpit.model.types import Table

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            PROCESS_EVENTS,
            PURCHASE_ORDERS,
            GOODS_RECEIPTS,
            STOCK_MOVEMENTS,
            STOCK_BALANCES,
            STOCK_SUMMARIES,
            SALES_LINES,
            INVOICES,
            PAYMENTS,
            TARGETS,
            MATERIALS,
            PARTNERS,
            DEPARTMENTS,
            WAREHOUSES,
            EMPLOYEES,
            EXCHANGE_RATES,
            CALENDARS,
            PROCESS_DEFINITIONS,
            PATCHES,
        )
    }
)

# A column that no header of the sheet names is read from the header of the first of these columns that has one.
FALLBACKS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "process_events": {
            "case_id": ("document_no",),
            "action": ("comment",),
        },
        "purchase_orders": {"document_date": ("created_at",)},
        "goods_receipts": {"document_date": ("received_at", "created_at"), "warehouse": ("location", "site")},
        "stock_movements": {
            "document_date": ("occurred_at", "posted_at", "created_at"),
            "movement_kind": ("document_type",),
            "warehouse": ("location", "site"),
        },
        "stock_balances": {"warehouse": ("location", "site")},
        "stock_summaries": {"warehouse": ("location", "site")},
        "sales_lines": {"document_date": ("shipped_at", "created_at")},
        "invoices": {
            "document_no": ("invoice_no",),
            "document_date": ("created_at",),
            "side": ("document_type",),
        },
        "payments": {"document_date": ("created_at",), "side": ("document_type",)},
        "partners": {"partner_code": ("partner_name",)},
        "departments": {"department_code": ("department",), "department": ("department_code",)},
        "warehouses": {"warehouse_code": ("warehouse",), "warehouse": ("warehouse_code",)},
        "employees": {"employee_code": ("account", "employee_name")},
        "materials": {"material_code": ("material_name",)},
    }
)
