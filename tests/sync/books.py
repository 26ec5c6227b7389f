"""The books of a trading company in any kind of database, and a cockpit that reads them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.connections import ConnectionDesk
from cockpit.service.requests import MetricRequest
from connectors import CONNECTORS
from tests import servers
from tests.machine import sample_file
from tests.servers import Server

COLUMNS = {
    "order_id": "INTEGER",
    "line": "INTEGER",
    "order_date": "DATE",
    "customer": "VARCHAR(20)",
    "company": "VARCHAR(80)",
    "country": "VARCHAR(40)",
    "product": "VARCHAR(80)",
    "quantity": "DECIMAL(14,4)",
    "amount": "DECIMAL(18,4)",
    "write_date": "TIMESTAMP",
}
MAPPING = {
    "document_no": "order_id",
    "line_no": "line",
    "document_date": "order_date",
    "customer_code": "customer",
    "customer_name": "company",
    "region": "country",
    "material_name": "product",
    "quantity": "quantity",
    "amount_net": "amount",
}
NORTHWIND = """
SELECT o.OrderID AS order_id, d.ProductID AS line, date(o.OrderDate) AS order_date, o.CustomerID AS customer,
       c.CompanyName AS company, o.ShipCountry AS country, p.ProductName AS product, d.Quantity AS quantity,
       round(d.UnitPrice * d.Quantity * (1 - d.Discount), 4) AS amount,
       datetime(o.OrderDate, '+' || (o.OrderID % 1000) || ' seconds') AS write_date
FROM Orders o JOIN "Order Details" d ON d.OrderID = o.OrderID JOIN Customers c ON c.CustomerID = o.CustomerID
     JOIN Products p ON p.ProductID = d.ProductID -- 每行一种商品
"""


def northwind() -> Path:
    return sample_file("northwind/northwind.sqlite")


def lines() -> list[tuple[Any, ...]]:
    """Northwind's order lines, amounts as exact decimals."""
    with sqlite3.connect(f"file:{northwind()}?mode=ro", uri=True) as con:
        found = con.execute(f"{NORTHWIND} ORDER BY o.OrderID, d.ProductID".replace("-- 每行一种商品", "")).fetchall()
    return [(*row[:7], Decimal(row[7]), Decimal(str(row[8])), row[9]) for row in found]


@dataclass
class Books:
    """One database of its own with the table ``order_lines``."""

    kind: str
    url: str
    run: Callable[..., None]
    rows: Callable[[str], list[tuple[Any, ...]]]

    def total(self) -> tuple[int, int, Decimal, Decimal]:
        """Lines, orders, quantity and amount, as the database itself adds them up."""
        asked = "count(*), count(DISTINCT order_id), coalesce(sum(quantity), 0), coalesce(sum(amount), 0)"
        count, orders, quantity, amount = self.rows(f"SELECT {asked} FROM order_lines")[0]
        return int(count), int(orders), Decimal(str(quantity)), round(Decimal(str(amount)), 4)


