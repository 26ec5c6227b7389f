"""A company small enough to be asked thousands of times, and a second one that really holds only what somebody may see.

Its rows share documents between departments and warehouses, lack values, and carry hostile texts.
"""

from __future__ import annotations

import csv
import hashlib
import random
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cockpit.access import EVERY
from cockpit.model import TABLES
from cockpit.model.sensitive import GROUPS
from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR, Actor, Cockpit
from cockpit.service.declarations import DERIVATIONS
from cockpit.service.requests import LoadRequest
from cockpit.settings import Settings
from connectors import CONNECTORS

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC).replace(tzinfo=None)
KEY = "the company's mask key ' \" --"
COMPANIES = ("甲公司", "乙公司")
DEPARTMENTS = ("采购部", "销售一部", "销售二部", "O'Brien & Söhne", "x') OR 1=1 --", "")
WAREHOUSES = ("主仓", "东仓", "'; DROP TABLE invoices; --")
REGIONS = ("华东", "华南", 'a"b', "")
PEOPLE = ("张三", "张四", "李", "UNION SELECT 1 /* */", "")
PARTNERS = tuple(f"P{i}" for i in range(6))
CATEGORIES = ("钢材", "塑料", "")

Row = dict[str, Any]


def rows(seed: int = 7) -> dict[str, list[Row]]:
    """The company's tables as rows of canonical columns."""
    luck = random.Random(seed)
    pick = luck.choice

    def day(span: int = 700) -> date:
        return date(2026, 11, 18) - timedelta(days=luck.randrange(span))

    def money(most: int = 9000) -> str:
        return f"{luck.randrange(100, most * 100) / 100:.2f}"

    sales, orders, receipts, events, movements, invoices, payments, balances, summaries = ([] for _ in range(9))
    for i in range(90):
        when, company, customer = day(), pick(COMPANIES), pick(PARTNERS)
        for line in range(luck.randrange(1, 4)):
            sales.append({
                "company": company, "document_no": f"SO{i}", "line_no": line + 1, "document_date": when,
                "department": pick(DEPARTMENTS), "salesperson": pick(PEOPLE), "customer_code": customer,
                "customer_name": f"客户{customer}", "region": pick(REGIONS), "material_code": f"M{luck.randrange(8)}",
                "category": pick(CATEGORIES), "warehouse": pick(WAREHOUSES), "quantity": luck.randrange(1, 20),
                "unit_price": money(90), "amount_net": money(), "cost_amount": pick((money(6000), "")),
            })  # fmt: skip
    for i in range(50):
        when, supplier = day(), pick(PARTNERS)
        for line in range(luck.randrange(1, 3)):
            orders.append({
                "company": pick(COMPANIES), "document_no": f"PO{i}", "line_no": line + 1, "document_date": when,
                "department": pick(DEPARTMENTS), "buyer": pick(PEOPLE), "supplier_code": supplier,
                "supplier_name": f"供应商{supplier}", "material_code": f"M{luck.randrange(8)}",
                "category": pick(CATEGORIES), "warehouse": pick(WAREHOUSES), "quantity": luck.randrange(1, 20),
                "unit_price": money(90), "amount_net": money(),
                "required_date": when + timedelta(days=i % 20), "quantity_received": i if i % 3 else "",
            })  # fmt: skip
            if i % 4:
                receipts.append({
                    **{name: orders[-1][name] for name in ("company", "department", "supplier_code", "material_code")},
                    "document_no": f"GR{i}-{line}", "document_date": when + timedelta(days=i % 10 - 2),
                    "quantity": i % 12 + 1, "source_document_no": f"PO{i}", "source_line_no": line + 1,
                })  # fmt: skip
        start = datetime(when.year, when.month, when.day, 9)
        for step, (node, action) in enumerate(
            (("申请", "提交"), ("部门经理", "退回" if i % 7 == 0 else "同意"), ("财务", "同意"))
        ):
            acted = start + timedelta(hours=luck.randrange(1, 40) + 40 * step)
            events.append({
                "company": COMPANIES[i % 2], "process": "采购申请", "case_id": f"PR{i}", "document_no": f"PO{i}",
                "node": node, "action": action, "actor": pick(PEOPLE) or "王五",
                "acted_at": f"{acted:%Y-%m-%d %H:%M:%S}",
                "department": DEPARTMENTS[i % 5], "category": CATEGORIES[i % 3], "requester": pick(PEOPLE),
                "supplier_code": supplier, "amount_net": 1000 * (i + 1),
                "due_at": f"{start + timedelta(hours=60):%Y-%m-%d %H:%M:%S}", "comment": ("", "同意", "请补充")[i % 3],
            })  # fmt: skip
    for i in range(120):
        movements.append({
            "company": pick(COMPANIES), "document_no": f"SM{i // 2}", "line_no": i, "document_date": day(300),
            "movement_kind": pick(("sale", "purchase", "production_issue", "return_in")),
            "material_code": f"M{luck.randrange(4)}", "category": "钢材", "warehouse": pick(WAREHOUSES[:2]),
            "quantity": luck.randrange(1, 9), "cost_amount": money(90), "department": pick(DEPARTMENTS),
        })  # fmt: skip
        movements[-1]["quantity"] *= -1 if movements[-1]["movement_kind"] in ("sale", "production_issue") else 1
    for company in COMPANIES:
        for material in range(4):
            for place in WAREHOUSES[:2]:
                balances.append({
                    "company": company, "as_of_day": "2025-12-31", "warehouse": place, "material_code": f"M{material}",
                    "category": "钢材", "quantity": 900, "cost_amount": money(9000),
                })  # fmt: skip
        for month in range(1, 10):
            summaries.append({
                "company": company, "period_start": date(2026, month, 1),
                "period_end": date(2026, month + 1, 1) - timedelta(days=1), "warehouse": WAREHOUSES[2],
                "material_code": "M9", "category": "塑料", "opening_quantity": 10, "opening_amount": 100,
                "inbound_quantity": 5, "inbound_amount": 50, "outbound_quantity": 4, "outbound_amount": 40,
                "closing_quantity": 11, "closing_amount": 110,
            })  # fmt: skip
    for i in range(70):
        when, partner, side, total = day(), pick(PARTNERS), pick(("payable", "receivable")), money()
        invoices.append({
            "company": COMPANIES[i % 2], "side": side, "document_no": f"IV{i}", "document_date": when,
            "partner_code": partner, "partner_name": f"往来{partner}", "department": pick(DEPARTMENTS),
            "salesperson": pick(PEOPLE), "amount_gross": total, "due_date": pick((when + timedelta(days=30), "")),
            "source_document_no": f"SO{i}" if side == "receivable" else f"PO{i % 50}",
        })  # fmt: skip
        if i % 3:
            payments.append({
                "company": COMPANIES[i % 2], "side": side, "document_no": f"PY{i}",
                "document_date": when + timedelta(days=20), "partner_code": partner, "partner_name": f"往来{partner}",
                "department": pick(DEPARTMENTS), "salesperson": pick(PEOPLE), "invoice_no": f"IV{i}",
                "amount_gross": pick((total, money())),
            })  # fmt: skip
    plans = [
        {
            "metric": name,
            "period_start": "2026-01-01",
            "period_end": "2026-12-31",
            "target": target,
            **of,
        }
        for name, target in (("revenue", 900000), ("approval_cycle_time", 5), ("reconciled_rate", "0.9"))
        for of in ({}, {"department": "采购部"}, {"region": "华东"}, {"salesperson": "张三"}, {"salesperson": "张四"})
    ]
    return {
        "sales_lines": sales, "purchase_orders": orders, "goods_receipts": receipts, "process_events": events,
        "stock_movements": movements, "stock_balances": balances, "stock_summaries": summaries, "invoices": invoices,
        "payments": payments, "targets": plans,
    }  # fmt: skip


