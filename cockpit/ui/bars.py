"""Columns of a shared screen: periods from left to right, from zero, last year pale behind, the target dotted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.locale import Language, t
from cockpit.service.results import MetricRow
from cockpit.ui import format as fmt
from cockpit.ui.tree import Node, h

WEEK = timedelta(days=7)
ROOM = 5  # characters of a figure that fit above a column
COVERED = 12  # percent of the height that a figure above a column takes at the least


@dataclass(frozen=True)
class Span:
    """What a row of columns is drawn over: the lowest and the highest figure, zero among them."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """How high above the foot a figure stands, in percent."""
        return round(100 * (value - self.low) / ((self.high - self.low) or 1), 2)


def span(rows: Sequence[MetricRow]) -> Span:
    """Holds every figure, last year's figure and target of `rows`."""
    known = [one for row in rows for one in (row.value, row.compare, row.target) if one is not None]
    return Span(min(0.0, *known, 0.0), max(0.0, *known, 0.0))


def bars(rows: Sequence[MetricRow], scale: fmt.Scale, language: Language, over: Span, until: date | None) -> Node:
    """`rows` from left to right with their figures and periods; those that do not fit are told for the last only.

    `until` is the last day the figures know of.
    """
    texts = ["" if row.value is None else scale.number(row.value) for row in rows]
    every = all(len(text) <= ROOM for text in texts)
    slots, labels = [], []
    for number, (row, text) in enumerate(zip(rows, texts, strict=True)):
        last = number == len(rows) - 1
        slots.append(_slot(row, text if every or last else "", over, last=last))
        labels.append(h("div", "", *(h("div", "", part) for part in axis(row, number, until, language))))
    return h("div", "cols", h("div", "plot", *slots), h("div", "axis", *labels))


def course(rows: Sequence[MetricRow], limit: float | None) -> Node:
    """The columns alone, with the one `limit` they are held to."""
    held = [limit] if limit is not None else []
    known = [row.value for row in rows if row.value is not None]
    over = Span(min(0.0, *known, *held, 0.0), max(0.0, *known, *held, 0.0))
    slots = [_bare(row, limit, over, last=number == len(rows) - 1) for number, row in enumerate(rows)]
    ends = [h("span", "", row.period or "") for row in (rows[0], rows[-1])] if len(rows) > 1 else []
    return h("div", "cols bare", h("div", "plot", *slots), h("div", "ends", *ends))


def cut(row: MetricRow) -> bool:
    """Whether a period is not complete: it goes on, or the shown month ends within it."""
    if row.partial or row.start is None or row.end is None:
        return row.partial
    return re.fullmatch(r"\d{4}-W\d{2}", row.period or "") is not None and row.end - row.start < WEEK


def axis(row: MetricRow, number: int, until: date | None, language: Language) -> tuple[str, ...]:
    """What stands under a column: the period, and below it the year, or how far an incomplete one goes."""
    label = row.period or ""
    match = re.fullmatch(r"\d{4}-W(\d{2})", label)
    if match:
        lines: tuple[str, ...] = (t("ui.meeting.week", language, week=int(match[1])),)
    else:
        lines = fmt.axis_month(label, language, with_year=number == 0 or label.endswith("-01"))
    if not cut(row) or row.end is None:
        return lines
    last = row.end - timedelta(days=1)
    shown = min(last, until) if until is not None else last
    return (lines[0], t("ui.meeting.until", language, day=shown.day))


def _slot(row: MetricRow, text: str, over: Span, *, last: bool) -> Node:
    """One period: last year's column behind, the figure's in front, the target across, the figure above."""
    now = _column("ac" + (" last" if last else "") + (" part" if cut(row) else ""), row.value, over)
    before = _column("py", row.compare, over)
    target = None if row.target is None else h("div", "tg", b=over.at(row.target))
    told = h("b", "last" if last else "", text, b=_head(row, over)) if text else None
    return h("div", "slot", before, now, target, told, z=over.at(0.0))


def _head(row: MetricRow, over: Span) -> float:
    """Where a figure is written: above its column, and above a target it would otherwise cover."""
    top = over.at(max(0.0, row.value or 0.0))
    aim = top if row.target is None else over.at(row.target)
    return aim if top < aim < top + COVERED else top


def _bare(row: MetricRow, limit: float | None, over: Span, *, last: bool) -> Node:
    target = None if limit is None else h("div", "tg", b=over.at(limit))
    return h("div", "slot", _column("ac last" if last else "ac", row.value, over), target, z=over.at(0.0))


def _column(classes: str, value: float | None, over: Span) -> Node | None:
    """From zero to the figure; nothing where there is none."""
    if value is None:
        return None
    low, high = over.at(min(0.0, value)), over.at(max(0.0, value))
    return h("div", classes, b=low, h=round(high - low, 2))
