"""From address, memory and data to the ledger and month that are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from cockpit.period import period_of
from cockpit.service.results import LedgerView
from cockpit.ui.filters import Filters, mentions, read

NewestMonth = Callable[[str], tuple[date, date] | None]


def resolve(
    address: Mapping[str, str],
    remembered: Filters | None,
    ledgers: Sequence[LedgerView],
    default: str | None,
    newest: NewestMonth,
) -> Filters | None:
    """The choice to show: the address where it carries one, else what this tab remembers, else the newest month.

    None where there is no ledger at all. `newest` gives a ledger's newest month with data.
    """
    if not ledgers:
        return None
    names = [one.name for one in ledgers]
    start = default if default in names else names[0]
    before = remembered if remembered is not None and remembered.ledger in names else Filters(start, "")
    chosen = read(address, names, before) if mentions(address) else before
    ledger = ledgers[names.index(chosen.ledger)]
    chosen = replace(chosen, month_start_day=ledger.month_start_day)
    return chosen if chosen.month else replace(chosen, month=_month(ledger, newest))


def _month(ledger: LedgerView, newest: NewestMonth) -> str:
    span = newest(ledger.name)
    day = ledger.now.date() if span is None else span[0]
    return str(period_of(day, "month", ledger.month_start_day).label)
