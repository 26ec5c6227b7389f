"""What fetching from a database costs: a million rows of PostgreSQL beside a bare cursor and a bare insert of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa

from bench.company import NOW
from bench.pairs import seconds
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.settings import Settings
from connectors import CONNECTORS
from tests import servers
from tests.servers import PASSWORD, Server

LIMIT = 4.0  # times the bare read and insert
NOTHING_NEW = 1.0  # seconds
FETCHED = 20_000
# Four lines an order, each written a second after the one before.
TABLE = """
CREATE TABLE lines AS SELECT 'SO' || lpad((i / 4)::text, 8, '0') AS number, i % 4 + 1 AS line,
    date '2022-01-01' + (i / 4 % 1096)::int AS day, 'C' || (i / 4 % 3000) AS customer, '客户' || (i / 4 % 3000) AS name,
    'M' || (i % 2000) AS material, (1 + i % 20)::numeric(14,3) AS quantity, (i % 900000 / 100.0)::numeric(14,2) AS
    amount,
    timestamptz '2022-01-01' + i * interval '1 s' AS changed
FROM generate_series(0, {rows} - 1) i
"""
COLUMNS = {
    "number": "VARCHAR",
    "line": "INTEGER",
    "day": "DATE",
    "customer": "VARCHAR",
    "name": "VARCHAR",
    "material": "VARCHAR",
    "quantity": "DECIMAL(14,3)",
    "amount": "DECIMAL(14,2)",
    "changed": "TIMESTAMPTZ",
}
BLOCK = """
[lines]
url = "{url}"
table = "sales_lines"
relation = "public.lines"
document_key = ["document_no"]
cursor = "changed"
overlap = "1 minutes"
[lines.mapping]
document_no = "number"
line_no = "line"
document_date = "day"
customer_code = "customer"
customer_name = "name"
material_code = "material"
quantity = "quantity"
amount_net = "amount"
"""


@dataclass(frozen=True)
class Fetched:
    """Seconds of one run; `baseline` is None where there is nothing to compare with, only a `limit` in seconds."""

    step: str
    rows: int
    baseline: float | None
    engine: float
    limit: float

    @property
    def ratio(self) -> float | None:
        return None if self.baseline is None else self.engine / self.baseline

    @property
    def holds(self) -> bool:
        return (self.engine if self.ratio is None else self.ratio) <= self.limit


def _bare(server: Server, file: Path) -> int:
    """Every row through a server-side cursor into one plain table; the number of rows."""
    read = 0
    with duckdb.connect(str(file)) as con, servers.connect(server, "postgres") as source:
        assert isinstance(source, psycopg.Connection)
        source.autocommit = False
        defined = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        con.execute(f"CREATE TABLE plain ({defined})")
        con.execute("BEGIN")
        with source.cursor(name="bare") as cursor:
            cursor.execute("SELECT * FROM lines")
            while rows := cursor.fetchmany(FETCHED):
                columns = [pa.array(column) for column in zip(*rows, strict=True)]
                batch = pa.table(columns, names=list(COLUMNS))
                con.register("batch", batch)
                con.execute("INSERT INTO plain SELECT * FROM batch")
                con.unregister("batch")
                read += len(rows)
        con.execute("COMMIT")
    return read


@contextmanager
def _cockpit(home: Path, server: Server) -> Iterator[Cockpit]:
    home.mkdir(parents=True)
    (home / "sources.toml").write_text(BLOCK.format(url=server.url("postgres", password="${BENCH_DB}")), "utf-8")
    os.environ["BENCH_DB"] = PASSWORD
    with Cockpit.open(Settings(home=home), CONNECTORS, None, lambda: NOW) as cockpit:
        yield cockpit


def measure(folder: Path, rows: int) -> list[Fetched]:
    """The first run of a source and one that finds nothing new, each once; the bare read before."""
    with servers.postgres() as (server, _):
        indexed = ("CREATE INDEX ON lines (changed)", "CREATE INDEX ON lines (number)", "ANALYZE lines")
        servers.execute(server, "postgres", TABLE.format(rows=rows), "GRANT SELECT ON lines TO reader", *indexed)
        folder.mkdir(parents=True, exist_ok=True)
        baseline = seconds(lambda: _expect(_bare(server, folder / "bare.duckdb"), rows))
        with _cockpit(folder / "home", server) as cockpit:
            told: list[dict[str, Any]] = []

            def run() -> None:
                told.append(cockpit.sync(LOCAL_ADMINISTRATOR, "lines")[0].json("en"))

            first = seconds(run)
            again = min(seconds(run) for _ in range(3))
    _expect(told[0]["rows_loaded"], rows)
    if {one["status"] for one in told[1:]} != {"unchanged"}:
        raise SystemExit(f"there was nothing new, but: {told}")
    return [
        Fetched("first run", rows, baseline, first, LIMIT),
        Fetched("nothing new", rows, None, again, NOTHING_NEW),
    ]


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise SystemExit(f"{found} rows instead of {wanted}")
