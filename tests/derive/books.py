"""A set of books in memory: canonical rows go in, derived tables are kept, a metric is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from cockpit.derive import sales, stock
from cockpit.metrics.parts import Parts
from cockpit.metrics.types import LedgerFacts, Metric
from cockpit.model import TABLES
from cockpit.period import Grain, periods
from cockpit.reconcile import links
from cockpit.warehouse import storage
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.derived import Change, compare, run
from cockpit.warehouse.identity import stored_columns, unit_key
from cockpit.warehouse.reading import schema
from cockpit.warehouse.schema import column_types, definition

SALES, STOCK, RECONCILE = sales.DERIVATIONS, stock.DERIVATIONS, links.DERIVATIONS
DERIVATIONS: tuple[Derivation, ...] = (*SALES, *STOCK, *RECONCILE)
_BY_NAME = {table.name: table for table in (TABLES.values() if isinstance(TABLES, Mapping) else TABLES)}


@dataclass
class Asked:
    """What a facts function is given (`cockpit.metrics.types.FactContext`), over the books' tables."""

    books: Books
    params: Mapping[str, str]
    ledgers: tuple[LedgerFacts, ...]
    start: date | None
    end: date | None
    grain: Grain
    periods: ir.Table
    by: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    whole_months: bool = False
    notes: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def read(self, table: str) -> ir.Table:
        found = ibis.table(schema(self.books.columns[table]), name=table)
        return found.filter(found.ledger.isin([ledger.name for ledger in self.ledgers]))


