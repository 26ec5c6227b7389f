"""One person: name, roles and scope to be changed, and what can be done about their account."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.service.persons import PersonDraft, PersonView, RoleView
from cockpit.ui import format as fmt
from cockpit.ui import navigate, selects
from cockpit.ui.admin import sayings, scopes
from cockpit.ui.admin.office import Office
from cockpit.ui.ink import ink
from cockpit.ui.plain import plain
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h

NEW = 0  # in place of the id of somebody who is being added


def open_one(office: Office, number: int) -> None:
    """Lay a person open, as they stand now; NEW for somebody who is being added."""
    desk = office.desk
    desk.person, desk.base, desk.revision, desk.others = number, None, None, ()
    desk.dimensions.clear()


def close(office: Office) -> None:
    """Back to the list."""
    office.desk.person = office.desk.base = None


def show(office: Office) -> None:
    """The person that lies open."""
    base = _base(office)
    name = office.text("person.new") if base is None else base.label
    ink(head(office, base, name), "person-head", lambda _: close(office))
    roles = office.cockpit.people.roles(office.who, office.language)
    left, right = st.columns([2.4, 1], gap="large")
    with left:
        _others(office, base)
        if base is not None and (base.demo or office.who.demo):
            _facts(office, base, roles)
        else:
            _save(office, base, _form(office, base, roles), roles)
    with right:
        if base is None:
            ink(h("div", "blk", h("div", "s", office.text("person.new_note"))), "person-note")
        else:
            _account(office, base)


def _base(office: Office) -> PersonView | None:
    """The person as they stood when they were laid open; what they became meanwhile does not move under the typing."""
    desk = office.desk
    if desk.person == NEW:
        return None
    if desk.base is None:
        desk.base = office.cockpit.people.person(office.who, desk.person or 0)
        desk.revision = desk.base.revision
    return desk.base


def head(office: Office, base: PersonView | None, name: str) -> Node:
    """The way back, the name, and what is special about the account."""
    back = h("span", "link", office.text("part.people"), go="back")
    way = h("div", "crumb", back, h("span", "", "›"), h("b", "", name))
    if base is None:
        return way
    facts = [
        ("name", base.name),
        ("signed_in", office.moment(base.signed_in_at)),
        ("created", office.text("person.created_by", when=office.moment(base.created_at), who=base.created_by)),
        ("state", sayings.state(base.state, office.language)),
    ]
    lines = [h("div", "", h("span", "", office.text(f"people.{key}")), h("b", "", text)) for key, text in facts]
    return h("div", "gap", way, h("div", "facts few", *lines))


def _others(office: Office, base: PersonView | None) -> None:
    """Somebody else saved meanwhile: what they changed, and the choice whose version shall hold."""
    desk = office.desk
    if base is None or not desk.others:
        return
    lines = [h("p", "", line) for line in desk.others]
    told = h("div", "note mid", h("b", "", f"◆ {office.text('person.conflict')}"), *lines)
    ink(told, "person-conflict")
    with st.container(horizontal=True, gap="small"):
        st.button(office.text("person.theirs"), key="person-theirs", on_click=lambda: open_one(office, base.id))
        st.button(office.text("person.mine"), key="person-mine", on_click=lambda: _dismiss(office))


def _dismiss(office: Office) -> None:
    """What another changed has been seen."""
    office.desk.others = ()


def _facts(office: Office, base: PersonView, roles: Sequence[RoleView]) -> None:
    """What is said of a person, to look at only: of somebody invented, or by somebody invented."""
    lines = [
        ("roles", sayings.roles(base.roles, roles, office.language)),
        ("scope", sayings.scope(base.everything, base.rules, office.language)),
    ]
    rows = [h("tr", "", h("td", "nw soft", office.text(f"people.{key}")), h("td", "", text)) for key, text in lines]
    note = h("div", "s", office.text("person.demo")) if base.demo else None
    ink(h("div", "basis", note, h("table", "", h("tbody", "", *rows))), "person-facts")


def _form(office: Office, base: PersonView | None, roles: Sequence[RoleView]) -> PersonDraft:
    """Name, label, roles, rows and columns."""
    key = "person-new" if base is None else f"person-{base.id}-{base.revision}"
    with st.container(horizontal=True, gap="small"):
        name = st.text_input(
            office.text("people.name"),
            value="" if base is None else base.name,
            key=f"{key}-name",
            disabled=base is not None,
            placeholder=office.text("person.name_hint"),
        )
        label = st.text_input(
            office.text("people.label"),
            value="" if base is None else base.label,
            key=f"{key}-label",
            placeholder=office.text("person.label_hint"),
        )
    labels = {role.name: role.label for role in roles}
    held = () if base is None else base.roles
    chosen = selects.several(
        office.text("people.roles"),
        list(dict.fromkeys([*labels, *held])),
        f"{key}-roles",
        lambda one: labels.get(one, one),
        held,
        placeholder=office.text("person.choose_roles"),
    )
    given = (False, (), {}) if base is None else (base.everything, base.rules, base.columns)
    everything, rules, columns = scopes.form(office, key, *given)
    return PersonDraft((name or "").strip(), (label or "").strip(), tuple(chosen), everything, rules, columns)


def _save(office: Office, base: PersonView | None, draft: PersonDraft, roles: Sequence[RoleView]) -> None:
    with st.container(horizontal=True, gap="small", key="person-actions"):
        save = st.button(f"**{office.text('person.save')}**", icon=":material/check:", key="person-save")
        st.button(office.text("person.cancel"), key="person-cancel", on_click=lambda: close(office))
    if not save:
        return
    try:
        saved = _store(office, base, draft)
    except CockpitError as error:
        if base is None or error.code != "person_changed_meanwhile":
            st.error(plain(office.error(error)))
            return
        _meet(office, base, roles)
    else:
        key = "person.added" if base is None else "person.saved"
        session().outcome = ("success", office.text(key, name=saved.label))
        open_one(office, saved.id)
    st.rerun()


def _store(office: Office, base: PersonView | None, draft: PersonDraft) -> PersonView:
    if base is None:
        return office.cockpit.people.add(office.who, draft)
    revision = base.revision if office.desk.revision is None else office.desk.revision
    return office.cockpit.people.change(office.who, base.id, revision, draft)


def _meet(office: Office, base: PersonView, roles: Sequence[RoleView]) -> None:
    """Another administrator was first: say what is different now; whoever saves again has seen it."""
    now = office.cockpit.people.person(office.who, base.id)
    found = sayings.changes(base, now, roles, office.language)
    office.desk.others = found or (office.text("person.changed_back"),)
    office.desk.revision = now.revision


def _account(office: Office, base: PersonView) -> None:
    """Password, sessions, state; looking through their eyes."""
    own, manages = base.id == office.who.person, not office.who.demo
    ink(h("div", "blk", h("h3", "", office.text("person.account"))), "person-account")
    shown = _link(office, base)
    with st.container(gap="small", key="account-actions"):
        if manages and not base.demo and base.state == "active":
            _reset(office, base, "reset-again" if shown else "reset-ask")
        if manages and base.sessions:
            _end(office, base)
        if manages and not own and not base.demo:
            _state(office, base)
        if not own and base.state == "active":
            _eyes(office, base)


def _link(office: Office, base: PersonView) -> bool:
    """The link that was just made: shown now and never again."""
    memory = session()
    made, memory.link = memory.link, None
    if made is None or made[0] != base.id:
        return False
    ink(h("div", "note", h("b", "", office.text("person.link")), h("p", "", office.text("person.link_note"))), "link")
    st.code(urljoin(st.context.url or "", made[1]), language=None, wrap_lines=True)
    return True


def _reset(office: Office, base: PersonView, name: str) -> None:
    """Make a link after a second click. Another `name` closes what was clicked, so that it does not hide the link."""
    key = "person.reset" if base.password else "person.invite"
    with st.popover(office.text(key), icon=":material/key:", width="stretch", key=name):
        ink(h("p", "", office.text(f"{key}_what")), "reset-what")
        if st.button(f"**{office.text('person.reset_confirm')}**", key="reset"):
            try:
                session().link = (base.id, office.cockpit.entrance.reset_link(office.who, base.id))
            except CockpitError as error:
                session().outcome = ("error", office.error(error))
            st.rerun()


def _end(office: Office, base: PersonView) -> None:
    with st.popover(
        office.text("person.end", count=fmt.whole(base.sessions)),
        icon=":material/logout:",
        width="stretch",
        key="end-ask",
    ):
        ink(h("p", "", office.text("person.end_what")), "end-what")
        if st.button(f"**{office.text('person.end_confirm')}**", key="end"):
            office.act(lambda: _end_all(office, base), office.text("person.ended"), lambda: open_one(office, base.id))


def _end_all(office: Office, base: PersonView) -> None:
    for one in office.cockpit.entrance.sessions(office.who, base.id):
        office.cockpit.entrance.end_session(office.who, one.key)


def _state(office: Office, base: PersonView) -> None:
    """Disable with a second click, after saying what happens; enable the same way."""
    to, key = ("disabled", "person.disable") if base.state == "active" else ("active", "person.enable")
    icon = ":material/block:" if to == "disabled" else ":material/check_circle:"
    with st.popover(office.text(key), icon=icon, width="stretch", key="state-ask"):
        ink(h("p", "", office.text(f"{key}_what")), "state-what")
        if st.button(f"**{office.text(f'{key}_confirm')}**", key="state"):
            revision = base.revision if office.desk.revision is None else office.desk.revision
            office.act(
                lambda: office.cockpit.people.set_state(office.who, base.id, revision, to),
                office.text(f"{key}d", name=base.label),
                lambda: open_one(office, base.id),
            )


def _eyes(office: Office, base: PersonView) -> None:
    if st.button(office.text("person.eyes"), icon=":material/visibility:", width="stretch", key="eyes-go"):
        try:
            session().eyes = office.cockpit.people.view_as(office.who, base.id)
        except CockpitError as error:
            session().outcome = ("error", office.error(error))
            st.rerun()
        navigate.to_first()
