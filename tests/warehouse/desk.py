"""A warehouse with rows put in by hand: what intake would stage, without files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from cockpit.model import TABLES
from cockpit.warehouse.delivery import Draft, Outcome
from cockpit.warehouse.derivation import Derivation
from cockpit.warehouse.staging import StagedPart
from cockpit.warehouse.store import Ledger, Warehouse

Row = Mapping[str, Any]


class Desk:
    """Delivers rows and reads current ones back. The clock moves a minute with every delivery."""

    def __init__(self, folder: Path, derivations: Sequence[Derivation] = (), zone: str = "Asia/Shanghai") -> None:
        self.clock = datetime(2026, 11, 22, 1, 0, tzinfo=UTC).replace(tzinfo=None)
        self.warehouse = Warehouse(folder / "warehouse.duckdb", TABLES, derivations, lambda: self.clock)
        self.zone = zone
        self._names = count()
        self.ledger("default")

    def ledger(self, name: str, **facts: Any) -> None:
        known = {
            "timezone": self.zone,
            "month_start_day": 1,
            "currency": None,
            "now_at": None,
            "sample": False,
            **facts,
        }
        self.warehouse.set_ledger(Ledger(name, **known))

    def deliver(
        self, table: str, *parts: Sequence[Row], ledger: str = "default", rejected: int = 0, **draft: Any
    ) -> Outcome:
        """One delivery; each sequence of rows is one file."""
        return self.deliver_all({table: parts}, ledger=ledger, rejected=rejected, **draft)

    def deliver_all(
        self, tables: Mapping[str, Sequence[Sequence[Row]]], ledger: str = "default", rejected: int = 0, **draft: Any
    ) -> Outcome:
        self.clock += timedelta(minutes=1)
        with self.warehouse.session() as session:
            staged = []
            for table, parts in tables.items():
                for rows in parts:
                    part = self._stage(session.con, table, rows, f"file{len(staged)}.csv")
                    part.rows_rejected, part.rows_read = rejected, len(rows) + rejected
                    if rejected:
                        part.rejects = self._stage_rejects(session.con, rejected)
                    staged.append(part)
            given = {"kind": "load", "actor": "tester", "arrived_at": self.clock, **draft}
            return session.deliver(Draft(ledger=ledger, **given), staged)

    def _stage_rejects(self, con: Any, rejected: int) -> str:
        """So many lines that could not be taken, from line 9 of the file on."""
        name = f"rejects_{next(self._names)}"
        line = "9 + range AS _row, ['?'] AS cells, '[]' AS reasons"
        con.execute(f"CREATE TEMP TABLE {name} AS SELECT {line} FROM range({rejected})")
        return name

    def _stage(self, con: Any, table: str, rows: Sequence[Row], file: str) -> StagedPart:
        name = f"staged_{next(self._names)}"
        columns = [column for column in TABLES[table].columns if column.name != "ledger"]
        mark = ", _mark VARCHAR" if any("_mark" in row for row in rows) else ""
        defined = ", ".join(f'"{column.name}" {column.duckdb_type}' for column in columns)
        con.execute(f"CREATE TEMP TABLE {name} ({defined}, _row BIGINT{mark})")
        for line, row in enumerate(rows, start=2):
            names = ", ".join(f'"{column}"' for column in row)
            marks = ", ".join("?" for _ in row)
            con.execute(f"INSERT INTO {name} ({names}, _row) VALUES ({marks}, {line})", list(row.values()))
        return StagedPart(file, "0" * 64, None, "spreadsheet", table, 1, {}, len(rows), staged=name)

    def rows(self, table: str, *columns: str, ledger: str | None = None) -> list[tuple[Any, ...]]:
        """Current rows, sorted, of the named columns."""
        listed = ", ".join(f'"{column}"' for column in columns)
        where = f" WHERE ledger = '{ledger}'" if ledger else ""
        found = self.warehouse.run_sql(f'SELECT {listed} FROM "{table}"{where}').to_pylist()
        return sorted((tuple(row.values()) for row in found), key=str)

    def total(self, table: str, column: str) -> float:
        found = self.warehouse.run_sql(f'SELECT sum("{column}") AS total FROM "{table}"').to_pylist()[0]["total"]
        return float(found or 0)

    def sound(self) -> bool:
        """Whether the bookkeeping agrees with the rows, and a full computation gives what is kept."""
        return not self.warehouse.miscounted() and not any(self.warehouse.verify().values())
