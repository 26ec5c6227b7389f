"""Working time in SQL: the working seconds W of an instant, so that every duration is one subtraction."""

from __future__ import annotations

from collections.abc import Sequence

# A company without days of its own works by its ledger's calendar, which stands under the empty name.
_OWN_CALENDARS = "SELECT DISTINCT ledger, company FROM calendar_days WHERE company <> ''"


def local(instant: str, zone: str) -> str:
    """SQL for the wall time, in `zone` (an SQL expression naming a time zone), of a UTC `instant`."""
    return f"timezone({zone}, timezone('UTC', {instant}))"


def worked(day: str, wall: str) -> str:
    """SQL for W of the wall time `wall`, `day` being the alias of its row of ``calendar_days``; whole seconds.

    W counts the working seconds from the calendar's first day on; W(b) - W(a) is the working time between a and b,
    exact over any span. It is null where the calendar holds no such day.
    """
    second = f"date_diff('second', date_trunc('day', {wall}), {wall})"
    shifts = " + ".join(f"greatest(0, least({second}, {day}.e{n}) - {day}.s{n})" for n in (1, 2))
    return f"({day}.cum + {shifts})"


def after_working(source: str) -> str:
    """SQL for the instants at which working time is used up, the inverse of `worked`.

    `source` is a SELECT with ``ledger``, ``company``, ``w`` (W of the start) and ``seconds`` (working seconds from then
    on). Beside every column of it the result has ``until_at`` (UTC); rows whose end lies beyond the calendar are left
    out.
    """
    used = "(t.w + t.seconds - day.cum)"
    second = f"CASE WHEN {used} <= day.e1 - day.s1 THEN day.s1 + {used} ELSE day.s2 + {used} - (day.e1 - day.s1) END"
    wall = f"(day.day + to_seconds({second}))"
    return (
        f"SELECT t.* EXCLUDE (_calendar), timezone('UTC', timezone(l.timezone, {wall})) AS until_at"
        f" FROM (SELECT s.*, coalesce(o.company, '') AS _calendar FROM ({source}) s"
        f" LEFT JOIN ({_OWN_CALENDARS}) o ON o.ledger = s.ledger AND o.company = s.company) t"
        f" JOIN ledgers l ON l.name = t.ledger"
        " ASOF JOIN (SELECT * FROM calendar_days WHERE seconds > 0) day ON day.ledger = t.ledger"
        f" AND day.company = t._calendar AND day.cum < t.w + t.seconds WHERE {used} <= day.seconds"
    )


def with_working(source: str, instants: Sequence[str]) -> str:
    """SQL that adds working time to the rows of `source`, a SELECT with ``ledger``, ``company`` and the `instants`.

    For each instant ``<x>_at`` the result has, beside every column of `source`: ``<x>_local`` (wall time in the
    ledger's zone), ``w_<x>`` (working seconds W by the company's calendar, else the ledger's) and ``<x>_provisional``
    (its day lies where no official calendar is out yet). All are null where the instant is.
    """
    names = [instant.removesuffix("_at") for instant in instants]
    walls = "".join(f", {local(f's.{name}_at', 'l.timezone')} AS {name}_local" for name in names)
    figures = "".join(
        f", {worked(f'day_{name}', f't.{name}_local')}::BIGINT AS w_{name}"
        f", day_{name}.provisional AS {name}_provisional"
        for name in names
    )
    days = "".join(
        f" LEFT JOIN calendar_days day_{name} ON day_{name}.ledger = t.ledger AND day_{name}.company = t._calendar"
        f" AND day_{name}.day = CAST(t.{name}_local AS DATE)"
        for name in names
    )
    return (
        f"SELECT t.* EXCLUDE (_calendar){figures} FROM (SELECT s.*, coalesce(o.company, '') AS _calendar{walls}"
        f" FROM ({source}) s LEFT JOIN ledgers l ON l.name = s.ledger"
        f" LEFT JOIN ({_OWN_CALENDARS}) o ON o.ledger = s.ledger AND o.company = s.company) t{days}"
    )
