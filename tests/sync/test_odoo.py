"""An ERP's own tables, read by query files: figures equal those the ERP's database gives, before and after changes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.machine import sample_file
from tests.servers import PASSWORD, Server
from tests.sync.books import Place

PURCHASES = """
SELECT o.name AS number, l.sequence * 100000 + l.id AS line, (o.date_order AT TIME ZONE 'UTC') AS ordered, o.state,
       p.ref AS supplier_no, p.name AS supplier, t.default_code AS code, t.name ->> 'zh_CN' AS item, l.product_qty,
       l.qty_received, l.price_subtotal, l.price_total, c.name AS currency,
       greatest(o.write_date, l.write_date) AS changed
FROM purchase_order_line l JOIN purchase_order o ON o.id = l.order_id JOIN res_partner p ON p.id = o.partner_id
     JOIN product_product v ON v.id = l.product_id JOIN product_template t ON t.id = v.product_tmpl_id
     JOIN res_currency c ON c.id = o.currency_id
WHERE l.display_type IS NULL AND o.state IN ('purchase', 'done')
"""
SALES = """
SELECT o.name AS number, l.id AS line, (o.date_order AT TIME ZONE 'UTC') AS ordered, p.id AS customer_no,
       p.name AS customer, t.name ->> 'zh_CN' AS item, l.product_uom_qty AS quantity, l.price_subtotal AS net,
       l.price_total AS gross, greatest(o.write_date, l.write_date) AS changed
FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id JOIN res_partner p ON p.id = o.partner_id
     JOIN product_product v ON v.id = l.product_id JOIN product_template t ON t.id = v.product_tmpl_id
WHERE l.display_type IS NULL AND o.state IN ('sale', 'done')
"""
INVOICES = """
SELECT m.name AS number, m.move_type, m.invoice_date, m.invoice_date_due, p.id AS partner_no, p.name AS partner,
       CASE WHEN m.move_type LIKE 'in%' THEN 'payable' ELSE 'receivable' END AS side,
       CASE WHEN m.move_type LIKE '%refund' THEN -1 ELSE 1 END * m.amount_untaxed AS net,
       CASE WHEN m.move_type LIKE '%refund' THEN -1 ELSE 1 END * m.amount_total AS gross,
       CASE WHEN m.move_type LIKE '%refund' THEN -1 ELSE 1 END * m.amount_residual AS open, m.write_date AS changed
FROM account_move m JOIN res_partner p ON p.id = m.partner_id
WHERE m.move_type IN ('in_invoice', 'out_invoice', 'in_refund', 'out_refund') AND m.state = 'posted'
"""
MOVES = """
SELECT coalesce(s.reference, '#' || s.id) AS number, s.id AS line, (s.date AT TIME ZONE 'UTC') AS moved,
       t.default_code AS code, t.name ->> 'zh_CN' AS item, w.complete_name AS place, s.write_date AS changed,
       CASE f.usage WHEN 'supplier' THEN 'purchase' WHEN 'customer' THEN 'return_in' ELSE 'adjustment' END AS kind,
       s.quantity
FROM stock_move s JOIN stock_location f ON f.id = s.location_id JOIN stock_location w ON w.id = s.location_dest_id
     JOIN product_product v ON v.id = s.product_id JOIN product_template t ON t.id = v.product_tmpl_id
WHERE s.state = 'done' AND f.usage <> 'internal' AND w.usage = 'internal'
UNION ALL
SELECT coalesce(s.reference, '#' || s.id), s.id, (s.date AT TIME ZONE 'UTC'), t.default_code, t.name ->> 'zh_CN',
       f.complete_name, s.write_date,
       CASE w.usage WHEN 'customer' THEN 'sale' WHEN 'supplier' THEN 'return_out' ELSE 'adjustment' END, -s.quantity
FROM stock_move s JOIN stock_location f ON f.id = s.location_id JOIN stock_location w ON w.id = s.location_dest_id
     JOIN product_product v ON v.id = s.product_id JOIN product_template t ON t.id = v.product_tmpl_id
