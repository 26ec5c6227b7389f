"""Roles, permissions, scopes and entries of the audit trail in the reader's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cockpit.locale import Language, t
from cockpit.service.persons import PersonView, RoleView, RuleView
from cockpit.ui import format as fmt
from cockpit.ui import sitemap, words
from cockpit.ui.refusals import ANY, about, permission

NAMED = 3  # values of one dimension that a line names
_SESSION = re.compile(r"[0-9a-f]{12}")  # the beginning of a session's key
PAGES = tuple(page.name for page in sitemap.PAGES)
OBJECTS = ("page", "metric", "deliver")  # actions done to something; the rest stand for themselves


def scope(everything: bool, rules: Iterable[RuleView], language: Language, named: int = NAMED) -> str:
    """``部门 采购部（含下级）、仓储部；账套 default``; all data, or none."""
    if everything:
        return t("ui.admin.scope.everything", language)
    by: dict[str, list[str]] = {}
    for rule in rules:
        value = words.value(rule.dimension, rule.value, language)
        by.setdefault(rule.dimension, []).append(
            t("ui.admin.scope.subtree", language, value=value) if rule.subtree else value
        )
    if not by:
        return t("ui.admin.scope.none", language)
    lines = []
    for dimension, values in by.items():
        shown = fmt.listed(values[:named], language)
        if len(values) > named:
            shown = t("ui.admin.scope.more", language, shown=shown, count=len(values))
        lines.append(f"{words.dimension(dimension, language)} {shown}")
    return t("ui.admin.scope.and", language).join(lines)


def columns(rules: Mapping[str, str], language: Language) -> str:
    """``隐藏 成本、单价；脱敏 个人信息``; nothing where nothing is kept back."""
    said = []
    for how in ("hidden", "masked"):
        groups = [group(name, language) for name, kept in rules.items() if kept == how]
        if groups:
            said.append(t(f"ui.admin.column.is_{how}", language, groups=fmt.listed(groups, language)))
    return t("ui.admin.scope.and", language).join(said)


def group(name: str, language: Language) -> str:
    """A column group: 成本, 价格, 金额, 个人信息."""
    return words.first(language, f"column_group.{name}") or name


def granted(grants: Iterable[str], language: Language) -> list[tuple[str, str]]:
    """What may be done, as (what, to which): objects listed per action, all plain actions on one line."""
    held: dict[str, list[str]] = {}
    alone = []
    for grant in grants:
        name, _, which = grant.partition(":")
        if name in OBJECTS:
            held.setdefault(name, []).append(which)
        else:
            alone.append(name)
    lines: list[tuple[str, str]] = []
    for name in OBJECTS:
        if name in held:
            names = [ANY] if ANY in held[name] else sorted(held[name], key=_place)
            lines.append((permission(name, language), fmt.listed((about(name, n, language) for n in names), language)))
    if alone:
        lines.append(
            (t("ui.admin.other", language), fmt.listed((permission(name, language) for name in alone), language))
        )
    return lines


def _place(name: str) -> tuple[int, str]:
    """Pages in the order of the navigation, everything else by its name."""
    return (PAGES.index(name) if name in PAGES else len(PAGES), name)


def roles(names: Iterable[str], known: Sequence[RoleView], language: Language) -> str:
    """Roles by their labels; one that is gone keeps its name."""
    labels = {role.name: role.label for role in known}
    return fmt.listed((labels.get(name, name) for name in names), language)


def changes(before: PersonView, after: PersonView, known: Sequence[RoleView], language: Language) -> tuple[str, ...]:
    """What another administrator changed on a person: ``角色：采购 → 采购、仓储``."""
    pairs = [
        ("label", before.label, after.label),
        ("roles", roles(before.roles, known, language), roles(after.roles, known, language)),
        ("scope", _scope(before, language), _scope(after, language)),
        ("columns", columns(before.columns, language), columns(after.columns, language)),
        ("state", state(before.state, language), state(after.state, language)),
    ]
    return tuple(
        t(
            "ui.admin.person.changed",
            language,
            what=t(f"ui.admin.people.{name}", language),
            before=old or fmt.ABSENT,
            after=new or fmt.ABSENT,
        )
        for name, old, new in pairs
        if old != new
    )


def _scope(person: PersonView, language: Language) -> str:
    return scope(person.everything, person.rules, language, named=1000)


def state(name: str, language: Language) -> str:
    """Whether an account can be used."""
    return t(f"person_state.{name}", language)


def event(name: str, language: Language) -> str:
    """What somebody did, as the audit trail calls it."""
    return words.first(language, f"ui.audit.{name}") or name


def resource(text: str, language: Language) -> str:
    """What it was done to: codes of ours in words, everything else as it is."""
    kind, colon, name = text.partition(":")
    if colon and kind in OBJECTS:
        return about(kind, name, language)
    if _SESSION.fullmatch(text):
        return f"{_fact('session', language)} {text}"
    if colon and (table := words.first(language, f"table.{kind}")):
        return f"{table} {name}"
    if colon and kind in ("person", "role", "delivery", "ledger"):
        label = words.first(language, f"role.{name}") if kind == "role" else None
        return f"{_fact(kind, language)} {label or name}"
    keys = (f"ui.audit.on.{text}", f"ui.page.{text}", f"grant.{text}", f"metric.{text}.label")
    return words.first(language, *keys) or text


def detail(text: str, language: Language) -> str:
    """Facts of an entry: ``行数：20；版本：41``; what is no JSON object stays as it is."""
    try:
        facts = json.loads(text)
    except ValueError:
        return text
    if not isinstance(facts, dict):
        return text
    said = (
        t("ui.admin.trail.fact", language, name=_fact(name, language), value=_value(value, language))
        for name, value in facts.items()
        if not _is_empty(value)
    )
    return t("ui.admin.scope.and", language).join(said)


def _is_empty(value: Any) -> bool:
    """Whether there is nothing to be said; a no and a zero say something."""
    return value is None or value in ("", [], {})


def _fact(name: str, language: Language) -> str:
    return words.first(language, f"ui.audit.fact.{name}", f"column.{name}", f"dimension.{name}") or name


def _value(value: Any, language: Language) -> str:
    if isinstance(value, bool):
        return t("ui.value.yes" if value else "ui.value.no", language)
    if isinstance(value, list):
        rules = [one for one in value if isinstance(one, dict) and one.keys() == {"dimension", "value", "subtree"}]
        if rules and len(rules) == len(value):
            return scope(False, (RuleView(**one) for one in rules), language, named=len(rules))
        return fmt.listed((_value(one, language) for one in value), language)
    if isinstance(value, dict):
        pairs = (f"{_fact(k, language)} {_value(one, language)}" for k, one in value.items() if not _is_empty(one))
        return fmt.listed(pairs, language)
    return _word(str(value), language)


def _word(text: str, language: Language) -> str:
    """A code of ours in words; a grant with what it is done to."""
    name, colon, which = text.partition(":")
    if colon and name in OBJECTS:
        return f"{permission(name, language)} {about(name, which, language)}"
    keys = ("ui.audit.value", "ui.status", "grant", "person_state", "role", "column_group", "shown", "table")
    return words.first(language, *(f"{key}.{text}" for key in keys), f"metric.{text}.label") or text
