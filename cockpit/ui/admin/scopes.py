"""The form of a scope: all data or rules by dimension, and columns that are kept back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import streamlit as st

from cockpit.model.sensitive import MASKABLE
from cockpit.service.persons import RuleView
from cockpit.ui import selects, words
from cockpit.ui.admin import sayings
from cockpit.ui.admin.office import Office
from cockpit.ui.ink import ink
from cockpit.ui.tree import h

TREE = "department"  # the dimension whose values have others below them
BELOW = f"{TREE}+"  # the line of the form that means a department with everything below it
WAYS = ("visible", "masked", "hidden")
NONE = ""

Scoped = tuple[bool, tuple[RuleView, ...], Mapping[str, str]]


def line_of(rule: RuleView) -> str:
    """The line of the form a rule stands on: its dimension, departments apart by whether those below count."""
    return f"{rule.dimension}+" if rule.subtree else rule.dimension


def lines_of(rules: Iterable[RuleView]) -> dict[str, list[str]]:
    """Rules as lines of the form, each with its values in order."""
    lines: dict[str, list[str]] = {}
    for rule in rules:
        lines.setdefault(line_of(rule), []).append(rule.value)
    return lines


def rules_of(lines: Mapping[str, Sequence[str]]) -> tuple[RuleView, ...]:
    """Lines of the form as rules; a line without values says nothing."""
    return tuple(
        RuleView(line.removesuffix("+"), value, line.endswith("+"))
        for line, values in sorted(lines.items())
        for value in dict.fromkeys(values)
    )


def form(office: Office, key: str, everything: bool, rules: Sequence[RuleView], columns: Mapping[str, str]) -> Scoped:
    """Draw the form, filled with what is given at first; gives what it says now. `key` names it."""
    ink(
        h("div", "blk", h("h3", "", office.text("scope.rows")), h("div", "s", office.text("scope.rows_note"))),
        f"{key}-r",
    )
    whole = st.toggle(office.text("scope.everything"), value=everything, key=f"{key}-all")
    said = () if whole else _rules(office, key, rules)
    told = sayings.scope(whole, said, office.language, named=12)
    ink(h("div", "note", office.text("scope.sees", scope=told)), f"{key}-told")
    return whole, said, _columns(office, key, columns)


def _rules(office: Office, key: str, rules: Sequence[RuleView]) -> tuple[RuleView, ...]:
    """A line per dimension that is limited, and the way to limit by another."""
    values = office.cockpit.people.dimensions(office.who)
    before = lines_of(rules)
    known = [*values, *([BELOW] if TREE in values else [])]
    shown = [*before, *(line for line in office.desk.dimensions.get(key, ()) if line not in before)]
    lines = {}
    for line in shown:
        dimension, chosen = line.removesuffix("+"), before.get(line, [])
        lines[line] = selects.several(
            _line_name(office, line),
            list(dict.fromkeys([*chosen, *values.get(dimension, ())])),
            f"{key}-{line}",
            partial(words.value, dimension, language=office.language),
            chosen,
            placeholder=office.text("scope.choose"),
        )
    _more(office, key, sorted((line for line in known if line not in shown), key=known.index))
    return rules_of(lines)


def _more(office: Office, key: str, rest: Sequence[str]) -> None:
    """Limit by a further dimension."""
    name = f"{key}-more"

    def add() -> None:
        line = st.session_state.get(name)
        if line:
            office.desk.dimensions[key] = (*office.desk.dimensions.get(key, ()), line)
            st.session_state[name] = NONE

    if rest:
        selects.one(
            office.text("scope.add"),
            [NONE, *rest],
            name,
            lambda line: _line_name(office, line) if line else office.text("scope.add_hint"),
            NONE,
            on_change=add,
        )


def _line_name(office: Office, line: str) -> str:
    name = words.dimension(line.removesuffix("+"), office.language)
    if line == BELOW:
        return office.text("scope.below", name=name)
    return office.text("scope.alone", name=name) if line == TREE else name


def _columns(office: Office, key: str, columns: Mapping[str, str]) -> dict[str, str]:
    """For each group of columns: visible as the roles say, hidden, or masked where a mask can be made."""
    head = h("div", "blk", h("h3", "", office.text("scope.columns")), h("div", "s", office.text("scope.columns_note")))
    ink(head, f"{key}-c")
    found = {}
    with st.container(horizontal=True, gap="small", key=f"{key}-groups"):
        for group in office.cockpit.people.groups():
            with st.container(width=232):
                how = st.segmented_control(
                    sayings.group(group, office.language),
                    WAYS if group in MASKABLE else (WAYS[0], WAYS[-1]),
                    default=columns.get(group, WAYS[0]),
                    key=f"{key}-group-{group}",
                    format_func=lambda way: office.text(f"column.{way}"),
                    required=True,
                )
            if how in WAYS[1:]:
                found[group] = how
    return found
