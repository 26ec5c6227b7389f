"""Rights are read anew: no kept answer and no kept actor outlives a change, and what is hidden looks like nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from cockpit.errors import CockpitError
from cockpit.records import Records
from cockpit.records.tables import Person
from cockpit.service import LOCAL_ADMINISTRATOR, Actor
from cockpit.service.people import PeopleDesk
from cockpit.service.requests import MetricRequest
from tests.conftest import on_both_stores
from tests.people.made import draft, rule
from tests.people.test_people import refusal
from tests.people.test_roles import own
from tests.soundness.books import Books

SALES = """
销售单号 | 日期       | 客户 | 部门     | 物料编码 | 数量 | 金额 | 币种
S1       | 2026-10-01 | A    | 采购一组 | M1       | 1    | 100  | CNY
S2       | 2026-10-02 | B    | 华东大区 | M1       | 1    | 20   | CNY
S3       | 2026-10-03 | C    | 驻外组   | M1       | 1    | 3    | CNY
"""
MOVED = """
部门编码 | 部门名称 | 上级部门
D1       | 采购中心 | 集团
D11      | 采购一组 | 营销中心
D12      | 采购二组 | D1
D121     | 驻外组   | 采购二组
D2       | 营销中心 | 集团
D21      | 华东大区 | 营销中心
"""
PASSWORD = "梧桐树下的 7 月雨声"
CENTRE = (rule("department", "采购中心", subtree=True),)


@pytest.fixture
def sold(books: Books, tree: None) -> Books:
    books.load("销售.csv", SALES, table="sales_lines")
    return books


def revenue(books: Books, who: Actor) -> float | None:
    """All that somebody sees of it."""
    rows = books.cockpit.metric(who, "revenue", MetricRequest(), "en").rows
    return rows[0].value if rows else None


def session_of(books: Books, name: str) -> tuple[str, Callable[[], Actor | None]]:
    """A new session's key, and who comes by it whenever it is asked."""
    entrance = books.cockpit.entrance
    _, key = entrance.sign_in(name, PASSWORD, "192.0.2.7", "a browser")
    return key, lambda: entrance.actor(key)


@on_both_stores
def test_a18_no_kept_answer_outlives_a_change(sold: Books, desk: PeopleDesk, admin: Actor) -> None:
    """A person is limited otherwise, a role of theirs shrinks, they are disabled: each time with the next question,
    however warm the answers are."""
    desk.save_role(admin, own(grants=("metric:revenue", "drill"), hidden=()))
    view = desk.add(admin, draft("wu", "夜班", rules=CENTRE), PASSWORD)
    key, comes = session_of(sold, "wu")
    who = comes()
    assert who is not None and [revenue(sold, who) for _ in range(3)] == [103.0] * 3

    view = desk.change(admin, view.id, view.revision, draft("wu", "夜班", rules=(rule("department", "华东大区"),)))
    assert comes() is None and not sold.cockpit.entrance.goes_on(key)
    key, comes = session_of(sold, "wu")
    for now in (comes(), desk.named("wu"), desk.resolve(view.id)):
        assert now is not None and revenue(sold, now) == 20.0
        assert [row.document_no for row in sold.cockpit.drill(now, "revenue", MetricRequest(), 9, "en").rows] == ["S2"]

    role = next(one for one in desk.roles(admin, "en") if one.name == "夜班")
    desk.save_role(admin, dataclasses.replace(role, grants=("metric:revenue",)))
    now = desk.named("wu")
    assert comes() is None and revenue(sold, now) == 20.0
    assert refusal(sold.cockpit.drill, now, "revenue", MetricRequest(), 9, "en") == "action_not_allowed"

    desk.set_state(admin, view.id, view.revision, "disabled")
    assert refusal(desk.named, "wu") == refusal(desk.resolve, view.id) == "person_not_active"
    assert refusal(sold.cockpit.entrance.sign_in, "wu", PASSWORD, "192.0.2.7", "") == "sign_in_wrong"


