"""个人: what everybody sets for themselves: language, password, and where they are signed in."""

from __future__ import annotations

from typing import cast

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import LANGUAGES, Language
from cockpit.service import Cockpit
from cockpit.service.entrance import THEMES
from cockpit.ui import door, patches, tour
from cockpit.ui.admin import sessions as session_desk
from cockpit.ui.admin.office import Office
from cockpit.ui.context import Frame
from cockpit.ui.filters import LANGUAGE
from cockpit.ui.ink import ink
from cockpit.ui.language import NAMES, recognise
from cockpit.ui.outcome import outcome
from cockpit.ui.page_text import error_text, text
from cockpit.ui.plain import plain
from cockpit.ui.session import session
from cockpit.ui.tree import h

SECRETS = ("old", "new", "again")


def account(frame: Frame, cockpit: Cockpit) -> None:
    """Language and password at the left, sessions at the right."""
    patches.apply(frame.language)
    outcome()
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        _language(frame, cockpit)
        _theme(frame, cockpit)
        _tour(frame)
        _password(frame, cockpit)
    with right:
        _sessions(frame, cockpit)


def _language(frame: Frame, cockpit: Cockpit) -> None:
    """The language of every later login; the tab follows at once."""
    ink(_heading(frame, "language"), "account-language-head")
    who = door.own()
    saved = recognise(cockpit.entrance.preference(who))

    def chosen() -> None:
        wanted = st.session_state.get("account-language")
        if wanted in LANGUAGES:
            door.prefer(wanted)
            session().language = wanted
            st.query_params.pop(LANGUAGE, None)

    st.segmented_control(
        text(frame, "account.language"),
        LANGUAGES,
        default=saved or frame.language,
        key="account-language",
        format_func=lambda code: NAMES[cast(Language, code)],
        label_visibility="collapsed",
        required=True,
        on_change=chosen,
    )


def _theme(frame: Frame, cockpit: Cockpit) -> None:
    """Light, dark or as the system has it, wherever one signs in; the page is loaded anew in it. The invented people
    are many who share one account."""
    who = door.own()
    if who.demo:
        return
    if session().reload:
        session().reload = False
        door.leave()
    ink(_heading(frame, "theme"), "account-theme-head")
    st.segmented_control(
        text(frame, "account.theme"),
        ("", *THEMES),
        default=cockpit.entrance.theme(who) or "",
        key="account-theme",
        format_func=lambda code: text(frame, f"account.theme_{code or 'system'}"),
        label_visibility="collapsed",
        required=True,
        on_change=lambda: door.show(str(st.session_state["account-theme"] or "")),
    )


def _tour(frame: Frame) -> None:
    """Whoever ended the tour can be led through once more."""
    if tour.possible(frame):
        ink(_heading(frame, "tour"), "account-tour-head")
        st.button(text(frame, "tour.again"), key="account-tour", on_click=lambda: tour.begin(frame))


def _password(frame: Frame, cockpit: Cockpit) -> None:
    """Old once, new twice; every other session of the person ends."""
    ink(_heading(frame, "password"), "account-password-head")
    if door.own().demo:
        ink(h("div", "empty", h("p", "", text(frame, "account.demo"))), "account-demo")
        return
    typed = {
        name: st.text_input(
            text(frame, f"account.{name}"),
            type="password",
            key=f"account-{name}",
            autocomplete="current-password" if name == "old" else "new-password",
            width=360,
        )
        for name in SECRETS
    }
    if not st.button(f"**{text(frame, 'account.change')}**", icon=":material/check:", key="account-change"):
        return
    problem = refused(typed)
    if problem is not None:
        st.error(text(frame, f"account.{problem}"))
        return
    try:
        cockpit.entrance.change_password(door.own(), typed["old"], typed["new"], door.key() or "")
    except CockpitError as error:
        st.error(plain(error_text(frame, error)))
        return
    session().outcome = ("success", text(frame, "account.changed"))
    for name in SECRETS:  # what was typed does not stay in the page
        st.session_state.pop(f"account-{name}", None)
    st.rerun()


def refused(typed: dict[str, str]) -> str | None:
    """What is wrong before anybody checks a password."""
    if not all(typed.values()):
        return "incomplete"
    if typed["new"] != typed["again"]:
        return "unequal"
    return "same" if typed["new"] == typed["old"] else None


def _sessions(frame: Frame, cockpit: Cockpit) -> None:
    """Where one is signed in; another session can be ended from here."""
    ink(_heading(frame, "sessions"), "account-sessions-head")
    who = door.own()
    found = session_desk.matching(cockpit.entrance.sessions(who, who.person), "")
    office = Office(cockpit, frame.language)
    tree = session_desk.table(found, session_desk.OWN, frame.language)
    ink(tree, "account-sessions", lambda click: session_desk.end(office, click))


def _heading(frame: Frame, name: str) -> list[object]:
    return h(
        "div",
        "blk",
        h("h3", "", text(frame, f"account.{name}_title")),
        h("div", "s", text(frame, f"account.{name}_note")),
    )
