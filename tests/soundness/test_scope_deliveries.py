"""What a limited person may bring, take back and decide on: nothing that reaches beyond what they may see."""

from __future__ import annotations

import pytest

from cockpit.access import EVERY
from cockpit.errors import NotAllowedError
from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR, Actor
from cockpit.service.requests import LoadRequest
from tests.people.made import draft, rule
from tests.soundness.books import Books

TREE = """
    部门编码 | 部门名称 | 上级部门
    A | A部 |
    A1 | A一组 | A部
"""
GRAFTED = TREE + "    B | B部 | A部\n"
KEEPER = Actor("keeper", grants=EVERY.without(["people"]))


def refused(code: str, ask: object) -> NotAllowedError:
    """The refusal of a question, which must have that code."""
    assert callable(ask)
    with pytest.raises(NotAllowedError) as error:
        ask()
    assert error.value.code == code, error.value
    return error.value


# ---------------------------------------------------------------- departments


def test_nobody_grafts_a_department_below_their_own(books: Books) -> None:
    """Who stands below whom says what people see: it takes the permission to manage them, whatever a role grants."""
    books.load("departments.csv", TREE, table="departments")
    people, desk = books.cockpit.people, LOCAL_ADMINISTRATOR
    view = people.add(desk, draft("wang", "head", rules=(rule("department", "A部", subtree=True),)))
    wang = people.resolve(view.id)
    file, request = books.file("more.csv", GRAFTED), LoadRequest(table="departments")
    for who in (wang, Actor("wang", wang.scope, EVERY.without(["people"])), KEEPER):
        for dry in (True, False):
            refused(
                "deliver_not_allowed",
                lambda who=who, dry=dry: books.cockpit.load(who, [file], LoadRequest(table="departments", dry_run=dry)),
            )
    refused("delivery_tables_not_allowed", lambda: books.cockpit.undo(KEEPER, 1))
    assert people.resolve(view.id).scope.allowed["department"] == {"A部", "A", "A一组", "A1"}
    assert not people.why(desk, wang, "deliver", "departments").allowed
    assert books.cockpit.load(Actor("all", grants=EVERY), [file], request).status == "loaded"
