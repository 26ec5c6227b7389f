"""What the door answers with: plain values that pages draw and the command line prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Level = Literal["ok", "warning", "critical", "none"]
CardState = Literal["data", "empty", "not_loaded", "not_allowed"]


@dataclass(frozen=True)
class MetricRow:
    """One row of a metric: the keys of the interface's ``rows`` entry.

    `figures` holds the metric's further figures by name: p90, mean, numerator, denominator, share_under_one_minute …
    `value` and all durations are in the metric's unit; shares are fractions.
    """

    period: str | None
    start: date | None
    end: date | None  # exclusive
    dimensions: Mapping[str, str | None]
    value: float | None
    n: int
    excluded: int
    reasons: Mapping[str, int]
    coverage: float | None
    partial: bool
    provisional: bool
    currency: str | None
    target: float | None
    compare: float | None
    compare_to: str | None
    level: Level
    figures: Mapping[str, float | int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class MetricResult:
    """A metric's answer, with everything that makes the number what it is."""

    metric: str
    label: str
    unit: str
    start: date | None
    end: date | None
    grain: str
    by: tuple[str, ...]
    ledgers: tuple[str, ...]
    params: Mapping[str, str]
    as_of: datetime | None  # with offset
    version: int
    definition_version: int
    rows: tuple[MetricRow, ...]
    notes: tuple[str, ...]  # already in the asked language
    out_of_reach: bool = False  # a table does not tell what limits the actor, and gave nothing; a note says so

    def json(self) -> dict[str, Any]:
        """The document of ``metric --json``."""
        return {
            "metric": self.metric,
            "label": self.label,
            "unit": self.unit,
            "from": self.start.isoformat() if self.start else None,
            "to": self.end.isoformat() if self.end else None,
            "grain": self.grain,
            "by": list(self.by),
            "ledgers": list(self.ledgers),
            "params": dict(self.params),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "version": self.version,
            "definition_version": self.definition_version,
            "rows": [
                {
                    "period": row.period,
                    **row.dimensions,
                    "value": row.value,
                    **row.figures,
                    "n": row.n,
                    "excluded": row.excluded,
                    "reasons": dict(row.reasons),
                    "coverage": row.coverage,
                    "partial": row.partial,
                    "provisional": row.provisional,
                    "currency": row.currency,
                    "target": row.target,
                    "compare": row.compare,
                    "compare_to": row.compare_to,
                    "level": row.level,
                }
                for row in self.rows
            ],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Card:
    """One figure with what makes it readable. `trend` has up to 13 periods, oldest first, the shown one last.

    `state` is ``data``, ``empty`` (nothing in this window), ``not_loaded`` (no source table has rows; `missing` names
    them) or ``not_allowed`` (`notes` say why).
    """

    metric: str
    label: str
    unit: str
    direction: Literal["down", "up", "band", "none"]
    importance: Literal["S", "T", "O"]
    state: CardState
    row: MetricRow | None = None
    previous: MetricRow | None = None
    last_year: MetricRow | None = None
    trend: tuple[MetricRow, ...] = ()
    band: tuple[float, float] | None = None
    warning: float | None = None
    critical: float | None = None
    as_of: datetime | None = None
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    definition_version: int = 1
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Where rows came from."""

    delivery: int
    file: str
    sheet: str | None
    line: int
    table: str


@dataclass(frozen=True)
class DrillRow:
    """One document behind a number."""

    table: str
    document: str  # opaque id, for `Cockpit.document`
    document_no: str | None
    day: date | None
    dimensions: Mapping[str, str | None]
    several: tuple[str, ...]  # dimensions that have several values in the document; None among `dimensions`
    value: float | None  # its own contribution, see `DrillResult.unit`
    reason: str | None  # why it is excluded
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class DrillResult:
    """The documents behind a number. `label` says what their values are where they are not the metric's own figure
    ("" else): the consumption behind turnover days, the margin behind a rate; `unit` is the values' unit. `hidden` and
    `masked` are dimensions the actor may not see, or not as they are; without `sources_shown` the rows' files are left
    out."""

    metric: str
    label: str
    unit: str
    total: int  # documents behind the number; `rows` may be fewer
    rows: tuple[DrillRow, ...]
    figures: MetricResult
    hidden: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    sources_shown: bool = True


@dataclass(frozen=True)
class TimelineEvent:
    """One act of a document's process. Instants carry the ledger's offset."""

    node: str | None
    activity: str | None
    actor: str | None
    action: str
    arrived_at: datetime | None
    acted_at: datetime | None
    working_hours: float | None
    calendar_hours: float | None
    comment: str | None = None


@dataclass(frozen=True)
class Related:
    """Another document this one leads to or comes from."""

    table: str
    document: str
    document_no: str | None
    day: date | None
    amount: float | None
    currency: str | None
    amount_hidden: bool = False


@dataclass(frozen=True)
class DocumentView:
    """One document as people read it. `facts` and `lines` hold canonical names; labels come from the catalogues.

    `off_hours` are the spans outside working time between first and last event (local, with offset). `hidden` are the
    columns of the table that the actor may not see, filled or not, and `masked` those whose texts are pseudonyms;
    without `sources_shown` files and lines are left out.
    """

    table: str
    document: str
    document_no: str | None
    facts: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...]
    line_columns: tuple[str, ...]
    events: tuple[TimelineEvent, ...]
    off_hours: tuple[tuple[datetime, datetime], ...]
    related: tuple[Related, ...]
    sources: tuple[Source, ...]
    metric_rows: Mapping[str, MetricRow] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    sources_shown: bool = True


@dataclass(frozen=True)
class Cause:
    """One slice, or one document, that a figure or its change comes from; see `cockpit.metrics.cause`.

    `figure` and `before` are the slice's own figures now and in the period compared with, `contribution` is in the
    metric's unit, `share` its part of what is explained, `excess` the part beyond its size. `rate` and `mix` split the
    contribution to a ratio's change.
    """

    dimension: str
    value: str | None
    figure: float | None
    before: float | None
    n: int
    contribution: float
    share: float | None
    excess: float
    rate: float | None = None
    mix: float | None = None


@dataclass(frozen=True)
class CauseReport:
    """Where a figure or its change comes from, what tells most first. `explained` is the change, or the distance from
    the limit; `exact` says that contributions along one dimension add up to it (those to a median do not). `days` is
    how many days of each period were compared where the later one is not over yet."""

    metric: str
    value: float | None
    before: float | None
    explained: float | None
    exact: bool
    causes: tuple[Cause, ...]
    days: int | None = None


@dataclass(frozen=True)
class RevenueSplit:
    """A change of revenue by what made it, in `currency`; the five effects add up to `value` - `before`.

    See `cockpit.metrics.cause.price_volume_mix`. `days` is as in `CauseReport`.
    """

    value: float
    before: float
    currency: str | None
    price: float
    volume: float
    mix: float
    come: float
    gone: float
    days: int | None = None


@dataclass(frozen=True)
class Alert:
    """A figure outside its limits over one or more complete periods on end.

    `slice` names what it is about (empty: the whole); `row` is its last breached period, `course` its periods up to
    the newest judged one, oldest first. `open`: the newest judged period is still outside. `limit` is what it is held
    to; None where it is measured against its own course.
    """

    metric: str
    label: str
    unit: str
    direction: Literal["down", "up", "band", "none"]
    owner: str
    level: Level
    slice: Mapping[str, str | None]
    since: date
    until: date  # exclusive end of the last breached period
    periods: int
    open: bool
    row: MetricRow
    course: tuple[MetricRow, ...]
    limit: float | None
    causes: tuple[Cause, ...]

    def json(self) -> dict[str, Any]:
        """An entry of ``alerts --json``."""
        return {
            "metric": self.metric,
            "label": self.label,
            "slice": dict(self.slice),
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "open": self.open,
            "level": self.level,
            "value": self.row.value,
            "unit": self.unit,
            "limit": self.limit,
            "currency": self.row.currency,
            "cause": [
                {
                    "dimension": one.dimension,
                    "value": one.value,
                    "contribution": one.contribution,
                    "share": one.share,
                    "figure": one.figure,
                    "n": one.n,
                }
                for one in self.causes
            ],
        }


@dataclass(frozen=True)
class AlertReport:
    """What was judged, up to the day `at` (exclusive), and the warnings found, gravest and newest first."""

    ledgers: tuple[str, ...]
    at: date
    start: date
    periods: int  # complete periods that were judged, over all metrics
    alerts: tuple[Alert, ...]

    def json(self) -> dict[str, Any]:
        """The document of ``alerts --json``."""
        return {
            "ledgers": list(self.ledgers),
            "from": self.start.isoformat(),
            "to": self.at.isoformat(),
            "judged": self.periods,
            "alerts": [one.json() for one in self.alerts],
        }


@dataclass(frozen=True)
class LedgerView:
    name: str
    label: str
    timezone: str
    month_start_day: int
    sample: bool
    now: datetime
    deliveries: int


@dataclass(frozen=True)
class TableView:
    """A canonical table with its columns and how many rows are current."""

    name: str
    label: str
    mode: str
    key: tuple[str, ...]
    rows: Mapping[str, int]  # by ledger
    days: Mapping[str, tuple[date, date]]  # first and last business day by ledger, where its rows have any
    first_day: date | None
    last_day: date | None
    columns: tuple[Mapping[str, Any], ...]
