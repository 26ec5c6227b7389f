"""People: their names, what is said of them, and the actor each of them is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from cockpit.access.actor import LOCAL_ADMINISTRATOR, UNKNOWN, Actor
from cockpit.access.roles import HIDDEN, MASKED
from cockpit.access.scopes import DIMENSIONS, TREES
from cockpit.errors import UsageError
from cockpit.model.sensitive import GROUPS, MASKABLE
from cockpit.records.tables import Person

LONGEST_NAME, LONGEST_LABEL, LONGEST_VALUE = 100, 200, 400
LONGEST_ROLE, LONGEST_ROLE_LABEL = 60, 100
# Nobody is mistaken for the machine in the audit trail, nor for somebody unknown.
RESERVED = frozenset({LOCAL_ADMINISTRATOR.name, UNKNOWN})
_NAME = re.compile(r"[\w.@+-]+")


@dataclass(frozen=True)
class RuleView:
    """A value of a dimension that a person may see; `subtree` adds everything below it."""

    dimension: str
    value: str
    subtree: bool = False


@dataclass(frozen=True)
class PersonDraft:
    """What is said of a person when they are added or changed.

    `everything` lifts all row limits; without it a person sees what `rules` allow: within one dimension any of its
    values, and all dimensions at once. `columns` maps a column group to ``hidden`` or ``masked``.
    """

    name: str
    label: str
    roles: tuple[str, ...] = ()
    everything: bool = False
    rules: tuple[RuleView, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Invented(Actor):
    """Somebody who is only imagined, to see what they would see; `draft` is what was imagined."""

    draft: PersonDraft | None = None


def plain_text(text: str, longest: int) -> str | None:
    """`text` in its composed form without blanks around it; None where it is empty, longer than `longest`, or holds
    characters that are not seen: control, direction and private ones, halves of characters."""
    told = unicodedata.normalize("NFC", text).strip()
    unseen = any(unicodedata.category(char)[0] == "C" or char in "\u2028\u2029" for char in told)
    return None if unseen or not 1 <= len(told) <= longest else told


def folded(name: str) -> str:
    """A login name as it is kept and compared: the same whatever its width and case.

    UsageError where it cannot be one.
    """
    told = unicodedata.normalize("NFKC", name[: 4 * LONGEST_NAME]).casefold().strip()
    if len(told) > LONGEST_NAME or not _NAME.fullmatch(told) or told in RESERVED:
        raise UsageError("person_name_not_usable", longest=LONGEST_NAME)
    return told


def checked(draft: PersonDraft, roles: Mapping[str, object]) -> PersonDraft:
    """The draft as it is kept: texts folded, doubles gone, what cannot be masked hidden.

    UsageError names what cannot be; `roles` are those there are.
    """
    name, label = folded(draft.name), plain_text(draft.label, LONGEST_LABEL)
    if label is None:
        raise UsageError("person_label_not_usable", longest=LONGEST_LABEL)
    for role in draft.roles:
        if role not in roles:
            raise UsageError("role_unknown", role=role, roles=", ".join(roles))
    for group, how in draft.columns.items():
        if group not in GROUPS or how not in (HIDDEN, MASKED):
            raise UsageError("column_rule_not_usable", group=group, how=how, groups=", ".join(GROUPS))
    rules: dict[tuple[str, str], bool] = {}
    for rule in draft.rules:
        value = _checked_value(rule)
        rules[rule.dimension, value] = rules.get((rule.dimension, value), False) or rule.subtree
    return PersonDraft(
        name,
        label,
        tuple(sorted(set(draft.roles))),
        draft.everything,
        tuple(RuleView(*place, subtree) for place, subtree in sorted(rules.items())),
        {group: how if group in MASKABLE else HIDDEN for group, how in sorted(draft.columns.items())},
    )


def _checked_value(rule: RuleView) -> str:
    if rule.dimension not in DIMENSIONS:
        raise UsageError("scope_dimension_unknown", dimension=rule.dimension, dimensions=", ".join(DIMENSIONS))
    if rule.subtree and rule.dimension not in TREES:
        raise UsageError("scope_has_no_tree", dimension=rule.dimension, dimensions=", ".join(TREES))
    value = plain_text(rule.value, LONGEST_VALUE)
    if value is None:
        raise UsageError("scope_value_not_usable", dimension=rule.dimension, longest=LONGEST_VALUE)
    return value


def draft_of(person: Person) -> PersonDraft:
    """What is said of a person at present."""
    rules = sorted((rule.dimension, rule.value, rule.subtree) for rule in person.rules)
    return PersonDraft(
        person.name,
        person.label,
        tuple(sorted(held.role for held in person.roles)),
        person.everything,
        tuple(RuleView(*rule) for rule in rules),
        dict(sorted((rule.group, rule.how) for rule in person.columns)),
    )
