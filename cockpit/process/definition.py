"""Process definitions: what the words of a process mean, which nodes it has and which approval is its final one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal, get_args

import duckdb

from cockpit.model import ACTION_PATTERNS, STATE_PATTERNS, STATUS_PATTERNS, meaning

FinalRule = Literal["explicit", "last_node", "last_approval"]
Pattern = tuple[str, str]

EVERY_PROCESS = "*"  # a definition for every process of its ledger

APPROVING = ("approve", "final_approve", "countersign")
# Acts by which somebody at a node deals with what arrived there.
HANDLING = (*APPROVING, "reject", "return", "delegate", "add_sign")
# Acts that move the case on. Payments and the like stand outside the question whether it is approved.
DECISIVE = ("submit", *HANDLING, "withdraw")
# Acts nobody waits for and nobody is waited for by.
BACKGROUND = ("auto", "cc", "remind")

_AGAINST = ("reject", "return", "withdraw", "delegate", "add_sign", "cc", "remind")
_ARROW = re.compile(r"->|=>|[>＞→]")
_PARALLEL = tuple(pattern for pattern in ACTION_PATTERNS if pattern[0] == "countersign")


@dataclass(frozen=True)
class Node:
    """A declared node: `pattern` is a regular expression for its whole name; it acts from an amount on, if told."""

    pattern: str
    from_amount: Decimal | None = None


@dataclass(frozen=True)
class ProcessDefinition:
    """What people declared about one process; everything empty is read by the defaults of `cockpit.model.actions`.

    `nodes` are in their order; `paths` are declared ways through them by name, in small letters; `targets` are pairs of
    node name pattern and working seconds.
    """

    actions: tuple[Pattern, ...] = ()
    states: tuple[Pattern, ...] = ()
    statuses: tuple[Pattern, ...] = ()
    nodes: tuple[Node, ...] = ()
    paths: tuple[tuple[str, ...], ...] = ()
    targets: tuple[tuple[str, int], ...] = ()
    final: FinalRule | None = None


@dataclass(frozen=True)
class Meaning:
    """One kind of act: its action, the state it brings the document to, whether it is one of several in parallel.

    `place` counts the declared nodes from 1; `target_seconds` is the node's target in working time.
    """

    action: str
    state: str | None
    parallel: bool
    place: int | None
    from_amount: Decimal | None
    target_seconds: int | None


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """One row of the settings table ``process_definitions``."""

    ledger: str
    company: str
    process: str
    kind: str
    pattern: str | None
    value: str | None


def declared(con: duckdb.DuckDBPyConnection) -> list[DefinitionRow]:
    """The active rows in order of precedence: a company's own before its ledger's, then by sequence."""
    rows = con.execute(
        "SELECT ledger, coalesce(company, ''), process, kind, pattern, value FROM process_definitions"
        " WHERE coalesce(is_active, true) ORDER BY company = '', process = '*', sequence, pattern, value"
    ).fetchall()
    return [DefinitionRow(*row) for row in rows]


def definition_of(rows: Iterable[DefinitionRow], ledger: str, company: str, process: str) -> ProcessDefinition:
    """The definition that holds for a company's process; `company` '' leaves every company's own rows out."""
    mine = [
        row
        for row in rows
        if row.ledger == ledger and row.company in ("", company) and row.process in (EVERY_PROCESS, process)
    ]
    return ProcessDefinition(
        actions=_patterns(mine, "action"),
        states=_patterns(mine, "state"),
        statuses=_patterns(mine, "status"),
        nodes=_nodes(mine),
        paths=_paths(mine),
        targets=tuple(
            (_regular(row.pattern), int(hours * 3600))
            for row in mine
            if row.kind == "target_hours" and row.pattern and (hours := _decimal(row.value)) is not None
        ),
        final=next((rule for row in mine if row.kind == "final" and (rule := _rule(row.value))), None),
    )


def final_rule(definition: ProcessDefinition, explicit_occurs: bool) -> tuple[FinalRule, Literal["definition", "log"]]:
    """Which approval is final in a process, and who says so: its definition, else what its log holds."""
    if definition.final is not None and (definition.final != "last_node" or definition.nodes):
        return definition.final, "definition"
    if explicit_occurs:
        return "explicit", "log"
    if definition.nodes:
        return "last_node", "definition"
    return "last_approval", "log"


@lru_cache(maxsize=65536)
def meaning_of(definition: ProcessDefinition, node: str, activity: str, result: str) -> Meaning:
    """What an act with these texts means; empty texts are unknown."""
    action = _action(definition, node, activity, result)
    # A declared node is met by its own name, in logs without nodes by that of the activity.
    place = next(
        (i for i, one in enumerate(definition.nodes, 1) if re.fullmatch(one.pattern, node or activity, re.IGNORECASE)),
        None,
    )
    target = (
        seconds for pattern, seconds in definition.targets if re.fullmatch(pattern, node or activity, re.IGNORECASE)
    )
    return Meaning(
        action,
        _state(definition, action, node, activity, result),
        any(meaning(text, _PARALLEL) for text in (node, activity, result)),
        place,
        definition.nodes[place - 1].from_amount if place else None,
        next(target, None),
    )


def status_of(definition: ProcessDefinition, status: str) -> str | None:
    """What a document status means: void, rejected, draft, pending, approved, or None where nobody says."""
    return meaning(status, definition.statuses) or meaning(status, STATUS_PATTERNS)


def _action(definition: ProcessDefinition, node: str, activity: str, result: str) -> str:
    told = meaning(result, ACTION_PATTERNS)
    own = meaning(result, definition.actions)
    if own:
        return own
    for text in (activity, node, " ".join(filter(None, (node, activity, result)))):
        own = meaning(text, definition.actions)
        if own:
            # Which activity approves is the definition's word; whether it was a yes this time is the result's.
            return told if told in _AGAINST and own in APPROVING else own
    if told in ("approve", "countersign"):
        final = "final_approve" in (meaning(activity, ACTION_PATTERNS), meaning(node, ACTION_PATTERNS))
        return "final_approve" if final else told
    if told:
        return told
    return meaning(activity, ACTION_PATTERNS) or (not activity and meaning(node, ACTION_PATTERNS)) or "other"


def _state(definition: ProcessDefinition, action: str, node: str, activity: str, result: str) -> str | None:
    for patterns in (definition.states, STATE_PATTERNS):
        state = meaning(result, patterns)
        if state is None and action not in _AGAINST:
            state = meaning(activity, patterns) or meaning(node, patterns)
        if state:
            return state
    return None


def _nodes(rows: Iterable[DefinitionRow]) -> tuple[Node, ...]:
    return tuple(Node(_regular(row.pattern), _decimal(row.value)) for row in _list(rows, "node") if row.pattern)


def _paths(rows: Iterable[DefinitionRow]) -> tuple[tuple[str, ...], ...]:
    """Declared paths such as ``经理 > 财务 > 总经理``."""
    texts = (row.pattern or row.value or "" for row in _list(rows, "path"))
    return tuple(tuple(name.strip().lower() for name in _ARROW.split(text)) for text in texts)


def _list(rows: Iterable[DefinitionRow], kind: str) -> list[DefinitionRow]:
    """The rows of a kind in order; a company's own list stands for its ledger's, a process's for the general one."""
    lists: dict[tuple[str, str], list[DefinitionRow]] = {}
    for row in rows:
        if row.kind == kind and (row.pattern or row.value):
            lists.setdefault((row.company, row.process), []).append(row)
    return next(iter(lists.values()), [])


def _patterns(rows: Iterable[DefinitionRow], kind: str) -> tuple[Pattern, ...]:
    return tuple((row.value, _regular(row.pattern)) for row in rows if row.kind == kind and row.pattern and row.value)


def _regular(pattern: str) -> str:
    """The pattern, or the plain text where it is no regular expression: a typing mistake must not stop a delivery."""
    try:
        re.compile(pattern)
    except re.error:
        return re.escape(pattern)
    return pattern


def _decimal(text: str | None) -> Decimal | None:
    try:
        number = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _rule(value: str | None) -> FinalRule | None:
    rules: Mapping[str, FinalRule] = {rule: rule for rule in get_args(FinalRule)}
    return rules.get((value or "").strip().casefold())
