"""角色: what each role may do in words; the company's own ones can be made, changed and taken away."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import Language
from cockpit.model.sensitive import MASKABLE
from cockpit.service.persons import RoleView
from cockpit.ui import format as fmt
from cockpit.ui import selects
from cockpit.ui.admin import sayings
from cockpit.ui.admin.office import Office
from cockpit.ui.admin.sayings import OBJECTS
from cockpit.ui.ink import ink
from cockpit.ui.plain import plain
from cockpit.ui.refusals import ANY, about, permission
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h

COLUMNS = ("role", "kind", "may", "columns", "holders")


def roles(office: Office) -> None:
    """The list, or the role that lies open."""
    known = office.cockpit.people.roles(office.who, office.language)
    if office.desk.draft is not None:
        _edit(office, office.desk.draft, known)
        return
    chosen = next((role for role in known if role.name == office.desk.role), None)
    if chosen is None:
        ink(listing(office, known), "roles", lambda click: _open(office, click.partition("/")[2]))
    else:
        _show(office, chosen)


def _open(office: Office, name: str | None) -> None:
    office.desk.role, office.desk.draft = name, None


def listing(office: Office, known: Sequence[RoleView]) -> Node:
    """The product's own roles first, each with what it may do in one line."""
    head = h("tr", "", *(_head(office, name) for name in COLUMNS))
    ordered = sorted(known, key=lambda role: not role.builtin)
    table = h("table", "", h("thead", "", head), h("tbody", "", *(_line(office, role) for role in ordered)))
    return h("div", "blk", h("div", "s", office.text("roles.note")), h("div", "scroll stack", table))


def _head(office: Office, name: str) -> Node:
    return h("th", "n" if name == "holders" else "", office.text(f"roles.{name}"), scope="col")


def _line(office: Office, role: RoleView) -> Node:
    kept = kept_back(role, office.language)
    return h(
        "tr",
        "",
        h("td", "name", h("b", "", role.label)),
        h("td", "nw aside", office.text("roles.builtin" if role.builtin else "roles.own")),
        h("td", "name wide", short(role, office.language)),
        h("td", "name" if kept else "aside", kept or fmt.ABSENT),
        h("td", "n aside", fmt.whole(role.people)),
        go=f"role/{role.name}",
    )


def short(role: RoleView, language: Language) -> str:
    """The pages it opens and how many further permissions it has."""
    pages = next((which for what, which in sayings.granted(_only(role.grants, "page"), language)), fmt.ABSENT)
    return pages


def _only(grants: Iterable[str], action: str) -> list[str]:
    return [grant for grant in grants if grant.partition(":")[0] == action]


def kept_back(role: RoleView, language: Language) -> str:
    """``成本 隐藏、个人信息 脱敏``."""
    return sayings.columns(dict.fromkeys(role.hidden, "hidden") | dict.fromkeys(role.masked, "masked"), language)


def _show(office: Office, role: RoleView) -> None:
    """One role in words; own ones can be changed, all can be copied."""
    ink(way(office, role.label), "role-way", lambda _: _open(office, None))
    ink(facts(office, role), "role-facts")
    with st.container(horizontal=True, gap="small", key="role-actions"):
        if not role.builtin:
            st.button(f"**{office.text('roles.change')}**", key="role-change", on_click=lambda: _lay(office, role))
        st.button(
            office.text("roles.copy"),
            icon=":material/content_copy:",
            key="role-copy",
            on_click=lambda: _lay(office, copied(office, role)),
        )
        if not role.builtin:
            _remove(office, role)


def way(office: Office, name: str) -> Node:
    """The way back to the list."""
    back = h("span", "link", office.text("part.roles"), go="back")
    return h("div", "crumb", back, h("span", "", "›"), h("b", "", name))


def facts(office: Office, role: RoleView) -> Node:
    """What it may do, line by line, and how many hold it."""
    lines = sayings.granted(role.grants, office.language)
    lines.append((office.text("roles.columns"), kept_back(role, office.language) or office.text("roles.all_columns")))
    lines.append((office.text("roles.holders"), fmt.whole(role.people)))
    rows = [h("tr", "", h("td", "nw soft", what), h("td", "", which)) for what, which in lines]
    note = office.text("roles.builtin_note") if role.builtin else ""
    return h("div", "basis", h("div", "s", note) if note else None, h("table", "", h("tbody", "", *rows)))


