"""The answer to why somebody sees something agrees with what they can do, and says it in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.access.grants import ACTIONS
from cockpit.access.people import PersonDraft
from cockpit.access.roles import BUILTIN, grants_of, shown_to
from cockpit.access.scopes import Departments, scope_of
from cockpit.access.why import KEYS, OF_ROWS, Asked, Because, Why, why
from cockpit.errors import CockpitError
from cockpit.locale import LANGUAGES, catalogue
from cockpit.metrics import METRICS
from cockpit.model.sensitive import GROUPS
from cockpit.service import LOCAL_ADMINISTRATOR, Actor
from cockpit.service.people import PeopleDesk
from cockpit.ui.admin.why import said as told
from tests.people.made import draft, rule
from tests.people.test_roles import OBJECTS, own
from tests.people.test_scopes import made
from tests.soundness.books import Books

TREE = made("default 1 采购中心 -", "default 2 采购一组 采购中心", "default 3 营销中心 -")


def asked(*question: str, **told: object) -> Why:
    """The answer about somebody of whom `told` is said."""
    active = bool(told.pop("active", True))
    roles = [BUILTIN[name] for name in told.pop("roles", ())]  # type: ignore[attr-defined]
    tables = told.pop("tables", {"sales_facts": ()})
    draft = PersonDraft("a", "A", **told)  # type: ignore[arg-type]
    return why(Asked(*question), draft, active, roles, TREE, lambda _: tables)  # type: ignore[arg-type,return-value]


def keys(answer: Why) -> list[str]:
    return [step.key for step in answer.steps]


def test_which_role_grants_it() -> None:
    both = asked("metric", "revenue", roles=("sales", "finance", "warehouse"), everything=True)
    assert both.allowed and [step.params.get("role") for step in both.steps] == ["sales", "finance", None]
    none = asked("people", roles=("sales", "head"))
    assert not none.allowed and keys(none) == ["role_lacks", "role_lacks"]
    assert keys(asked("page", "overview")) == ["no_roles"]
    assert keys(asked("page", "overview", roles=("executive",), active=False)) == ["disabled"]


def test_no_figure_of_hidden_columns() -> None:
    hidden = asked("metric", "gross_margin_rate", roles=("finance",), columns={"cost": "masked"})
    assert not hidden.allowed
    assert keys(hidden) == ["role_grants_on", "column_masked_for_person", "metric_needs"]
    assert (
        keys(asked("metric", "inventory_turnover_days", roles=("warehouse",), columns={"cost": "hidden"}))[-1]
        == "metric_needs"
    )
    priceless = {"roles": ("finance",), "columns": {"price": "hidden"}, "everything": True}
    assert asked("metric", "gross_margin_rate", **priceless).allowed


@pytest.mark.parametrize("question", [("metric", "revenue"), ("drill",), ("source_row",), ("export",)])
def test_whoever_sees_no_rows_sees_nothing_of_them(question: tuple[str, ...]) -> None:
    nothing = asked(*question, roles=("executive",))
    assert not nothing.allowed and keys(nothing)[-1] == "no_rules"
    some = asked(*question, roles=("executive",), rules=(rule("region", "华东"),))
    assert some.allowed and keys(some)[-1] == "limited"
    assert keys(asked(*question, roles=("executive",), everything=True))[-1] == "everything"
    assert keys(asked("page", "revenue", roles=("executive",))) == ["role_grants_on"]


def test_tables_that_lack_a_limited_dimension_show_no_rows() -> None:
    facts = {"roles": ("executive",), "rules": (rule("warehouse", "北京"), rule("region", "华东"))}
    half = asked("metric", "revenue", tables={"a": (), "b": ("warehouse", "region")}, **facts)
    assert half.allowed and keys(half)[-2:] == ["limited", "table_lacks"]
    assert half.steps[-1].params == {"table": "b", "dimensions": "warehouse, region"}
    none = asked("metric", "revenue", tables={"a": ("region",), "b": ("warehouse",)}, **facts)
    assert not none.allowed and not none.steps[-1].allows
    assert asked("metric", "revenue", tables={"a": ("region",)}, roles=("executive",), everything=True).allowed


OF_ACTS = ("approval_node_wait", "approval_breach_rate", "approval_pass_through_share", "approval_backlog")


@pytest.mark.parametrize("name", sorted(METRICS))
def test_the_tables_of_a_metric_are_known(desk: PeopleDesk, admin: Actor, name: str) -> None:
    """By what the metric really reads: a supplier's rows are no stock rows, a node's no whole case."""
    for number, dimension in enumerate(("ledger", "company", "payment_method", "node")):
        view = desk.add(admin, draft(f"p{number}", "executive", rules=(rule(dimension, "x"),)))
        answer = desk.why(admin, desk.resolve(view.id), "metric", name)
        of_rows = METRICS[name].process != "data"  # deliveries belong to a ledger, not to a company
        reaches = dimension == "ledger" or (dimension == "company" and of_rows)
        reaches = reaches or (dimension == "node" and name in OF_ACTS)
        assert answer.allowed == reaches, (dimension, [step.key for step in answer.steps])
        for step in answer.steps:
            assert "{" not in told(step, {}, "zh_CN")


def test_which_rule_of_the_scope_decides() -> None:
    rules = (rule("department", "采购中心", True), rule("ledger", "default"))
    row = ("row", "", "department")
    assert keys(asked(*row, "采购中心", rules=rules)) == ["rule_names"]
    below = asked(*row, "采购一组", rules=rules)
    assert below.allowed and below.steps == (
        Because("rule_above", True, {"dimension": "department", "value": "采购一组", "above": "采购中心"}),
    )
    other = asked(*row, "营销中心", rules=rules)
    assert not other.allowed and other.steps[0].params["allowed"] == "采购中心"
    assert keys(asked("row", "", "region", "华东", rules=rules)) == ["dimension_free"]
    assert keys(asked(*row, "营销中心", everything=True)) == ["everything"]
    assert keys(asked(*row, "营销中心")) == ["no_rules"]
    assert keys(asked("row", rules=rules)) == ["limited"]
    figure = asked("metric", "revenue", "department", "营销中心", roles=("head",), rules=rules)
    assert not figure.allowed and keys(figure) == ["role_grants_on", "rule_others"]


def test_which_rule_of_the_columns_decides() -> None:
    assert keys(asked("column", "document_no")) == ["column_free"]
    assert keys(asked("column", "unit_cost", roles=("finance",))) == ["column_shown"]
    assert keys(asked("column", "cost", roles=("finance",))) == ["column_shown"]
    assert keys(asked("column", "unit_cost", roles=("sales",))) == ["column_hidden_by_roles"]
    assert keys(asked("column", "unit_cost", roles=("sales", "finance"))) == ["column_shown"]
    own_rule = asked("column", "unit_cost", roles=("finance",), columns={"cost": "masked"})
    assert not own_rule.allowed and keys(own_rule) == ["column_masked_for_person"]
    assert keys(asked("column", "buyer", roles=("warehouse",))) == ["personal_not_granted"]
    assert keys(asked("column", "buyer", roles=("screen",))) == ["column_hidden_by_roles"]
    assert keys(asked("column", "buyer")) == ["column_hidden_by_roles"]


@pytest.mark.parametrize("question", [("fly",), ("row", "", "colour", "red"), ("",)])
def test_what_cannot_be_asked(question: tuple[str, ...]) -> None:
    with pytest.raises(CockpitError):
        Asked(*question)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_its_words(language: str) -> None:
    texts = catalogue(language)  # type: ignore[arg-type]
    assert {key for key in texts if key.startswith("why.")} == {f"why.{key}" for key in KEYS}


ROLES = st.lists(st.sampled_from(sorted(BUILTIN)), max_size=3, unique=True)
RULES = st.lists(
    st.builds(rule, st.just("department"), st.sampled_from(["采购中心", "采购一组", "营销中心"]), st.booleans()),
    max_size=2,
)
COLUMNS = st.dictionaries(st.sampled_from(sorted(GROUPS)), st.sampled_from(["hidden", "masked"]))
RESTRICTED = sorted(frozenset().union(*GROUPS.values()))
QUESTIONS = [(action, thing) for action, things in OBJECTS.items() for thing in things]
QUESTIONS += [(action, "") for action, kind in ACTIONS.items() if not kind]


def usual(metric: str) -> dict[str, str]:
    return {name: parameter.default for name, parameter in METRICS[metric].params.items()}


@given(roles=ROLES, rules=RULES, everything=st.booleans(), columns=COLUMNS, data=st.data())
def test_the_answer_is_what_happens(
    roles: list[str], rules: list[object], everything: bool, columns: dict[str, str], data: st.DataObject
) -> None:
    facts = {"roles": tuple(roles), "rules": tuple(rules), "everything": everything, "columns": columns}
    held = [BUILTIN[name] for name in roles]
    grants, shown = grants_of(held), shown_to(held, columns)
    scope = scope_of(everything, rules, shown, TREE, "key")  # type: ignore[arg-type]
    action, thing = data.draw(st.sampled_from(QUESTIONS))
    unseen = scope.hidden | scope.masked
    needed = METRICS[thing].needs(usual(thing)) if action == "metric" else ()
    seen = not any(GROUPS[group] & unseen for group in needed)
    seen = seen and (action not in OF_ROWS or everything or bool(rules))
    assert asked(action, thing, **facts).allowed == (grants.allow(action, thing) and seen)
    value = data.draw(st.sampled_from(["采购中心", "采购一组", "营销中心", "别处"]))
    seen = "ledger" not in scope.allowed and value in scope.allowed.get("department", {value})
    assert asked("row", "", "department", value, **facts).allowed == seen
    column = data.draw(st.sampled_from(RESTRICTED))
    answer = asked("column", column, **facts)
    assert answer.allowed == (column not in scope.hidden | scope.masked)
    assert answer.steps[-1].allows == answer.allowed and answer.steps
    for step in answer.steps:
        for language in LANGUAGES:
            assert "{" not in told(step, {}, language) and not told(step, {}, language).startswith("why.")


def test_asking_about_somebody(books: Books, desk: PeopleDesk, admin: Actor, tree: None) -> None:
    desk.save_role(admin, own("own", label="夜班, 早班"))
    view = desk.add(admin, draft("wang", "head", "own", rules=(rule("department", "采购中心", True),)))
    real = desk.resolve(view.id)
    assert desk.why(admin, real, "deliver", "invoices").allowed
    assert desk.why(admin, desk.view_as(admin, view.id), "deliver", "invoices").allowed  # about wang, not the look
    assert desk.why(admin, real, "metric", "revenue", "department", "驻外组").allowed
    nobody = desk.invented(admin, draft("x", "warehouse", rules=(rule("region", "华东"),)))
    named = {role.name: role.label for role in desk.roles(admin, "zh_CN")}
    hidden = desk.why(admin, nobody, "column", "unit_price")
    assert not hidden.allowed
    assert told(hidden.steps[-1], named, "zh_CN") == "所有角色（仓储）都不显示“单价”，“不含税单价”隐藏。"
    page = desk.why(admin, real, "page", "inventory").steps
    assert [told(step, named, "zh_CN") for step in page] == [
        "角色“部门负责人”有“打开页面”的权限：库存。",
        "角色“夜班, 早班”有“打开页面”的权限：库存。",
    ]
    assert told(desk.why(admin, real, "metric", "revenue").steps[0], {}, "en").endswith("(Revenue).")
    assert desk.why(admin, LOCAL_ADMINISTRATOR, "people").steps == (Because("operator", True),)
    disabled = desk.set_state(admin, view.id, view.revision, "disabled")
    assert keys(desk.why(admin, real, "page", "inventory")) == ["disabled"] and disabled.state == "disabled"


def test_metrics_and_pages_have_words_to_be_named_by() -> None:
    for language in LANGUAGES:
        texts = catalogue(language)
        assert [name for name in METRICS if f"metric.{name}.label" not in texts] == []
    assert Departments([]).below("x") == {"x"}
