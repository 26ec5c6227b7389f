"""The frame around every page: navigation, brand, language switch, who is signed in, and the banners."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from cockpit.locale import LANGUAGES, Language, t
from cockpit.service.requests import Actor
from cockpit.service.results import LedgerView
from cockpit.ui import door, navigate, words
from cockpit.ui import format as fmt
from cockpit.ui.filters import LANGUAGE
from cockpit.ui.ink import ink
from cockpit.ui.language import NAMES
from cockpit.ui.memo import MEMO
from cockpit.ui.session import session
from cockpit.ui.sitemap import DEFAULT, PAGES
from cockpit.ui.tree import Node, h

STATIC = Path(__file__).parent / "static"


def set_up() -> None:
    """Page settings; the icon is a local picture, named icons would be fetched from outside."""
    st.set_page_config(layout="wide", page_icon=str(STATIC / "favicon.png"), initial_sidebar_state=208)


def navigation(language: Language) -> StreamlitPage:
    """All pages, in groups; only those the actor may open are listed. Remembers them so that clicks find their way.

    The first page of the list answers at the root. Pages that are not listed have an address all the same: there the
    page says why it stays closed.
    """
    who, memory = door.actor(), session()
    mine = [spec.name for spec in PAGES if not spec.hidden and door.allowed(who, spec.name)]
    groups: dict[str, list[StreamlitPage]] = {}
    memory.pages = {}
    for spec in PAGES:
        page = st.Page(
            spec.file,
            title=t(f"ui.page.{spec.name}", language),
            icon=f":material/{spec.icon}:",
            url_path=spec.name,
            default=spec.name == DEFAULT and (not mine or mine[0] == DEFAULT),
            visibility="visible" if spec.name in mine else "hidden",
        )
        memory.pages[spec.name] = page
        groups.setdefault(t(f"ui.group.{spec.group}", language), []).append(page)
    memory.start = memory.pages[DEFAULT]
    if mine and mine[0] != DEFAULT:
        first = mine[0]
        start = st.Page(
            lambda: navigate.to_page(first),
            title=t("ui.shell.product", language),
            url_path="start",
            default=True,
            visibility="hidden",
        )
        memory.start = start
        groups[t("ui.group.cockpit", language)].insert(0, start)
    return st.navigation(groups, expanded=True)


def brand(language: Language) -> None:
    theme = "dark" if st.context.theme.type == "dark" else "light"
    st.logo(str(STATIC / f"logo-{theme}-{language}.png"), size="large")


def language_switch(language: Language) -> None:
    """Both languages by their own names; switching keeps place and filters, and is remembered for whoever it is."""

    def switched() -> None:
        chosen = st.session_state.get("language")
        if chosen in LANGUAGES:
            session().language = chosen
            st.query_params[LANGUAGE] = chosen
            door.prefer(chosen)

    st.session_state["language"] = language
    with st.sidebar:
        st.segmented_control(
            t("ui.shell.language", language),
            LANGUAGES,
            key="language",
            format_func=lambda code: NAMES[cast(Language, code)],
            label_visibility="collapsed",
            required=True,
            width="stretch",
            on_change=switched,
        )


def signed_in(language: Language, ledger: LedgerView | None) -> None:
    """Under the navigation: who is signed in and as what, which ledger is shown, the way to oneself and out."""
    service, who = door.cockpit(), door.own()
    if service is None or who is door.NOBODY:
        return
    with st.sidebar:
        roles = MEMO.get(("roles", who.session, language), lambda: service.people.held_by(who, language))
        ink(identity(who, roles, ledger, language), "who", _follow)


def identity(who: Actor, roles: Sequence[str], ledger: LedgerView | None, language: Language) -> Node:
    """Name, roles and ledger; invented people go by their role and are marked as such."""
    said = fmt.listed(roles, language)
    if who.demo:
        lines: list[Node | None] = [
            h("div", "top", h("b", "", said), h("span", "lv none", t("ui.shell.demo", language)))
        ]
    else:
        lines = [h("b", "", who.label or who.name), h("div", "", said) if said else None]
    if ledger is not None:
        lines.append(h("div", "", t("ui.shell.ledger", language, name=words.ledger(ledger, language))))
    ways = [
        h("span", "link", t("ui.page.account", language), go=navigate.target("page", "account")),
        h("span", "link", t("ui.shell.sign_out", language), go="out"),
    ]
    return h("div", "who s", *lines, h("div", "ways", *ways), speaks=language.replace("_", "-"))


def _follow(click: str) -> None:
    """One click ends the session; the script then finds none and leads to the login page."""
    service, held = door.cockpit(), door.key()
    if click != "out":
        navigate.follow(click)
    elif service is not None and held is not None:
        service.entrance.sign_out(held)


def eyes_banner(language: Language) -> None:
    """Stands over every page as long as an administrator looks through another's eyes."""
    eyes = session().eyes
    if eyes is None:
        return
    said = t("ui.shell.eyes", language, name=eyes.label or eyes.name)
    out = h("span", "link", t("ui.shell.eyes_out", language), go="eyes")
    ink(h("div", "banner eyes", h("b", "", said), h("span", "", t("ui.shell.eyes_note", language)), out), "eyes", _shut)


def _shut(_click: str) -> None:
    session().eyes = None
    navigate.to_page("admin")


def sample_banner(language: Language) -> None:
    """Stands over every page as long as invented figures are shown."""
    text = h("span", "", t("ui.shell.sample", language))
    mine = door.allowed(door.actor(), "data")
    link = h("span", "link", t("ui.shell.sample_link", language), go="data/") if mine else None
    ink(h("div", "banner", h("b", "", t("ui.shell.sample_name", language)), text, link), "sample", navigate.follow)