def on_server(server: Server, database: str, rows: Sequence[tuple[Any, ...]]) -> Books:
    """Makes the database; `reader` may read it."""
    charset = " CHARACTER SET utf8mb4" if server.kind == "mysql" else ""
    servers.execute(server, "mysql" if server.kind == "mysql" else "postgres", f"CREATE DATABASE {database}{charset}")
    kinds = {**COLUMNS, "write_date": "DATETIME(6)" if server.kind == "mysql" else "TIMESTAMP"}
    defined = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    made = [f"CREATE TABLE order_lines ({defined})", "CREATE INDEX by_order ON order_lines (order_id)"]
    if server.kind == "postgresql":
        made.append("GRANT SELECT ON order_lines TO reader")
    servers.execute(server, database, *made)
    with servers.connect(server, database) as con, con.cursor() as cursor:
        if server.kind == "postgresql":
            with cursor.copy("COPY order_lines FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        elif rows:
            cursor.executemany(f"INSERT INTO order_lines VALUES ({', '.join(['%s'] * len(COLUMNS))})", list(rows))
    return Books(
        server.kind,
        server.url(database),
        lambda *statements: servers.execute(server, database, *statements),
        lambda statement: servers.rows(server, database, statement),
    )


def in_file(path: Path, rows: Sequence[tuple[Any, ...]]) -> Books:
    def run(*statements: str) -> None:
        with sqlite3.connect(path) as con:
            for statement in statements:
                con.execute(statement)

    def asked(statement: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(path) as con:
            return con.execute(statement).fetchall()

    defined = ", ".join(f"{name} {'TEXT' if kind in ('DATE', 'TIMESTAMP') else kind}" for name, kind in COLUMNS.items())
    run(f"CREATE TABLE order_lines ({defined})")
    with sqlite3.connect(path) as con:
        plain = [tuple(float(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in rows]
        con.executemany(f"INSERT INTO order_lines VALUES ({', '.join(['?'] * len(COLUMNS))})", plain)
    return Books("sqlite", f"sqlite:///{path}", run, asked)


class Place:
    """A cockpit with its home; blocks are written into its `sources.toml`."""

    def __init__(self, home: Path, settings: Any, clock: Any) -> None:
        self.home = home
        self.cockpit = Cockpit.open(settings, CONNECTORS, None, clock)
        # the pauses between tries are shorter here; everything else is what the cockpit has
        self.cockpit._connections = ConnectionDesk(self.cockpit._warehouse, home, "Asia/Shanghai", CONNECTORS, 0.01)
        self._blocks: dict[str, str] = {}

    def block(self, name: str, url: str, mapping: dict[str, str] | None = None, **keys: Any) -> None:
        """A block of `sources.toml`; ``values`` are its constants."""
        values = keys.pop("values", {})
        said: dict[str, Any] = {"table": "sales_lines", **keys}
        if "select" not in said:
            said.setdefault("relation", "order_lines")
        text = [f"[{name}]", f"url = {quoted(url)}", *(f"{key} = {quoted(value)}" for key, value in said.items())]
        text += [f"[{name}.mapping]", *(f"{one} = {quoted(to)}" for one, to in (mapping or MAPPING).items())]
        if values:
            text += [f"[{name}.set]", *(f"{one} = {quoted(to)}" for one, to in values.items())]
        self._blocks[name] = "\n".join(text)
        (self.home / "sources.toml").write_text("\n\n".join(self._blocks.values()), "utf-8")

    def sync(self, name: str) -> dict[str, Any]:
        return self.cockpit.sync(LOCAL_ADMINISTRATOR, name)[0].json("en")

    def codes(self, name: str) -> list[str]:
        """Runs a source that must fail; the codes of what it says."""
        report = self.sync(name)
        assert (report["state"], report["delivery_id"]) == ("failed", None), report
        return [issue["code"] for issue in report["issues"]]

    def total(self, ledger: str = "default") -> tuple[int, int, Decimal, Decimal]:
        """What `Books.total` says, of the cockpit's sales lines."""
        found = self.cockpit._warehouse.records(
            "SELECT count(*) AS n, count(DISTINCT document_no) AS orders, coalesce(sum(quantity), 0) AS quantity,"
            " coalesce(sum(amount_net), 0) AS amount FROM sales_lines WHERE ledger = $1",
            [ledger],
        )[0]
        return int(found["n"]), int(found["orders"]), round(found["quantity"], 4), round(found["amount"], 4)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.cockpit._warehouse.run_sql(statement).to_pylist()]

    def metric(self, name: str, **request: Any) -> Any:
        result = self.cockpit.metric(LOCAL_ADMINISTRATOR, name, MetricRequest(**request), "en")
        return result.rows[0].value if result.rows else None

    def undo(self, delivery: int) -> None:
        self.cockpit.undo(LOCAL_ADMINISTRATOR, delivery)

    def decide(self, delivery: int, accept: bool) -> None:
        self.cockpit.decide(LOCAL_ADMINISTRATOR, delivery, accept, "looked at")

    def sound(self) -> bool:
        return not any(self.cockpit._warehouse.verify().values())


def quoted(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, list):
        return f"[{', '.join(quoted(one) for one in value)}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value).lower()
