"""Roles as the administration shows and changes them: the product's, which stay, and the company's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from cockpit.access.audit import Note
from cockpit.access.grants import ACTIONS, Grants
from cockpit.access.people import LONGEST_ROLE, LONGEST_ROLE_LABEL, plain_text
from cockpit.access.roles import BUILTIN, PAGES, RoleFacts
from cockpit.errors import RefusedError, UsageError
from cockpit.locale import Language, t
from cockpit.model import TABLES
from cockpit.model.sensitive import GROUPS, MASKABLE
from cockpit.records import Session, accounts, people, sessions
from cockpit.records.tables import Role
from cockpit.service.persons import RoleView


@cache
def catalogue() -> Mapping[str, tuple[str, ...]]:
    """Every action with what it can be done to."""
    from cockpit.metrics import METRICS

    objects = {"page": PAGES, "metric": tuple(METRICS), "table": tuple(TABLES), "": ()}
    return MappingProxyType({one: objects[kind] for one, kind in ACTIONS.items()})


def known(session: Session) -> dict[str, RoleFacts]:
    """All roles by name."""
    return {**BUILTIN, **{role.name: _facts(role) for role in people.roles(session)}}


def held(session: Session, names: Iterable[str]) -> list[RoleFacts]:
    """The roles of these names; one that is gone gives nothing."""
    builtin = [BUILTIN[name] for name in names if name in BUILTIN]
    own = [name for name in names if name not in BUILTIN]
    return builtin + ([_facts(role) for role in people.roles(session, own)] if own else [])


def views(session: Session, language: Language) -> list[RoleView]:
    """All roles with how many people hold them."""
    counts = people.held(session)
    return [_view(role, counts.get(role.name, 0), language) for role in known(session).values()]


def held_by(session: Session, person: int, language: Language) -> tuple[str, ...]:
    """The roles a person holds, by their labels."""
    found = accounts.by_id(session, person)
    held = set() if found is None else {one.role for one in found.roles}
    return tuple(role.label for role in views(session, language) if role.name in held)


def able(session: Session, action: str, language: Language, resource: str) -> tuple[str, ...]:
    """The roles that allow an action (to something of its kind, where no `resource` is named), by their labels."""
    wanted = f"{action}:{resource}"
    return tuple(
        role.label
        for role in views(session, language)
        if any(
            grant in (action, wanted, f"{action}:*") or (not resource and grant.startswith(wanted))
            for grant in role.grants
        )
    )


def save(session: Session, note: Note, actor: str, told: RoleView, at: datetime) -> RoleView:
    """Add or change a role of the company's own, as part of a writing transaction."""
    name = _checked_name(told.name)
    kept = session.get(Role, name)
    if kept is None and told.revision:
        raise RefusedError("role_gone", role=name)
    if kept is not None and not told.revision:
        raise RefusedError("role_taken", role=name)
    if kept is not None and kept.revision != told.revision:
        raise RefusedError("role_changed_meanwhile", role=kept.label)
    label = plain_text(told.label, LONGEST_ROLE_LABEL)
    if label is None:
        raise UsageError("role_label_not_usable", longest=LONGEST_ROLE_LABEL)
    before = {} if kept is None else _audited(kept)
    if kept is None:
        kept = Role(name=name, revision=0)
        session.add(kept)
    kept.label, kept.grants = label, _checked_grants(told.grants)
    masked = _checked_groups(told.masked)
    kept.masked = [group for group in masked if group in MASKABLE]
    kept.hidden = sorted({*_checked_groups(told.hidden), *masked}.difference(kept.masked))
    after = _audited(kept)
    holders = people.holders(session, name)
    if after != before:
        kept.revision += 1
        session.flush()
        rights = {one: value for one, value in after.items() if one != "label" and value != before.get(one)}
        ended = sum(sessions.end_of(session, one, at, "rights_changed") for one in holders) if rights else 0
        note(actor, "role_saved", f"role:{name}", {"before": before, "after": after, "sessions_ended": ended})
    return _view(_facts(kept), len(holders), "zh_CN")


def remove(session: Session, note: Note, actor: str, name: str) -> None:
    """Take a role of the company's own away, as part of a writing transaction."""
    kept = session.get(Role, name)
    if kept is None:
        raise RefusedError("role_is_builtin" if name in BUILTIN else "role_gone", role=name)
    if count := len(people.holders(session, name)):
        raise RefusedError("role_in_use", role=kept.label, count=count)
    note(actor, "role_removed", f"role:{name}", {"before": _audited(kept)})
    session.delete(kept)


def _facts(role: Role) -> RoleFacts:
    """A kept role; what a later product no longer knows is left out."""
    grants = frozenset(grant for grant in role.grants if _is_grant(grant))
    return RoleFacts(
        role.name,
        Grants(grants),
        frozenset(role.hidden),
        frozenset(role.masked),
        label=role.label,
        revision=role.revision,
    )


def _view(role: RoleFacts, count: int, language: Language) -> RoleView:
    return RoleView(
        name=role.name,
        label=t(f"role.{role.name}", language) if role.builtin else role.label,
        builtin=role.builtin,
        grants=tuple(sorted(role.grants.held)),
        hidden=tuple(sorted(role.hidden)),
        masked=tuple(sorted(role.masked)),
        people=count,
        revision=role.revision,
    )


def _audited(role: Role) -> dict[str, Any]:
    return {"label": role.label, "grants": role.grants, "hidden": role.hidden, "masked": role.masked}


def _checked_name(text: str) -> str:
    name = plain_text(text.casefold(), LONGEST_ROLE)
    if name is None:
        raise UsageError("role_name_not_usable", longest=LONGEST_ROLE)
    if name in BUILTIN:
        raise RefusedError("role_is_builtin", role=name)
    return name


def _checked_grants(grants: tuple[str, ...]) -> list[str]:
    for grant in grants:
        if not _is_grant(grant):
            raise UsageError("grant_unknown", grant=grant)
    return sorted(set(grants))


def _is_grant(grant: str) -> bool:
    action, colon, thing = grant.partition(":")
    known = catalogue().get(action)
    return known is not None and (thing in (*known, "*") if known else not colon)


def _checked_groups(groups: tuple[str, ...]) -> list[str]:
    for group in groups:
        if group not in GROUPS:
            raise UsageError("column_group_unknown", group=group, groups=", ".join(GROUPS))
    return sorted(set(groups))
