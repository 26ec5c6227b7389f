"""人员: who has an account, as what, for which data; a click opens one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cockpit.locale import Language, t
from cockpit.service.persons import PersonView, RoleView
from cockpit.ui import format as fmt
from cockpit.ui import rights, selects
from cockpit.ui.admin import person, sayings
from cockpit.ui.admin.office import Office
from cockpit.ui.ink import ink
from cockpit.ui.tree import Node, h

SHOWN = 200  # lines; more than anybody reads, so that searching is the way on
ALL = ""
STATES = (ALL, "active", "disabled")
COLUMNS = ("label", "name", "roles", "scope", "state", "signed_in", "sessions")


def people(office: Office) -> None:
    """The list, or the person that lies open."""
    if office.desk.person is not None:
        person.show(office)
        return
    everyone = office.cockpit.people.people(office.who)
    roles = office.cockpit.people.roles(office.who, office.language)
    if office.who.demo:
        ink(rights.set_up_first(office.language), "people-demo")
    wanted, role, state = _search(office, roles)
    found = matching(everyone, roles, office.language, wanted, role, state)
    ink(listing(office, found, len(everyone), roles), "people", lambda click: _open(office, click))


def _search(office: Office, roles: Sequence[RoleView]) -> tuple[str, str, str]:
    """What is looked for; and the way to add somebody."""
    labels = {ALL: office.text("people.every_role")} | {role.name: role.label for role in roles}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="people-search"):
        hint = office.text("people.search")
        wanted = st.text_input(hint, key="people-text", placeholder=hint, label_visibility="collapsed", width=260)
        role = selects.one(
            office.text("people.roles"),
            list(labels),
            "people-role",
            lambda name: labels.get(name, name),
            ALL,
            label_visibility="collapsed",
            width=180,
        )
        state = selects.one(
            office.text("people.state"),
            STATES,
            "people-state",
            lambda name: sayings.state(name, office.language) if name else office.text("people.every_state"),
            STATES[0],
            label_visibility="collapsed",
            width=140,
        )
        if not office.who.demo:
            st.button(
                f"**{office.text('people.add')}**",
                icon=":material/person_add:",
                key="person-add",
                on_click=lambda: person.open_one(office, person.NEW),
            )
    return (wanted or "").strip(), role or ALL, state or ALL


def matching(
    everyone: Sequence[PersonView],
    roles: Sequence[RoleView],
    language: Language,
    wanted: str = "",
    role: str = ALL,
    state: str = ALL,
) -> list[PersonView]:
    """Who fits: `wanted` is looked for in name, label, roles and scope as they are read; the list goes by label."""
    found = []
    for one in everyone:
        said = "\n".join(
            (
                one.name,
                one.label,
                sayings.roles(one.roles, roles, language),
                sayings.scope(one.everything, one.rules, language, named=len(one.rules)),
            )
        )
        fits = wanted.casefold() in said.casefold()
        if fits and (not role or role in one.roles) and (not state or one.state == state):
            found.append(one)
    return sorted(found, key=lambda one: (one.state != "active", one.label.casefold(), one.name))


def listing(office: Office, found: Sequence[PersonView], total: int, roles: Sequence[RoleView]) -> Node:
    """One line per person; says how many there are and how many are shown."""
    if not found:
        key = "people.none" if total else "people.empty"
        return h("div", "empty", h("p", "", office.text(key)))
    key = "people.first" if len(found) > SHOWN else "people.count"
    count = office.text(key, shown=min(SHOWN, len(found)), found=len(found), total=total)
    head = h("tr", "", *(_head(name, office.language) for name in COLUMNS))
    lines = [_line(office, one, roles) for one in found[:SHOWN]]
    table = h("table", "", h("thead", "", head), h("tbody", "", *lines))
    return h("div", "blk", h("div", "s", count), h("div", "scroll stack", table))


def _head(name: str, language: Language) -> Node:
    return h("th", "n" if name == "sessions" else "", t(f"ui.admin.people.{name}", language), scope="col")


def _line(office: Office, one: PersonView, roles: Sequence[RoleView]) -> Node:
    language = office.language
    return h(
        "tr",
        "" if one.state == "active" else "off",
        h("td", "name", h("b", "", one.label), mark(one, language)),
        h("td", "name", one.name),
        h("td", "name", sayings.roles(one.roles, roles, language) or fmt.ABSENT),
        h("td", "name wide", sayings.scope(one.everything, one.rules, language)),
        h("td", "nw", state_mark(one, language)),
        h("td", "nw aside", office.moment(one.signed_in_at)),
        h("td", "n aside", fmt.whole(one.sessions)),
        go=f"person/{one.id}",
    )


def mark(one: PersonView, language: Language) -> Node | None:
    """Invented people are marked as such."""
    return h("span", "lv none mk", t("ui.shell.demo", language)) if one.demo else None


def state_mark(one: PersonView, language: Language) -> Node:
    """Shape and word, as levels have them; a lock and a missing password are said too."""
    if one.state != "active":
        return h("span", "lv none", f"○ {sayings.state(one.state, language)}")
    if one.locked_until is not None:
        return h("span", "lv mid", f"◆ {t('ui.admin.state.locked', language)}")
    if not one.password and not one.demo:
        return h("span", "lv none", f"○ {t('ui.admin.state.no_password', language)}")
    return h("span", "lv good", f"▲ {sayings.state(one.state, language)}")


def _open(office: Office, click: str) -> None:
    number = click.partition("/")[2]
    if number.isdigit():
        person.open_one(office, int(number))
