"""Where a figure or its change comes from (归因): the parts that contribute most, over all dimensions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.period import Period, previous, year_earlier
from cockpit.service.results import Cause, CauseReport
from cockpit.ui import blocks, facts, marks, navigate, states, words
from cockpit.ui import format as fmt
from cockpit.ui.cards import Ask, title_of
from cockpit.ui.filters import DIMENSIONS
from cockpit.ui.ink import ink
from cockpit.ui.tree import Node, h
from cockpit.ui.trend import plain
from cockpit.ui.view import View

AGAINST = ("previous", "last_year")


def causes(view: View, ask: Ask) -> None:
    """Draw what the change of the shown month comes from; against the month before or the same month last year."""
    key = f"causes-{ask.key}"
    chosen = st.segmented_control(
        view.text("causes.against"),
        AGAINST,
        key=f"{key}-against",
        default=AGAINST[0],
        format_func=lambda code: view.text(f"causes.{code}"),
        label_visibility="collapsed",
        required=True,
    )
    month = view.filters.shown
    before = year_earlier(month) if chosen == "last_year" else previous(month)
    try:
        report = view.causes(ask, before)
    except CockpitError as error:
        ink(states.state(view, view.state_of(error), view.error(error)), f"{key}-state", navigate.follow)
        return
    title = heading(view, ask, before)
    if report.explained is None or not report.causes:
        why = view.text("causes.incomparable" if report.explained is None else "causes.nothing")
        ink(h("div", "blk", h("h3", "", title), states.state(view, "empty", why)), f"{key}-state")
        return
    scale = scale_of(view, report)
    note = said(view, report, scale)
    table = as_table(view, ask, report, before)
    blocks.block(view, key, title, note, table, lambda: _draw(view, key, report, scale))


def _draw(view: View, key: str, report: CauseReport, scale: fmt.Scale) -> None:
    def go(one: Cause) -> str | None:
        return navigate.target("slice", one.dimension, one.value) if one.dimension in DIMENSIONS and one.value else None

    unit = view.entry(report.metric).unit
    ink(causes_table(view, report.causes, unit, scale, go, compared=True), key, navigate.follow)


def heading(view: View, ask: Ask, before: Period) -> str:
    """``变化来自哪里 · 营收 · 2026 年 10 月，对比 2026 年 9 月``."""
    name = title_of(ask, view.entry(ask.metric).label, view.language)
    month, then = (fmt.period(one.label, view.language) for one in (view.filters.shown, before))
    return fmt.join([view.text("causes.title"), name, view.text("causes.span", now=month, before=then)], view.language)


def scale_of(view: View, report: CauseReport) -> fmt.Scale:
    entry = view.entry(report.metric)
    clock, _ = entry.params.get("clock", ("", ()))
    values = [report.value, report.before]
    return fmt.scale_for(values, entry.unit, view.language, clock=clock, counted=report.metric)


def said(view: View, report: CauseReport, scale: fmt.Scale) -> str:
    """From what to what, and by how much."""
    entry = view.entry(report.metric)
    found = marks.change(report.value, report.before, entry.unit, entry.direction, scale, view.language)
    moved = "" if found is None else words.points(found.text, entry.unit, scale, view.language)
    word = "" if found is None else found.word
    ends = view.text("causes.ends", before=scale.with_suffix(report.before), now=scale.with_suffix(report.value))
    days = "" if report.days is None else view.text("causes.days", count=report.days)
    return fmt.join([ends, moved, word, days], view.language)


def causes_table(
    view: View,
    found: Sequence[Cause],
    unit: str,
    scale: fmt.Scale,
    go: Callable[[Cause], str | None],
    *,
    compared: bool = False,
) -> Node:
    """Each part with its own figure (and the one before, where `compared`), what it contributes, on how many."""
    if not found:
        return h("div", "s", view.text("alerts.no_cause"))
    split = any(one.rate is not None for one in found) and compared
    names = ["alerts.part", "column.value", *(["causes.before"] if compared else []), "alerts.contribution"]
    names += ["causes.rate", "causes.mix"] if split else []
    names += ["alerts.share", "", "column.n"]
    head = h("tr", "", *(h("th", "n" if i else "", view.text(key) if key else "") for i, key in enumerate(names)))

    def line(one: Cause) -> Node:
        figures = [one.figure, *([one.before] if compared else [])]
        moved = [one.contribution, *([one.rate, one.mix] if split else [])]
        share = round(100 * min(1.0, max(0.0, one.share or 0.0)), 1)
        name = h(
            "td", "name", h("span", "soft", words.source(one, view.language)), " ", words.value_of(one, view.language)
        )
        return h(
            "tr",
            "",
            name,
            *(h("td", "n", fmt.ABSENT if figure is None else scale.number(figure)) for figure in figures),
            *(h("td", "n", _moved(figure, unit, scale, view)) for figure in moved),
            h("td", "n", fmt.percent(one.share) if one.share is not None else fmt.ABSENT),
            h("td", "cell", h("span", "bar", w=share)),
            h("td", "n", fmt.whole(one.n)),
            go=go(one),
        )

    note = view.text("alerts.median_note" if unit == "hours" else "alerts.cause_note")
    table = h("table", "", h("thead", "", head), h("tbody", "", *(line(one) for one in found)))
    return h("div", "scroll", table, h("div", "s", note))


def _moved(value: float | None, unit: str, scale: fmt.Scale, view: View) -> str:
    if value is None:
        return fmt.ABSENT
    return words.points(scale.number(value, sign=True), unit, scale, view.language)


def as_table(view: View, ask: Ask, report: CauseReport, before: Period) -> blocks.Table:
    """All parts in full precision."""
    entry = view.entry(ask.metric)
    keys = ("alerts.part", "column.value", "causes.before", "alerts.contribution", "causes.rate", "causes.mix")
    names = [view.text(key) for key in (*keys, "alerts.share", "column.n")]
    lines = []
    for one in report.causes:
        part = f"{words.source(one, view.language)} {words.value_of(one, view.language)}"
        figures = (one.figure, one.before, one.contribution, one.rate, one.mix)
        lines.append([part, *(plain(figure, entry.unit) for figure in figures), plain(one.share, "share"), one.n])
    about = {
        view.text("export.metric"): entry.label,
        view.text("export.ledger"): view.company,
        view.text("export.window"): view.text(
            "causes.span",
            now=fmt.period(view.filters.shown.label, view.language),
            before=fmt.period(before.label, view.language),
        ),
        view.text("export.filters"): facts.slices(view, view.where(ask)[0]) or view.text("export.no_filters"),
        view.text("export.version"): str(view.cockpit.version()),
    }
    return blocks.Table(f"{entry.label}_{view.text('causes.title')}", names, lines, about)
