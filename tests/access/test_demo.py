"""Invented people: there with the sample company alone, gone with the first thing that is real."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.errors import NotAllowedError, RefusedError, UsageError
from cockpit.records import accounts
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.entrance import TOUR_OVER
from cockpit.service.persons import PersonDraft
from cockpit.service.requests import LoadRequest
from cockpit.settings import settings
from connectors import CONNECTORS
from sample_data import SAMPLE
from tests.access.conftest import ADDRESS, AGENT, PASSWORD, Clock, actions

ROLES = ["executive", "head", "finance", "warehouse", "administrator"]
LOG = """单据编号,申请部门,节点,操作,处理人,到达时间,处理时间,金额
CG-9001,采购部,提交,提交,张磊,,2026-11-02 09:10,10001
CG-9001,采购部,部门经理,同意,刘洋,2026-11-02 09:10,2026-11-02 11:05,10001
"""


def entered(cockpit: Cockpit) -> dict[str, tuple[str, str]]:
    return {role: cockpit.entrance.enter_demo(role, ADDRESS, AGENT) for role in ROLES}


def test_each_is_a_person_of_their_role(cockpit: Cockpit) -> None:
    assert [role for role, _ in cockpit.entrance.demo_people()] == ROLES
    for role, (token, key) in entered(cockpit).items():
        actor = cockpit.entrance.actor(key)
        assert actor is not None and actor.demo and actor.person is not None and "示例" in actor.label
        assert actor.may("people") == (role == "administrator")
        assert ("department" in actor.scope.allowed) == (role == "head")
        assert cockpit.entrance.look_up(token, near=True) == key and cockpit.entrance.look_up(token, near=False) is None


def test_they_have_no_password(cockpit: Cockpit) -> None:
    """B2: nobody signs in as one of them, on whatever address."""
    entered(cockpit)
    for password in ("", "demo", "administrator", PASSWORD):
        with pytest.raises(RefusedError):
            cockpit.entrance.sign_in("demo-administrator", password, ADDRESS, AGENT)
    actor = cockpit.entrance.actor(entered(cockpit)["administrator"][1])
    assert actor is not None and actor.person is not None
    with pytest.raises(RefusedError, match="person_is_demo"):
        cockpit.entrance.reset_link(LOCAL_ADMINISTRATOR, actor.person)


def test_they_take_nobodys_account_over(cockpit: Cockpit) -> None:
    """A real account may be there before the first administrator is."""
    real = cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft("wang.fang", "王芳", ("finance",), True), PASSWORD)
    token, key = cockpit.entrance.sign_in("wang.fang", PASSWORD, ADDRESS, AGENT)
    demo = entered(cockpit)
    who = cockpit.entrance.actor(demo["administrator"][1])
    assert who is not None and who.may("people")
    for managed in (
        lambda: cockpit.entrance.reset_link(who, real.id),
        lambda: cockpit.entrance.end_session(who, key),
        lambda: cockpit.entrance.end_session(who, demo["finance"][1]),
    ):
        with pytest.raises(NotAllowedError, match="demo_manages_nobody"):
            managed()
    assert cockpit.entrance.look_up(token) == key and "reset_link" not in actions(cockpit)
    cockpit.entrance.end_session(who, demo["administrator"][1])  # one's own is one's own
    assert not cockpit.entrance.goes_on(demo["administrator"][1])


def test_the_first_administrator_sends_them_away(cockpit: Cockpit) -> None:
    sessions = entered(cockpit)
    cockpit.entrance.set_up(cockpit.entrance.setup_code() or "", "li.na", "", PASSWORD, ADDRESS, AGENT)
    assert_gone(cockpit, sessions)


def test_an_administrator_from_the_command_line_does_as_well(cockpit: Cockpit) -> None:
    """A1: and closes the setup."""
    sessions = entered(cockpit)
    code = cockpit.entrance.setup_code()
    cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft("li.na", "李娜", ("administrator",), True), PASSWORD)
    assert_gone(cockpit, sessions)
    assert not cockpit.entrance.setup_open()
    with pytest.raises(RefusedError, match="setup_closed"):
        cockpit.entrance.set_up(code or "", "eve", "", PASSWORD, ADDRESS, AGENT)


def test_anything_real_sends_them_away(cockpit: Cockpit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.access.demo.BELIEVED", 0.0)
    sessions = entered(cockpit)
    file = tmp_path / "OA审批导出.csv"
    file.write_text(LOG, "utf-8")
    actor = cockpit.entrance.actor(sessions["administrator"][1])
    assert actor is not None
    with pytest.raises(NotAllowedError, match="demo_cannot_deliver"):
        cockpit.load(actor, [file], LoadRequest())
    assert cockpit.entrance.look_up(sessions["finance"][0])
    delivery = cockpit.load(LOCAL_ADMINISTRATOR, [file], LoadRequest())
    assert_gone(cockpit, sessions)
    cockpit.undo(LOCAL_ADMINISTRATOR, delivery.delivery_id or 0)
    assert cockpit.entrance.demo_people() == ()  # what was real once is not forgotten


def test_a_tour_is_ended_for_one_of_the_many_who_share_an_account(cockpit: Cockpit) -> None:
    first, second = (cockpit.entrance.actor(entered(cockpit)["executive"][1]) for _ in range(2))
    assert first is not None and second is not None and first.person == second.person
    cockpit.entrance.lead(first, TOUR_OVER)
    assert (cockpit.entrance.tour(first), cockpit.entrance.tour(second)) == (TOUR_OVER, "")


def left(cockpit: Cockpit) -> bool:
    """Whether the records hold nobody invented any more, asked past everything that would send them away."""
    with cockpit._records.reading() as session:
        return not accounts.any_demo(session)


def test_they_leave_without_their_sessions_being_used(
    cockpit: Cockpit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.access.demo.BELIEVED", 0.0)
    entered(cockpit)
    file = tmp_path / "OA审批导出.csv"
    file.write_text(LOG, "utf-8")
    cockpit.load(LOCAL_ADMINISTRATOR, [file], LoadRequest())
    assert not left(cockpit)
    assert cockpit.entrance.demo_people() == () and left(cockpit)
    assert "demo_removed" in actions(cockpit)


def test_they_are_gone_after_a_start_beside_real_data(
    cockpit: Cockpit, tmp_path: Path, clock: Clock, home: Path
) -> None:
    entered(cockpit)
    file = tmp_path / "OA审批导出.csv"
    file.write_text(LOG, "utf-8")
    cockpit.load(LOCAL_ADMINISTRATOR, [file], LoadRequest())
    cockpit.close()
    with Cockpit.open(settings(), CONNECTORS, SAMPLE, clock) as again:
        assert left(again)


@pytest.mark.parametrize("later", [False, True])
def test_they_leave_with_the_first_administrator_who_is_added(cockpit: Cockpit, later: bool) -> None:
    entered(cockpit)
    draft = PersonDraft("li.na", "李娜", ("administrator",), True)
    if later:
        one = cockpit.people.add(LOCAL_ADMINISTRATOR, replace(draft, roles=()))
        assert not left(cockpit)
        cockpit.people.change(LOCAL_ADMINISTRATOR, one.id, one.revision, draft)
    else:
        cockpit.people.add(LOCAL_ADMINISTRATOR, draft)
    assert left(cockpit)


def assert_gone(cockpit: Cockpit, sessions: dict[str, tuple[str, str]]) -> None:
    for token, key in sessions.values():
        assert cockpit.entrance.look_up(token) is None and cockpit.entrance.actor(key) is None
    assert cockpit.entrance.demo_people() == ()
    assert not [one for one in cockpit.people.people(LOCAL_ADMINISTRATOR) if one.demo]
    with pytest.raises(RefusedError, match="demo_gone"):
        cockpit.entrance.enter_demo("administrator", ADDRESS, AGENT)


def test_a_real_person_of_such_a_name_is_entered_by_nobody(cockpit: Cockpit) -> None:
    cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft("demo-executive", "真人", ("executive",), True))
    with pytest.raises(RefusedError, match="demo_gone"):
        cockpit.entrance.enter_demo("executive", ADDRESS, AGENT)


def test_changed_rights_and_disabling_end_sessions(cockpit: Cockpit, administrator: tuple[str, str]) -> None:
    """B3, A9."""
    entrance, people = cockpit.entrance, cockpit.people
    draft = PersonDraft("wang.fang", "王芳", ("finance",), True)
    added = people.add(LOCAL_ADMINISTRATOR, draft, PASSWORD)
    first, key = entrance.sign_in("wang.fang", PASSWORD, ADDRESS, AGENT)
    actor = entrance.actor(key)
    assert actor is not None and not actor.may("people")
    changed = people.change(
        LOCAL_ADMINISTRATOR, added.id, added.revision, PersonDraft("wang.fang", "王芳", ("warehouse",), True)
    )
    assert entrance.look_up(first) is None and not entrance.goes_on(key)
    second, _ = entrance.sign_in("wang.fang", PASSWORD, ADDRESS, AGENT)
    people.set_state(LOCAL_ADMINISTRATOR, added.id, changed.revision, "disabled")
    assert entrance.look_up(second) is None and entrance.look_up(administrator[0])
    with pytest.raises(RefusedError, match="sign_in_wrong"):
        entrance.sign_in("wang.fang", PASSWORD, ADDRESS, AGENT)
    assert "sign_in_failed" in actions(cockpit)


def test_preferences_are_ones_own(cockpit: Cockpit, administrator: tuple[str, str]) -> None:
    entrance = cockpit.entrance
    actor = entrance.actor(administrator[1])
    assert actor is not None and entrance.preference(actor) is None
    entrance.prefer(actor, "en")
    assert entrance.preference(actor) == "en"
    with pytest.raises(UsageError):
        entrance.prefer(actor, "fr")
    entrance.prefer(actor, "")
    assert entrance.preference(actor) is None
    with pytest.raises(NotAllowedError):
        entrance.prefer(LOCAL_ADMINISTRATOR, "en")
    assert entrance.look_up(administrator[0])
