"""Why somebody may do or see something, or may not: the rules that speak to it, in the order they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cockpit.access.grants import ACTIONS, ALSO
from cockpit.access.people import PersonDraft
from cockpit.access.roles import HIDDEN, MASKED, SHOWN, RoleFacts, shown_to
from cockpit.access.scopes import DIMENSIONS, Departments, allowed_by
from cockpit.errors import UsageError
from cockpit.model.sensitive import GROUPS

ROW, COLUMN = "row", "column"
OF_ROWS = ("metric", "drill", "source_row", "export")  # what nobody has anything of who sees no rows
Unreached = Callable[[str], Mapping[str, Sequence[str]]]
"""Of a metric: the tables it is made from, each with the limited dimensions it lacks."""
QUESTIONS = (*ACTIONS, ROW, COLUMN)
"""What can be asked about: every action, and whether a row with a value or a column is seen."""


@dataclass(frozen=True)
class Because:
    """One step of the answer to why somebody sees something, or does not.

    `key` is below ``why.`` in the catalogues, `params` fill it; `allows` says which way the step points.
    """

    key: str
    allows: bool
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Why:
    """Whether somebody may, and each reason in order; the last one decided."""

    allowed: bool
    steps: tuple[Because, ...]


@dataclass(frozen=True)
class Asked:
    """The question: an action (to a resource), or ``row``, or ``column`` (resource: a column or a column group); with a
    dimension and a value also whether rows that carry it are seen."""

    action: str
    resource: str = ""
    dimension: str = ""
    value: str = ""

    def __post_init__(self) -> None:
        if self.action not in QUESTIONS:
            raise UsageError("action_unknown", action=self.action, actions=", ".join(QUESTIONS))
        if self.dimension and self.dimension not in DIMENSIONS:
            raise UsageError("scope_dimension_unknown", dimension=self.dimension, dimensions=", ".join(DIMENSIONS))


def operator() -> Why:
    """The operator at the machine may do everything."""
    return Why(True, (Because("operator", True),))


def why(
    asked: Asked,
    draft: PersonDraft,
    active: bool,
    roles: Sequence[RoleFacts],
    departments: Departments,
    unreached: Unreached,
) -> Why:
    """The answer for somebody of whom `draft` is said and who holds `roles`. The first no ends it."""
    steps: list[Because] = []
    if not active:
        steps.append(Because("disabled", False))
    if asked.action in ACTIONS and _goes_on(steps):
        steps += _by_roles(asked, roles)
    if asked.action == "metric" and _goes_on(steps):
        steps += _by_needs(asked, draft, roles)
    if (asked.action in (ROW, *OF_ROWS) or asked.dimension) and _goes_on(steps):
        steps += _by_rows(asked, draft, departments)
    if asked.action == "metric" and not draft.everything and _goes_on(steps):
        steps += _by_tables(asked.resource, unreached)
    if asked.action == COLUMN and _goes_on(steps):
        steps += _by_columns(asked.resource, draft, roles)
    return Why(steps[-1].allows, tuple(steps))


def _goes_on(steps: Sequence[Because]) -> bool:
    return not steps or steps[-1].allows


def _by_roles(asked: Asked, roles: Sequence[RoleFacts]) -> list[Because]:
    if not roles:
        return [Because("no_roles", False)]
    told = {"action": asked.action, "resource": asked.resource} if asked.resource else {"action": asked.action}
    on = "_on" if asked.resource else ""
    granting = [role for role in roles if role.grants.allow(asked.action, asked.resource)]
    if not granting:
        return [Because(f"role_lacks{on}", False, {"role": _name(role), **told}) for role in roles]
    steps = [Because(f"role_grants{on}", True, {"role": _name(role), **told}) for role in granting]
    also = ALSO.get(f"{asked.action}:{asked.resource}")
    return steps if also is None else [*steps, *_by_roles(Asked(also), roles)]


def _by_needs(asked: Asked, draft: PersonDraft, roles: Sequence[RoleFacts]) -> list[Because]:
    """No figure is made of columns that are hidden; asked as the metric usually is."""
    from cockpit.metrics import METRICS

    metric = METRICS.get(asked.resource)
    if metric is None:
        return []
    usual = {name: parameter.default for name, parameter in metric.params.items()}
    shown = shown_to(roles, draft.columns)
    for group in sorted(metric.needs(usual)):
        if shown[group] != SHOWN:
            told = {"action": asked.action, "resource": asked.resource, "group": group}
            return [*_by_group(group, shown[group], group, draft, roles), Because("metric_needs", False, told)]
    return []


def _by_rows(asked: Asked, draft: PersonDraft, departments: Departments) -> list[Because]:
    if draft.everything:
        return [Because("everything", True)]
    if not draft.rules:
        return [Because("no_rules", False)]
    if not asked.dimension:
        return [Because("limited", True, {"dimensions": ", ".join(sorted({rule.dimension for rule in draft.rules}))})]
    told = {"dimension": asked.dimension, "value": asked.value}
    mine = [rule for rule in draft.rules if rule.dimension == asked.dimension]
    if not mine:
        return [Because("dimension_free", True, told)]
    for rule in mine:
        if rule.value == asked.value:
            return [Because("rule_names", True, told)]
    if asked.value in allowed_by(draft.rules, departments)[asked.dimension]:
        tops = ", ".join(rule.value for rule in mine if rule.subtree)
        return [Because("rule_above", True, {**told, "above": tops})]
    return [Because("rule_others", False, {**told, "allowed": ", ".join(rule.value for rule in mine)})]


def _by_tables(metric: str, unreached: Unreached) -> list[Because]:
    """Tables that do not have what rows are limited by show none; without all of its tables a figure is empty."""
    tables = unreached(metric)
    lacking = {table: ", ".join(dimensions) for table, dimensions in tables.items() if dimensions}
    rest = len(lacking) < len(tables)
    return [Because("table_lacks", rest, {"table": name, "dimensions": told}) for name, told in lacking.items()]


def _by_columns(column: str, draft: PersonDraft, roles: Sequence[RoleFacts]) -> list[Because]:
    groups = [column] if column in GROUPS else [group for group, held in GROUPS.items() if column in held]
    if not groups:
        return [Because("column_free", True, {"column": column})]
    shown = shown_to(roles, draft.columns)
    steps = [step for group in groups for step in _by_group(group, shown[group], column, draft, roles)]
    return sorted(steps, key=lambda step: not step.allows)  # what forbids decides


def _by_group(group: str, how: str, column: str, draft: PersonDraft, roles: Sequence[RoleFacts]) -> list[Because]:
    told = {"column": column, "group": group}
    if how == SHOWN:
        showing = [_name(role) for role in roles if role.shows(group) == SHOWN]
        return [Because("column_shown", True, {**told, "role": role}) for role in showing]
    if draft.columns.get(group) == how:
        return [Because(f"column_{how}_for_person", False, told)]
    if all(role.shows(group) != SHOWN for role in roles):
        held = ", ".join(_name(role) for role in roles) or "—"
        return [Because(f"column_{how}_by_roles", False, {**told, "roles": held})]
    return [Because("personal_not_granted", False, told)]


def _name(role: RoleFacts) -> str:
    """What a step calls a role: the product's by their name, which has words in both languages, others by theirs."""
    return role.name if role.builtin else role.label


KEYS = (
    *("operator", "disabled", "no_roles", "role_lacks", "role_lacks_on", "role_grants", "role_grants_on"),
    "metric_needs",
    *("everything", "no_rules", "limited", "dimension_free", "rule_names", "rule_above", "rule_others"),
    "table_lacks",
    *("column_free", "column_shown", "personal_not_granted"),
    *(f"column_{how}_{by}" for how in (HIDDEN, MASKED) for by in ("for_person", "by_roles")),
)
"""Every step there is."""
