"""Roles, permissions, scopes and entries of the audit trail in the reader's words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cockpit.locale import Language, t
from cockpit.service.persons import PersonView, RoleView, RuleView
from cockpit.ui import format as fmt
from cockpit.ui import words

ANY = "*"
NAMED = 3  # values of one dimension that a line names
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
    """``成本 隐藏、个人信息 遮盖``; nothing where nothing is kept back."""
    said = (
        f"{group(name, language)} {t(f'ui.admin.column.{how}', language)}"
        for name, how in rules.items()
        if how != "visible"
    )
    return fmt.listed(said, language)


def group(name: str, language: Language) -> str:
    """A column group: 成本, 价格, 金额, 个人信息."""
    return words.first(language, f"column_group.{name}") or name


def object_of(action: str, name: str, language: Language) -> str:
    """What an action is done to, by its name."""
    if name == ANY:
        return t("ui.admin.all", language)
    keys = {"page": f"ui.page.{name}", "metric": f"metric.{name}.label", "deliver": f"table.{name}"}
    return words.first(language, keys.get(action, "")) or name


def action(name: str, language: Language) -> str:
    """A permission's name: 打开页面, 撤销批次."""
    return words.first(language, f"grant.{name}") or name


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
            names = [ANY] if ANY in held[name] else sorted(held[name])
            lines.append((action(name, language), fmt.listed((object_of(name, n, language) for n in names), language)))
    if alone:
        lines.append((t("ui.admin.other", language), fmt.listed((action(name, language) for name in alone), language)))
    return lines


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
        return object_of(kind, name, language)
    return words.first(language, f"ui.audit.on.{text}", f"ui.page.{text}", f"grant.{text}") or text


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
        if value not in (None, "", [], {})
    )
    return t("ui.admin.scope.and", language).join(said)


def _fact(name: str, language: Language) -> str:
    return words.first(language, f"ui.audit.fact.{name}", f"column.{name}", f"dimension.{name}") or name


def _value(value: Any, language: Language) -> str:
    if isinstance(value, bool):
        return t("ui.value.yes" if value else "ui.value.no", language)
    if isinstance(value, list):
        return fmt.listed((_value(one, language) for one in value), language)
    if isinstance(value, dict):
        pairs = (f"{_fact(name, language)} {_value(one, language)}" for name, one in value.items())
        return fmt.listed(pairs, language)
    text = str(value)
    return (
        words.first(language, f"ui.audit.value.{text}", f"grant.{text}", f"person_state.{text}", f"role.{text}") or text
    )
