"""What a metric is: one block with its meaning, formula, thresholds and the facts it is computed from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

import ibis.expr.types as ir

from cockpit.metrics.parts import Parts
from cockpit.period import Grain

Unit = Literal["hours", "days", "amount", "share", "count", "rate_per_year"]
Direction = Literal["down", "up", "band", "none"]
Importance = Literal["S", "T", "O"]
Kind = Literal["duration", "sum", "ratio", "count"]
Placement = Literal["day", "periods"]


@dataclass(frozen=True)
class LedgerFacts:
    """What a query must know of a ledger."""

    name: str
    timezone: str
    month_start_day: int
    currency: str | None
    now: datetime  # UTC, naive; the ledger's own now or the clock's
    sample: bool


class FactContext(Protocol):
    """What a facts function is given.

    The statement made of the facts is kept and asked again for other windows: of `start` and `end` only the day of the
    month is real, `today` stands for the ledgers' current day, and a ledger's `now` is not known.
    """

    params: Mapping[str, str]
    ledgers: tuple[LedgerFacts, ...]
    start: date | None  # inclusive local day
    end: date | None  # exclusive local day
    today: date
    grain: Grain
    periods: ir.Table  # columns period_start, period_end (exclusive), both date, and period_at, the instant (UTC) as of
    # which it is told: its end, or now where that is earlier; one row with the window for grain all
    whole_months: bool  # every period is a whole month of the ledgers
    notes: list[tuple[str, dict[str, str]]]  # notes to show beside the figures: (key below ``note.``, params)
    by: tuple[str, ...]  # dimensions the question breaks down along
    where: Mapping[str, tuple[str, ...]]  # and those it filters on; the engine filters, facts only need to know

    def read(self, table: str) -> ir.Table:
        """A canonical or derived table under the actor's scope, limited to the ledgers asked for."""
        ...


@dataclass(frozen=True)
class Parameter:
    """A parameter of a metric: its choices and default. Without choices it is a number from 0 to 1, a share."""

    default: str
    choices: tuple[str, ...] = ()

    def takes(self, value: str) -> bool:
        """Whether the parameter can have this value."""
        if self.choices:
            return value in self.choices
        return re.fullmatch(r"0(\.\d{1,6})?|1(\.0{1,6})?", value) is not None


@dataclass(frozen=True)
class Thresholds:
    """Starting values in the metric's unit (shares as fractions). For direction `band`, `band` is the good range.

    `relative_band` is a share around the metric's own 12-month median. With `natural` the limits are those of the
    metric's own course (XmR chart): mean ± 2.66 × mean moving range of the periods before. `figure` names a further
    figure of the row that is its warning limit, twice of which is critical. `chosen` ones were set by a person, and no
    plan stands in for their warning limit.
    """

    target: Decimal | None = None
    warning: Decimal | None = None
    critical: Decimal | None = None
    band: tuple[Decimal, Decimal] | None = None
    relative_band: Decimal | None = None
    natural: bool = False
    figure: str | None = None
    chosen: bool = False


@dataclass(frozen=True)
class Metric:
    """One metric. Texts live in the catalogues: ``metric.<name>.label|sentence|formula|caveat|example``.

    A document's share in a ratio or a growth is no ratio: `contribution` gives its unit for the parameters asked with,
    and ``metric.<name>.contribution`` says what it is.

    `facts` gives one row per document, line, act or position, before any filter on time, with these columns:

    - ``ledger`` string; ``reason`` string, null where the row counts, else why it is excluded (``reason.`` catalogue);
    - placement ``day``: ``day`` date, the local business day that decides the period (null: excluded, reason given);
      placement ``periods``: ``period_start`` date, the row of `FactContext.periods` it belongs to;
    - every name in `dimensions`, as string; a dimension ``reason`` as ``told_reason``;
    - kind ``duration``: ``seconds`` (float64); ``sum``: ``amount`` (decimal); ``ratio``: ``numerator``,
      ``denominator`` (decimal or float64); ``count`` counts the rows;
    - optional ``currency`` string: amounts of different currencies are never added, rows split by it;
    - optional ``counts`` integer: how many of what is counted as n the row stands for; one where it is not told;
    - optional ``provisional`` boolean: the figure rests on days whose official calendar is not out;
    - ``document_table`` string, ``document`` uuid, ``document_no`` string: where a drill leads.

    `fields` are further figures of a group: name → aggregate of the grouped facts, excluded rows already left out.
    `parts` are aggregates that are taken apart for each reason (``_n``, the number of rows, always is); what is made
    of a group's `Parts` (fields included): `all_fields`, further figures that look at excluded rows as well; `value`,
    where the kind's own headline figure does not do; `flags`, notes that belong to the figure only when something is
    so (key below ``note.``), shown once when it is so for any group of the answer.

    `needs` gives, for the parameters asked with, the groups of columns (`cockpit.model.sensitive`) without which the
    figure, a further figure or a document's share would be another one: who may not see them gets no figure at all.
    """

    name: str
    unit: Unit
    direction: Direction
    importance: Importance
    process: Literal["procurement", "inventory", "revenue", "reconciliation", "process", "data"]
    owner: str  # key below ``owner.`` in the catalogues
    kind: Kind
    sources: tuple[str, ...]  # canonical tables
    dimensions: tuple[str, ...]
    facts: Callable[[FactContext], ir.Table]
    placement: Placement = "day"
    thresholds: Thresholds = Thresholds()
    params: Mapping[str, Parameter] = field(default_factory=dict)
    fields: Mapping[str, Callable[[ir.Table], ir.Value]] = field(default_factory=dict)
    parts: Mapping[str, Callable[[ir.Table], ir.Value]] = field(default_factory=dict)
    all_fields: Mapping[str, Callable[[Parts], Any]] = field(default_factory=dict)
    flags: Mapping[str, Callable[[Parts], bool]] = field(default_factory=dict)
    value: Callable[[Parts], float | None] | None = None
    scale: Decimal = Decimal(1)  # headline = computed × scale (seconds → hours: 1/3600)
    growth: bool = False  # divide by the same window a year earlier, minus 1
    sequential: bool = False  # with `growth`: by the period before; per working day unless ``adjust`` is ``none``
    clock: bool = False  # its periods are those of the clock: it changes as time passes, whatever is delivered
    paced_by: tuple[str, ...] = ()  # the figure goes no further than what is delivered of each of these sources
    as_of: bool = False  # taken at each period's end
    contribution: Callable[[Mapping[str, str]], Unit] | None = None  # unit of a document's share, where it is another
    split: tuple[str, ...] = ()  # dimensions that are never added: split by them unless one value is named
    documents: Callable[[FactContext], ir.Table] | None = None  # drill rows, where facts are not documents
    needs: Callable[[Mapping[str, str]], frozenset[str]] = lambda _: frozenset()
    version: int = 1
