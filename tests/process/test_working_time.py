"""Working seconds in SQL against the calendar's own functions, instant by instant."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cockpit.calendar import DayOverride, build_calendar, parse_shifts, working_between, working_seconds
from cockpit.warehouse.working_time import with_working
from tests.process.log import Log


def worked(log: Log, instants: list[datetime], company: str = "") -> list[dict[str, object]]:
    values = ", ".join(f"(TIMESTAMP '{instant.isoformat(sep=' ')}')" for instant in instants)
    source = f"SELECT 'default' AS ledger, '{company}' AS company, some_at FROM (VALUES {values}) v(some_at)"
    statement = f"SELECT * FROM ({with_working(source, ('some_at',))}) ORDER BY some_at"
    return log.warehouse.run_sql(statement).to_pylist()


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Amsterdam"])
def test_every_instant_as_the_calendar_counts_it(log: Log, zone: str) -> None:
    log.zone = zone
    log.ledger("default")
    draw = random.Random(7)
    first = datetime(2015, 1, 1)
    instants = sorted(first + timedelta(seconds=draw.randrange(15 * 365 * 86400)) for _ in range(2000))
    calendar = build_calendar()
    for instant, row in zip(instants, worked(log, instants), strict=True):
        wall = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert row["some_local"] == wall
        assert row["w_some"] == working_seconds(calendar, wall)
        assert row["some_provisional"] == calendar.provisional[calendar.index(wall.date())]


def test_a_companys_own_days_and_half_days(log: Log) -> None:
    half = {"day": "2024-03-05", "is_work": True, "shifts": "09:00-12:00"}
    log.deliver(
        "calendars", [{**half, "company": ""}, {**half, "day": "2024-03-06", "is_work": False, "company": "二厂"}]
    )
    day = datetime(2024, 3, 5).date()
    shorter = DayOverride(day, True, parse_shifts("09:00-12:00"))
    ledger = build_calendar([shorter])
    company = build_calendar([shorter, DayOverride(day + timedelta(days=1), False)])
    start, end = datetime(2024, 3, 5, 8), datetime(2024, 3, 6, 10)
    instants = [start - timedelta(hours=8), end - timedelta(hours=8)]
    for name, calendar, hours in (("", ledger, 4), ("二厂", company, 3), ("三厂", ledger, 4)):
        before, after = worked(log, instants, name)
        assert int(str(after["w_some"])) - int(str(before["w_some"])) == hours * 3600
        assert working_between(calendar, start, end) == hours * 3600


def test_make_up_days_and_the_spring_festival(log: Log) -> None:
    # Friday 2026-02-13 17:00 to Wednesday 2026-02-25 10:00; Saturday the 14th is worked, 15th to 23rd are off:
    # 1 + 8 + 8 (Tuesday the 24th) + 1 h
    log.take(
        """case_id | action | acted_at
        A | 提交 | 2026-02-13 17:00
        A | 同意 | 2026-02-25 10:00"""
    )
    assert log.one("approval_cycle_time").value == 18
    assert log.one("approval_cycle_time", params={"clock": "calendar"}).value == 281


def test_decided_outside_working_hours_and_beyond_the_official_years(log: Log) -> None:
    log.take(
        """case_id | action | acted_at
        A | 提交 | 2024-03-02 10:00
        A | 同意 | 2024-03-03 12:00
        B | 提交 | 2024-03-04 10:00
        B | 同意 | 2024-03-04 11:00"""
    )
    row = log.one("approval_cycle_time")
    assert (row.value, row.figures["share_zero"], row.provisional) == (0.5, 0.5, False)
    log.take(
        """case_id | action | acted_at
        C | 提交 | 2033-03-01 10:00
        C | 同意 | 2033-03-01 11:00"""
    )
    assert log.one("approval_cycle_time").provisional
    assert not log.one("approval_cycle_time", window=("2024-01-01", "2025-01-01")).provisional


def test_a_changed_calendar_changes_what_is_kept(log: Log) -> None:
    log.take(
        """case_id | action | acted_at
        A | 提交 | 2024-03-04 09:00
        A | 同意 | 2024-03-05 10:00"""
    )
    assert log.one("approval_cycle_time").value == 9
    log.deliver("calendars", [{"company": "", "day": "2024-03-04", "is_work": False}])
    assert log.one("approval_cycle_time").value == 1
    assert log.sound()
