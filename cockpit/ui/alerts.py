"""The page of warnings: what is wrong, since when, where it comes from, and what has recovered."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import Language
from cockpit.service.results import Alert, Cause
from cockpit.ui import blocks, facts, marks, navigate, selects, states, words
from cockpit.ui import format as fmt
from cockpit.ui.causes import causes_table
from cockpit.ui.filters import DIMENSIONS
from cockpit.ui.ink import ink
from cockpit.ui.page import judging
from cockpit.ui.rail import facts as held_to
from cockpit.ui.rail import label, scale_of
from cockpit.ui.tree import Node, h
from cockpit.ui.trend import plain
from cockpit.ui.view import View

STATES = ("open", "past", "all")
ALL = ""
MOST = 60  # warnings that are drawn; a search or a choice narrows further


def alerts(view: View) -> None:
    """Draw the page: the counts, the choices, and the warnings with their causes."""
    try:
        report = view.alerts()
    except CockpitError as error:
        ink(states.state(view, view.state_of(error), view.error(error)), "alerts-state", navigate.follow)
        return
    if report is None:
        ink(h("div", "empty", h("p", "", view.text("rail.judging"))), "alerts-judging")
        judging(view)
        return
    ink(counts(report.alerts, view), "alerts-counts")
    chosen = _chosen(view, report.alerts)
    note = view.text("alerts.judged", span=facts.span(report.start, report.at, view), count=report.periods)
    title = view.text("alerts.title", count=len(chosen))
    blocks.block(view, "alerts", title, note, as_table(view, chosen), lambda: _draw(view, chosen, bool(report.alerts)))


def counts(found: Sequence[Alert], view: View) -> Node:
    """How many are open at each level, and how many have recovered within the 13 months."""
    still = [one for one in found if one.open]
    chips = [
        marks.chip(level, view.language, sum(1 for one in still if one.level == level))
        for level in ("critical", "warning")
    ]
    past = view.text("alerts.recovered", count=len(found) - len(still))
    said = view.text("alerts.open", count=len(still)) if still else view.text("alerts.none_open")
    return h("div", "verdict", h("b", "", said), *(chips if still else []), h("span", "s", past))


def _chosen(view: View, found: Sequence[Alert]) -> list[Alert]:
    """What state, metric and search leave over."""
    with st.container(horizontal=True, gap="small", key="alerts-choices", vertical_alignment="center"):
        state = st.segmented_control(
            view.text("alerts.state"),
            STATES,
            key="alerts-state-choice",
            default=STATES[0],
            format_func=lambda code: view.text(f"alerts.state_{code}"),
            label_visibility="collapsed",
            required=True,
        )
        names = {one.metric: one.label for one in found}
        metric = selects.one(
            view.text("alerts.metric"),
            [ALL, *names],
            "alerts-metric",
            lambda name: names.get(name) or view.text("alerts.all_metrics"),
            ALL,
            label_visibility="collapsed",
            width=220,
        )
        prompt = view.text("mode.search")
        wanted = st.text_input(
            prompt, key="alerts-search", placeholder=prompt, label_visibility="collapsed", width=220
        ).strip()
    kept = [one for one in found if (state == "all" or one.open == (state != "past")) and metric in (ALL, one.metric)]
    return [one for one in kept if wanted.lower() in _text(one, view.language).lower()] if wanted else kept


def _text(alert: Alert, language: Language) -> str:
    """All words a search looks through."""
    return " ".join([label(alert, language), *(words.value_of(one, language) for one in alert.causes)])


def _draw(view: View, chosen: Sequence[Alert], some: bool) -> None:
    if not chosen:
        key = "alerts.nothing_chosen" if some else "alerts.nothing"
        ink(states.state(view, "empty", view.text(key)), "alerts-empty")
        return
    lines = [entry(view, one) for one in chosen[:MOST]]
    if len(chosen) > MOST:
        lines.append(h("div", "s", view.text("alerts.more", shown=MOST, count=len(chosen))))
    ink(h("div", "alerts", *lines), "alerts-list", navigate.follow)


def entry(view: View, alert: Alert) -> Node:
    """One warning: head, course of its months, and the table of where it comes from."""
    language, row = view.language, alert.row
    css = marks.CLASS[alert.level]
    scale = scale_of(alert, row, clock(view, alert), language)
    gap = "" if scale.unit in ("", "%") else " "
    said = fmt.join([*held_to(alert, scale, language), _owner(view, alert), counted(view, alert)], language)
    state = None if alert.open else h("span", "lv none", view.text("alerts.state_past"))
    head = h(
        "div",
        "top",
        h("span", f"sh t{css}", marks.SHAPE[alert.level]),
        h("b", "", label(alert, language)),
        marks.chip(alert.level, language),
        state,
        h("b", "v", f"{scale.number(row.value)}{gap}{scale.unit}"),
    )
    course = marks.trend(alert.course[-13:], alert.level, language, target=alert.limit, name=None)
    way = h("span", "link", view.text("alerts.open_page"), go=address(alert))
    return h(
        "div",
        "alert",
        head,
        h("div", "m s", said),
        h("div", "both", h("div", "gap", course, way), causes(view, alert)),
    )


def address(alert: Alert, dimension: str = "", value: str | None = None) -> str:
    """Where a click leads: the metric's page in the warning's month, narrowed to what it is about."""
    own = ((name, code) for name, code in alert.slice.items() if code and name in DIMENSIONS)
    name, code = (dimension, value) if dimension in DIMENSIONS and value else next(own, ("", ""))
    return navigate.target("narrowed", alert.metric, alert.row.period or "", name, code or "")


def causes(view: View, alert: Alert) -> Node:
    """Where it comes from; a click leads to the metric's page, narrowed to the part."""
    scale = scale_of(alert, alert.row, clock(view, alert), view.language)

    def go(one: Cause) -> str | None:
        return address(alert, one.dimension, one.value) if one.dimension in DIMENSIONS and one.value else None

    return causes_table(view, alert.causes, alert.unit, scale, go)


