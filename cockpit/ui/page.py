"""How every page begins: who may open it, what is chosen, and the figures at its head."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import t
from cockpit.service import Cockpit
from cockpit.service.requests import Actor
from cockpit.ui import context, door, guide, navigate, states, words
from cockpit.ui.cards import Ask, scorecard, strip, verdict
from cockpit.ui.ink import ink
from cockpit.ui.rail import rail
from cockpit.ui.session import session
from cockpit.ui.tree import h
from cockpit.ui.view import View


def guard(name: str) -> View:
    """The view of the page `name`; stops the run where the actor may not open it or nothing was delivered yet.

    Each page calls it first: a page that is reached past the entry script is as guarded as any.
    """
    frame, _ = guard_data(name)
    if frame.cockpit is None or frame.ledger is None or frame.filters is None:
        _nothing_yet(frame, name)
        st.stop()
    return View(frame.cockpit, door.actor(), frame.language, name, frame.ledger, frame.filters)


def guard_data(name: str) -> tuple[context.Frame, Cockpit]:
    """As `guard`, for pages that work before the first delivery."""
    frame = context.frame()
    if frame.cockpit is None:
        _nothing_yet(frame, name)
        st.stop()
    who, memory = door.actor(), session()
    if not door.allowed(who, name):
        if who is door.NOBODY:
            door.leave()
        if memory.denied != name:  # once per visit, not with every click on the frame around it
            memory.denied = name
            frame.cockpit.turned_away(who, name)
        _refuse(frame, name, who)
        st.stop()
    memory.denied = None
    return frame, frame.cockpit


def _refuse(frame: context.Frame, name: str, who: Actor) -> None:
    """Why the page stays closed, and who can open it."""
    page = t(f"ui.page.{name}", frame.language)
    key = "refused" if who.behind is None else "refused_behind"
    why = t(f"ui.state.{key}", frame.language, name=page)
    told = h("b", "", f"○ {t('ui.state.not_allowed', frame.language)}")
    ink(h("div", "empty", told, h("p", "", why), h("p", "", t("ui.state.refused_cure", frame.language))), "refused")


def title(frame: context.Frame, name: str, *, of_ledger: bool = True) -> None:
    """The head of a page without filters; with the ledger's name where the page is about one."""
    said = words.ledger(frame.ledger, frame.language) if frame.ledger is not None and of_ledger else ""
    head = h("h2", "", t(f"ui.page.{name}", frame.language))
    ink(h("div", "head", head, guide.sign(name, frame.language), h("span", "s", said)), "head", navigate.follow)


def _nothing_yet(frame: context.Frame, name: str) -> None:
    """Before the first delivery: what to do; while the sample company is on its way, look again by itself."""
    key = "nothing" if frame.cockpit is not None else "starting"
    head = h("h2", "", t("ui.shell.product", frame.language))
    ink(h("div", "head", head, guide.sign(name, frame.language)), "head", navigate.follow)
    mine = door.allowed(door.actor(), "data")
    link = h("p", "", h("span", "link", t("ui.state.import", frame.language), go=navigate.target("data")))
    body = h("p", "", t(f"ui.state.{key}", frame.language))
    ink(h("div", "empty", body, link if key == "nothing" and mine else None), "nothing", navigate.follow)

    @st.fragment(run_every=2)
    def look_again() -> None:
        if context.has_data():
            st.rerun()

    look_again()


def overview(view: View, asks: Sequence[Ask | str]) -> None:
    """The verdict, the scorecard by importance, beside it warnings and what moved; only figures that are theirs."""
    mine = [ask for ask in _asks(asks) if view.actor.may("metric", ask.metric)]
    if not mine:
        ink(states.state(view, "not_allowed", view.text("state.no_figures")), "figures-refused")
        return
    shown = view.shown(mine)
    ink(verdict(shown, view.language), "verdict")
    left, right = st.columns([3.2, 1], gap="medium")
    with left:
        ink(scorecard(shown, view.language), "scorecard", navigate.follow)
    with right:
        try:
            report = view.alerts()
            alerts = None if report is None else report.alerts
            listed = door.allowed(view.actor, "alerts")
            ink(rail(alerts, view.filters.shown, shown, view.language, whole=listed), "rail", navigate.follow)
            if report is None:
                judging(view)
        except CockpitError as error:
            ink(states.state(view, view.state_of(error), view.error(error)), "rail-state", navigate.follow)


def judging(view: View) -> None:
    """While warnings are being judged: look again by itself, and draw the page anew once they are there."""

    @st.fragment(run_every=2)
    def look_again() -> None:
        if view.alerts() is not None:
            st.rerun()

    look_again()


def key_figures(view: View, asks: Sequence[Ask | str], name: str = "first") -> None:
    """A strip of figures at the head of a detail page; a click explains one. Strips of a page differ by `name`."""
    ink(strip(view.shown(_asks(asks)), view.language), f"strip-{name}", navigate.follow)


def _asks(asks: Sequence[Ask | str]) -> list[Ask]:
    return [ask if isinstance(ask, Ask) else Ask(ask) for ask in asks]