def write(folder: Path, tables: Mapping[str, Sequence[Row]]) -> list[Path]:
    folder.mkdir(parents=True)
    paths = []
    for name, lines in tables.items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            columns = list(dict.fromkeys(column for line in lines for column in line))
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(lines)
        paths.append(path)
    return paths


def opened(home: Path) -> Cockpit:
    home.mkdir(parents=True, exist_ok=True)
    return Cockpit.open(Settings(home=home), CONNECTORS, clock=lambda: NOW)


def built(folder: Path) -> Cockpit:
    """The company in the ledger ``default``, and a few of its rows in another."""
    cockpit = opened(folder / "whole")
    tables = rows()
    for table, lines in tables.items():
        cockpit.load(LOCAL_ADMINISTRATOR, write(folder / table, {table: lines}), LoadRequest(table=table))
    other = [line | {"document_no": f"X{line['document_no']}"} for line in tables["sales_lines"][:20]]
    cockpit.load(
        LOCAL_ADMINISTRATOR, write(folder / "other", {"sales_lines": other}), LoadRequest("other", "sales_lines")
    )
    return cockpit


def mask(text: str, key: str = KEY) -> str:
    """What a text is masked with, computed apart from the engine."""
    if not text:
        return text
    secret = hashlib.sha256(f"cockpit mask {key}".encode()).hexdigest()
    digest = hashlib.sha256((secret + text).encode()).hexdigest()[:10]
    return f"{text[0] if len(text) > 1 else ''}＊{digest}"


