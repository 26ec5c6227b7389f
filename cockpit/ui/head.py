"""The head of a page: where one is, what is shown, and the filters; a choice made here goes along to every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from cockpit.locale import Language
from cockpit.period import period_of
from cockpit.ui import format as fmt
from cockpit.ui import guide, navigate, patches, words
from cockpit.ui.filters import WINDOWS, months_between
from cockpit.ui.ink import ink
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

ALL = ""  # the choice of a filter that narrows nothing
MOST_MONTHS = 240
WIDTH: dict[Language, int] = {"zh_CN": 116, "en": 150}  # pixels; four fit beside the title at 1440


def head(view: View, filters: Sequence[str] = (), *, monthly: bool = True) -> None:
    """Title, month and way back at the left; at the right the month, and the `filters` the page names.

    `filters` are dimensions, or ``window`` for the span that breakdowns and lists cover. What is not about one month
    (`monthly`) neither names nor offers it.
    """
    patches.apply(view.language)
    left, right = st.columns([1, 1.7], vertical_alignment="center")
    with left:
        ink(tree(view, monthly=monthly), "head", navigate.follow)
    with right, st.container(horizontal=True, horizontal_alignment="right", gap="small", key="filters"):
        _filters(view, filters, monthly=monthly)


def tree(view: View, *, monthly: bool = True) -> Node:
    """Way back (where slices are chosen), title, ledger and month."""
    name = view.text(f"page.{view.page}")
    facts = fmt.join([view.company, month_name(view) if monthly else ""], view.language)
    line = h("div", "head", h("h2", "", name), guide.sign(view.page, view.language), h("span", "s", facts))
    return h("div", "", way(view, name), line) if view.filters.where else line


def month_name(view: View) -> str:
    """The month by name; with its days where it does not begin on the first."""
    shown = view.filters.shown
    name = fmt.period(shown.label, view.language)
    if shown.start.day == 1:
        return name
    return view.text("head.month_days", month=name, days=fmt.window(shown.start, shown.end, view.language))


def way(view: View, name: str) -> Node:
    """``全公司 › 采购审批 › 部门 采购部 ×``: a click on a step goes back to it."""
    steps: list[Node] = [
        h("span", "link", view.text("head.company"), go=navigate.target("page", "overview")),
        h("span", "", "›"),
        h("span", "link", name, go=navigate.target("slices")),
    ]
    for dimension, value in view.filters.where.items():
        text = f"{words.dimension(dimension, view.language)} {words.value(dimension, value, view.language)}"
        clear = navigate.target("slice", dimension, "")
        steps += [
            h("span", "", "›"),
            h("b", "", text),
            h("span", "x", "×", go=clear, aria_label=view.text("head.clear")),
        ]
    return h("div", "crumb", *steps)


def _filters(view: View, names: Sequence[str], *, monthly: bool) -> None:
    ledgers = view.cockpit.ledgers(view.actor)
    if len(ledgers) > 1:
        _choice(view, "ledger", {one.name: words.ledger(one, view.language) for one in ledgers}, view.ledger.name)
    for name in names:
        if name == "window":
            _choice(view, name, {one: view.text(f"window.{one}") for one in WINDOWS}, view.filters.window)
        else:
            _slice(view, name)
    if monthly:
        months = {label: fmt.period(label, view.language) for label in _months(view)}
        _choice(view, "month", months, view.filters.month)


def _slice(view: View, dimension: str) -> None:
    """One dimension: everything, or one of its values; a value that is chosen but gone stays visible."""
    values = view.options(dimension)
    chosen = view.filters.where.get(dimension, ALL)
    if len(values) < 2 and chosen == ALL:
        return  # nothing to choose between
    labels = {ALL: view.text("head.all", name=words.dimension(dimension, view.language))}
    labels |= {value: words.value(dimension, value, view.language) for value in values}
    _choice(view, dimension, labels | ({chosen: chosen} if chosen not in labels else {}), chosen)


def _choice(view: View, name: str, labels: dict[str, str], chosen: str) -> None:
    key = f"filter-{name}"

    def changed() -> None:
        _apply(name, st.session_state[key])

    st.session_state[key] = chosen
    st.selectbox(
        view.text(f"filter.{name}") if name in ("ledger", "month", "window") else words.dimension(name, view.language),
        list(labels),
        key=key,
        format_func=lambda code: labels.get(code, code),
        label_visibility="collapsed",
        width=WIDTH[view.language],
        on_change=changed,
    )


def _apply(name: str, value: str) -> None:
    filters = session().filters
    if filters is None:
        return
    if name == "ledger":
        # Slices and month belong to the ledger they were chosen in.
        navigate.choose(replace(filters, ledger=value, where={}, month=""))
    elif name == "month":
        navigate.choose(replace(filters, month=value))
    elif name == "window":
        navigate.choose(replace(filters, window=value))
    else:
        navigate.choose(filters.with_slice(name, value or None))


def _months(view: View) -> list[str]:
    """Months with data, newest first, the shown one always among them."""
    shown = view.filters.shown
    first, last = _span(view)
    newest = period_of(max(last, shown.start), "month", view.filters.month_start_day)
    return months_between(min(first, shown.start), newest)[:MOST_MONTHS]


def _span(view: View) -> tuple[date, date]:
    days = [day for table in view.tables() for day in table.days.get(view.ledger.name, ())]
    shown = view.filters.shown
    return (min(days), max(days)) if days else (shown.start, shown.start)
