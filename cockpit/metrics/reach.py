"""How far delivered data reach, and so which periods are complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir

from cockpit.metrics.query import Reads
from cockpit.metrics.question import local_today
from cockpit.metrics.types import LedgerFacts
from cockpit.scope import Scope
from cockpit.warehouse.statements import one, some


class Runs(Protocol):
    def records(self, statement: str, params: Sequence[object] = ()) -> list[dict[str, Any]]: ...


@dataclass(frozen=True)
class Reach:
    """Reach of one canonical table in some ledgers.

    `first` and `last` are the first and last business day with rows, `gap` the longest distance in days between two
    neighbouring days with rows in the 12 months before `last`, `stated` the last day that a file or a person stated
    the data to reach, `today` the ledger's current day.
    """

    first: date | None
    last: date | None
    gap: int
    stated: date | None
    today: date

    def complete(self, end: date) -> bool:
        """Whether a period ending before `end` (exclusive) is fully delivered; one that contains now never is."""
        final = end - timedelta(days=1)
        if final >= self.today or self.last is None:
            return False
        if self.last >= final:
            return True
        if self.stated is not None and self.stated >= self.last:  # an older word says nothing about newer data
            return self.stated >= final
        return (final - self.last).days <= self.gap

    @property
    def until(self) -> date | None:
        """The last day the data speak for."""
        if self.last is None:
            return None
        return min(max(self.last, self.stated or self.last), self.today)


def reach(warehouse: Runs, table: str, ledgers: Sequence[LedgerFacts]) -> Reach:
    """How far `table` reaches in `ledgers`. Days later than today (typing mistakes, plans) do not count."""
    today = local_today(ledgers) if ledgers else date.max
    names = [ledger.name for ledger in ledgers]
    # A period counts on its last day and begins on its first.
    first = "SELECT min(day) FROM d"
    if table == "stock_summaries":
        first = "SELECT min(period_start) FROM stock_summaries WHERE list_contains($2, ledger)"
    row = warehouse.records(
        'WITH d AS (SELECT DISTINCT day FROM data_days WHERE "table" = $1 AND list_contains($2, ledger) AND day <= $3),'
        " e AS (SELECT max(day) AS last FROM d),"
        " g AS (SELECT max(day - before) AS gap FROM (SELECT day, lag(day) OVER (ORDER BY day) AS before FROM d), e"
        "  WHERE day > last - INTERVAL 1 YEAR),"
        " s AS (SELECT min(stated) AS stated FROM (SELECT x.ledger, max(timezone(l.timezone,"
        " timezone('UTC', x.export_at))"
        "  ::DATE) AS stated FROM deliveries x JOIN parts p ON p.delivery = x.id JOIN ledgers l ON l.name = x.ledger"
        '  WHERE p."table" = $1 AND list_contains($2, x.ledger) AND x.active_from IS NOT NULL AND x.active_to IS NULL'
        "  GROUP BY x.ledger))"
        f" SELECT ({first}) AS first, last, gap, stated FROM e, g, s",
        [table, names, today],
    )[0]
    stated = row["stated"]
    return Reach(row["first"], row["last"], int(row["gap"] or 0), stated, today)


def any_before(
    warehouse: Reads, table: str, day: str, end: date | None, scope: Scope, ledgers: tuple[str, ...]
) -> bool:
    """Whether the scope reaches a row of the table with a business day before `end`."""

    def found(limits: Scope) -> ir.Table:
        rows = warehouse.read(table, limits, (some("ledgers"),))
        if end is not None:
            rows = rows.filter(rows[day] < ibis.literal(one("end")).cast("date"))
        return rows.select("ledger").limit(1)

    kind = ("any before", table, day, end is None)
    return bool(warehouse.ask(kind, scope, found, ledgers=ledgers, end=end and end.isoformat()))
