"""What the reader chose to look at: ledger, month, window and slices; it lives in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from cockpit.errors import UsageError
from cockpit.period import Period, parse_period, period_of, previous

WINDOWS = ("month", "quarter", "year", "rolling")
LANGUAGE = "lang"
RESERVED = frozenset({"ledger", "month", "window", LANGUAGE})
DIMENSIONS = frozenset(
    {
        "company",
        "department",
        "category",
        "supplier",
        "requester",
        "amount_band",
        "path",
        "document_type",
        "node",
        "activity",
        "approver",
        "state",
        "process",
        "material",
        "warehouse",
        "product",
        "customer",
        "region",
        "salesperson",
        "partner",
        "side",
        "age_band",
    }
)
LONGEST = 200  # characters of a value taken from an address


@dataclass(frozen=True)
class Filters:
    """`month` labels the shown month of the ledger (``2026-11``); `where` maps dimensions to the value shown."""

    ledger: str
    month: str
    month_start_day: int = 1
    window: str = "month"
    where: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", MappingProxyType(dict(self.where)))

    @property
    def shown(self) -> Period:
        """The month of the key figures."""
        return parse_period(self.month, self.month_start_day)

    @property
    def start(self) -> date:
        """First day of the window that breakdowns and lists cover."""
        if self.window == "year":
            return period_of(self.shown.start, "year", self.month_start_day).start
        return self.months_back({"quarter": 2, "rolling": 11}.get(self.window, 0))

    @property
    def end(self) -> date:
        """First day after the shown month."""
        return self.shown.end

    def months_back(self, count: int) -> date:
        """First day of the month `count` months before the shown one."""
        month = self.shown
        for _ in range(count):
            month = previous(month)
        return month.start

    def with_slice(self, dimension: str, value: str | None) -> Filters:
        """The same choice, narrowed to one value of a dimension, or widened again with None."""
        where = {name: kept for name, kept in self.where.items() if name != dimension}
        if value is not None:
            where[dimension] = value
        return replace(self, where=where)

    def split(self, dimensions: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
        """The slices a metric with these dimensions obeys, and the names of those it cannot obey."""
        obeyed = {name: value for name, value in self.where.items() if name in dimensions}
        return obeyed, tuple(sorted(set(self.where) - set(obeyed)))

    def address(self) -> dict[str, str]:
        """As query parameters of an address."""
        params = {"ledger": self.ledger, "month": self.month}
        if self.window != "month":
            params["window"] = self.window
        return params | dict(sorted(self.where.items()))


def months_between(first: date, last: Period) -> list[str]:
    """Labels of the months from `last` back to the one that holds `first`, newest first."""
    found = [last]
    while found[-1].start > first and len(found) < LONGEST:
        found.append(previous(found[-1]))
    return [str(month.label) for month in found]


def mentions(params: Mapping[str, str]) -> bool:
    """Whether an address carries a choice at all."""
    return any(name in params for name in (*RESERVED - {LANGUAGE}, *DIMENSIONS))


def read(params: Mapping[str, str], ledgers: Sequence[str], fallback: Filters) -> Filters:
    """The choice an address carries; what it does not name, or names wrongly, comes from `fallback`.

    Another ledger than the fallback's keeps the month's name; whoever knows its months sets `month_start_day`.
    """
    ledger = params.get("ledger", "")
    window = params.get("window", "month")
    return Filters(
        ledger=ledger if ledger in ledgers else fallback.ledger,
        month=_month(params.get("month", "")) or fallback.month,
        month_start_day=fallback.month_start_day,
        window=window if window in WINDOWS else "month",
        where={name: params[name][:LONGEST] for name in sorted(DIMENSIONS) if params.get(name)},
    )


def _month(text: str) -> str | None:
    try:
        return parse_period(text).label if len(text) == len("2026-11") else None
    except UsageError:
        return None
