"""为什么能看到: for anybody, real or put together here, each step that decides whether they see something."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import Language, t
from cockpit.service.persons import Because, PersonDraft, Why
from cockpit.service.requests import Actor
from cockpit.ui import format as fmt
from cockpit.ui import navigate, selects, words
from cockpit.ui.admin import sayings, scopes
from cockpit.ui.admin.office import Office
from cockpit.ui.ink import ink
from cockpit.ui.plain import plain
from cockpit.ui.refusals import about, permission
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h

SUBJECTS = ("real", "invented")
KINDS = ("page", "metric", "rows", "column", "action")
INVENTED = "why-invented"

Question = tuple[str, str, str, str]  # action, what it is done to, dimension, value


def why(office: Office) -> None:
    """Who at the left, what at the right, the answer below."""
    left, right = st.columns([1, 1], gap="large")
    with left:
        subject = _subject(office)
    with right:
        question = _question(office)
        if subject is None or question is None:
            ink(h("div", "empty", h("p", "", office.text("why.hint"))), "why-hint")
            return
        action, resource, dimension, value = question
        try:
            answer = office.cockpit.people.why(office.who, subject, action, resource, dimension, value)
        except CockpitError as error:
            st.error(plain(office.error(error)))
            return
        labels = {role.name: role.label for role in office.cockpit.people.roles(office.who, office.language)}
        ink(told(answer, subject, labels, office.language), "why-answer")


def _subject(office: Office) -> Actor | None:
    """A person as they are, or one put together here; and looking through their eyes."""
    kind = _kind(office, "who", SUBJECTS, "why-kind")
    try:
        return _invented(office) if kind == "invented" else _real(office)
    except CockpitError as error:
        st.error(plain(office.error(error)))
        return None


def _kind(office: Office, heading: str, kinds: tuple[str, ...], key: str) -> str | None:
    """One of `kinds`, below the heading they belong to."""
    ink(h("div", "blk", h("h3", "", office.text(f"why.{heading}"))), f"why-{heading}")
    return st.segmented_control(
        office.text(f"why.{heading}"),
        kinds,
        default=kinds[0],
        key=key,
        format_func=lambda one: office.text(f"why.{one}"),
        label_visibility="collapsed",
        required=True,
    )


def _real(office: Office) -> Actor | None:
    everyone = {one.id: one for one in office.cockpit.people.people(office.who)}
    ordered = sorted(everyone, key=lambda number: everyone[number].label.casefold())
    chosen = selects.one(
        office.text("why.person"),
        ordered,
        "why-person",
        lambda number: f"{everyone[number].label} ({everyone[number].name})",
        placeholder=office.text("why.choose"),
    )
    if chosen is None:
        return None
    one = everyone[chosen]
    known = office.cockpit.people.roles(office.who, office.language)
    lines = [
        ("roles", sayings.roles(one.roles, known, office.language) or office.text("why.no_roles")),
        ("scope", sayings.scope(one.everything, one.rules, office.language, named=12)),
        ("columns", sayings.columns(one.columns, office.language) or office.text("why.by_roles")),
    ]
    rows = [h("tr", "", h("td", "nw soft", office.text(f"people.{key}")), h("td", "", text)) for key, text in lines]
    ink(h("div", "basis", h("table", "", h("tbody", "", *rows))), "why-facts")
    return office.cockpit.people.resolve(chosen)


def _invented(office: Office) -> Actor | None:
    """Roles and a scope, nobody's name."""
    labels = {role.name: role.label for role in office.cockpit.people.roles(office.who, office.language)}
    chosen = selects.several(
        office.text("people.roles"),
        list(labels),
        "why-roles",
        lambda one: labels.get(one, one),
        placeholder=office.text("person.choose_roles"),
    )
    everything, rules, columns = scopes.form(office, INVENTED, False, (), {})
    draft = PersonDraft("invented", office.text("why.invented"), tuple(chosen), everything, rules, columns)
    subject = office.cockpit.people.invented(office.who, draft)
    if st.button(office.text("why.eyes"), icon=":material/visibility:", key="why-eyes"):
        session().eyes = office.cockpit.people.look(office.who, subject)
        navigate.to_first()
    return subject


