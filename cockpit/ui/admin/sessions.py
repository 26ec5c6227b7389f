"""会话: who is signed in, from where and since when; each can be ended."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import Language, t
from cockpit.service.persons import SessionView
from cockpit.ui import format as fmt
from cockpit.ui.admin.office import Office, local
from cockpit.ui.ink import ink
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h

SHOWN = 200
COLUMNS = ("person", "since", "seen", "ends", "address", "agent", "end")
OWN = COLUMNS[1:]
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))


def sessions(office: Office) -> None:
    """All sessions that go on, the last used first."""
    hint = office.text("sessions.search")
    wanted = st.text_input(hint, key="sessions-text", placeholder=hint, label_visibility="collapsed", width=260)
    everyone = office.cockpit.entrance.sessions(office.who)
    found = matching(everyone, (wanted or "").strip())
    if not found:
        ink(h("div", "empty", h("p", "", office.text("sessions.none"))), "sessions-none")
        return
    count = office.text("sessions.count", shown=min(SHOWN, len(found)), found=len(found))
    columns = COLUMNS[:-1] if office.who.demo else COLUMNS  # invented people end nobody's session
    tree = h("div", "blk", h("div", "s", count), table(found[:SHOWN], columns, office.language))
    ink(tree, "sessions", lambda click: end(office, click))


def matching(everyone: Sequence[SessionView], wanted: str) -> list[SessionView]:
    """Sessions whose person or address holds the text, the last used first."""
    text = wanted.casefold()
    found = [one for one in everyone if text in f"{one.label}\n{one.name}\n{one.address}".casefold()]
    return sorted(found, key=lambda one: one.seen_at, reverse=True)


def table(found: Sequence[SessionView], columns: Sequence[str], language: Language) -> Node:
    """One line per session with a way to end it; the reader's own is named as such."""
    head = h("tr", "", *(h("th", "", _title(name, language), scope="col") for name in columns))
    lines = [h("tr", "", *(_cell(name, one, language) for name in columns)) for one in found]
    return h("div", "scroll stack", h("table", "", h("thead", "", head), h("tbody", "", *lines)))


def _title(name: str, language: Language) -> str:
    return "" if name == "end" else t(f"ui.admin.sessions.{name}", language)


def _cell(name: str, one: SessionView, language: Language) -> Node:
    if name == "person":
        return h("td", "name", h("b", "", one.label), h("span", "soft", f" {one.name}"))
    if name == "address":
        return h("td", "nw", one.address or fmt.ABSENT)
    if name == "agent":
        return h("td", "nw", device(one.agent) or fmt.ABSENT)
    if name == "end":
        own = h("span", "soft", t("ui.admin.sessions.own", language)) if one.own else None
        return h("td", "n", own or h("span", "link", t("ui.admin.sessions.end", language), go=f"end/{one.key}"))
    instant = {"since": one.created_at, "seen": one.seen_at, "ends": one.ends_at}[name]
    return h("td", "nw", fmt.moment(local(instant), language))


def device(agent: str) -> str:
    """``Chrome · Windows`` from what a browser says of itself; what is not known is left out."""
    found = [_named(agent, _BROWSERS), _named(agent, _SYSTEMS)]
    return " · ".join(name for name in found if name)


def _named(agent: str, kinds: Sequence[tuple[str, str]]) -> str:
    return next((name for pattern, name in kinds if re.search(pattern, agent)), "")


def end(office: Office, click: str) -> None:
    """End the session of a click, before everything is drawn anew."""
    try:
        office.cockpit.entrance.end_session(office.who, click.partition("/")[2])
    except CockpitError as error:
        session().outcome = ("error", office.error(error))
    else:
        session().outcome = ("success", office.text("sessions.ended"))
