"""Scopes: from what is said of a person to the rows and columns they may see."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cockpit.access.roles import HIDDEN, MASKED
from cockpit.model import TABLES
from cockpit.model.sensitive import GROUPS
from cockpit.scope import EVERYTHING, Scope

DIMENSIONS: tuple[str, ...] = (
    "ledger",
    *dict.fromkeys(column.name for table in TABLES.values() for column in table.columns if column.dimension),
)
"""What rows can be limited by."""
TREES = ("department",)
"""Dimensions whose values stand below each other."""
_PURPOSE = b"cockpit column masks"


class Rule(Protocol):
    """A value of a dimension, with everything below it or without."""

    @property
    def dimension(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def subtree(self) -> bool: ...


@dataclass(frozen=True)
class Department:
    """A row of the canonical table ``departments``. `parent` is the name or the code of the one above, or empty."""

    ledger: str
    company: str | None
    code: str
    name: str
    parent: str | None


class Departments:
    """The departments of all ledgers, as trees.

    Rows of facts name their department, by name or by code, and nothing else tells it apart. A department whose name
    or code also stands for one outside is therefore not below: nobody sees rows that may be another's.
    """

    def __init__(self, rows: Iterable[Department]) -> None:
        known = list(rows)
        self._nodes = known + _only_named(known)
        self._by_word: dict[tuple[str, str], list[int]] = {}
        for index, node in enumerate(self._nodes):
            for word in {node.name, node.code}:
                self._by_word.setdefault((node.ledger, word), []).append(index)
        self._above = [self._parents(node) for node in self._nodes]
        self._below: dict[int, list[int]] = {}
        for index, parents in enumerate(self._above):
            for parent in parents:
                self._below.setdefault(parent, []).append(index)

    def below(
        self, value: str, ledgers: frozenset[str] | None = None, companies: frozenset[str] | None = None
    ) -> frozenset[str]:
        """`value` and the names and codes of everything below it, in the ledgers and companies that count (None: all).

        Departments that are each other's superiors do no harm.
        """
        counted = {
            index
            for index, node in enumerate(self._nodes)
            if (ledgers is None or node.ledger in ledgers) and (companies is None or node.company in companies)
        }
        roots = {index for index in counted if value in (self._nodes[index].name, self._nodes[index].code)}
        inside, open_ = set(roots), list(roots)
        while open_:
            for child in self._below.get(open_.pop(), ()):
                if child in counted and child not in inside:
                    inside.add(child)
                    open_.append(child)
        while doubtful := {one for one in inside - roots if not inside.issuperset(self._above[one])}:
            inside -= doubtful
        return (self._words(inside) - self._words(counted - inside)) | {value}

    def _parents(self, node: Department) -> list[int]:
        """The departments that may be meant by the one above: of the same company where there is one."""
        found = self._by_word.get((node.ledger, node.parent or ""), []) if node.parent else []
        own = [index for index in found if self._nodes[index].company == node.company]
        return own or found

    def _words(self, nodes: Iterable[int]) -> frozenset[str]:
        return frozenset(word for one in nodes for word in (self._nodes[one].name, self._nodes[one].code) if word)


def _only_named(known: Sequence[Department]) -> list[Department]:
    """Departments that have no row of their own and are named by those below them."""
    there = {(node.ledger, word) for node in known for word in (node.name, node.code)}
    named = {(node.ledger, node.company, node.parent) for node in known if node.parent}
    return [
        Department(ledger, company, "", parent, None)
        for ledger, company, parent in sorted(named, key=str)
        if parent and (ledger, parent) not in there
    ]


def allowed_by(rules: Iterable[Rule], departments: Departments) -> dict[str, frozenset[str]]:
    """The values of each limited dimension, trees expanded."""
    found: dict[str, set[str]] = {}
    trees = []
    for rule in rules:
        found.setdefault(rule.dimension, set()).add(rule.value)
        if rule.subtree:
            trees.append(rule)
    ledgers, companies = (
        frozenset(found[dimension]) if dimension in found else None for dimension in ("ledger", "company")
    )
    for rule in trees:
        found[rule.dimension] |= departments.below(rule.value, ledgers, companies)
    return {dimension: frozenset(values) for dimension, values in found.items()}


def scope_of(
    everything: bool, rules: Iterable[Rule], shown: Mapping[str, str], departments: Departments, mask_key: str
) -> Scope:
    """The scope of a person; with neither `everything` nor rules it reaches no ledger. `shown` says of each column
    group whether it is shown, masked or hidden."""
    allowed = {} if everything else allowed_by(rules, departments) or {"ledger": frozenset()}
    hidden, masked = (
        frozenset[str]().union(*(GROUPS[group] for group, how in shown.items() if how == wanted))
        for wanted in (HIDDEN, MASKED)
    )
    if not allowed and not hidden and not masked:
        return EVERYTHING
    return Scope(allowed, hidden, masked, mask_key if masked - hidden else "")


def mask_key(secret: str) -> str:
    """What masks are made with: the same for all who see masks here, so that they may speak of the same one."""
    return hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).hexdigest()