class Books:
    """Canonical and derived tables of one DuckDB in memory. Rows are given as dicts of canonical columns."""

    def __init__(self, derivations: Sequence[Derivation] = DERIVATIONS) -> None:
        self.con = duckdb.connect(config={"threads": 1})
        self.derivations = derivations
        self.con.execute(
            "CREATE TABLE ledgers (name VARCHAR, timezone VARCHAR, month_start_day INTEGER, currency VARCHAR,"
            " now_at TIMESTAMP, sample BOOLEAN)"
        )
        self.con.execute(
            "CREATE TABLE calendar_days (ledger VARCHAR, company VARCHAR, day DATE, is_work BOOLEAN, seconds BIGINT,"
            " cum BIGINT, s1 INTEGER, e1 INTEGER, s2 INTEGER, e2 INTEGER, provisional BOOLEAN)"
        )
        self.columns: dict[str, Mapping[str, str]] = {}
        for table in _BY_NAME.values():
            self.columns[table.name] = column_types(table)
        for derivation in derivations:
            self.columns[derivation.name] = derivation.columns
        for table in _BY_NAME.values():
            self.con.execute(f"CREATE TABLE {table.name} ({definition(self.columns[table.name])})")
        for derivation in derivations:
            storage.create(self.con, derivation.name, derivation.columns, derivation.columns)
        self.ledgers: dict[str, LedgerFacts] = {}
        self.ledger("default")

    def ledger(self, name: str, currency: str | None = "CNY", month_start_day: int = 1) -> None:
        now = datetime(2030, 1, 1)
        self.ledgers[name] = LedgerFacts(name, "Asia/Shanghai", month_start_day, currency, now, False)
        self.con.execute("DELETE FROM ledgers WHERE name = ?", [name])
        self.con.execute(
            "INSERT INTO ledgers VALUES (?, 'Asia/Shanghai', ?, ?, NULL, false)", [name, month_start_day, currency]
        )

    def add(self, table: str, rows: Sequence[Mapping[str, Any]], derive: bool = True) -> None:
        """Deliver rows (ledger `default` and company '' unless told) and bring the derived tables up to date."""
        described = _BY_NAME[table]
        names = [column.name for column in described.columns]
        types = self.columns[table]
        staged = ", ".join(f'"{name}" {types[name]}' for name in names)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE arriving ({staged}, _row BIGINT)")
        filled = [{"ledger": "default", "company": "", **row} for row in rows]
        unknown = {name for row in filled for name in row} - set(names)
        assert not unknown, unknown
        marks = ", ".join("?" for _ in range(len(names) + 1))
        self.con.executemany(
            f"INSERT INTO arriving VALUES ({marks})",
            [[*(row.get(name) for name in names), line] for line, row in enumerate(filled, 1)],
        )
        stored = [name for name in stored_columns(described) if name in names or name == "_row"]
        document = unit_key(described, "r")
        listed = ", ".join(f'"{name}"' for name in stored)
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE entering AS SELECT {listed}, {document} AS _doc, {document} AS _number,"
            " 1 AS _delivery, 0 AS _part FROM arriving r"
        )
        self.con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM entering")
        if derive:
            self.derive(table, "entering")

    def remove(self, table: str, condition: str) -> None:
        """Take rows back, as an undo does."""
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE leaving AS SELECT * FROM {table} WHERE {condition}")
        self.con.execute(f"DELETE FROM {table} WHERE {condition}")
        self.derive(table, "leaving")

    def derive(self, table: str, relation: str) -> None:
        change = Change()
        change.add(table, relation)
        run(self.con, self.derivations, change)

    def differing(self) -> dict[str, int]:
        """Rows in which a derived table differs from its full computation."""
        found = {derivation.name: compare(self.con, derivation) for derivation in self.derivations}
        return {name: count for name, count in found.items() if count}

    def rows(self, statement: str) -> list[dict[str, Any]]:
        cursor = self.con.execute(statement)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def facts(self, metric: Metric, start: str, end: str, **asked: Any) -> tuple[Asked, ir.Table]:
        """The metric's facts; `asked` holds params, by, where, grain, ledgers."""
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        names = asked.get("ledgers", ("default",))
        month_start_day = self.ledgers[names[0]].month_start_day
        tiles = periods(first, last, asked.get("grain", "all"), month_start_day)
        self.con.execute("CREATE OR REPLACE TEMP TABLE asked_periods (period_start DATE, period_end DATE)")
        self.con.executemany("INSERT INTO asked_periods VALUES (?, ?)", [[tile.start, tile.end] for tile in tiles])
        context = Asked(
            self,
            {name: parameter.default for name, parameter in metric.params.items()} | asked.get("params", {}),
            tuple(self.ledgers[name] for name in names),
            first,
            last,
            asked.get("grain", "all"),
            ibis.table({"period_start": "date", "period_end": "date"}, name="asked_periods"),
            asked.get("by", ()),
            asked.get("where", {}),
        )
        facts = metric.facts(context)
        for dimension, values in context.where.items():
            facts = facts.filter(facts[dimension].isin(list(values)))
        if metric.placement == "day":
            facts = facts.filter(facts.day >= first, facts.day < last).mutate(period_start=ibis.literal(first))
        return context, facts

    def ask(self, metric: Metric, start: str, end: str, **asked: Any) -> list[dict[str, Any]]:
        """Figures per period, split and breakdown, as the types of `cockpit.metrics.types` promise them."""
        context, facts = self.facts(metric, start, end, **asked)
        split = [name for name in metric.split if name not in context.by and name not in context.where]
        keys = ["period_start", *context.by, *split, *(["currency"] if "currency" in facts.columns else [])]
        counted = facts.filter(facts.reason.isnull())
        measures: dict[str, Any] = {"n": facts.count(where=facts.reason.isnull())}
        measures["excluded"] = facts.count(where=facts.reason.notnull())
        if metric.kind == "ratio":
            measures["numerator"] = facts.numerator.sum(where=facts.reason.isnull())
            measures["denominator"] = facts.denominator.sum(where=facts.reason.isnull())
        if metric.kind == "sum":
            measures["value"] = facts.amount.sum(where=facts.reason.isnull())
        rows = self._fetch(facts.group_by(keys).aggregate(**measures))
        fields = {name: make(counted) for name, make in metric.fields.items()}
        if fields:
            more = self._fetch(counted.group_by(keys).aggregate(**fields))
            by_key = {tuple(row[key] for key in keys): row for row in more}
            rows = [{**row, **by_key.get(tuple(row[key] for key in keys), {})} for row in rows]
        made = {name: make(facts) for name, make in {**metric.fields, **metric.parts}.items()}
        apart = self._fetch(facts.group_by([*keys, "reason"]).aggregate(_n=facts.count(), **made))
        for row in rows:
            mine = {one["reason"]: one for one in apart if all(one[key] == row[key] for key in keys)}
            parts = Parts(mine, context.params)
            if metric.value is not None:
                row["value"] = metric.value(parts) if row["n"] else None
            row |= {f"note_{name}": so(parts) for name, so in metric.flags.items()}
            row |= {name: make(parts) for name, make in metric.all_fields.items()}
        for row in rows:
            if metric.kind == "ratio" and metric.value is None:
                good = row["denominator"] is not None and row["denominator"] > 0 and row["numerator"] is not None
                row["value"] = float(row["numerator"]) / float(row["denominator"]) if good else None
            row["reasons"] = self._reasons(facts, keys, row)
        return sorted(rows, key=lambda row: tuple(str(row[key]) for key in keys))

    def one(self, metric: Metric, start: str, end: str, **asked: Any) -> dict[str, Any]:
        rows = self.ask(metric, start, end, **asked)
        assert len(rows) == 1, rows
        return rows[0]

    def _reasons(self, facts: ir.Table, keys: list[str], row: Mapping[str, Any]) -> dict[str, int]:
        excluded = facts.filter(facts.reason.notnull())
        counted = self._fetch(excluded.group_by([*keys, "reason"]).aggregate(_n=excluded.count()))
        return {each["reason"]: each["_n"] for each in counted if all(each[key] == row[key] for key in keys)}

    def _fetch(self, expression: ir.Table) -> list[dict[str, Any]]:
        return self.rows(str(ibis.to_sql(expression, dialect="duckdb")))
