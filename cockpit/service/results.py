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
class Breach:
    """A metric outside its threshold now."""

    metric: str
    label: str
    level: Level
    row: MetricRow
    unit: str
    causes: tuple[tuple[str, str | None, float | None, float | None], ...]  # dimension, value, figure, share of effect


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
