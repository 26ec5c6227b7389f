"""Known figures of a published wholesaler's two years: the nine days in both files count once, whatever the order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.machine import sample_file
from tests.soundness.books import Books

FIRST = "retail/online_retail_2009-2010.xlsx"
SECOND = "retail/online_retail_2010-2011.csv"


def check(books: Books) -> None:
    year_one = {"start": "2009-12-01", "end": "2010-12-01"}
    year_two = {"start": "2010-12-01", "end": "2011-12-01"}
    assert books.one("revenue", **year_one).value == pytest.approx(9_161_996.18, abs=0.006)
    assert books.one("revenue", **year_two).value == pytest.approx(9_314_079.92, abs=0.006)
    assert books.one("revenue_growth", **year_two).value == pytest.approx(0.0166, abs=0.00005)


@pytest.mark.parametrize("order", [[[FIRST], [SECOND], [FIRST]], [[SECOND], [FIRST]], [[FIRST, SECOND]]])
def test_any_order_of_delivery(tmp_path: Path, order: list[list[str]]) -> None:
    books = Books(tmp_path)
    statuses = [books.deliver([sample_file(file) for file in files]).status for files in order]
    assert statuses == ["loaded", "loaded", "unchanged"][: len(order)]
    check(books)
    if len(order) == 1:
        details(books)
    books.close()


def details(books: Books) -> None:
    months = books.months("revenue_growth", start="2011-04-01", end="2012-01-01")
    assert months["2011-04"].value == pytest.approx(-0.1649, abs=0.00005)
    november = months["2011-11"]
    assert november.value == pytest.approx(0.0275, abs=0.00005)
    assert (november.figures["numerator"], november.figures["denominator"]) == (
        pytest.approx(1_461_756.25, abs=0.006),
        pytest.approx(1_422_654.64, abs=0.006),
    )
    assert [label for label, row in months.items() if row.partial] == ["2011-12"]
    regions = books.by("revenue", "region")
    total = sum(value or 0 for value in regions.values())
    assert (regions["United Kingdom"] or 0) / total == pytest.approx(0.8482, abs=0.00005)
    assert books.one("revenue").value == pytest.approx(total)
