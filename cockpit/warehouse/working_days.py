"""The working calendar of every ledger as rows that derivations join to."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import date

import duckdb
import pyarrow as pa

from cockpit.calendar import DayOverride, build_calendar, parse_shifts
from cockpit.errors import UsageError
from cockpit.warehouse.rows import fetch


def _own_days(con: duckdb.DuckDBPyConnection, ledger: str, company: str) -> list[DayOverride]:
    rows = fetch(
        con,
        "SELECT day, is_work, shifts, coalesce(status, '') = 'provisional' FROM calendars WHERE ledger = ?"
        " AND company IN ('', ?) AND day IS NOT NULL AND is_work IS NOT NULL ORDER BY company <> '', day",
        [ledger, company],
    )
    days = []
    for day, is_work, shifts, provisional in rows:
        if isinstance(day, date):
            hours = parse_shifts(str(shifts)) if shifts else None
            days.append(DayOverride(day, bool(is_work), hours, bool(provisional)))
    return days


def calendar_table(overrides: list[DayOverride]) -> pa.Table:
    """One row per day with up to two shifts as seconds of the day; raises UsageError where a day has more."""
    calendar = build_calendar(overrides)
    if any(len(shifts) > 2 for shifts in calendar.shifts):
        raise UsageError("shifts_more_than_two")
    spans = [(*shifts, (0, 0), (0, 0))[:2] for shifts in calendar.shifts]
    first, count = calendar.first.toordinal() - date(1970, 1, 1).toordinal(), len(calendar.shifts)
    columns = {
        "day": _whole(range(first, first + count), pa.date32()),
        "is_work": _whole((bool(shifts) for shifts in calendar.shifts), pa.int32()),
        "seconds": _whole((calendar.cum[i + 1] - calendar.cum[i] for i in range(count)), pa.int64()),
        "cum": _whole(calendar.cum[:count], pa.int64()),
        "s1": _whole((span[0][0] for span in spans), pa.int32()),
        "e1": _whole((span[0][1] for span in spans), pa.int32()),
        "s2": _whole((span[1][0] for span in spans), pa.int32()),
        "e2": _whole((span[1][1] for span in spans), pa.int32()),
        "provisional": _whole(calendar.provisional, pa.int32()),
    }
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def _whole(values: Iterable[int], kind: pa.DataType) -> pa.Array:
    """Whole numbers as an Arrow array; made from a list, the first one would load pandas, which takes longer than all
    else here."""
    held = array("q" if kind == pa.int64() else "i", values)
    return pa.Array.from_buffers(kind, len(held), [None, pa.py_buffer(held)])


def fill(con: duckdb.DuckDBPyConnection, ledger: str) -> None:
    """Write ``calendar_days`` of one ledger anew: the official calendar under the ledger's own days, by company."""
    con.execute("DELETE FROM calendar_days WHERE ledger = ?", [ledger])
    companies = [str(c) for (c,) in fetch(con, "SELECT DISTINCT company FROM calendars WHERE ledger = ?", [ledger])]
    for company in sorted({"", *companies}):
        con.register("calendar_source", calendar_table(_own_days(con, ledger, company)))
        con.execute(
            "INSERT INTO calendar_days SELECT ?, ?, day, is_work::BOOLEAN, seconds, cum, s1, e1, s2, e2,"
            " provisional::BOOLEAN FROM calendar_source",
            [ledger, company],
        )
        con.unregister("calendar_source")