WHERE s.state = 'done' AND f.usage = 'internal' AND w.usage <> 'internal'
"""
SOURCES: dict[str, tuple[str, str, dict[str, str]]] = {
    "purchases": ("purchase_orders", PURCHASES, {
        "document_no": "number", "line_no": "line", "document_date": "ordered", "document_status": "state",
        "supplier_name": "supplier", "material_code": "code", "material_name": "item", "quantity": "product_qty",
        "quantity_received": "qty_received", "amount_net": "price_subtotal", "amount_gross": "price_total",
        "currency": "currency"}),
    "sales": ("sales_lines", SALES, {
        "document_no": "number", "line_no": "line", "document_date": "ordered", "customer_code": "customer_no",
        "customer_name": "customer", "material_name": "item", "quantity": "quantity", "amount_net": "net",
        "amount_gross": "gross"}),
    "invoices": ("invoices", INVOICES, {
        "side": "side", "document_type": "move_type", "document_no": "number", "document_date": "invoice_date",
        "due_date": "invoice_date_due", "partner_code": "partner_no", "partner_name": "partner", "amount_net": "net",
        "amount_gross": "gross", "amount_open": "open"}),
    "moves": ("stock_movements", MOVES, {
        "document_no": "number", "line_no": "line", "document_date": "moved", "movement_kind": "kind",
        "material_code": "code", "material_name": "item", "warehouse": "place", "quantity": "quantity"}),
}  # fmt: skip
SUMS = {
    "purchases": ("number", "product_qty", "price_subtotal", "quantity", "amount_net"),
    "sales": ("number", "quantity", "net", "quantity", "amount_net"),
    "invoices": ("move_type || number", "open", "gross", "amount_open", "amount_gross"),
    "moves": ("number", "quantity", "quantity", "quantity", "quantity"),
}


@pytest.fixture(scope="module")
def odoo(postgres: tuple[Server, Path]) -> Iterator[Server]:
    server, programs = postgres
    dump = sample_file("odoo/odoo18_seeded.dump")
    servers.execute(server, "postgres", "CREATE DATABASE odoo18")
    restore = [programs / "pg_restore", "--no-owner", "--no-privileges", "-h", "127.0.0.1", "-p", str(server.port)]
    environment = {**os.environ, "PGPASSWORD": PASSWORD}
    command = [*restore, "-U", server.administrator, "-d", "odoo18", dump]
    subprocess.run(command, check=True, env=environment, capture_output=True, timeout=180)
    servers.execute(server, "odoo18", "GRANT USAGE ON SCHEMA public TO reader",
                    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")  # fmt: skip
    yield server


def at_source(odoo: Server, name: str) -> tuple[Any, ...]:
    number, first, second, *_ = SUMS[name]
    asked = f"count(*), count(DISTINCT {number}), round(sum({first}), 4), round(sum({second}), 4)"
    return servers.rows(odoo, "odoo18", f"SELECT {asked} FROM ({SOURCES[name][1]}) s")[0]


def here(place: Place, name: str) -> tuple[Any, ...]:
    table, *_ = SOURCES[name]
    *_, first, second = SUMS[name]
    documents = "count(DISTINCT concat_ws('', document_type, document_no))"
    found = place.rows(f"SELECT count(*), {documents} AS n, sum({first}) AS a, sum({second}) AS b FROM {table}")[0]
    return (*found[:2], *(round(Decimal(str(value)), 4) for value in found[2:]))


def test_an_erp_read_by_queries(odoo: Server, place: Place) -> None:
    for name, (table, query, mapping) in SOURCES.items():
        (place.home / f"{name}.sql").write_text(query, "utf-8")
        keys = ["side", "document_type", "document_no"] if name == "invoices" else ["document_no"]
        place.block(name, odoo.url("odoo18"), mapping, table=table, select=f"{name}.sql", document_key=keys,
                    cursor="changed", overlap="1 hours")  # fmt: skip
        report = place.sync(name)
        assert (report["status"], report["rows_rejected"]) == ("loaded", 0), (name, report)
        assert here(place, name) == at_source(odoo, name), name
    net = servers.rows(odoo, "odoo18", f"SELECT sum(net) FROM ({SALES}) s")[0][0]
    assert place.metric("revenue") == pytest.approx(float(str(net)), abs=0.005)
    units = servers.rows(odoo, "odoo18", "SELECT count(*) FROM purchase_order WHERE state IN ('purchase', 'done')")
    assert here(place, "purchases")[1] == units[0][0]

    servers.execute(
        odoo,
        "odoo18",
        "UPDATE purchase_order_line SET price_subtotal = price_subtotal + 100, write_date = now() AT TIME ZONE 'UTC'"
        " WHERE id IN (SELECT l.id FROM purchase_order_line l JOIN purchase_order o ON o.id = l.order_id"
        " WHERE o.state = 'purchase' ORDER BY l.id LIMIT 7)",
        # an order is cancelled: it leaves the query without a trace in it
        "UPDATE purchase_order SET state = 'cancel', write_date = now() AT TIME ZONE 'UTC'"
        " WHERE id = (SELECT max(id) FROM purchase_order WHERE state = 'purchase')",
        "UPDATE sale_order SET state = 'sale' WHERE state = 'draft'",  # late: no new write_date
        "UPDATE account_move SET amount_residual = 0, payment_state = 'paid', write_date = now() AT TIME ZONE 'UTC'"
        " WHERE id IN (SELECT id FROM account_move WHERE move_type = 'out_invoice' AND state = 'posted' LIMIT 20)",
        "UPDATE account_move SET state = 'draft' WHERE id = (SELECT min(id) FROM account_move"
        " WHERE move_type = 'in_invoice' AND state = 'posted')",
        "UPDATE stock_move SET state = 'done', quantity = 3 WHERE state = 'assigned'",
    )
    for name in SOURCES:
        report = place.sync(name)
        assert report["status"] == "loaded", (name, report)
        assert here(place, name) == at_source(odoo, name), name
        assert place.sync(name)["status"] == "unchanged"
