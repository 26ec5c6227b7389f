"""A document's acts on the working calendar: what counted as waiting, and what lay outside working time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cockpit.locale import Language, t
from cockpit.service.results import TimelineEvent
from cockpit.ui import format as fmt
from cockpit.ui import words
from cockpit.ui.tree import Node, h

Span = tuple[datetime, datetime]

MOST_DAY_LABELS = 9
LONG_SPAN_DAYS = 31  # beyond it nights are thinner than a pixel: only whole days off are drawn
DAY_OFF = timedelta(hours=23)
LABEL_LEFT_FROM = 76.0  # percent; further right a label would leave the picture


@dataclass(frozen=True)
class Axis:
    """Whole days from `start` to `end` on the document's wall clock."""

    start: datetime
    end: datetime

    @property
    def days(self) -> int:
        return max(1, round((self.end - self.start) / timedelta(days=1)))

    def x(self, instant: datetime) -> float:
        """Percent of the width."""
        share = (instant - self.start) / (self.end - self.start)
        return round(100 * min(1.0, max(0.0, share)), 2)

    def width(self, span: Span) -> float:
        return round(self.x(span[1]) - self.x(span[0]), 2)


def axis_of(events: Sequence[TimelineEvent], now: datetime) -> Axis | None:
    """From midnight before the first instant to midnight after the last; an open act reaches to `now`."""
    instants = [i for event in events for i in (event.arrived_at, event.acted_at) if i is not None]
    if not instants:
        return None
    if any(event.acted_at is None for event in events):
        instants.append(max(now.astimezone(instants[0].tzinfo), max(instants)))
    first, last = min(instants), max(instants)
    start = first.replace(hour=0, minute=0, second=0, microsecond=0)
    return Axis(start, start + timedelta(days=math.floor((last - start) / timedelta(days=1)) + 1))


def inside(span: Span, off: Iterable[Span]) -> Iterator[Span]:
    """The parts of `span` outside all `off` spans, in order: the working time in it."""
    at, end = span
    for start, stop in sorted(off):
        if stop <= at or start >= end:
            continue
        if start > at:
            yield at, start
        at = max(at, stop)
    if at < end:
        yield at, end


def timeline(events: Sequence[TimelineEvent], off: Sequence[Span], now: datetime, language: Language) -> Node | None:
    """One row per act; None where no act has an instant."""
    axis = axis_of(events, now)
    if axis is None:
        return None
    shades = [span for span in off if axis.days <= LONG_SPAN_DAYS or span[1] - span[0] >= DAY_OFF]
    slowest = max((event.working_hours or 0.0 for event in events), default=0.0)
    rows: list[Node] = [
        h("div", "hd", t("ui.timeline.who", language)),
        h("div", "tr hd", *_days(axis, off, language)),
        h("div", "hd r", t("ui.timeline.hours", language)),
    ]
    for event in events:
        rows += _row(event, axis, off, shades, slowest, language)
    return h("div", "scroll", h("div", "tl", *rows))


def _days(axis: Axis, off: Sequence[Span], language: Language) -> Iterator[Node]:
    step = math.ceil(axis.days / MOST_DAY_LABELS)
    for number in range(0, axis.days, step):
        day = axis.start + timedelta(days=number)
        text = fmt.weekday_day(day.date(), language)
        if step == 1 and _is_off(day, off):
            text += f" {t('ui.timeline.off', language)}"
        span = (day, min(day + timedelta(days=step), axis.end))
        yield h("div", "dy" if step == 1 else "dy first", text, x=axis.x(span[0]), w=axis.width(span))


def _is_off(day: datetime, off: Sequence[Span]) -> bool:
    return not any(True for _ in inside((day, day + timedelta(days=1)), off))


def _row(
    event: TimelineEvent, axis: Axis, off: Sequence[Span], shades: Sequence[Span], slowest: float, language: Language
) -> list[Node]:
    name = event.node or event.activity or words.action(event.action, language)
    marks = [_shade(span, axis) for span in shades]
    marks += _acts(event, axis, off, language)
    hours = event.working_hours
    waited = "" if hours is None or _is_point(event) else fmt.significant(hours)
    css = "r b" if waited and hours == slowest and slowest > 0 else "r"
    return [
        h("div", "", h("b", "b", name), h("span", "s", event.actor or "")),
        h("div", "tr", *marks),
        h("div", css, waited),
    ]


def _shade(span: Span, axis: Axis) -> Node:
    whole_day = span[1] - span[0] >= DAY_OFF
    return h("div", "off we" if whole_day else "off", x=axis.x(span[0]), w=axis.width(span))


def _is_point(event: TimelineEvent) -> bool:
    return event.arrived_at is None or event.arrived_at == event.acted_at


def _acts(event: TimelineEvent, axis: Axis, off: Sequence[Span], language: Language) -> list[Node]:
    done = event.acted_at
    word = words.action(event.action, language)
    if done is not None and _is_point(event):
        return [
            h("div", "pt", x=axis.x(done)),
            _label(f"{word} {fmt.short_moment(done, language)}", axis.x(done), axis.x(done)),
        ]
    if event.arrived_at is None:
        return []
    span = (event.arrived_at, done or axis.end)
    bars = [h("div", "st" if done else "st open", x=axis.x(span[0]), w=axis.width(span))]
    bars += [h("div", "on", x=axis.x(part[0]), w=axis.width(part)) for part in inside(span, off)]
    text = t("ui.timeline.open", language) if done is None else f"{word} {fmt.short_moment(done, language)}"
    return [*bars, _label(text, axis.x(span[0]), axis.x(span[1]))]


def _label(text: str, start: float, end: float) -> Node:
    """Right of the bar, or left of it where the picture ends; over it where both sides are too narrow."""
    if end <= LABEL_LEFT_FROM:
        return h("div", "lb", text, x=end)
    return h("div", "lb rt", text, x=start) if start >= 100 - LABEL_LEFT_FROM else h("div", "lb in", text, x=start)
