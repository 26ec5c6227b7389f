"""Age and quality of what was delivered: by hand, as of a past day, under scopes, after an undo."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR
from tests.soundness.books import Books, utc

HEAD = "单据编号|单据日期|物料编码|数量|不含税金额"


def sold(books: Books, when: str, *days: str) -> int:
    """Deliver one sale on each of the days, at that instant of Shanghai; the delivery's number."""
    books.now = utc(f"{when}+08:00")
    lines = [HEAD, *(f"S{day}|{day}|M1|1|10" for day in days)]
    return books.load(f"{when[:10]}.csv", "\n".join(lines), table="sales_lines").delivery_id or 0


def test_hours_since_the_newest_business_date_and_the_last_delivery(books: Books) -> None:
    sold(books, "2026-03-04T10:00", "2026-03-03")
    last = sold(books, "2026-03-11T10:00", "2026-03-10", "2026-04-20")  # a plan or a typing mistake does not count
    books.now = utc("2026-03-12T09:00+08:00")
    row = books.one("data_freshness")
    assert (row.value, row.n, dict(row.dimensions)) == (33, 1, {"source": "spreadsheet", "table": "sales_lines"})
    assert (row.figures["hours_since_delivery"], row.figures["usual_gap_hours"]) == (23, 168)
    assert row.figures["overdue"] == pytest.approx(33 / 168)  # seven days lay between 3 and 10 March
    assert (row.level, row.figures["longest_gap_hours"]) == ("ok", 168)
    books.now = utc("2026-03-12T12:00+08:00")
    assert books.one("data_freshness").value == 36  # nothing was delivered, time went by
    books.now = utc("2026-03-18T01:00+08:00")
    assert books.one("data_freshness").level == "warning"  # 169 hours without a day, one more than ever
    books.now = utc("2026-03-25T01:00+08:00")
    assert books.one("data_freshness").level == "critical"
    books.now = utc("2026-03-12T12:00+08:00")
    before = books.one("data_freshness", end=date(2026, 3, 9))
    assert (before.value, before.figures["hours_since_delivery"]) == (120, 110)  # as of the end of 8 March
    books.load("物料.csv", "物料编码|物料名称\nM1|轴承", table="materials")
    tables = {row.dimensions["table"]: row for row in books.ask("data_freshness").rows}
    assert tables["materials"].value is None and tables["materials"].figures["hours_since_delivery"] == 0
    assert tables["sales_lines"].value == 36
    books.cockpit.undo(LOCAL_ADMINISTRATOR, last)
    assert books.one("data_freshness", where={"table": "sales_lines"}).value == 8 * 24 + 12
    assert not books.drill("data_freshness").rows


def test_rows_without_errors_among_all_rows(books: Books) -> None:
    books.now = utc("2026-03-11T10:00+08:00")
    good = [f"S{n}|2026-03-02|M1|1|10" for n in range(98)]
    bad = ["X1|2026-02-30|M1|1|10", "X2||M1|1|10"]
    books.load("一.csv", "\n".join([HEAD, *good, *bad]), table="sales_lines", rejects=True, department="销售部")
    books.load("二.csv", "\n".join([HEAD, *(f"T{n}|2026-03-02|M1|1|10" for n in range(300))]), table="sales_lines")
    row = books.one("data_quality_score")
    assert (row.value, row.n, row.level) == (0.995, 400, "ok")
    assert (row.figures["incomplete_rows"], row.figures["unreadable_rows"]) == (1, 1)
    assert books.by("data_quality_score", "department") == {"销售部": 0.98, None: 1}
    assert books.months("data_quality_score")["2026-03"].value == 0.995
    own = Scope({"department": frozenset({"销售部"})})
    assert [one.value for one in books.ask("data_quality_score", scope=own).rows] == [0.98]
    foreign = books.ask("data_quality_score", scope=Scope({"region": frozenset({"华东"})}))
    assert all(one.value is None for one in foreign.rows) and foreign.out_of_reach
    other = Scope({"ledger": frozenset({"default"})})
    assert books.ask("data_quality_score", scope=other).rows == books.ask("data_quality_score").rows
    sources = books.by("data_quality_score", "source")
    assert sources == {"销售部": 0.98, "spreadsheet": 1}
    repeated = books.load(
        "二.csv", "\n".join([HEAD, *(f"T{n}|2026-03-02|M1|1|10" for n in range(300))]), table="sales_lines"
    )
    assert repeated.status == "unchanged"
    assert books.one("data_quality_score").n == 400
