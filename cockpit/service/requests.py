"""What the door is asked: who asks, and what for, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from cockpit.access import LOCAL_ADMINISTRATOR, Actor
from cockpit.period import Grain

__all__ = ["LOCAL_ADMINISTRATOR", "Actor", "CardRequest", "LoadRequest", "MetricRequest", "StockRequest", "Window"]


@dataclass(frozen=True)
class LoadRequest:
    """How files are to be read. What is not said is recognised.

    `map` gives the header that fills a canonical field, `set` the value a field has in every row. `as_of` is the
    instant the export was taken (without offset: the ledger's wall time). `dry_run` changes nothing. `force` leaves
    out parts that cannot be read; it never overrides a held one.
    """

    ledger: str | None = None
    table: str | None = None
    process: str | None = None
    department: str | None = None
    sheet: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)
    set: Mapping[str, str] = field(default_factory=dict)
    as_of: datetime | None = None
    dry_run: bool = False
    force: bool = False


@dataclass(frozen=True)
class MetricRequest:
    """Which figure: business days from `start` (inclusive) to `end` (exclusive), cut by `grain` and dimensions.

    `where` keeps the rows whose dimension has the value. `ledger` None means: the ledger ``default`` if it holds data,
    else the only real one, else the sample. Without `compare` nobody looks a year back, which spares a question;
    growth always does.
    """

    start: date | None = None
    end: date | None = None
    grain: Grain = "all"
    by: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    ledger: str | None = None
    compare: bool = True


@dataclass(frozen=True)
class CardRequest:
    """The window of some cards: one whole period from `start` (inclusive) to `end` (exclusive)."""

    ledger: str
    start: date
    end: date
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StockRequest:
    """The stock card of one material: movements from `start` (inclusive) to `end` (exclusive), months from
    `months_from` on; `where` may name a company and a warehouse."""

    ledger: str
    material: str
    start: date
    end: date
    months_from: date
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """What is explained: one period from `start` (inclusive) to `end` (exclusive) of a ledger, under these slices.

    A window that is one whole month says so by its `grain`: it is asked as months are, whose statements are there.
    """

    ledger: str | None
    start: date
    end: date
    where: Mapping[str, str] = field(default_factory=dict)
    grain: Literal["all", "month"] = "all"

    def asked(self, by: tuple[str, ...] = ()) -> MetricRequest:
        """The whole period as one figure, cut `by` dimensions."""
        return MetricRequest(self.start, self.end, self.grain, by, self.where, {}, self.ledger, compare=False)
