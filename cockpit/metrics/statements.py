"""Statements of questions: compiled once for each kind of question and asked again with other days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from cockpit.metrics.question import Question, local_today
from cockpit.metrics.types import LedgerFacts
from cockpit.period import Period
from cockpit.scope import Scope
from cockpit.warehouse.reading import compile_sql
from cockpit.warehouse.statements import Statement, bound, limits, one

# Years that stand for the window's and for today while a statement is compiled: no business day is as old.
_START, _END, _TODAY = 1583, 1584, 1585
_YEARS = {"start": _START, "end": _END, "today": _TODAY}
_MARKS = {name: rf"MAKE_DATE\(\s*{year},\s*1,\s*\d+\s*\)" for name, year in _YEARS.items()}
TODAY = date(_TODAY, 1, 1)  # stands for the ledgers' current day
_UNKNOWN_NOW = datetime(1582, 1, 1)
_PERIODS, _SLICES = "asked_periods", "asked_slices"
_FILTER = "where_"


def standing_in(question: Question) -> Question:
    """The question with a window that stands for any other which begins and ends on the same days of a month, and with
    what stands for any single value of a filter.

    Facts may look at those two days, as whole months are simpler than cut ones; everything else about the window and
    the clock is known only when the statement is asked.
    """
    start, end = question.start, question.end
    return replace(
        question,
        start=start and date(_START, 1, start.day),
        end=end and date(_END, 1, end.day),
        horizon=None,
        where={
            name: (one(_FILTER + name),) if _bindable(values) else values for name, values in question.where.items()
        },
        ledgers=tuple(replace(ledger, now=_UNKNOWN_NOW) for ledger in question.ledgers),
    )


def _bindable(values: Sequence[str]) -> bool:
    """Whether a filter is for one value; "" asks for rows without one, and no statement can hold a NUL."""
    return len(values) == 1 and bool(values[0]) and "\0" not in values[0]


def periods_asked() -> ir.Table:
    """The periods of a question, known only when it is asked: period_start, period_end (exclusive), period_at."""
    return ibis.table({"period_start": "date", "period_end": "date", "period_at": "timestamp"}, name=_PERIODS)


def slices_asked() -> ir.Table:
    """The slices of a dimension that are known only when it is asked about: slice, "" for a missing one."""
    return ibis.table({"slice": "string"}, name=_SLICES)


def instants(tiles: Sequence[Period], ledgers: Sequence[LedgerFacts]) -> list[datetime]:
    """As of when each period is told (UTC, naive): its end in the ledgers' zone, or now where that is earlier."""
    if not ledgers:
        return [datetime.combine(tile.end, time()) for tile in tiles]
    zone, now = ZoneInfo(ledgers[0].timezone), max(ledger.now for ledger in ledgers)
    ends = [datetime.combine(tile.end, time(), zone).astimezone(UTC).replace(tzinfo=None) for tile in tiles]
    return [min(end, now) for end in ends]


def asked_values(question: Question, tiles: Sequence[Period], scope: Scope) -> dict[str, object]:
    """What a statement is asked with: the window, its periods, today, the filters, and what the scope allows."""
    window = {
        "start": question.start,
        "end": question.end,
        "today": local_today(question.ledgers) if question.ledgers else None,
        "starts": [tile.start for tile in tiles],
        "ends": [tile.end for tile in tiles],
        "instants": instants(tiles, question.ledgers),
    }
    filters = {_FILTER + name: values[0] for name, values in question.where.items() if _bindable(values)}
    return window | filters | limits(scope)


def compiled(expression: ir.Table) -> Statement:
    """The statement of an expression over the window of a question `standing_in`, over `TODAY`, `periods_asked` and
    `slices_asked`, and under a scope standing in."""
    text, used = compile_sql(expression), list[str]()
    for name, mark in _MARKS.items():
        if re.search(mark, text):
            used.append(name)
            text = re.sub(mark, f"CAST(${len(used)} AS DATE)", text)
    assert not re.search(rf"({_START}|{_END}|{_TODAY})-01-\d\d", text), "a day was compiled in another form"
    if f'"{_PERIODS}"' in text:
        used += ["starts", "ends", "instants"]
        pairs = (
            f"unnest(${len(used) - 2}::DATE[]) AS period_start, unnest(${len(used) - 1}::DATE[]) AS period_end,"
            f" unnest(${len(used)}::TIMESTAMP[]) AS period_at"
        )
        text = _with(_PERIODS, pairs, text)
    if f'"{_SLICES}"' in text:
        used.append("slices")
        text = _with(_SLICES, f"unnest(${len(used)}::VARCHAR[]) AS slice", text)
    return Statement(*bound(text, used))


def _with(name: str, columns: str, text: str) -> str:
    """The statement with a table of what it is asked with before it; what is ordered stays so, as nothing is put
    around it."""
    begun = text.startswith("WITH ")
    return f'WITH "{name}" AS (SELECT {columns}){"," if begun else ""} {text.removeprefix("WITH ")}'
