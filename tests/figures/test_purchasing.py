"""Known figures of published purchase orders: what was ordered, what came short and what was rejected."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.machine import sample_file
from tests.soundness.books import Books

COLUMNS = {
    "document_no": "#1",
    "line_no": "#2",
    "required_date": "#3",
    "quantity": "#4",
    "material_code": "#5",
    "unit_price": "#6",
    "amount_net": "#7",
    "quantity_received": "#8",
    "quantity_rejected": "#9",
}


def test_ordered_short_rejected_and_stocked(tmp_path: Path) -> None:
    file = sample_file("adventureworks/PurchaseOrderDetail.csv")
    books = Books(tmp_path)
    report = books.deliver([file], table="purchase_orders", map=COLUMNS, set={"document_date": "2022-04-15"})
    assert report.status == "loaded"
    ordered = books.one("purchase_amount").value
    assert ordered == pytest.approx(63_791_994.84, abs=0.005)
    assert books.drill("purchase_amount", limit=1).total == 4_012
    lines = books.one("receipt_shortfall")
    assert [lines.figures[name] for name in ("short", "over", "rejected")] == [380, 0, 563]
    assert lines.n == 8_845
    amounts = books.one("receipt_shortfall", params={"basis": "amount"}).figures
    missing = (amounts["short"] or 0) + (amounts["rejected"] or 0)
    assert (ordered or 0) - missing == pytest.approx(61_211_692.73, abs=0.05)
    # by year of the required day, counted apart
    years: Counter[str] = Counter()
    differing: Counter[str] = Counter()
    with file.open(encoding="utf-8") as text:
        for _, _, due, quantity, _, _, _, received, rejected, *_ in csv.reader(text, delimiter="\t"):
            years[due[:4]] += 1
            differing[due[:4]] += Decimal(received) != Decimal(quantity) or Decimal(rejected) > 0
    told = books.ask("receipt_shortfall", grain="year").rows
    assert {row.period: (row.figures["numerator"], row.n) for row in told} == {
        year: (differing[year], count) for year, count in years.items()
    }
    books.close()
