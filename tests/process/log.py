"""Approval logs put straight into a warehouse, and the metrics on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from cockpit.metrics import METRICS
from cockpit.metrics.query import Figures, evaluate
from cockpit.metrics.question import Question, checked
from cockpit.metrics.types import LedgerFacts
from cockpit.model import TABLES
from cockpit.scope import EVERYTHING, Scope
from cockpit.service.declarations import DERIVATIONS
from cockpit.warehouse.delivery import Draft, Outcome
from cockpit.warehouse.staging import StagedPart
from tests.warehouse.desk import Desk

INSTANTS = {column.name for column in TABLES["process_events"].columns if column.kind == "instant"}


class Log(Desk):
    """A desk for process events. Instants are written as wall time of the ledger's zone."""

    def __init__(self, folder: Path, zone: str = "Asia/Shanghai") -> None:
        super().__init__(folder, DERIVATIONS, zone)

    def utc(self, wall: str) -> datetime:
        return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC).replace(tzinfo=None)

    def wall(self, instant: datetime | None) -> str | None:
        if instant is None:
            return None
        return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone)).strftime("%m-%d %H:%M")

    def read(self, text: str, **everywhere: Any) -> list[dict[str, Any]]:
        """Rows of a table drawn with ``|``, its first line the column names; empty cells are missing."""
        header, *lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
        rows = [dict(zip(header, line, strict=True)) | everywhere for line in lines]
        return [
            {name: self.utc(cell) if name in INSTANTS else cell for name, cell in row.items() if cell != ""}
            for row in rows
        ]

    def take(self, text: str, **everywhere: Any) -> Outcome:
        """Deliver such a table of events as one file."""
        return self.deliver("process_events", self.read(text, **everywhere))

    def take_arrow(self, table: pa.Table) -> Outcome:
        """Deliver columns of events, row by row in file order."""
        with self.warehouse.session() as session:
            session.con.register("arriving", table)
            absent = "".join(
                f', NULL::{column.duckdb_type} AS "{column.name}"'
                for column in TABLES["process_events"].columns
                if column.name not in (*table.column_names, "ledger")
            )
            session.con.execute(
                f"CREATE TEMP TABLE staged_arrow AS SELECT *{absent}, row_number() OVER () + 1 AS _row FROM arriving"
            )
            session.con.unregister("arriving")
            part = StagedPart("log.csv", "0" * 64, None, "spreadsheet", "process_events", 1, {}, table.num_rows)
            part.staged = "staged_arrow"
            return session.deliver(Draft("default", "load", "tester", self.clock), [part])

    def define(self, *rows: tuple[str, str | None, str | None], process: str = "请购", company: str = "") -> None:
        """Deliver a process definition: kind, pattern, value, in order."""
        self.deliver(
            "process_definitions",
            [
                {
                    "company": company,
                    "process": process,
                    "kind": kind,
                    "sequence": place,
                    "pattern": pattern,
                    "value": value,
                }
                for place, (kind, pattern, value) in enumerate(rows, start=1)
            ],
        )

    def table(self, name: str, order: str = "case_id") -> list[dict[str, Any]]:
        return self.warehouse.run_sql(f"SELECT * FROM {name} ORDER BY {order}").to_pylist()

    def acts(self, case: str) -> list[dict[str, Any]]:
        return [act for act in self.table("approval_acts", "case_id, place") if act["case_id"] == case]

    def case(self, case: str) -> dict[str, Any]:
        return next(row for row in self.table("approval_cases") if row["case_id"] == case)

    def arrivals(self, case: str) -> list[tuple[str | None, ...]]:
        """Actor, action, arrival and act of a case, in order, as wall time."""
        return [
            (act["actor"], act["action"], self.wall(act["arrived_at"]), self.wall(act["acted_at"]))
            for act in self.acts(case)
        ]

    def ask(
        self,
        metric: str,
        by: tuple[str, ...] = (),
        where: Mapping[str, tuple[str, ...]] | None = None,
        params: Mapping[str, str] | None = None,
        grain: Any = "all",
        window: tuple[str, str] | None = None,
        scope: Scope = EVERYTHING,
    ) -> list[Figures]:
        start, end = (date.fromisoformat(day) for day in window) if window else (None, None)
        ledger = LedgerFacts("default", self.zone, 1, None, datetime(2030, 1, 1), False)
        question = Question(start, end, grain, by, where or {}, params or {}, (ledger,))
        return evaluate(METRICS[metric], checked(METRICS[metric], question), self.warehouse, scope).rows

    def one(self, metric: str, **asked: Any) -> Figures:
        rows = self.ask(metric, **asked)
        assert len(rows) == 1, rows
        return rows[0]

    def by(self, metric: str, dimension: str, **asked: Any) -> dict[str | None, Figures]:
        return {row.dimensions[dimension]: row for row in self.ask(metric, by=(dimension,), **asked)}
