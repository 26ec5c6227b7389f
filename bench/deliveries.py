"""What a delivery costs: clean rows taken in whole, and the same file again with one document in a hundred changed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb

from bench.company import STATEMENTS, draft, opened, pick, staged
from bench.pairs import seconds
from cockpit.warehouse.store import Session

TABLE = "sales_lines"
ROUNDS = 3
# The first delivery beside plain statements that store the same columns durably; the second beside the first.
LIMITS = {"new rows": 3.0, "1 % changed": 0.2}


@dataclass(frozen=True)
class Delivered:
    """Seconds of a delivery's commit beside what it is measured by, medians of `ROUNDS`; `ratio` is the median of the
    rounds' ratios."""

    step: str
    rows: int
    baseline: float
    engine: float
    ratio: float
    limit: float


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


def _round(folder: Path, rows: int, number: int) -> tuple[float, float, float]:
    """Plain statements, first delivery, the same again with changes; in new files, as no delivery is made twice."""
    folder.mkdir(parents=True)
    warehouse = opened(folder)
    plain = duckdb.connect(str(folder / "plain.duckdb"))
    statement = STATEMENTS[TABLE](rows)
    try:
        with warehouse.session() as session:
            turns = [lambda: _plain(plain, statement), lambda: _deliver(session, statement)]
            first, second = (turns[which]() for which in ((0, 1) if number % 2 else (1, 0)))
        own, bare = (second, first) if number % 2 else (first, second)
        with warehouse.session() as session:
            return bare, own, _deliver(session, _changed(rows))
    finally:
        plain.close()
        warehouse.close()
        shutil.rmtree(folder)


def measure(folder: Path, rows: int, rounds: int = ROUNDS) -> list[Delivered]:
    """The two deliveries of sales lines in `rounds` rounds, plain statements before and after them by turns."""
    taken = [_round(folder / str(number), rows, number) for number in range(rounds)]
    pairs = {
        "new rows": [(bare, own) for bare, own, _ in taken],
        "1 % changed": [(own, again) for _, own, again in taken],
    }
    return [
        Delivered(
            step,
            rows,
            median(baseline for baseline, _ in found),
            median(engine for _, engine in found),
            median(engine / baseline for baseline, engine in found),
            LIMITS[step],
        )
        for step, found in pairs.items()
    ]
