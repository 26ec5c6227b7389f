"""The administration page: what it says as plain functions, and what its forms do on a real service."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from streamlit.testing.v1 import AppTest

from cockpit.locale import LANGUAGES, Language, catalogue
from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.persons import Because, PersonDraft, PersonView, RoleView, RuleView
from cockpit.ui.admin import people, roles, sayings, scopes, sessions, trail, why
from cockpit.ui.tree import texts
from tests.machine import ROOT
from tests.ui.conftest import PASSWORD, drawn, opened, session_of

ZH: Language = "zh_CN"
RULES = (RuleView("department", "采购部", True), RuleView("department", "仓储部"), RuleView("ledger", "default"))
BUYER = RoleView("buyer", "采购", True, ("page:*", "drill", "deliver:invoices"), ("cost",), ("personal",), 1, 0)


def person(number: int = 1, **said: object) -> PersonView:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    facts: dict[str, object] = {
        "id": number,
        "name": f"p{number}",
        "label": f"某人{number}",
        "state": "active",
        "demo": False,
        "roles": ("buyer",),
        "everything": False,
        "rules": RULES,
        "columns": {},
        "password": True,
        "created_at": now,
        "created_by": "local",
        "signed_in_at": None,
        "locked_until": None,
        "sessions": 0,
        "revision": 1,
    }
    return PersonView(**(facts | said))  # type: ignore[arg-type]


# ---------------------------------------------------------------- what is said


def test_a_scope_is_said_in_words() -> None:
    assert sayings.scope(False, RULES, ZH) == "部门 采购部（含下级）、仓储部；账套 default"
    assert sayings.scope(True, RULES, ZH) == "全部数据"
    assert sayings.scope(False, (), ZH) == "未授权，看不到任何数据"
    many = [RuleView("department", f"部门{number}") for number in range(9)]
    assert sayings.scope(False, many, ZH) == "部门 部门0、部门1、部门2 等 9 项"


def test_permissions_and_columns_are_said_in_words() -> None:
    assert sayings.granted(BUYER.grants, ZH) == [
        ("打开页面", "全部"),
        ("载入数据", "应收应付单据"),
        ("其他权限", "查看指标背后的单据"),
    ]
    assert roles.kept_back(BUYER, ZH) == "隐藏 成本；脱敏 个人信息"
    assert sayings.columns({}, ZH) == ""


def test_rules_go_into_the_form_and_come_back() -> None:
    lines = scopes.lines_of(RULES)
    assert lines == {"department+": ["采购部"], "department": ["仓储部"], "ledger": ["default"]}
    assert set(scopes.rules_of(lines)) == set(RULES)
    assert scopes.rules_of({"department": []}) == ()


def test_grants_go_into_the_form_and_come_back() -> None:
    held = roles.held_by(BUYER.grants)
    assert set(roles.grants_of(held)) == set(BUYER.grants)
    assert roles.grants_of({"page": ["*", "overview"], "": ["undo"]}) == ("page:*", "undo")


def test_what_another_changed_is_said() -> None:
    now = person(label="新名", roles=(), everything=True, columns={"cost": "hidden"}, state="disabled")
    assert sayings.changes(person(), now, [BUYER], ZH) == (
        "姓名：某人1 → 新名",
        "角色：采购 → —",
        "数据范围：部门 采购部（含下级）、仓储部；账套 default → 全部数据",
        "敏感列：— → 隐藏 成本",
        "状态：启用 → 停用",
    )
    assert sayings.changes(person(), person(), [BUYER], ZH) == ()


@pytest.mark.parametrize(
    ("wanted", "role", "state", "found"),
    [
        ("", "", "", [1, 3, 2]),
        ("某人2", "", "", [2]),
        ("仓储部", "", "", [1, 2]),
        ("采购", "buyer", "active", [1]),
        ("", "", "disabled", [2]),
        ("%", "", "", []),
    ],
)
def test_people_are_found_by_what_is_read(wanted: str, role: str, state: str, found: list[int]) -> None:
    everyone = [person(2, state="disabled"), person(1), person(3, roles=(), everything=True, rules=())]
    assert [one.id for one in people.matching(everyone, [BUYER], ZH, wanted, role, state)] == found


def test_periods_are_whole_days_of_the_wall_clock() -> None:
    today = date(2026, 11, 24)
    assert trail.back("today", today) == (today, today)
    assert trail.back("week", today) == (date(2026, 11, 18), today)
    assert trail.back("all", today) == (None, None)
    since, until = trail.instants(today, today, "Asia/Shanghai")
    assert since == "2026-11-23T16:00:00.000000+00:00"
    assert until == "2026-11-24T16:00:00.000000+00:00"


def test_details_of_an_entry_are_said_in_words() -> None:
    rules = '[{"dimension": "department", "subtree": true, "value": "采购部"}]'
    said = sayings.detail(f'{{"after": {{"rules": {rules}, "columns": {{}}}}, "rows": 0}}', ZH)
    assert said == "现在：数据范围 部门 采购部（含下级）；行数：0"
    assert sayings.detail("no json", ZH) == "no json"
    assert sayings.resource("page:admin", ZH) == "系统管理"
    assert sayings.resource("person:li", ZH) == "人员 li"


def test_a_device_is_named_by_what_is_known() -> None:
    assert (
        sessions.device("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/126.0 Safari/537.36 Edg/126") == "Edge · Windows"
    )
    assert sessions.device("curl/8") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_names_what_it_is_about(language: Language) -> None:
    step = Because("role_lacks_on", False, {"role": "buyer", "action": "page", "resource": "admin"})
    said = "".join(texts(why.told(why.Why(False, (step,)), LOCAL_ADMINISTRATOR, {"buyer": "采购"}, language)))
    named = {"zh_CN": ("打开页面", "系统管理"), "en": ("open a page", "Administration")}[language]
    assert "采购" in said and all(name.lower() in said.lower() for name in named)


# ---------------------------------------------------------------- what the forms do


@pytest.fixture
def office(empty: Cockpit) -> Iterator[tuple[Cockpit, str]]:
    """A service with one administrator, and the key of their session."""
    yield empty, session_of(empty)


def admin_page(key: str, part: str = "people", language: str = "zh") -> AppTest:
    app = opened("admin", language, key, part=part)
    assert not app.exception
    return app


def by_name(cockpit: Cockpit, name: str) -> PersonView:
    return cockpit.people.person_named(LOCAL_ADMINISTRATOR, name)


def lay_open(app: AppTest, one: PersonView) -> None:
    app.session_state["cockpit"].admin.person = one.id
    app.session_state["cockpit"].admin.base = None
    app.run()
    assert not app.exception


def test_a_person_is_added_invited_disabled_and_enabled(office: tuple[Cockpit, str]) -> None:
    cockpit, key = office
    app = admin_page(key)
    app.button(key="person-add").click().run()
    app.text_input(key="person-new-name").set_value("Wang")
    app.text_input(key="person-new-label").set_value("王芳")
    app.multiselect(key="person-new-roles").set_value(["procurement"])
    app.toggle(key="person-new-all").set_value(True)
    app.button(key="person-save").click().run()
    assert not app.exception and [one.value for one in app.success]
    made = by_name(cockpit, "wang")
    assert (made.label, made.roles, made.everything) == ("王芳", ("procurement",), True)
    app.button(key="reset").click().run()
    link = app.code[0].value
    assert "/auth/reset" in link
    app.run()
    assert not app.code  # shown once
    app.button(key="state").click().run()
    assert by_name(cockpit, "wang").state == "disabled"
    app.button(key="state").click().run()
    assert by_name(cockpit, "wang").state == "active"
    actions = [entry.action for entry in cockpit.people.audit(LOCAL_ADMINISTRATOR, actor_name="a-administrator")]
    assert actions[:4] == ["person_enabled", "person_disabled", "reset_link", "person_added"]


def test_what_cannot_be_is_said_and_nothing_typed_is_lost(office: tuple[Cockpit, str]) -> None:
    _, key = office
    app = admin_page(key)
    app.button(key="person-add").click().run()
    app.text_input(key="person-new-name").set_value("a-administrator")
    app.text_input(key="person-new-label").set_value("重名")
    app.button(key="person-save").click().run()
    assert "已被使用" in app.error[0].value
    assert app.text_input(key="person-new-label").value == "重名"


def test_two_administrators_on_one_person_learn_of_each_other(office: tuple[Cockpit, str]) -> None:
    cockpit, key = office
    one = cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft("li", "李雷", ("sales",), True))
    app = admin_page(key)
    lay_open(app, one)
    cockpit.people.change(LOCAL_ADMINISTRATOR, one.id, one.revision, PersonDraft("li", "李蕾", ("sales",), True))
    app.text_input(key=f"person-{one.id}-1-label").set_value("李磊")
    app.button(key="person-save").click().run()
    assert not app.exception
    said = drawn(app)
    assert "另一位管理员修改了此人" in said and "姓名：李雷 → 李蕾" in said
    assert by_name(cockpit, "li").label == "李蕾"
    assert app.text_input(key=f"person-{one.id}-1-label").value == "李磊"
    app.button(key="person-mine").click().run()
    app.button(key="person-save").click().run()
    assert by_name(cockpit, "li").label == "李磊"


def test_the_last_administrator_stays(office: tuple[Cockpit, str]) -> None:
    cockpit, key = office
    app = admin_page(key)
    one = by_name(cockpit, "a-administrator")
    lay_open(app, one)
    assert "state" not in {button.key for button in app.button}  # nobody disables themselves
    app.multiselect(key=f"person-{one.id}-1-roles").set_value(["sales"])
    app.button(key="person-save").click().run()
    assert "最后一位可用的管理员" in app.error[0].value


def test_a_role_is_copied_changed_and_taken_away(office: tuple[Cockpit, str]) -> None:
    cockpit, key = office
    app = admin_page(key, "roles")
    app.session_state["cockpit"].admin.role = "warehouse"
    app.run()
    assert "系统自带的角色" in drawn(app)
    app.button(key="role-copy").click().run()
    draft: RoleView = app.session_state["cockpit"].admin.draft
    app.text_input(key=f"role-{draft.name}-0-label").set_value("夜班仓管")
    app.button(key="role-save").click().run()
    assert not app.exception
    assert any(role.label == "夜班仓管" for role in cockpit.people.roles(LOCAL_ADMINISTRATOR, ZH))
    one = cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft("ye", "夜", (draft.name,), True))
    app.run()
    assert "不能删除" in drawn(app)
    cockpit.people.change(LOCAL_ADMINISTRATOR, one.id, one.revision, PersonDraft("ye", "夜", (), True))
    app.run()
    app.button(key="role-remove").click().run()
    assert not any(role.label == "夜班仓管" for role in cockpit.people.roles(LOCAL_ADMINISTRATOR, ZH))


def test_the_trail_is_searched_exported_and_proven(office: tuple[Cockpit, str]) -> None:
    cockpit, key = office
    cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft("zhao", "=1+1", ("sales",), True))
    app = admin_page(key, "audit")
    assert "人员 zhao" in drawn(app)
    app.text_input(key="trail-text").set_value("没有这样的内容").run()
    assert "没有符合条件的记录" in drawn(app)
    app.text_input(key="trail-text").set_value("").run()
    app.button(key="trail-verify").click().run()
    assert "校验通过" in drawn(app)


def test_why_answers_for_real_and_for_invented_people(office: tuple[Cockpit, str]) -> None:
    cockpit, key = office
    one = cockpit.people.add(LOCAL_ADMINISTRATOR, PersonDraft("sun", "孙", ("sales",), True))
    app = admin_page(key, "why")
    app.selectbox(key="why-person").set_value(one.id).run()
    app.selectbox(key="why-page").set_value("inventory").run()
    assert "孙：不可以" in drawn(app) and "角色“销售”没有“打开页面”的权限：库存。" in drawn(app)
    app.segmented_control(key="why-kind").set_value("invented").run()
    app.multiselect(key="why-roles").set_value(["warehouse"]).run()
    assert not app.exception
    assert "虚构一人：可以" in drawn(app)


def test_invented_people_are_offered_nothing_that_changes_an_account(empty: Cockpit) -> None:
    one = empty.people.add(LOCAL_ADMINISTRATOR, PersonDraft("sun", "孙", ("sales",), True), PASSWORD)
    empty.entrance.sign_in("sun", PASSWORD, "127.0.0.1", "AppTest")
    key = empty.entrance.enter_demo("administrator", "127.0.0.1", "AppTest")[1]
    app = admin_page(key)
    lay_open(app, one)
    offered = {button.key for button in app.button}
    assert "eyes-go" in offered and not offered & {"reset", "end", "state", "person-save"}
    assert "销售" in drawn(app)
    app = admin_page(key, "sessions")
    assert "孙" in drawn(app) and "结束" not in drawn(app)


def test_a_session_is_ended_from_the_list(office: tuple[Cockpit, str]) -> None:
    cockpit, key = office
    other = session_of(cockpit, "sales")
    app = admin_page(key, "sessions")
    assert "当前会话" in drawn(app) and "某sales" in drawn(app)
    cockpit.entrance.end_session(cockpit.entrance.actor(key), other)  # type: ignore[arg-type]
    app.run()
    assert "某sales" not in drawn(app)


def test_the_account_page_changes_language_and_password(office: tuple[Cockpit, str]) -> None:
    cockpit, key = office
    other = session_of(cockpit)
    app = opened("account", session=key)
    assert not app.exception
    app.segmented_control(key="account-language").set_value("en").run()
    assert "Signed-in devices" in drawn(app)
    who = cockpit.entrance.actor(key)
    assert who is not None and cockpit.entrance.preference(who) == "en"
    assert "Signed-in devices" in drawn(opened("account", session=key))  # whatever the browser speaks
    opened("account", session=key).segmented_control(key="account-theme").set_value("dark").run()
    assert cockpit.entrance.theme(who) == "dark"
    for name, typed in (("old", "wrong-one-entirely"), ("new", "Murmel-41-Tier"), ("again", "Murmel-41-Tier")):
        app.text_input(key=f"account-{name}").set_value(typed)
    app.button(key="account-change").click().run()
    assert app.error
    app.text_input(key="account-old").set_value(PASSWORD)
    app.button(key="account-change").click().run()
    assert app.success and not app.error
    assert cockpit.entrance.actor(other) is None and cockpit.entrance.actor(key) is not None


def test_two_hundred_people_and_fifty_roles_stay_legible(office: tuple[Cockpit, str]) -> None:
    cockpit, key = office
    base = next(role for role in cockpit.people.roles(LOCAL_ADMINISTRATOR, ZH) if role.name == "sales")
    for number in range(42):
        own = dataclasses.replace(base, name=f"own-{number}", label=f"专员 {number}", builtin=False, revision=0)
        cockpit.people.save_role(LOCAL_ADMINISTRATOR, own)
    for number in range(205):
        rules = (RuleView("department", f"部门{number % 7}", True),)
        draft = PersonDraft(f"u{number}", f"人员{number}", (f"own-{number % 42}",), False, rules)
        cockpit.people.add(LOCAL_ADMINISTRATOR, draft)
    app = admin_page(key)
    assert "共 206 人，符合条件 206 人，显示前 200 人" in drawn(app)
    app.text_input(key="people-text").set_value("部门3").run()
    assert "符合条件 29 人" in drawn(app)


def _said_by_code() -> tuple[set[str], set[str]]:
    """The actions that code writes into the trail, and the codes of refusals."""
    actions, codes = set(), set()
    for file in (ROOT / "cockpit").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
            if name in ("note", "did", "changed") and len(given) > 1 and isinstance(given[1], str):
                actions.add(given[1])
            elif name == "NotAllowedError" and given and isinstance(given[0], str):
                codes.add(given[0])
    return actions, codes


def test_whatever_the_trail_can_hold_is_said_in_words() -> None:
    actions, codes = _said_by_code()
    assert {"sign_in", "reset", "synced", "personal_viewed"} <= actions and "looking_only" in codes
    for language in LANGUAGES:
        known = catalogue(language)
        assert {name for name in actions if f"ui.audit.{name}" not in known} == set()
        assert {code for code in codes if f"ui.audit.value.{code}" not in known} == set()
    told = sayings.detail(
        '{"status": "loaded_with_rejects", "tables": ["sales_lines"], "code": "rows_not_in_scope"}', ZH
    )
    assert told == "结果：已载入，有拒收行；数据表：销售明细；原因：含有数据范围外的行"
    assert sayings.resource("sales_lines:8f0c", ZH) == "销售明细 8f0c" and sayings.resource("revenue", ZH) == "营收"