def _question(office: Office) -> Question | None:
    """A page, a figure, rows, a column or a permission."""
    kind = _kind(office, "what", KINDS, "why-what-kind")
    language = office.language
    if kind == "rows":
        return _rows(office)
    if kind in ("page", "metric"):
        names = office.cockpit.people.grants()[kind]
        chosen = _one(office, kind, names, lambda name: about(kind, name, language))
        return None if chosen is None else (kind, chosen, "", "")
    if kind == "column":
        columns = sorted({one for held in office.cockpit.people.groups().values() for one in held})
        known = [name for name in columns if words.column(name, language) != name]
        chosen = _one(office, kind, known, lambda name: words.column(name, language))
        return None if chosen is None else ("column", chosen, "", "")
    plain_ones = [name for name, of in office.cockpit.people.grants().items() if not of]
    chosen = _one(office, "action", plain_ones, lambda name: permission(name, language))
    return None if chosen is None else (chosen, "", "", "")


def _rows(office: Office) -> Question | None:
    """Rows that carry one value of a dimension."""
    language = office.language
    values = office.cockpit.people.dimensions(office.who)
    dimension = _one(office, "dimension", list(values), lambda name: words.dimension(name, language))
    if dimension is None:
        return None
    value = _one(office, "value", values[dimension], lambda one: words.value(dimension, one, language))
    return None if value is None else ("row", "", dimension, value)


def _one(office: Office, name: str, options: Sequence[str], say: Callable[[str], str]) -> str | None:
    chosen: str | None = selects.one(
        office.text(f"why.{name}"), options, f"why-{name}", say, placeholder=office.text("why.choose")
    )
    return chosen


def told(answer: Why, subject: Actor, roles: Mapping[str, str], language: Language) -> Node:
    """The verdict, then its steps in their order; the last one decided."""
    css, shape, key = ("good", "▲", "may") if answer.allowed else ("bad", "●", "may_not")
    verdict = t(f"ui.admin.why.{key}", language, name=subject.label or subject.name)
    steps = [_step(number, step, roles, language) for number, step in enumerate(answer.steps, start=1)]
    return h("div", "gap", h("div", f"note {css}", h("b", "", f"{shape} {verdict}")), h("div", "issues", *steps))


def _step(number: int, step: Because, roles: Mapping[str, str], language: Language) -> Node:
    css, shape = ("tgood", "▲") if step.allows else ("tbad", "●")
    return h("div", "issue", h("span", css, shape), h("span", "", f"{number}. {said(step, roles, language)}"))


def said(step: Because, roles: Mapping[str, str], language: Language) -> str:
    """A step as a sentence; `roles` has the label of each role."""
    return t(f"why.{step.key}", language, **worded(step.params, roles, language))


def worded(params: Mapping[str, str], roles: Mapping[str, str], language: Language) -> dict[str, str]:
    """What a step names by codes, in words; values of the data stay as they are."""

    def several(codes: str, say: Callable[[str], str]) -> str:
        return fmt.listed((say(code) for code in codes.split(", ")), language)

    action = params.get("action", "")
    say: dict[str, Callable[[str], str]] = {
        "action": lambda code: permission(code, language),
        "role": lambda code: roles.get(code, code),
        "roles": lambda codes: several(codes, lambda code: roles.get(code, code)),
        "dimension": lambda code: words.dimension(code, language),
        "dimensions": lambda codes: several(codes, lambda code: words.dimension(code, language)),
        "group": lambda code: sayings.group(code, language),
        "table": lambda code: words.first(language, f"table.{code}", f"scope.table.{code}") or code,
        "column": lambda code: words.column(code, language),
        "resource": lambda code: about(action, code, language),
    }
    return {name: say[name](value) if name in say else value for name, value in params.items()}
