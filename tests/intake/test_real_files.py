"""Other people's real files: every row accounted for, the columns found without a word from anybody."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.intake.conftest import Desk, codes
from tests.machine import sample_file

SALES = {
    "document_no": "Invoice|InvoiceNo",
    "material_code": "StockCode",
    "material_name": "Description",
    "quantity": "Quantity",
    "document_date": "InvoiceDate",
    "unit_price": "Price|UnitPrice",
    "customer_code": "Customer ID|CustomerID",
    "region": "Country",
}


@pytest.mark.parametrize(
    ("name", "rows", "total"),
    [
        ("retail/online_retail_2009-2010.xlsx", 525_461, "9539484.6340"),
        ("retail/online_retail_2010-2011.csv", 541_909, "9747747.9340"),
    ],
)
def test_retail(desk: Desk, name: str, rows: int, total: str) -> None:
    part = desk.part(sample_file(name))
    assert (part.status, part.table, part.rows_read, part.rows_rejected, part.rows_skipped) == (
        "ready",
        "sales_lines",
        rows,
        0,
        0,
    )
    assert {field: part.mapping[field] in headers.split("|") for field, headers in SALES.items()} == dict.fromkeys(
        SALES, True
    )
    figures = desk.con.execute(
        "SELECT sum(quantity * unit_price), count(*) - count(customer_code), count_if(customer_code LIKE '%.%')"
        f" FROM {part.staged}"
    ).fetchall()[0]
    assert Decimal(figures[0]).quantize(Decimal("0.01")) == Decimal(total).quantize(Decimal("0.01"))
    assert figures[1] > 100_000
    assert figures[2] == 0


@pytest.mark.parametrize(
    ("name", "rows", "cases"),
    [
        ("approvals/domestic_declarations.csv", 55_628, None),
        ("approvals/requests_for_payment.csv", 36_072, None),
        ("purchasing/purchase_to_pay.csv", 9_119, 608),
    ],
)
def test_event_logs(desk: Desk, name: str, rows: int, cases: int | None) -> None:
    part = desk.part(sample_file(name))
    assert (part.status, part.table, part.rows_read, part.rows_rejected) == ("ready", "process_events", rows, 0)
    distinct, acted = desk.con.execute(
        f"SELECT count(DISTINCT case_id), count(acted_at) FROM {part.staged}"
    ).fetchall()[0]
    assert acted == rows
    assert cases in (None, distinct)


def test_offsets_are_honoured(desk: Desk) -> None:
    part = desk.part(sample_file("approvals/domestic_declarations.csv"), zone="Europe/Amsterdam")
    assert str(desk.rows(part, "acted_at")[0][0]) == "2017-01-09 08:49:50"


def test_files_without_header(desk: Desk) -> None:
    for path in sorted(sample_file("adventureworks").glob("*.csv")):
        part = desk.part(path)
        assert (part.status, codes(part, "error")) == ("blocked", ["header_not_found"]), path.name


def test_purchase_orders_by_position(desk: Desk) -> None:
    columns = {"document_no": "#1", "line_no": "#2", "required_date": "#3", "quantity": "#4", "material_code": "#5"}
    columns |= {"unit_price": "#6", "amount_net": "#7", "quantity_received": "#8", "quantity_rejected": "#9"}
    part = desk.part(
        sample_file("adventureworks/PurchaseOrderDetail.csv"),
        table="purchase_orders",
        map=columns,
        set={"document_date": "2022-04-15"},
    )
    assert (part.status, part.rows_read, part.rows_rejected) == ("ready", 8_845, 0)
    assert desk.con.execute(f"SELECT sum(amount_net) FROM {part.staged}").fetchall()[0][0].quantize(
        Decimal("0.01")
    ) == Decimal("63791994.84")
