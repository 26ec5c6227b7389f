"""When a figure warns: the limits that hold, who changed them and why, and the form to change or take them back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import Language
from cockpit.service.reports import MetricEntry
from cockpit.service.thresholds import BAND, EDGES, EVERYWHERE, LimitDraft, LimitView
from cockpit.ui import blocks, context, rights, selects, words
from cockpit.ui import format as fmt
from cockpit.ui.ink import ink
from cockpit.ui.outcome import outcome
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View


def show(view: View, entry: MetricEntry) -> None:
    """Draw the history of the limits, and for those who may the form."""
    if entry.direction == "none":
        return
    left, right = st.columns([2, 1], gap="large")
    with left:
        _history(view, entry)
    with right:
        ink(h("div", "blk", h("h3", "", view.text("limits.change"))), "limits-title")
        outcome()
        if view.actor.may("threshold"):
            _form(view, entry)
        else:
            ink(rights.not_yours(context.frame(), "threshold"), "limits-refused")


def names(entry: MetricEntry) -> tuple[str, str]:
    return BAND if entry.direction == "band" else EDGES


def said(values: Mapping[str, Decimal], entry: MetricEntry, language: Language, view: View) -> str:
    """``关注 8 小时、超限 24 小时``; where there are none, that the dictionary's hold."""
    if not values:
        return view.text("limits.default")
    scale = fmt.scale_for((float(value) for value in values.values()), entry.unit, language, counted=entry.name)
    unit = "" if scale.unit in ("", "%") else f" {scale.unit}"
    return fmt.listed(
        (
            f"{view.text(f'limits.{name}')} {scale.with_suffix(float(values[name]))}{unit}"
            for name in names(entry)
            if name in values
        ),
        language,
    )


def _history(view: View, entry: MetricEntry) -> None:
    title = view.text("limits.history")
    if not entry.changes:
        none = h("p", "s", view.text("limits.unchanged"))
        ink(h("div", "blk", h("h3", "", title), none), "limits-history")
        return
    note = view.text("limits.note")
    blocks.block(
        view, "limits", title, note, table(view, entry), lambda: _draw(view, entry),
    )  # fmt: skip


def _draw(view: View, entry: MetricEntry) -> None:
    ink(tree(view, entry), "limits-history")


def tree(view: View, entry: MetricEntry) -> Node:
    """A line for each change, newest first; the one that holds today is marked."""
    columns = ("from", "limits", "before", "where", "who", "reason")
    head = h("tr", "", *(h("th", "", view.text(f"limits.{name}"), scope="col") for name in columns))
    held = in_force(view, entry)
    body = []
    for one in entry.changes:
        mark = h("span", "s mk", view.text("dictionary.in_force")) if held is not None and one.id == held.id else None
        body.append(
            h(
                "tr",
                "",
                h("td", "nw", fmt.day(one.valid_from, view.language), mark),
                h("td", "b", said(one.limits, entry, view.language, view)),
                h("td", "soft", said(one.before, entry, view.language, view)),
                h("td", "", where(view, one)),
                h("td", "nw", one.changed_by, h("div", "s", fmt.day(one.changed_at.date(), view.language))),
                h("td", "name", one.reason),
            )
        )
    return h("div", "blk scroll", h("table", "stack", h("thead", "", head), h("tbody", "", *body)))


def in_force(view: View, entry: MetricEntry) -> LimitView | None:
    """The change whose limits hold today in the shown ledger."""
    for ledger in (view.ledger.name, EVERYWHERE):
        found = [one for one in entry.changes if one.ledger == ledger and one.valid_from <= view.ledger.now.date()]
        newest = max(found, key=lambda one: (one.valid_from, one.id), default=None)
        if newest is not None and newest.limits:
            return newest
    return None


def where(view: View, one: LimitView) -> str:
    if one.ledger == EVERYWHERE:
        return view.text("limits.everywhere")
    known = next((ledger for ledger in view.cockpit.ledgers(view.actor) if ledger.name == one.ledger), None)
    return words.ledger(known, view.language) if known else one.ledger


def table(view: View, entry: MetricEntry) -> blocks.Table:
    """Every change in full."""
    columns = [view.text(f"limits.{name}") for name in ("from", "limits", "before", "where", "who", "when", "reason")]
    rows = [
        [
            one.valid_from.isoformat(),
            said(one.limits, entry, view.language, view),
            said(one.before, entry, view.language, view),
            where(view, one),
            one.changed_by,
            fmt.moment(one.changed_at, view.language),
            one.reason,
        ]
        for one in entry.changes
    ]
    about = {view.text("export.metric"): entry.label, view.text("export.version"): str(view.cockpit.version())}
    return blocks.Table(f"{view.text('limits.history')}_{entry.name}", columns, rows, about)


# ---------------------------------------------------------------- change


def _form(view: View, entry: MetricEntry) -> None:
    first, second = names(entry)
    unit = "%" if entry.unit == "share" else fmt.scale_for((), entry.unit, view.language, counted=entry.name).unit
    values: dict[str, str] = {}
    with st.form(f"limits-form-{entry.name}", border=False):
        for column, name in zip(st.columns(2), (first, second), strict=True):
            label = view.text(f"limits.{name}")
            with column:
                values[name] = st.text_input(
                    view.text("block.unit", name=label, unit=unit) if unit else label,
                    value=typed(_held(entry, name), entry.unit),
                    key=f"limits-{entry.name}-{name}",
                )
        column_from, column_where = st.columns(2)
        with column_from:
            day = st.date_input(
                view.text("limits.from"), value=view.filters.shown.start, key=f"limits-{entry.name}-from",
                format="YYYY-MM-DD",
            )  # fmt: skip
        with column_where:
            ledger = selects.one(
                view.text("limits.where"),
                [view.ledger.name, EVERYWHERE],
                f"limits-{entry.name}-where",
                lambda name: view.company if name else view.text("limits.everywhere"),
                view.ledger.name,
            )
        reason = st.text_input(view.text("limits.reason"), key=f"limits-{entry.name}-reason", max_chars=400)
        with st.container(horizontal=True, gap="small"):
            saved = st.form_submit_button(view.text("limits.save"), icon=":material/check:")
            taken_back = st.form_submit_button(view.text("limits.take_back"))
    if saved or taken_back:
        _change(view, entry, ledger, day, {} if taken_back else values, reason)


def _change(view: View, entry: MetricEntry, ledger: str, day: object, values: Mapping[str, str], reason: str) -> None:
    """Hand the draft over, and say what became of it."""
    if not isinstance(day, date):
        session().outcome = ("error", view.text("limits.day_missing"))
    elif values and not any(text.strip() for text in values.values()):
        session().outcome = ("error", view.text("limits.values_missing"))
    else:
        try:
            draft = LimitDraft(entry.name, ledger, day, values, reason)
            made = view.cockpit.set_limits(view.actor, draft, view.language)
        except CockpitError as error:
            session().outcome = ("error", view.error(error))
        else:
            facts = {"label": entry.label, "day": fmt.day(made.valid_from, view.language)}
            session().outcome = ("success", view.text("limits.saved" if made.limits else "limits.taken_back", **facts))
    st.rerun()


def _held(entry: MetricEntry, name: str) -> float | None:
    if name in BAND:
        return entry.band[BAND.index(name)] if entry.band else None
    return entry.warning if name == "warning" else entry.critical


def typed(value: float | None, unit: str) -> str:
    """A limit as it is typed: shares in percent, no digits that say nothing."""
    if value is None:
        return ""
    return f"{round(value * (100 if unit == 'share' else 1), 6):f}".rstrip("0").rstrip(".")