def clock(view: View, alert: Alert) -> str:
    """Whether hours are working hours: warnings are judged with the metric's own parameters."""
    default, _ = view.entry(alert.metric).params.get("clock", ("", ()))
    return default


def _owner(view: View, alert: Alert) -> str:
    return view.text("alerts.owner", name=view.entry(alert.metric).owner)


def counted(view: View, alert: Alert) -> str:
    return view.text("card.n", n=fmt.whole(alert.row.n))


def as_table(view: View, chosen: Sequence[Alert]) -> blocks.Table:
    """All chosen warnings in full precision, one line for each cause."""
    language = view.language
    keys = (
        "level",
        "metric",
        "slice",
        "since_column",
        "last",
        "value",
        "limit_column",
        "part",
        "contribution",
        "share",
    )
    names = [view.text(f"alerts.{key}") for key in keys]
    lines = []
    for one in chosen:
        slices = fmt.listed((words.value(name, code, language) for name, code in one.slice.items()), language)
        head = [view.text(f"level.{one.level}"), one.label, slices, one.since.isoformat(), one.row.period]
        figures = [plain(one.row.value, one.unit), plain(one.limit, one.unit)]
        for each in one.causes or (None,):
            if each is None:
                lines.append([*head, *figures, None, None, None])
                continue
            part = f"{words.source(each, language)} {words.value_of(each, language)}"
            lines.append([*head, *figures, part, plain(each.contribution, one.unit), plain(each.share, "share")])
    about = {
        view.text("export.ledger"): view.company,
        view.text("export.filters"): facts.slices(view, dict(view.filters.where)) or view.text("export.no_filters"),
        view.text("export.version"): str(view.cockpit.version()),
    }
    return blocks.Table(view.text("page.alerts"), names, lines, about)
