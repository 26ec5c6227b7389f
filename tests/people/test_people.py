"""People are added, changed and disabled by administrators, one change at a time, and the trail says what changed."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cockpit.access.people import LONGEST_NAME, folded
from cockpit.errors import CockpitError, NotAllowedError, RefusedError, UsageError
from cockpit.records.tables import Fact, Person, SignIn
from cockpit.service import LOCAL_ADMINISTRATOR, Actor
from cockpit.service.people import PeopleDesk
from cockpit.service.persons import PersonDraft, PersonView, RoleView
from tests.conftest import on_both_stores
from tests.people.made import NOW, draft, person, rule
from tests.soundness.books import Books

PASSWORD = "梧桐树下的 7 月雨声"
_FACT = select(Fact).where(Fact.name == "setup_done")
HEAD = draft("wang", "head", rules=(rule("department", "采购中心", True),), columns={"cost": "hidden"})


def drafted(view: PersonView) -> PersonDraft:
    return PersonDraft(view.name, view.label, view.roles, view.everything, view.rules, view.columns)


def entries(desk: PeopleDesk, action: str) -> list[dict[str, Any]]:
    return [json.loads(one.detail) for one in desk.audit(LOCAL_ADMINISTRATOR, action=action)]


def sign_in(books: Books, number: int, key: str) -> None:
    with books.cockpit._records.writing() as session:
        session.add(SignIn(key=key, person=number, created_at=NOW, seen_at=NOW, address="", agent=""))


def ended(books: Books) -> dict[str, str | None]:
    with books.cockpit._records.reading() as session:
        return {one.key: one.ended_why for one in session.query(SignIn)}


def refusal(action: Any, *given: Any) -> str:
    with pytest.raises(CockpitError) as error:
        action(*given)
    return error.value.code


# ---------------------------------------------------------------- names


def test_a_name_is_the_same_however_it_is_typed() -> None:
    assert folded("  Ｗａｎｇ.Li ") == folded("wang.li") == "wang.li"
    assert folded("Straße") == folded("STRASSE") == "strasse"
    assert folded("王芳") == "王芳"
    assert folded("x" * LONGEST_NAME) == "x" * LONGEST_NAME


NAMELESS = ["", " ", "a b", "x" * (LONGEST_NAME + 1), "x" * 5000, "\ufdfd" * 100, "local", "LOCAL", "ｌｏｃａｌ"]
UNSEEN = ["a\0b", "a\nb", "a\u202eb", "a\u200bb", "\udcff"]
MARKUP = ["=1+1", "<b>", "../a", "a'b", 'a"b']


@pytest.mark.parametrize("name", [*NAMELESS, *UNSEEN, *MARKUP])
def test_what_cannot_be_a_name(name: str) -> None:
    with pytest.raises(UsageError) as error:
        folded(name)
    assert error.value.code == "person_name_not_usable"


@given(text=st.text(max_size=120))
def test_a_kept_name_stays_as_it_is(text: str) -> None:
    try:
        kept = folded(text)
    except UsageError:
        return
    assert 1 <= len(kept) <= LONGEST_NAME and kept.isprintable()
    assert folded(text.strip().upper()) == folded(text.strip().upper().lower())


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (draft("a", "head", label=" "), "person_label_not_usable"),
        (draft("a", "head", label="x" * 201), "person_label_not_usable"),
        (draft("a", "head", label="a\x1b[31m"), "person_label_not_usable"),
        (draft("a", "boss"), "role_unknown"),
        (draft("a", rules=(rule("colour", "red"),)), "scope_dimension_unknown"),
        (draft("a", rules=(rule("region", "华东", True),)), "scope_has_no_tree"),
        (draft("a", rules=(rule("region", ""),)), "scope_value_not_usable"),
        (draft("a", rules=(rule("region", "x" * 401),)), "scope_value_not_usable"),
        (draft("a", rules=(rule("region", "a\0"),)), "scope_value_not_usable"),
        (draft("a", columns={"secrets": "hidden"}), "column_rule_not_usable"),
        (draft("a", columns={"cost": "shown"}), "column_rule_not_usable"),
    ],
)
def test_what_cannot_be_said_of_a_person(desk: PeopleDesk, admin: Actor, told: PersonDraft, code: str) -> None:
    before = desk.people(admin)
    assert refusal(desk.add, admin, told) == code
    assert refusal(desk.invented, admin, told) == code
    assert desk.people(admin) == before


def test_markup_and_formulas_are_text(desk: PeopleDesk, admin: Actor) -> None:
    view = desk.add(admin, draft("a", label="=1+<b>'\"{x}%s", rules=(rule("region", "'; DROP TABLE people --"),)))
    assert desk.person(admin, view.id) == view
    assert view.label == "=1+<b>'\"{x}%s" and view.rules == (rule("region", "'; DROP TABLE people --"),)


# ---------------------------------------------------------------- changes


def test_a_person_comes_and_changes(desk: PeopleDesk, admin: Actor) -> None:
    added = desk.add(admin, HEAD)
    assert added == desk.person(admin, added.id) == desk.person_named(admin, "WANG")
    assert (added.revision, added.state, added.password, added.created_by) == (1, "active", False, "zhang")
    columns = {"price": "hidden", "personal": "masked"}
    told = draft("wang", "finance", "head", label="王芳", rules=(rule("ledger", "default"),), columns=columns)
    changed = desk.change(admin, added.id, 1, told)
    assert drafted(changed) == told and changed.revision == 2
    no_mask = replace(told, columns={"price": "masked", "personal": "masked"})  # hides what has no mask
    assert (
        desk.change(admin, added.id, 2, told) == changed == desk.change(admin, added.id, 2, no_mask)
    )  # nothing differs, nothing is written
    assert [one["before"] for one in entries(desk, "person_changed")] == [
        {
            "label": "Wang",
            "roles": ["head"],
            "rules": [{"dimension": "department", "value": "采购中心", "subtree": True}],
            "columns": {"cost": "hidden"},
        }
    ]
    assert entries(desk, "person_added")[0]["after"]["roles"] == ["head"]
    assert refusal(desk.add, admin, draft("ＷＡＮＧ")) == "person_name_taken"
    assert refusal(desk.change, admin, added.id, 2, draft("li")) == "person_name_stays"
    assert refusal(desk.change, admin, added.id, 2, replace(told, name="wang.fang")) == "person_name_stays"
    assert desk.change(admin, added.id, 2, replace(told, name=" ＷＡＮＧ")) == changed
    assert refusal(desk.person, admin, 999) == "person_gone"
    assert desk.verify_audit(admin).holds


def test_doubled_rules_are_one(desk: PeopleDesk, admin: Actor) -> None:
    twice = (rule("department", "采购中心"), rule("department", " 采购中心", True), rule("department", "采购中心"))
    view = desk.add(admin, draft("a", "head", "head", rules=twice))
    assert view.rules == (rule("department", "采购中心", True),) and view.roles == ("head",)


@on_both_stores
def test_two_administrators_at_one_person(desk: PeopleDesk, admin: Actor) -> None:
    view = desk.add(admin, HEAD)
    said: list[str] = []
    together = threading.Barrier(6)

    def change(number: int) -> None:
        together.wait()
        try:
            desk.change(admin, view.id, view.revision, draft("wang", "head", label=f"Name {number}"))
            said.append(f"Name {number}")
        except RefusedError as error:
            said.append(error.code)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(said)[1:] == ["person_changed_meanwhile"] * 5
    now = desk.person(admin, view.id)
    assert now.label == sorted(said)[0] and now.revision == view.revision + 1
    assert len(entries(desk, "person_changed")) == 1
    assert refusal(desk.set_state, admin, view.id, view.revision, "disabled") == "person_changed_meanwhile"
    assert desk.person(admin, view.id).state == "active"


@on_both_stores
def test_other_rights_end_the_sessions_and_another_label_does_not(books: Books, desk: PeopleDesk, admin: Actor) -> None:
    """A9."""
    view = desk.add(admin, HEAD)
    sign_in(books, view.id, "a" * 64)
    assert desk.person(admin, view.id).sessions == 1
    view = desk.change(
        admin, view.id, 1, draft("wang", *HEAD.roles, label="王", rules=HEAD.rules, columns=HEAD.columns)
    )
    assert ended(books) == {"a" * 64: None}
    view = desk.change(admin, view.id, 2, draft("wang", "finance", label="王"))
    assert ended(books) == {"a" * 64: "rights_changed"} and view.sessions == 0
    assert [one["sessions_ended"] for one in entries(desk, "person_changed")] == [1, 0]
    sign_in(books, view.id, "b" * 64)
    view = desk.set_state(admin, view.id, 3, "disabled")
    assert ended(books)["b" * 64] == "disabled" and ended(books)["a" * 64] == "rights_changed"
    assert refusal(desk.resolve, view.id) == refusal(desk.named, "wang") == "person_not_active"
    view = desk.set_state(admin, view.id, view.revision, "active")
    assert desk.resolve(view.id, "c").session == "c"
    assert [len(entries(desk, f"person_{one}")) for one in ("disabled", "enabled")] == [1, 1]
    assert refusal(desk.set_state, admin, view.id, view.revision, "gone") == "person_state_unknown"


def test_the_last_administrator_stays(books: Books, desk: PeopleDesk, admin: Actor) -> None:
    zhang, li = desk.person_named(admin, "zhang"), desk.person_named(admin, "li")
    with books.cockpit._records.writing() as session:  # neither the invented nor the disabled count
        session.add(person("demo", demo=True, roles=[]))
    li = desk.set_state(admin, li.id, li.revision, "disabled")
    for told in (
        draft("zhang", "head", everything=True),
        draft("zhang", everything=True),
        draft("zhang", "administrator", rules=(rule("ledger", "default"),)),
    ):
        assert refusal(desk.change, admin, zhang.id, zhang.revision, told) == "last_administrator"
    assert refusal(desk.set_state, admin, zhang.id, zhang.revision, "disabled") == "last_administrator"
    assert desk.person(admin, zhang.id) == zhang
    desk.change(admin, zhang.id, zhang.revision, draft("zhang", "administrator", "head", everything=True))
    desk.set_state(admin, li.id, li.revision, "active")
    zhang = desk.person(admin, zhang.id)
    assert desk.change(admin, zhang.id, zhang.revision, draft("zhang", "head")).roles == ("head",)


def test_an_administrator_without_a_password_is_no_other_one(desk: PeopleDesk) -> None:
    able = desk.add(LOCAL_ADMINISTRATOR, draft("able", "administrator", everything=True), PASSWORD)
    invited = desk.add(LOCAL_ADMINISTRATOR, draft("invited", "administrator", everything=True))
    disabled = (LOCAL_ADMINISTRATOR, able.id, able.revision, "disabled")
    assert refusal(desk.set_state, *disabled) == "last_administrator"
    assert desk.set_state(LOCAL_ADMINISTRATOR, invited.id, invited.revision, "disabled").state == "disabled"
    desk.add(LOCAL_ADMINISTRATOR, draft("other", "administrator", everything=True), PASSWORD)
    assert desk.set_state(*disabled).state == "disabled"


@on_both_stores
def test_two_administrators_who_disable_each_other(desk: PeopleDesk, admin: Actor) -> None:
    both = [desk.person_named(admin, name) for name in ("zhang", "li")]
    said: list[str] = []
    together = threading.Barrier(2)

    def disable(view: PersonView) -> None:
        together.wait()
        try:
            said.append(desk.set_state(LOCAL_ADMINISTRATOR, view.id, view.revision, "disabled").state)
        except RefusedError as error:
            said.append(error.code)

    threads = [threading.Thread(target=disable, args=(view,)) for view in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(said) == ["disabled", "last_administrator"]


# ---------------------------------------------------------------- who may


def managing(desk: PeopleDesk, who: Actor, view: PersonView) -> dict[str, Any]:
    """Every method that manages, ready to be called."""
    role = RoleView("night", "Night", False, ("page:overview",), (), (), 0, 0)
    return {
        "people": lambda: desk.people(who),
        "person": lambda: desk.person(who, view.id),
        "person_named": lambda: desk.person_named(who, view.name),
        "add": lambda: desk.add(who, draft("new")),
        "change": lambda: desk.change(who, view.id, view.revision, draft("other")),
        "set_state": lambda: desk.set_state(who, view.id, view.revision, "disabled"),
        "roles": lambda: desk.roles(who, "en"),
        "save_role": lambda: desk.save_role(who, role),
        "remove_role": lambda: desk.remove_role(who, "night"),
        "view_as": lambda: desk.view_as(who, view.id),
        "look": lambda: desk.look(who, desk.resolve(view.id)),
        "invented": lambda: desk.invented(who, draft("nobody")),
        "why": lambda: desk.why(who, who, "page", "overview"),
        "dimensions": lambda: desk.dimensions(who),
        "audit": lambda: desk.audit(who),
        "verify_audit": lambda: desk.verify_audit(who),
    }


OPEN = {"groups", "grants", "held_by", "able", "resolve", "named"}  # say nothing of others, or are the door itself


def test_only_administrators_manage(desk: PeopleDesk, admin: Actor) -> None:
    """A12: every method against every role, and against eyes."""
    view = desk.add(admin, HEAD)
    asked = managing(desk, admin, view)
    public = {name for name in dir(PeopleDesk) if not name.startswith("_")}
    assert public == set(asked) | OPEN
    before = desk.people(admin)
    for role in ("executive", "head", "finance", "procurement", "warehouse", "sales", "screen"):
        who = desk.resolve(desk.add(admin, draft(f"one.{role}", role)).id)
        for name, call in managing(desk, who, view).items():
            assert refusal(call) == "action_not_allowed", (role, name)
    for name, call in managing(desk, Actor("nobody"), view).items():
        assert refusal(call) == "action_not_allowed", name
    for name, call in managing(desk, desk.view_as(admin, desk.person_named(admin, "li").id), view).items():
        if name not in ("audit", "verify_audit"):  # whoever looks through an administrator's eyes only looks
            assert refusal(call) == "looking_only", name
    assert [one for one in desk.people(admin) if not one.name.startswith("one.")] == before


def test_invented_people_of_the_sample_change_nobody(books: Books, desk: PeopleDesk, admin: Actor) -> None:
    with books.cockpit._records.writing() as session:
        made: Person = person("demo-boss", demo=True, everything=True)
        session.add(made)
    who = Actor("demo-boss", grants=admin.grants, person=made.id, demo=True)
    view = desk.person(who, made.id)
    calls = managing(desk, who, view)
    for name in ("add", "change", "set_state", "save_role", "remove_role"):
        with pytest.raises(NotAllowedError) as error:
            calls[name]()
        assert error.value.code == "demo_manages_nobody"
    assert refusal(desk.change, admin, made.id, 1, draft("real")) == "person_is_demo"
    assert desk.resolve(made.id).demo


def test_looking_through_anothers_eyes(books: Books, desk: PeopleDesk, admin: Actor) -> None:
    view = desk.add(admin, HEAD)
    eyes = desk.view_as(admin, view.id)
    own = desk.resolve(view.id)
    assert (eyes.name, eyes.behind, eyes.scope, eyes.person) == ("wang", "zhang", own.scope, view.id)
    assert own.may("deliver", "invoices") and own.may("undo")
    assert eyes.may("metric", "revenue") and eyes.may("page", "revenue")
    assert not any(eyes.may(action) for action in ("undo", "decide", "people")) and not eyes.may("deliver", "invoices")
    for _ in range(3):  # a page asks with every click
        desk.view_as(admin, view.id)
    assert len(entries(desk, "view_as")) == 1
    for role in ("sales", "executive"):  # putting somebody together is no look yet
        nobody = desk.invented(admin, draft("x", role, everything=True))
    assert len(entries(desk, "view_as")) == 1
    for _ in range(2):
        nobody = desk.look(admin, nobody)
    assert (nobody.person, nobody.behind, nobody.may("threshold")) == (None, "zhang", False)
    desk.view_as(admin, view.id)
    assert len(entries(desk, "view_as")) == 3
    desk.set_state(admin, view.id, view.revision, "disabled")
    assert refusal(desk.view_as, admin, view.id) == "person_not_active"


# ---------------------------------------------------------------- the trail


@on_both_stores
def test_reading_the_trail(desk: PeopleDesk, admin: Actor) -> None:
    desk.add(admin, HEAD)
    newest = desk.audit(admin, limit=1)[0]
    assert (newest.actor, newest.action, newest.resource, newest.at) == ("zhang", "person_added", "person:wang", NOW)
    assert desk.audit(admin, since="2026-11-22T09:00+08:00") and not desk.audit(admin, since="2026-11-22T09:01+08:00")
    assert desk.audit(admin, until="2026-11-23") and not desk.audit(admin, until="2026-11-22")
    assert len(desk.audit(admin, limit=-5)) == 1
    for wrong in ("yesterday", "2026-13-01", "0001-01-01T00:00+14:00", "\0"):
        assert refusal(desk.audit, admin, "", "", "", wrong) == "audit_instant_not_readable"


def test_the_first_administrator_closes_the_setup(books: Books, desk: PeopleDesk) -> None:
    desk.add(LOCAL_ADMINISTRATOR, HEAD)
    with books.cockpit._records.reading() as session:
        assert session.execute(_FACT).first() is None
    view = desk.add(LOCAL_ADMINISTRATOR, draft("chen", "administrator", everything=True), "ein langes Wort 99")
    with books.cockpit._records.reading() as session:
        assert session.execute(_FACT).first() is not None
        kept = session.get(Person, view.id)
        assert kept is not None and str(kept.password_hash).startswith("$argon2id$")
    assert view.password and entries(desk, "person_added")[0]["password"] is True
    assert "langes" not in json.dumps([one.detail for one in desk.audit(LOCAL_ADMINISTRATOR)])
    assert refusal(desk.add, LOCAL_ADMINISTRATOR, draft("weak"), "short") == "password_length"
