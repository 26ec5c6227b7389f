"""The frame around every page: navigation, brand, language switch, banner of the sample company."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from cockpit.locale import LANGUAGES, Language, t
from cockpit.service.results import LedgerView
from cockpit.ui import door, navigate, words
from cockpit.ui.filters import LANGUAGE
from cockpit.ui.ink import ink
from cockpit.ui.language import NAMES
from cockpit.ui.session import session
from cockpit.ui.sitemap import PAGES
from cockpit.ui.tree import h

STATIC = Path(__file__).parent / "static"


def set_up() -> None:
    """Page settings; the icon is a local picture, named icons would be fetched from outside."""
    st.set_page_config(layout="wide", page_icon=str(STATIC / "favicon.png"), initial_sidebar_state=208)


def navigation(language: Language) -> StreamlitPage:
    """The pages the actor may open, in groups; remembers them so that clicks find their way."""
    who, memory = door.actor(), session()
    groups: dict[str, list[StreamlitPage]] = {}
    memory.pages = {}
    for spec in PAGES:
        if not door.allowed(who, spec.name):
            continue
        page = st.Page(
            spec.file,
            title=t(f"ui.page.{spec.name}", language),
            icon=f":material/{spec.icon}:",
            url_path=spec.name,
            default=spec is PAGES[0],
            visibility="hidden" if spec.hidden else "visible",
        )
        memory.pages[spec.name] = page
        groups.setdefault(t(f"ui.group.{spec.group}", language), []).append(page)
    return st.navigation(groups, expanded=True)


def brand(language: Language) -> None:
    theme = "dark" if st.context.theme.type == "dark" else "light"
    st.logo(str(STATIC / f"logo-{theme}-{language}.png"), size="large")


def language_switch(language: Language) -> None:
    """Both languages by their own names; switching keeps place and filters."""

    def switched() -> None:
        chosen = st.session_state.get("language")
        if chosen in LANGUAGES:
            session().language = chosen
            st.query_params[LANGUAGE] = chosen

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
    """Under the navigation: who is signed in, which ledger is shown."""
    lines = [h("div", "", t("ui.shell.local_administrator", language))]
    if ledger is not None:
        lines.append(h("div", "", t("ui.shell.ledger", language, name=words.ledger(ledger, language))))
    with st.sidebar:
        ink(h("div", "s", *lines, speaks=language.replace("_", "-")), "who")


def sample_banner(language: Language) -> None:
    """Stands over every page as long as invented figures are shown."""
    text = h("span", "", t("ui.shell.sample", language))
    link = h("span", "link", t("ui.shell.sample_link", language), go="data/")
    ink(h("div", "banner", h("b", "", t("ui.shell.sample_name", language)), text, link), "sample", navigate.follow)
