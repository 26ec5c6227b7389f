"""A made-up company of any size, delivered into a warehouse as an upload would be; one seed, one company."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb

from cockpit.issues import Issue
from cockpit.metrics.types import LedgerFacts
from cockpit.model import TABLES
from cockpit.service.declarations import DERIVATIONS
from cockpit.warehouse import storage
from cockpit.warehouse.delivery import Draft, Outcome
from cockpit.warehouse.staging import StagedPart
from cockpit.warehouse.store import Ledger, Session, Warehouse

SEED = 20241231
NOW = datetime(2025, 1, 1, 10, 0)
LEDGER = LedgerFacts("default", "Asia/Shanghai", 1, "CNY", NOW, False)


def pick(salt: str, choices: int, row: str = "i") -> str:
    """SQL for a whole number from 0 to `choices` - 1 that depends on `row`, `salt` and the seed only."""
    return f"(hash({row}, '{salt}', {SEED}) % {choices})::BIGINT"


# What the acts of a case mean, and which nodes it has to pass.
def _definitions(rows: int) -> str:
    return """
        SELECT '采购申请' AS process, 'node' AS kind, place AS sequence, node AS pattern, place + 1 AS _row
        FROM (VALUES (1, '部门经理'), (2, '采购部'), (3, '财务部'), (4, '总经理终审')) t(place, node)
    """


# Five acts a case: handed in, three nodes, the final one. Of 100 cases some end rejected, open or withdrawn, some were
# sent back and handed in again, some have their instants in the wrong order. Most acts are due on a day, one node says
# nothing when it agrees.
def _events(rows: int) -> str:
    case, step, luck = "(i // 5)", "(i % 5)", pick("luck", 100, "i // 5")
    return f"""
        SELECT '采购申请' AS process, 'PR' || lpad({case}::VARCHAR, 8, '0') AS case_id, case_id AS document_no,
               ['申请人', '部门经理', '采购部', '财务部', '总经理终审'][{step} + 1] AS node,
               CASE WHEN {step} = 0 OR {step} = 2 AND {luck} = 10 THEN '提交'
                    WHEN {step} = 1 AND {luck} = 10 THEN '退回'
                    WHEN {step} = 4 AND {luck} < 5 THEN '驳回'
                    WHEN {step} = 4 AND {luck} = 8 THEN '撤回' ELSE '同意' END AS action,
               '审批人' || {pick("actor", 80)} AS actor,
               CASE WHEN {step} = 4 AND {luck} BETWEEN 5 AND 7 THEN NULL
                    ELSE TIMESTAMP '2023-01-01' + to_seconds({pick("start", 700 * 86400, case)}
                        + ({step} + CASE WHEN {step} = 0 AND {luck} = 9 THEN 6 ELSE 0 END) * 21600
                          * (1 + {pick("pace", 8, case)}) + {pick("delay", 21600)}) END AS acted_at,
               '部门' || {pick("department", 12, case)} AS department,
               '品类' || {pick("category", 20, case)} AS category,
               'V' || lpad({pick("supplier", 500, case)}::VARCHAR, 5, '0') AS supplier_code,
               (100 + {pick("amount", 800000, case)})::DECIMAL(18,4) AS amount_net,
               CASE WHEN {step} > 0 AND {pick("due", 20)} > 0
                    THEN TIMESTAMP '2023-01-01' + to_seconds({pick("start", 700 * 86400, case)}
                        + {step} * 21600 * (1 + {pick("pace", 8, case)}) + {pick("late", 43200)} - 10800) END AS due_at,
               CASE WHEN {step} = 1 AND {luck} = 10 THEN ['资料不全', '超出预算', ' '][{pick("why", 3)} + 1]
                    WHEN {step} = 2 AND {pick("says", 3)} = 0 THEN '请核对规格' WHEN {step} = 3 THEN '同意。' END
                   AS comment, i + 2 AS _row
        FROM range({rows}) t(i)
    """


# Four lines a document over three years; some lines lack the amount, the cost or the tax, some are returns. Documents
# are confirmed, promised and shipped; some lines leave short, late or not at all.
def _sales(rows: int) -> str:
    document, customer = "(i // 4)", pick("customer", 3000, "i // 4")
    return f"""
        SELECT 'SO' || lpad({document}::VARCHAR, 8, '0') AS document_no, (i % 4 + 1)::VARCHAR AS line_no,
               DATE '2022-01-01' + {pick("day", 1096, document)}::INTEGER AS document_date,
               'C' || lpad({customer}::VARCHAR, 5, '0') AS customer_code, '客户' || {customer} AS customer_name,
               ['华东', '华南', '华北', '华中', '西南', '西北', '东北', '海外'][{customer} % 8 + 1] AS region,
               '销售' || {pick("salesperson", 60, document)} AS salesperson,
               '部门' || {pick("department", 10, document)} AS department,
               'M' || lpad({pick("material", 2000)}::VARCHAR, 5, '0') AS material_code,
               (CASE WHEN {pick("return", 100)} < 2 THEN -1 ELSE 1 END * (1 + {pick("quantity", 20)}))::DECIMAL(18,6)
                   AS quantity,
               CASE WHEN {pick("amount", 1000)} >= 5
                    THEN (quantity * (10 + {pick("price", 90000)} / 100.0))::DECIMAL(18,4) END AS amount_net,
               CASE WHEN {pick("cost", 10)} > 0
                    THEN (quantity * (8 + {pick("price", 90000)} / 130.0))::DECIMAL(18,4) END AS cost_amount,
               CASE WHEN {pick("tax", 25)} > 0 THEN 0.13::DECIMAL(18,8) END AS tax_rate,
               '仓库' || {customer} % 5 AS warehouse, ['直营', '经销', '电商'][{customer} % 3 + 1] AS channel,
               CASE WHEN {pick("confirmed", 50, document)} > 0
                    THEN document_date::TIMESTAMP + to_seconds({pick("confirmed at", 86400, document)}) END
                   AS confirmed_at,
               CASE WHEN {pick("promised", 50, document)} > 0 THEN document_date + 6 END AS required_date,
               CASE WHEN {pick("shipped", 50)} > 0 THEN document_date::TIMESTAMP
                    + to_seconds({pick("ships", 8 * 86400, document)} + {pick("ships later", 50000)}) END AS shipped_at,
               CASE WHEN {pick("short", 40)} = 0 AND quantity > 1 THEN quantity - 1 ELSE quantity END
                   AS quantity_shipped,
               i + 2 AS _row
        FROM range({rows}) t(i)
    """


def _materials(rows: int) -> str:
    return f"""
        SELECT 'M' || lpad(i::VARCHAR, 5, '0') AS material_code, '物料' || i AS material_name,
               '品类' || {pick("kind", 24)} AS category, '件' AS uom, 450::DECIMAL(18,6) AS reorder_point,
               i + 2 AS _row
        FROM range({min(rows, 2000)}) t(i)
    """


def _positions(rows: int) -> int:
    return max(rows // 100, 10)


# A hundred movements for each material and warehouse over two years, and what lay there before.
def _movements(rows: int) -> str:
    position, kind = f"(i % {_positions(rows)})", pick("kind", 100)
    return f"""
        SELECT 'SM' || lpad((i // 4)::VARCHAR, 8, '0') AS document_no, (i % 4 + 1)::VARCHAR AS line_no,
               DATE '2023-01-01' + {pick("day", 731, "i // 4")}::INTEGER AS document_date,
               CASE WHEN {kind} < 45 THEN 'sale' WHEN {kind} < 55 THEN 'production_issue'
                    WHEN {kind} < 57 THEN 'return_in' ELSE 'purchase' END AS movement_kind,
               'M' || lpad(({position} // 5)::VARCHAR, 5, '0') AS material_code, '仓库' || {position} % 5 AS warehouse,
               (CASE WHEN {kind} < 55 THEN -1 ELSE 1 END * (1 + {pick("quantity", 20)}))::DECIMAL(18,6) AS quantity,
               CASE WHEN {pick("cost", 20000)} > 0 THEN
                    (quantity * (5 + {pick("price", 900, f"{position} // 5")}))::DECIMAL(18,4) END AS cost_amount,
               '件' AS uom, CASE WHEN {pick("occurs", 50)} > 0
                    THEN document_date::TIMESTAMP + to_seconds({pick("occurred", 36000)}) END AS occurred_at,
               occurred_at + to_seconds({pick("lag", 40000)} - 500) AS posted_at, i + 2 AS _row
        FROM range({rows}) t(i)
    """


# What lay there before everything, and five warehouses that only count, at the end of every month, what they hold.
def _balances(rows: int) -> str:
    counted, positions = max(rows // 1200, 2), _positions(rows)
    return f"""
        SELECT DATE '2022-12-31' AS as_of_day, 'M' || lpad((i // 5)::VARCHAR, 5, '0') AS material_code,
               '仓库' || i % 5 AS warehouse, (400 + {pick("opening", 200)})::DECIMAL(18,6) AS quantity,
               (quantity * (5 + {pick("price", 900, "i // 5")}))::DECIMAL(18,4) AS cost_amount, '件' AS uom,
               NULL::DECIMAL(18,6) AS quantity_counted, i + 2 AS _row
        FROM range({positions}) t(i)
        UNION ALL
        SELECT last_day(DATE '2023-01-01' + to_months((i % 24)::INTEGER)), 'K' || lpad((i // 120)::VARCHAR, 5, '0'),
               '点仓' || i // 24 % 5, CASE WHEN {pick("book", 100)} > 0 THEN 100::DECIMAL(18,6) END,
               1000::DECIMAL(18,4), '件',
               (100 + CASE WHEN {pick("found", 20)} = 0 THEN {pick("error", 9)} - 4 ELSE 0 END)::DECIMAL(18,6),
               {positions} + i + 2
        FROM range({counted} * 120) t(i)
    """


# Two lines an order over two years, some without an amount, some asked for by a case. What is ordered comes in one
# receipt a line, some of it late, short, over or never, and is invoiced by one invoice an order.
_ORDER = "(i // 2)"
_ISSUED = f"DATE '2023-01-01' + {pick('issued', 731)}::INTEGER"
_ORDER_ISSUED = f"DATE '2023-01-01' + {pick('issued', 731, '(i // 2 * 2)')}::INTEGER"  # of the invoice of line i
_ORDER_NO = f"'PO' || lpad({_ORDER}::VARCHAR, 8, '0')"
_ORDERED = f"{_ORDER_ISSUED} - 25 - {pick('lead', 20, _ORDER)}::INTEGER"
_PIECES = f"(1 + {pick('pieces', 20)})::DECIMAL(18,6)"
_PURCHASED = f"""'V' || lpad({pick("supplier", 60, _ORDER)}::VARCHAR, 5, '0') AS supplier_code,
               '供应商' || supplier_code AS supplier_name, '部门' || {pick("department", 12, _ORDER)} AS department"""
_BOUGHT = f"""'M' || lpad({pick("bought", 2000)}::VARCHAR, 5, '0')"""


def _orders(rows: int) -> str:
    return f"""
        SELECT {_ORDER_NO} AS document_no, (i % 2 + 1)::VARCHAR AS line_no, {_ORDERED} AS document_date, {_PURCHASED},
               {_BOUGHT} AS material_code, {_PIECES} AS quantity,
               CASE WHEN {pick("amount", 200)} > 0
                    THEN (quantity * (5 + {pick("price", 90000)} / 100.0))::DECIMAL(18,4) END AS amount_net,
               CASE WHEN {pick("required", 50)} > 0 THEN document_date + 20 END AS required_date,
               CASE WHEN {pick("requested", 4, _ORDER)} = 0
                    THEN 'PR' || lpad({pick("request", max(rows // 5, 1), _ORDER)}::VARCHAR, 8, '0') END
                   AS source_document_no, i + 2 AS _row
        FROM range({rows // 2}) t(i)
    """


def _receipts(rows: int) -> str:
    return f"""
        SELECT 'GR' || lpad(i::VARCHAR, 8, '0') AS document_no, '1' AS line_no,
               {_ORDER_ISSUED} - 12 + {pick("arrives", 16)}::INTEGER AS document_date, {_PURCHASED},
               {_BOUGHT} AS material_code,
               ({_PIECES} + CASE {pick("counted", 30)} WHEN 0 THEN 1 WHEN 1 THEN -0.5 ELSE 0 END)::DECIMAL(18,6)
                   AS quantity,
               CASE WHEN {pick("rejected", 50)} = 0 THEN 0.25::DECIMAL(18,6) END AS quantity_rejected,
               {_ORDER_NO} AS source_document_no, (i % 2 + 1)::VARCHAR AS source_line_no, i + 2 AS _row
        FROM range({rows // 2}) t(i) WHERE {pick("comes", 40)} > 0
    """


_SIDE = "CASE WHEN i % 2 = 0 THEN 'payable' ELSE 'receivable' END"
_PARTNER = f"'P' || i % 2 || lpad({pick('partner', 1500)}::VARCHAR, 5, '0')"
_GROSS = f"(100 + {pick('gross', 90000000)} / 100.0)::DECIMAL(18,4)"


# An invoice received has the two lines of its order, half of its amount each.
def _invoices(rows: int) -> str:
    return f"""
        WITH documents AS (
            SELECT i, {_SIDE} AS side, 'IV' || lpad(i::VARCHAR, 8, '0') AS document_no, {_ISSUED} AS document_date,
                   {_PARTNER} AS partner_code, '往来' || partner_code AS partner_name,
                   '部门' || {pick("department", 12)} AS department, {_GROSS} AS amount_gross,
                   CASE WHEN {pick("due", 100)} > 0
                        THEN document_date + 30 * (1 + {pick("terms", 3)})::INTEGER END AS due_date
            FROM range({rows // 2}) t(i)
        ), lines AS (
            SELECT i, {_ORDER_NO} AS source_document_no, {_BOUGHT} AS material_code,
                   ({_PIECES} + CASE WHEN {pick("billed", 40)} = 0 THEN 1 ELSE 0 END)::DECIMAL(18,6) AS quantity
            FROM range({rows // 2}) t(i)
        )
        SELECT * EXCLUDE (i), '1' AS line_no, NULL AS source_document_no, NULL AS material_code,
               NULL::DECIMAL(18,6) AS quantity, i + 2 AS _row
        FROM documents WHERE i % 2 = 1
        UNION ALL BY NAME
        SELECT d.* EXCLUDE (i) REPLACE ((d.amount_gross / 2)::DECIMAL(18,4) AS amount_gross),
               (l.i % 2 + 1)::VARCHAR AS line_no, l.* EXCLUDE (i), {rows} + l.i AS _row
        FROM documents d JOIN lines l ON l.i // 2 * 2 = d.i WHERE d.i % 2 = 0
    """


# Three of four payments name their invoice, some of them pay half; of the others every second has the invoice's amount.
def _payments(rows: int) -> str:
    luck = pick("pays", 100)
    return f"""
        SELECT {_SIDE} AS side, 'PY' || lpad(i::VARCHAR, 8, '0') AS document_no,
               {_ISSUED} + {pick("delay", 85)}::INTEGER AS document_date, {_PARTNER} AS partner_code,
               '往来' || partner_code AS partner_name,
               CASE WHEN {luck} < 75 THEN 'IV' || lpad(i::VARCHAR, 8, '0') END AS invoice_no,
               CASE WHEN {luck} < 5 THEN ({_GROSS} / 2)::DECIMAL(18,4) WHEN {luck} < 88 THEN {_GROSS}
                    ELSE {_GROSS} + 7 END AS amount_gross, i + 2 AS _row
        FROM range({rows // 2}) t(i)
    """


STATEMENTS: Mapping[str, Callable[[int], str]] = {
    "materials": _materials,
    "process_definitions": _definitions,
    "process_events": _events,
    "sales_lines": _sales,
    "stock_balances": _balances,
    "stock_movements": _movements,
    "purchase_orders": _orders,
    "goods_receipts": _receipts,
    "invoices": _invoices,
    "payments": _payments,
}


# What belongs together; each group is a delivery of its own, so that ten million rows fit into an ordinary memory.
GROUPS = (
    ("materials", "sales_lines"),
    ("process_definitions", "process_events"),
    ("stock_balances", "stock_movements"),
    ("purchase_orders", "goods_receipts"),
    ("invoices", "payments"),
)

# Deriving more at once takes more memory than an ordinary machine has; documents and cases are not cut by it.
PIECE = 2_500_000
PIECEWISE = ("sales_lines", "process_events")

QUARTERS = tuple(date(year, month, 1) for year in (2023, 2024) for month in (1, 4, 7, 10))
DEPARTMENTS = 12


def staged(con: duckdb.DuckDBPyConnection, table: str, statement: str, name: str = "") -> StagedPart:
    """The rows of `statement` (model columns by name, and ``_row``) as intake would hand them over."""
    name = f"staged_{name or table}"
    types = {column.name: column.duckdb_type for column in TABLES[table].columns if column.name != "ledger"}
    given = [column[0] for column in con.execute(f"DESCRIBE {statement}").fetchall()]
    storage.create(con, name, types | {"_row": "BIGINT"}, given, temporary=True)
    con.execute(f"INSERT INTO {storage.stored(name)} BY NAME {statement}")
    rows = con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
    return StagedPart(f"{table}.csv", "0" * 64, None, "spreadsheet", table, 1, {}, rows, staged=name)


def draft(arrived_at: datetime = NOW) -> Draft:
    return Draft(LEDGER.name, "load", "bench", arrived_at)


def opened(folder: Path) -> Warehouse:
    """An empty warehouse that stands at `NOW`, with the ledger in it."""
    warehouse = Warehouse(folder / "warehouse.duckdb", TABLES, DERIVATIONS, lambda: NOW)
    warehouse.set_ledger(Ledger(LEDGER.name, LEDGER.timezone, LEDGER.month_start_day, LEDGER.currency, NOW, False))
    return warehouse


def deliver(warehouse: Warehouse, rows: int, *tables: str) -> Outcome:
    """One delivery of `rows` rows for each of `tables` (all when none is named); half as many purchases, invoices and
    payments."""
    with warehouse.session() as session:
        parts = [staged(session.con, name, STATEMENTS[name](rows)) for name in tables or STATEMENTS]
        return _taken(session, parts, NOW)


def _deliver_pieces(warehouse: Warehouse, rows: int, table: str) -> None:
    """The rows of a table whose documents lie together, in deliveries of `PIECE` rows."""
    for first in range(0, rows, PIECE):
        piece = f"SELECT * FROM ({STATEMENTS[table](rows)}) WHERE _row - 2 >= {first} AND _row - 2 < {first + PIECE}"
        with warehouse.session() as session:
            _taken(session, [staged(session.con, table, piece)], NOW)


def deliver_plans(warehouse: Warehouse) -> None:
    """The plans of revenue for the months of every quarter, a file from each department early in the quarter after;
    some departments forget theirs now and then, some lines cannot be read."""
    for number, quarter in enumerate(QUARTERS):
        with warehouse.session() as session:
            parts = [
                _plan(session.con, department, quarter)
                for department in range(DEPARTMENTS)
                if (number * 7 + department * 5) % 11 > 1
            ]
            _taken(session, parts, min(datetime.combine(quarter + timedelta(days=98), time(2, 30)), NOW))


def _plan(con: duckdb.DuckDBPyConnection, department: int, quarter: date) -> StagedPart:
    statement = f"""
        SELECT 'revenue' AS metric, (DATE '{quarter}' + to_months(i::INTEGER))::DATE AS period_start,
               last_day(period_start) AS period_end, '部门{department}' AS department,
               ({department} + 3 + i * {quarter.month} / 7)::DECIMAL(18,6) * 10000 AS target, i + 2 AS _row
        FROM range(3) t(i)
    """
    part = staged(con, "targets", statement, f"plan_{department}")
    part.department = f"部门{department}"
    lost = (department + quarter.month) % 4
    part.rows_rejected, part.rows_read = lost, part.rows_read + lost
    if lost:
        part.issues = [Issue("required_value_missing", "error"), Issue("value_not_readable", "error", count=lost)]
    return part


def _taken(session: Session, parts: Sequence[StagedPart], arrived_at: datetime) -> Outcome:
    outcome = session.deliver(draft(arrived_at), parts)
    if outcome.status not in ("loaded", "loaded_with_rejects"):
        raise SystemExit(f"the company's rows were not taken: {outcome.status}, {outcome.parts}")
    return outcome


def build(warehouse: Warehouse, rows: int, tables: Sequence[str] = ()) -> None:
    """The whole company, plans included, group by group; with `tables` only the groups in which one of them is."""
    if not tables or "targets" in tables:
        deliver_plans(warehouse)
    for group in GROUPS:
        if tables and not set(tables) & set(group):
            continue
        cut = [name for name in group if name in PIECEWISE and rows > PIECE]
        deliver(warehouse, rows, *(name for name in group if name not in cut))
        for name in cut:
            _deliver_pieces(warehouse, rows, name)
