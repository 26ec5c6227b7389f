"""The weekly meeting on the shared screen: asks for every slide's figures, and looks for new ones by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.period import Grain
from cockpit.service.results import Alert, AlertReport
from cockpit.ui import door, help, navigate, patches, slides
from cockpit.ui.cards import Ask, Shown
from cockpit.ui.page import guard, judging
from cockpit.ui.sitemap import METRIC_PAGES
from cockpit.ui.slides import Main
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View
from cockpit.ui.wall import REFRESH, wall

WEEKS, MONTHS = 6, 12
GRAINS: tuple[Grain, Grain] = ("week", "month")
WORDS = ("meeting", "previous", "next", "turn", "off", "pause", "resume", "full", "window", "leave", "lost", "seconds")


@dataclass(frozen=True)
class Slide:
    """What the slide of a cockpit shows: its key figures in order; the first is the one drawn over time."""

    page: str
    figures: Sequence[Ask]


def meeting(asked: Sequence[Slide]) -> None:
    """Show the slides that are the reader's; metrics the dictionary does not know are left out."""

    @st.fragment(run_every=REFRESH)
    def show() -> None:
        view = guard("meeting")
        patches.wall()
        report = _report(view)
        told = {name: view.text(f"meeting.{name}") for name in WORDS} | {"help": view.text("help.short")}
        section = help.section("meeting", view.language)
        book = h("div", "", h("div", "top", h("h2", "", section.title)), section.body)
        wall(tree(view, asked, report), book, told, "wall", on_leave=navigate.to_first, on_use=door.touch)
        if report is None:
            judging(view)

    show()


def _report(view: View) -> AlertReport | CockpitError | None:
    try:
        return view.alerts()
    except CockpitError as error:
        return error


def tree(view: View, asked: Sequence[Slide], report: AlertReport | CockpitError | None) -> Node:
    """All slides; a cockpit whose page the reader may not open, or none of whose figures is theirs, has none."""
    found = [opening(view, report)]
    open_alerts = slides.gravest(report.alerts) if isinstance(report, AlertReport) else None
    known = view.metrics()
    for slide in asked:
        asks = [ask for ask in slide.figures if ask.metric in known and view.actor.may("metric", ask.metric)]
        if asks and door.allowed(view.actor, slide.page):
            found.append(_cockpit(view, slide.page, asks[: slides.FIGURES], open_alerts))
    return h("div", "slides", *found)


def opening(view: View, report: AlertReport | CockpitError | None) -> Node:
    """The exceptions; while they are being judged, or where they cannot be told, a slide that says so."""
    if isinstance(report, AlertReport):
        return slides.exceptions(view, report)
    title = view.text("meeting.title")
    if report is None:
        return slides.calm(view, title, "", view.text("rail.judging"), view.text("meeting.judging"))
    kind = view.state_of(report)
    return slides.calm(view, title, "", f"○ {view.text(f'state.{kind}')}", view.error(report))


def _cockpit(view: View, page: str, asks: Sequence[Ask], alerts: Sequence[Alert] | None) -> Node:
    shown = view.shown(asks)
    main = next((one for one in shown if one.state == "data" and not one.ask.figure), None)
    mine = None if alerts is None else [one for one in alerts if METRIC_PAGES.get(one.metric) == page]
    return slides.cockpit(view, page, shown, None if main is None else _course(view, main), mine)


def _course(view: View, shown: Shown) -> Main | None:
    """The weeks up to the last day the shown month knows of, and the months up to it."""
    filters, row = view.filters, shown.card.row
    last = filters.end - timedelta(days=1)
    until = last if shown.card.as_of is None else min(last, shown.card.as_of.date())
    currency = None if row is None else row.currency
    begin = {"week": slides.monday(until, WEEKS - 1), "month": filters.months_back(MONTHS - 1)}
    try:
        weeks, months = (view.metric(shown.ask, grain=grain, start=begin[grain]) for grain in GRAINS)
    except CockpitError:  # the card beside it says why
        return None
    drawn = (
        slides.recent(slides.of_currency(told.rows, currency), count, grain, until, filters.month_start_day)
        for told, count, grain in zip((weeks, months), (WEEKS, MONTHS), GRAINS, strict=True)
    )
    return slides.course(shown, months, *drawn)
