"""Commands about people: who there is, what each may do and see, and whether the audit trail holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from cockpit.cli.desk import Desk
from cockpit.cli.parsing import command, pairs
from cockpit.errors import EXIT_DONE, EXIT_NOT_HELD, UsageError
from cockpit.locale import t
from cockpit.service import Cockpit
from cockpit.service.entrance import RESET_MINUTES
from cockpit.service.persons import PersonDraft, PersonView, RuleView
from cockpit.service.requests import LOCAL_ADMINISTRATOR
from cockpit.settings import settings

Name = Annotated[str, typer.Argument()]
Roles = Annotated[list[str] | None, typer.Option("--role")]
Scopes = Annotated[list[str] | None, typer.Option("--scope")]
Trees = Annotated[list[str] | None, typer.Option("--tree")]
Everything = Annotated[bool, typer.Option("--everything")]
Columns = Annotated[list[str] | None, typer.Option("--column")]


@command("user add")
def add(
    desk: Desk,
    name: Name,
    label: Annotated[str | None, typer.Option("--label")] = None,
    role: Roles = None,
    scope: Scopes = None,
    tree: Trees = None,
    everything: Everything = False,
    column: Columns = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin")] = False,
) -> int:
    draft = PersonDraft(
        name, label or name, tuple(role or ()), everything, _rules(scope, tree), pairs("--column", column)
    )
    password = desk.read_pipe() if password_stdin else ""
    if password_stdin and not password:
        raise UsageError("password_not_piped")
    with desk.open() as cockpit:
        view = cockpit.people.add(LOCAL_ADMINISTRATOR, draft, password)
    return _show(desk, [view], "person_added")


@command("user list")
def list_(desk: Desk) -> int:
    with desk.open() as cockpit:
        views = cockpit.people.people(LOCAL_ADMINISTRATOR)
    desk.json({"people": views})
    _table(desk, views)
    return EXIT_DONE


@command("user disable")
def disable(desk: Desk, name: Name) -> int:
    return _set_state(desk, name, "disabled")


@command("user enable")
def enable(desk: Desk, name: Name) -> int:
    return _set_state(desk, name, "active")


def _set_state(desk: Desk, name: str, state: str) -> int:
    with desk.open() as cockpit:
        found = _named(cockpit, name)
        view = cockpit.people.set_state(LOCAL_ADMINISTRATOR, found.id, found.revision, state)
    return _show(desk, [view], f"person_{state}")


@command("user role")
def role(
    desk: Desk,
    name: Name,
    role_added: Annotated[list[str] | None, typer.Option("--add")] = None,
    role_removed: Annotated[list[str] | None, typer.Option("--remove")] = None,
) -> int:
    with desk.open() as cockpit:
        found = _named(cockpit, name)
        if lacking := set(role_removed or ()) - set(found.roles):
            raise UsageError("role_not_held", label=found.label, role=", ".join(sorted(lacking)))
        roles = (set(found.roles) | set(role_added or ())) - set(role_removed or ())
        view = cockpit.people.change(
            LOCAL_ADMINISTRATOR, found.id, found.revision, replace(_draft(found), roles=tuple(sorted(roles)))
        )
    return _show(desk, [view], "person_roles")


@command("user scope")
def scope(
    desk: Desk,
    name: Name,
    scope: Scopes = None,
    tree: Trees = None,
    everything: Everything = False,
    nothing: Annotated[bool, typer.Option("--nothing")] = False,
    column: Columns = None,
) -> int:
    rules = _rules(scope, tree)
    if sum((bool(rules), everything, nothing)) > 1:
        raise UsageError("scope_one_of")
    with desk.open() as cockpit:
        found = _named(cockpit, name)
        draft = _draft(found)
        if rules or everything or nothing:
            draft = replace(draft, everything=everything, rules=rules)
        told = pairs("--column", column)
        shown = {group: how for group, how in {**draft.columns, **told}.items() if how != "shown"}
        view = cockpit.people.change(LOCAL_ADMINISTRATOR, found.id, found.revision, replace(draft, columns=shown))
    return _show(desk, [view], "person_scope")


@command("user reset")
def reset(desk: Desk, name: Name) -> int:
    with desk.open() as cockpit:
        found = _named(cockpit, name)
        path = cockpit.entrance.reset_link(LOCAL_ADMINISTRATOR, found.id)
    link = f"{settings().url}{path}"
    desk.json({"name": found.name, "link": link, "minutes": RESET_MINUTES})
    desk.say("reset_link" if settings().url else "reset_path", label=found.label, link=link, minutes=RESET_MINUTES)
    return EXIT_DONE


@command("verify-audit")
def verify_audit(desk: Desk) -> int:
    with desk.open() as cockpit:
        report = cockpit.people.verify_audit(LOCAL_ADMINISTRATOR)
    desk.json({"holds": report.holds, "entries": report.entries, "broken": report.broken, "why": report.why})
    if report.holds:
        desk.say("audit_holds", entries=report.entries)
        return EXIT_DONE
    desk.say(f"audit_{report.why}", entries=report.entries, broken=desk.cell(report.broken))
    return EXIT_NOT_HELD


def _rules(scope: Sequence[str] | None, tree: Sequence[str] | None) -> tuple[RuleView, ...]:
    """DIMENSION=VALUE words as row rules; a dimension may come several times."""
    rules = []
    for option, values, subtree in (("--scope", scope, False), ("--tree", tree, True)):
        for value in values or ():
            rules += [RuleView(name, content, subtree) for name, content in pairs(option, [value]).items()]
    return tuple(rules)


def _scope(desk: Desk, view: PersonView) -> str:
    """What rows a person sees, as --scope and --tree are written."""
    if view.everything or not view.rules:
        return desk.text("scope_everything" if view.everything else "scope_nothing")
    return ", ".join(f"{rule.dimension}={rule.value}{'/…' if rule.subtree else ''}" for rule in view.rules)


def _named(cockpit: Cockpit, name: str) -> PersonView:
    """The person of a name, however it is written."""
    return cockpit.people.person_named(LOCAL_ADMINISTRATOR, name)


def _draft(found: PersonView) -> PersonDraft:
    return PersonDraft(found.name, found.label, found.roles, found.everything, found.rules, found.columns)


def _show(desk: Desk, views: list[PersonView], said: str) -> int:
    desk.json(views[0])
    desk.say(said, label=views[0].label)
    _table(desk, views)
    return EXIT_DONE


def _table(desk: Desk, views: Sequence[PersonView]) -> None:
    """People with what they may see; roles of the product by their words."""
    rows = [
        {
            "login_name": view.name,
            "person": view.label,
            "state": t(f"person_state.{view.state}", desk.language),
            "roles": view.roles or None,
            "scope": _scope(desk, view),
            "columns": view.columns or None,
            "password": view.password,
            "signed_in_at": view.signed_in_at,
        }
        for view in views
    ]
    desk.table(tuple(rows[0]) if rows else (), rows)