COLUMNS = {
    **{table.name: {column.name: column.duckdb_type for column in table.columns} for table in TABLES.values()},
    **{one.name: dict(one.columns) for one in DERIVATIONS},
}


class Oracle:
    """A copy of the company that is filled anew for each scope: rows, columns and masks by plain statements."""

    def __init__(self, folder: Path, company: Path) -> None:
        shutil.copytree(company, folder, ignore=shutil.ignore_patterns("run", "*.lock"))
        self.cockpit = opened(folder)
        self.open = ExitStack()
        self.open.callback(self.cockpit.close)
        self.con = self.open.enter_context(self.cockpit._warehouse.session()).con
        self.places = {name: f"stored_{name}" for name in COLUMNS}
        self.held: dict[str, list[str]] = {}
        texts: set[str] = set()
        for name, place in self.places.items():
            self.con.execute(f"CREATE TEMP TABLE whole_{name} AS SELECT * FROM {place}")
            told = self.con.execute(f"SELECT name, type FROM pragma_table_info('{place}')").fetchall()
            self.held[name] = [column for column, _ in told]
            for column, kind in told:
                if kind == "VARCHAR":
                    found = self.con.execute(f'SELECT DISTINCT "{column}" FROM {place}').fetchall()
                    texts |= {text for (text,) in found if text is not None}
        self.con.execute("CREATE TEMP TABLE masks (text VARCHAR, mask VARCHAR)")
        self.con.executemany("INSERT INTO masks VALUES (?, ?)", [(text, mask(text)) for text in sorted(texts)])

    def hold(self, scope: Scope) -> None:
        """Keep of every table only what the scope lets through. Links stand between documents, which are limited
        themselves; they are kept where the dimensions they have allow it."""
        self.con.execute("BEGIN")
        for name, place in self.places.items():
            limits = {
                dimension: sorted(values)
                for dimension, values in scope.allowed.items()
                if name != "document_links" or dimension in COLUMNS[name]
            }
            self.con.execute(f"DELETE FROM {place}")
            if all(dimension in COLUMNS[name] for dimension in limits):
                shown = ", ".join(self._shown(name, column, scope) for column in self.held[name])
                kept = [
                    f'w."{dimension}" IN (SELECT unnest(?::VARCHAR[]))' if dimension in self.held[name] else "false"
                    for dimension in limits
                ]
                wanted = [values for dimension, values in limits.items() if dimension in self.held[name]]
                if name == "targets" and "salesperson" in scope.hidden and "salesperson" in self.held[name]:
                    kept.append("coalesce(w.salesperson, '') = ''")  # else a person's plan would pass for the whole's
                where = " AND ".join(kept) or "true"
                self.con.execute(f"INSERT INTO {place} SELECT {shown} FROM whole_{name} w WHERE {where}", wanted)
        self.con.execute("INSERT INTO versions SELECT max(id) + 1, max(made_at), 'undo', NULL, false FROM versions")
        self.con.execute("COMMIT")

    def _shown(self, table: str, column: str, scope: Scope) -> str:
        kept = table == "targets" and column == "target"  # a figure that may be seen is seen with its plan
        text = COLUMNS[table].get(column) == "VARCHAR" and column in GROUPS["personal"]  # the rest has no masks
        if not kept and (column in scope.hidden or (column in scope.masked and not text)):
            return f'NULL AS "{column}"'
        if column in scope.masked and text:
            return f'(SELECT m.mask FROM masks m WHERE m.text = w."{column}") AS "{column}"'
        return f'w."{column}"'


def person(scope: Scope, name: str = "tester") -> Actor:
    return Actor(name, scope, EVERY)
