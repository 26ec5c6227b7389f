"""What the user guide says of a page, one click away from its title."""

from __future__ import annotations

import logging

import streamlit as st

from cockpit.locale import Language, t
from cockpit.ui import guide, navigate, tour
from cockpit.ui.context import Frame
from cockpit.ui.ink import ink
from cockpit.ui.session import session
from cockpit.ui.tree import h

LOG = logging.getLogger(__name__)


def section(page: str, language: Language) -> guide.Section:
    """The page's section of the guide; where the guide is missing, a sentence that says so."""
    try:
        return guide.sections(language)[page]
    except (OSError, KeyError) as error:
        LOG.error("the user guide has nothing to say of %s: %s", page, error)
        return guide.Section(t(f"ui.page.{page}", language), h("p", "", t("ui.help.missing", language)))


def show(frame: Frame) -> None:
    """Open the help a click asked for, once."""
    memory = session()
    page, memory.help = memory.help, None
    if page is None or page not in memory.pages:
        return
    language = frame.language
    told = section(page, language)

    @st.dialog(told.title, width="large")
    def opened() -> None:
        way = None
        if tour.possible(frame):
            way = h("p", "", h("span", "link", t("ui.tour.again", language), go=navigate.target("tour", "begin")))
        ink(h("div", "gap", told.body, way), "help", lambda click: tour.follow(frame, click))

    opened()