def copied(office: Office, role: RoleView) -> RoleView:
    """An own role that begins as another; it gets a name no other has, what people read is its label."""
    label = office.text("roles.copy_of", name=role.label)
    return replace(role, name=f"own-{secrets.token_hex(4)}", label=label, builtin=False, people=0, revision=0)


def _lay(office: Office, role: RoleView) -> None:
    office.desk.draft = role


def _remove(office: Office, role: RoleView) -> None:
    if role.people:
        ink(h("div", "s", office.text("roles.held", count=fmt.whole(role.people))), "role-held")
        return
    with st.popover(office.text("roles.remove"), icon=":material/delete:", key="role-remove-ask"):
        ink(h("p", "", office.text("roles.remove_what")), "role-remove-what")
        if st.button(f"**{office.text('roles.remove_confirm')}**", key="role-remove"):
            done = office.text("roles.removed", name=role.label)
            office.act(
                lambda: office.cockpit.people.remove_role(office.who, role.name), done, lambda: _open(office, None)
            )


def _edit(office: Office, draft: RoleView, known: Sequence[RoleView]) -> None:
    """The form of an own role; `draft` is how it begins."""
    ink(way(office, draft.label), "role-way", lambda _: _shut(office))
    key = f"role-{draft.name}-{draft.revision}"
    label = st.text_input(office.text("roles.label"), value=draft.label, key=f"{key}-label", width=420)
    held = held_by(draft.grants)
    chosen = {action: _objects(office, key, action, held.get(action, ())) for action in OBJECTS}
    plain_ones = _several(
        office,
        office.text("other"),
        f"{key}-other",
        [name for name, kind in office.cockpit.people.grants().items() if not kind],
        held.get("", ()),
        lambda name: permission(name, office.language),
    )
    groups = list(office.cockpit.people.groups())
    hidden, masked = (
        _several(
            office,
            office.text(f"roles.{how}"),
            f"{key}-{how}",
            groups if how == "hidden" else [group for group in groups if group in MASKABLE],
            getattr(draft, how),
            lambda name: sayings.group(name, office.language),
        )
        for how in ("hidden", "masked")
    )
    grants = grants_of({**chosen, "": plain_ones})
    _save(
        office, replace(draft, label=(label or "").strip(), grants=grants, hidden=tuple(hidden), masked=tuple(masked))
    )


def _objects(office: Office, key: str, action: str, chosen: Sequence[str]) -> list[str]:
    """What one action may be done to; one of the choices is everything there is and will be."""
    return _several(
        office,
        permission(action, office.language),
        f"{key}-{action}",
        [ANY, *office.cockpit.people.grants()[action]],
        chosen,
        lambda name: about(action, name, office.language),
    )


def _several(
    office: Office, label: str, key: str, options: Sequence[str], chosen: Sequence[str], say: Callable[[str], str]
) -> list[str]:
    known = list(dict.fromkeys([*options, *chosen]))
    return selects.several(label, known, key, say, chosen, placeholder=office.text("scope.choose"))


def held_by(grants: Iterable[str]) -> dict[str, list[str]]:
    """Grants by action; those that stand for themselves below the empty name."""
    held: dict[str, list[str]] = {}
    for grant in grants:
        action, colon, which = grant.partition(":")
        held.setdefault(action if colon else "", []).append(which if colon else action)
    return held


def grants_of(held: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The other way round; everything of a kind makes its single ones needless."""
    found = set()
    for action, names in held.items():
        wanted = [ANY] if action and ANY in names else names
        found |= {f"{action}:{name}" if action else name for name in wanted}
    return tuple(sorted(found))


def _shut(office: Office) -> None:
    office.desk.draft = None


def _save(office: Office, role: RoleView) -> None:
    with st.container(horizontal=True, gap="small", key="role-save-actions"):
        save = st.button(f"**{office.text('person.save')}**", icon=":material/check:", key="role-save")
        st.button(office.text("person.cancel"), key="role-cancel", on_click=lambda: _shut(office))
    if not save:
        return
    try:
        saved = office.cockpit.people.save_role(office.who, role)
    except CockpitError as error:
        st.error(plain(office.error(error)))
        return
    session().outcome = ("success", office.text("roles.saved", name=saved.label))
    _open(office, saved.name)
    st.rerun()
