"""The administration page: its parts, and which of them somebody may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from cockpit.service import Cockpit
from cockpit.ui import patches
from cockpit.ui.admin.office import Office
from cockpit.ui.admin.people import people
from cockpit.ui.admin.roles import roles
from cockpit.ui.admin.sessions import sessions
from cockpit.ui.admin.trail import trail
from cockpit.ui.admin.why import why
from cockpit.ui.context import Frame
from cockpit.ui.ink import ink
from cockpit.ui.outcome import outcome
from cockpit.ui.tree import h

PARAMETER = "part"
# Each part with what it draws and the permission it needs.
PARTS: Mapping[str, tuple[Callable[[Office], None], str]] = {
    "people": (people, "people"),
    "roles": (roles, "people"),
    "sessions": (sessions, "people"),
    "audit": (trail, "audit"),
    "why": (why, "people"),
}


def desk(frame: Frame, cockpit: Cockpit) -> None:
    """The chosen part; only parts the actor may use are offered, and one that is named all the same is refused."""
    patches.apply(frame.language)
    office = Office(cockpit, frame.language)
    mine = [name for name, (_, permission) in PARTS.items() if office.who.may(permission)]
    if not mine:
        told = h("b", "", f"○ {office.text('no_part')}")
        ink(h("div", "empty", told, h("p", "", office.text("no_part_cure"))), "no-part")
        return
    named = st.query_params.get(PARAMETER)
    part = _switch(office, mine, named if named in mine else mine[0])
    outcome()
    PARTS[part][0](office)


def _switch(office: Office, mine: list[str], shown: str) -> str:
    """The parts beside each other; the address carries the chosen one, so that it can be sent and survives a reload."""

    def changed() -> None:
        st.query_params[PARAMETER] = st.session_state["admin-part"]

    if st.session_state.get("admin-part") != shown:
        st.session_state["admin-part"] = shown
    chosen = st.segmented_control(
        office.text("parts"),
        mine,
        key="admin-part",
        format_func=lambda name: office.text(f"part.{name}"),
        label_visibility="collapsed",
        required=True,
        on_change=changed,
    )
    return chosen or shown
