"""Where a figure or its change comes from (归因): the parts that contribute most, over all dimensions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.period import Period, previous, year_earlier
from cockpit.service.results import Cause, CauseReport, RevenueSplit
from cockpit.ui import blocks, facts, marks, navigate, states, words
from cockpit.ui import format as fmt
from cockpit.ui.cards import Ask, title_of
from cockpit.ui.filters import DIMENSIONS
from cockpit.ui.ink import ink
from cockpit.ui.tree import Node, h
from cockpit.ui.trend import plain
from cockpit.ui.view import View

AGAINST = ("previous", "last_year")
EFFECTS = ("price", "volume", "mix", "come", "gone")


def causes(view: View, ask: Ask) -> None:
    """Draw what the change of the shown month comes from; against the month before or the same month last year."""
    key = f"causes-{ask.key}"
    before = _against(view, key, AGAINST[0])
    try:
        report = view.causes(ask, before)
    except CockpitError as error:
        ink(states.state(view, view.state_of(error), view.error(error)), f"{key}-state", navigate.follow)
        return
    title = heading(view, view.text("causes.title"), ask, before)
    if report.explained is None or not report.causes:
        why = view.text("causes.incomparable" if report.explained is None else "causes.nothing")
        ink(h("div", "blk", h("h3", "", title), states.state(view, "empty", why)), f"{key}-state")
        return
    scale = scale_of(view, report)
    note = said(view, report, scale)
    table = as_table(view, ask, report, before)
    blocks.block(view, key, title, note, table, lambda: _draw(view, key, report, scale))


def revenue_split(view: View) -> None:
    """Draw a change of revenue by price, volume and mix; against the same month last year at first."""
    ask, key = Ask("revenue"), "split-revenue"
    before = _against(view, key, AGAINST[1])
    title = heading(view, view.text("split.title"), ask, before)
    try:
        split = view.revenue_split(before)
    except CockpitError as error:
        ink(states.state(view, view.state_of(error), view.error(error)), f"{key}-state", navigate.follow)
        return
    if split is None:
        empty = states.state(view, "empty", view.text("causes.incomparable"))
        ink(h("div", "blk", h("h3", "", title), empty), f"{key}-state")
        return
    named = [(name, getattr(split, name)) for name in EFFECTS]
    scale = fmt.scale_for([split.value, split.before], "amount", view.language, currency=split.currency)
    growth = (split.value - split.before) / split.before if split.before > 0 else None
    days = "" if split.days is None else view.text("causes.days", count=split.days)
    note = fmt.join([f"{view.text('column.change')} {fmt.percent(growth, sign=True)}", days], view.language)
    rows = [("causes.before", split.before), *((f"split.{name}", value) for name, value in named)]
    rows.append(("split.now", split.value))
    lines = [[view.text(name), plain(value, "amount")] for name, value in rows]
    columns = [view.text("split.effect"), ask_label(view, ask)]
    table = blocks.Table(view.text("split.title"), columns, lines, _about(view, ask, before))

    def draw() -> None:
        ink(split_table(view, split, named, scale), key)

    blocks.block(view, key, title, note, table, draw)


def split_table(view: View, split: RevenueSplit, named: Sequence[tuple[str, float]], scale: fmt.Scale) -> Node:
    """From the earlier revenue to the later one, effect by effect; shares are of the earlier one."""
    reach = max([abs(value) for _, value in named], default=0.0) or 1.0

    def line(name: str, value: float) -> Node:
        share = value / split.before if split.before > 0 else None
        css = "bar" if value >= 0 else "bar less"
        return h(
            "tr",
            "",
            h("td", "name nw", view.text(f"split.{name}"), h("span", "soft", " ", view.text(f"split.{name}_is"))),
            h("td", "n", scale.number(value, sign=True)),
            h("td", "n", fmt.percent(share, sign=True)),
            h("td", "cell", h("span", css, w=round(100 * abs(value) / reach, 1))),
        )

    def end(name: str, value: float) -> Node:
        return h("tr", "tot", h("td", "", name), h("td", "n", scale.number(value)), h("td", ""), h("td", ""))

    keys = ("split.effect", "", "split.of_before", "")
    heads = [view.text(key) if key else "" for key in keys]
    heads[1] = scale.unit
    head = h("tr", "", *(h("th", "n" if i in (1, 2) else "", name) for i, name in enumerate(heads)))
    body = [
        end(view.text("causes.before"), split.before),
        *(line(name, value) for name, value in named),
        end(view.text("split.now"), split.value),
    ]
    table = h("table", "", h("thead", "", head), h("tbody", "", *body))
    return h("div", "blk scroll", table, h("div", "s", view.text("split.note")))


def _against(view: View, key: str, first: str) -> Period:
    """The period chosen to compare with."""
    chosen = st.segmented_control(
        view.text("causes.against"),
        AGAINST,
        key=f"{key}-against",
        default=first,
        format_func=lambda code: view.text(f"causes.{code}"),
        label_visibility="collapsed",
        required=True,
    )
    return year_earlier(view.filters.shown) if chosen == "last_year" else previous(view.filters.shown)


def _draw(view: View, key: str, report: CauseReport, scale: fmt.Scale) -> None:
    def go(one: Cause) -> str | None:
        return navigate.target("slice", one.dimension, one.value) if one.dimension in DIMENSIONS and one.value else None

    unit = view.entry(report.metric).unit
    ink(causes_table(view, report.causes, unit, scale, go, compared=True), key, navigate.follow)


def heading(view: View, what: str, ask: Ask, before: Period) -> str:
    """``变化来自哪里 · 营收 · 2026 年 10 月，对比 2026 年 9 月``."""
    return fmt.join([what, ask_label(view, ask), _span(view, before)], view.language)


def ask_label(view: View, ask: Ask) -> str:
    return title_of(ask, view.entry(ask.metric).label, view.language)


def _span(view: View, before: Period) -> str:
    month, then = (fmt.period(one.label, view.language) for one in (view.filters.shown, before))
    return view.text("causes.span", now=month, before=then)


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
    name = f"{entry.label}_{view.text('causes.title')}"
    return blocks.Table(name, names, lines, _about(view, ask, before))


def _about(view: View, ask: Ask, before: Period) -> dict[str, str]:
    """What an export of it carries."""
    return {
        view.text("export.metric"): ask_label(view, ask),
        view.text("export.ledger"): view.company,
        view.text("export.window"): _span(view, before),
        view.text("export.filters"): facts.slices(view, view.where(ask)[0]) or view.text("export.no_filters"),
        view.text("export.version"): str(view.cockpit.version()),
    }
