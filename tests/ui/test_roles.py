"""Who may open which page: every role against every page, opened by address, and with the tab's memory set by hand."""

from __future__ import annotations

import dataclasses
import json

import pytest
from streamlit.testing.v1 import AppTest

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.persons import PersonDraft
from cockpit.service.requests import Actor
from cockpit.ui import door, sitemap
from cockpit.ui.session import Session
from tests.ui.conftest import drawn, opened, session_of

ROLES = ("executive", "head", "finance", "procurement", "warehouse", "sales", "screen", "administrator")
REFUSED = "所以打不开。这次访问已记入审计记录。"


def visit(app: AppTest, page: str) -> str:
    """What is drawn on a page that is opened by its address."""
    app.switch_page(f"../../pages/{page}.py").run()
    assert not app.exception
    return drawn(app)


def denials(cockpit: Cockpit, name: str) -> list[str]:
    """What the audit trail says was refused to somebody, newest first."""
    found = cockpit.people.audit(LOCAL_ADMINISTRATOR, actor_name=name, action="denied")
    return [entry.resource for entry in found]


def test_every_role_is_tried(loaded: Cockpit) -> None:
    assert set(ROLES) == {role.name for role in loaded.people.roles(LOCAL_ADMINISTRATOR, "en") if role.builtin}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_pages_and_no_other(loaded: Cockpit, role: str) -> None:
    """A12, B5: each cell of role × page, and each refusal is in the audit trail."""
    door.use(loaded)
    key = session_of(loaded, role)
    who = loaded.entrance.actor(key)
    assert who is not None
    app = opened(session=key)
    memory: Session = app.session_state["cockpit"]
    for page in sitemap.PAGES:
        allowed = page.name == "account" or who.may("page", page.name)
        listed = memory.pages[page.name].visibility == "visible"
        assert listed == (allowed and not page.hidden), page.name
        before = denials(loaded, who.name).count(f"page:{page.name}")
        said = visit(app, page.name)
        assert (REFUSED in said) == (not allowed), page.name
        app.run()  # a second look is no second visit
        assert denials(loaded, who.name).count(f"page:{page.name}") - before == (0 if allowed else 1), page.name


def test_who_has_no_session_is_sent_away(loaded: Cockpit) -> None:
    door.use(loaded)
    for key in ("", "0" * 64):
        app = opened(session=key)
        assert not app.exception
        assert "采购审批时长" not in drawn(app)
        assert [element.proto.json for element in app.get("bidi_component") if "/auth/login" in element.proto.json]


def test_an_ended_session_ends_the_open_page(loaded: Cockpit) -> None:
    door.use(loaded)
    key = session_of(loaded, "executive")
    app = opened("overview", session=key)
    assert "采购审批时长" in drawn(app)
    loaded.entrance.sign_out(key)
    app.run()
    assert "采购审批时长" not in drawn(app)
    assert "/auth/login" in app.get("bidi_component")[0].proto.json


def test_the_first_page_is_one_that_is_allowed(loaded: Cockpit) -> None:
    door.use(loaded)
    role = next(r for r in loaded.people.roles(LOCAL_ADMINISTRATOR, "en") if r.name == "warehouse")
    own = dataclasses.replace(
        role, name="only-stock", label="只看库存", grants=("page:inventory",), revision=0, builtin=False
    )
    loaded.people.save_role(LOCAL_ADMINISTRATOR, own)
    app = opened(session=session_of(loaded, "only-stock"))
    assert not app.exception
    assert "库存" in drawn(app) and REFUSED not in drawn(app)


def test_somebody_without_a_role_is_told_so(loaded: Cockpit) -> None:
    door.use(loaded)
    app = opened(session=session_of(loaded, name="b-nobody", roles=()))
    assert not app.exception
    assert REFUSED in drawn(app)


def test_memory_set_by_hand_opens_nothing(loaded: Cockpit) -> None:
    """B5: the tab's state claims another's eyes, an open person and a part of the page."""
    door.use(loaded)
    key = session_of(loaded, "warehouse")
    app = opened("admin", session=key)
    assert REFUSED in drawn(app)
    forged = Session(eyes=Actor("root", LOCAL_ADMINISTRATOR.scope, LOCAL_ADMINISTRATOR.grants, behind="a-warehouse"))
    forged.admin.person = 1
    app.session_state["cockpit"] = forged
    app.session_state["admin-part"] = "people"
    app.query_params["part"] = "people"
    app.run()
    assert not app.exception
    assert REFUSED in drawn(app)
    assert not app.text_input and not app.multiselect


def test_rights_that_are_lost_are_lost_with_the_next_click(loaded: Cockpit) -> None:
    """A18."""
    door.use(loaded)
    key = session_of(loaded, name="c-once", roles=("administrator",))
    app = opened("admin", session=key, part="sessions")
    assert "当前会话" in drawn(app)
    one = next(p for p in loaded.people.people(LOCAL_ADMINISTRATOR) if p.name == "c-once")
    draft = PersonDraft("c-once", one.label, ("sales",), True)
    loaded.people.change(LOCAL_ADMINISTRATOR, one.id, one.revision, draft)
    app.run()
    assert "当前会话" not in drawn(app)


def test_through_anothers_eyes_nothing_can_be_changed(loaded: Cockpit) -> None:
    door.use(loaded)
    session_of(loaded, "procurement")
    one = next(p for p in loaded.people.people(LOCAL_ADMINISTRATOR) if p.name == "a-procurement")
    app = opened("admin")
    app.session_state["cockpit"].admin.person = one.id
    app.run()
    app.button(key="eyes-go").click().run()
    assert not app.exception
    assert "正以“某procurement”的身份查看" in drawn(app)
    said = visit(app, "data")
    assert "正以“某procurement”的身份查看" in said
    assert "以他人身份查看时只能看" in said
    assert not app.file_uploader
    assert "所以看不到" in visit(app, "revenue")
    (denied,) = loaded.people.audit(LOCAL_ADMINISTRATOR, "page:revenue", "a-administrator", "denied")
    assert json.loads(denied.detail) == {"as": "a-procurement", "code": "action_not_allowed"}
    assert "所以看不到" in visit(app, "account")
    looks = loaded.people.audit(LOCAL_ADMINISTRATOR, actor_name="a-administrator", action="view_as")
    assert [entry.resource for entry in looks] == ["person:a-procurement"]
