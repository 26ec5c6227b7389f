"""What a delivery costs: clean rows taken in whole, and the same file again with one document in a hundred changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.company import STATEMENTS, draft, opened, pick, staged
from bench.pairs import seconds
from cockpit.warehouse.store import Session

TABLE = "sales_lines"


@dataclass(frozen=True)
class Delivered:
    """Seconds of one delivery's commit beside those of plain statements on the same rows."""

    step: str
    rows: int
    baseline: float
    engine: float

    @property
    def ratio(self) -> float:
        return self.engine / self.baseline


def _changed(rows: int) -> str:
    """The same rows; in one document of a hundred the amounts are others."""
    changed = f"CASE WHEN {pick('changed', 100, 'document_no')} = 0 THEN amount_net + 1 ELSE amount_net END"
    return f"SELECT * REPLACE ({changed} AS amount_net) FROM ({STATEMENTS[TABLE](rows)})"


def _deliver(session: Session, statement: str) -> float:
    part = staged(session.con, TABLE, statement)
    status: list[str] = []
    taken = seconds(lambda: status.append(session.deliver(draft(), [part]).status))
    if status != ["loaded"]:
        raise SystemExit(f"the delivery was not taken: {status}")
    return taken


def _plain(con: duckdb.DuckDBPyConnection, statement: str) -> float:
    """Delete what comes again and insert everything, in one transaction of a database file of its own."""
    staged(con, TABLE, statement)
    source = f"staged_{TABLE}"
    con.execute(f"CREATE TABLE IF NOT EXISTS plain AS SELECT * FROM {source} LIMIT 0")

    def work() -> None:
        con.execute("BEGIN")
        con.execute(f"DELETE FROM plain WHERE document_no IN (SELECT document_no FROM {source})")
        con.execute(f"INSERT INTO plain SELECT * FROM {source}")
        con.execute("COMMIT")

    return seconds(work)


def measure(folder: Path, rows: int) -> list[Delivered]:
    """The two deliveries of sales lines, each timed once: a delivery cannot be made twice."""
    steps = {"new rows": STATEMENTS[TABLE](rows), "1 % changed": _changed(rows)}
    folder.mkdir(parents=True, exist_ok=True)
    warehouse = opened(folder)
    plain = duckdb.connect(str(folder / "plain.duckdb"))
    try:
        found = []
        for step, statement in steps.items():
            with warehouse.session() as session:
                found.append(Delivered(step, rows, _plain(plain, statement), _deliver(session, statement)))
        return found
    finally:
        plain.close()
        warehouse.close()