def test_a18_departments_that_move_move_the_scope(
    sold: Books, desk: PeopleDesk, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tree is read anew with every change of the data; an actor is believed for five seconds at most."""
    desk.add(admin, draft("wu", "head", rules=CENTRE), PASSWORD)
    _, comes = session_of(sold, "wu")
    who = comes()
    assert who is not None and revenue(sold, who) == 103.0
    sold.load("部门档案.csv", MOVED, table="departments")
    monkeypatch.setattr("cockpit.service.entrance.BELIEVED", 0.0)
    now = comes()
    assert now is not None and revenue(sold, now) == 3.0 and revenue(sold, desk.named("wu")) == 3.0


@on_both_stores
def test_a18_who_did_not_change_is_not_looked_up_again(
    sold: Books, desk: PeopleDesk, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five seconds it is asked whether anything changed; only then rights are made out anew."""
    view = desk.add(admin, draft("wu", "head", rules=CENTRE), PASSWORD)
    _, comes = session_of(sold, "wu")
    first = comes()
    monkeypatch.setattr("cockpit.service.entrance.BELIEVED", 0.0)
    assert first is not None and comes() is first
    with Records(sold.cockpit._settings.records).writing() as session:  # another process
        found = session.get(Person, view.id)
        assert found is not None
        found.rules = []
    now = comes()
    assert now is not None and now is not first and revenue(sold, now) is None


def test_a18_eyes_see_what_their_owner_sees_by_now(sold: Books, desk: PeopleDesk, admin: Actor) -> None:
    """Looking through another's eyes follows their rights, and ends with them."""
    view = desk.add(admin, draft("wu", "head", rules=CENTRE))
    eyes = desk.view_as(admin, view.id)
    assert revenue(sold, eyes) == 103.0
    view = desk.change(admin, view.id, view.revision, draft("wu", "screen", rules=(rule("department", "华东大区"),)))
    eyes = desk.look(admin, eyes)
    assert revenue(sold, eyes) == 20.0 and not eyes.may("drill")
    desk.set_state(admin, view.id, view.revision, "disabled")
    assert refusal(desk.look, admin, eyes) == "person_not_active"


def test_a22_what_one_may_not_know_of_looks_like_what_is_not_there(sold: Books, desk: PeopleDesk, admin: Actor) -> None:
    """Deliveries, ledgers, documents, people and sessions: a number that exists says nothing more than one that does
    not."""
    sold.load("别处.csv", SALES, table="sales_lines", ledger="other")
    foreign = next(one.id for one in sold.cockpit.deliveries(admin) if one.ledger == "other")
    desk.add(admin, draft("wu", "head", rules=(rule("ledger", "default"), *CENTRE)), PASSWORD)
    _, comes = session_of(sold, "wu")
    who = comes()
    assert who is not None and who.person is not None
    theirs = sold.cockpit.entrance.sessions(admin, who.person)[0].key
    desk.add(admin, draft("boss", "administrator", everything=True), PASSWORD)
    others, _ = session_of(sold, "boss")
    boss = desk.named("boss").person or 0
    elsewhere = sold.cockpit.drill(LOCAL_ADMINISTRATOR, "revenue", MetricRequest(ledger="other"), 1, "en").rows[0]
    cockpit, entrance, out = sold.cockpit, sold.cockpit.entrance, sold.folder / "out.xlsx"
    asked: dict[str, tuple[Callable[[Any], object], Any, Any]] = {
        "undo": (lambda one: cockpit.undo(who, one), foreign, 9999),
        "decide": (lambda one: cockpit.decide(who, one, True, "why"), foreign, 9999),
        "rejects": (lambda one: cockpit.rejects(who, one, out, "en"), foreign, 9999),
        "history": (lambda one: cockpit.deliveries(who, one), "other", "nowhere"),
        "ledger": (lambda one: cockpit.metric(who, "revenue", MetricRequest(ledger=one), "en"), "other", "nowhere"),
        "document": (lambda one: cockpit.document(who, "sales_lines", one, "en"), elsewhere.document, "0" * 32),
        "end": (lambda one: entrance.end_session(who, one), others, "0" * 64),
        "sessions": (lambda one: entrance.sessions(who, one), boss, 9999),
        "person": (lambda one: desk.person(who, one), boss, 9999),
        "reset": (lambda one: entrance.reset_link(who, one), boss, 9999),
        "eyes": (lambda one: desk.view_as(who, one), boss, 9999),
    }
    for name, (ask, forbidden, unknown) in asked.items():
        assert said(ask, forbidden) == said(ask, unknown), name
    assert len(cockpit.deliveries(admin)) == 3 and not out.exists()
    assert entrance.goes_on(others) and entrance.goes_on(theirs)


def said(ask: Callable[[Any], object], one: Any) -> tuple[str, str]:
    """The code of the refusal and what it tells, without the number that was asked for."""
    with pytest.raises(CockpitError) as error:
        ask(one)
    return error.value.code, str({name: value for name, value in error.value.params.items() if value != one})
