"""What each role of the product may do, cell by cell; how several add up; and roles of the company's own."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.access.grants import ACTIONS, EVERY, Grants
from cockpit.access.roles import BUILTIN, HIDDEN, MASKED, PAGES, SHOWN, STRENGTH, RoleFacts, grants_of, shown_to
from cockpit.errors import CockpitError
from cockpit.locale import LANGUAGES, catalogue
from cockpit.metrics import METRICS
from cockpit.model import TABLES
from cockpit.model.sensitive import GROUPS
from cockpit.records.tables import Role
from cockpit.service import LOCAL_ADMINISTRATOR, Actor
from cockpit.service.people import PeopleDesk
from cockpit.service.persons import RoleView
from tests.people.made import draft, rule
from tests.people.test_people import ended, refusal, sign_in
from tests.soundness.books import Books

# Per role: pages, figures, tables it brings in, plain actions, what is hidden. A change here is a decision.
LOOK = {"drill", "source_row", "export"}
TOLD = {"alerts", "meeting", "dictionary"}
VIEWS = {"overview", "procurement", "inventory", "revenue", "reconciliation"} | TOLD
DATA = {"data", "document"}


def of(*processes: str) -> set[str]:
    """The metrics of these processes."""
    return {name for name, metric in METRICS.items() if metric.process in processes}


BUSINESS = {name for name, table in TABLES.items() if not table.settings} - {"departments"}
BOOKED = {"sales_lines", "invoices", "payments", "targets", "stock_balances", "stock_summaries"}
EXPECTED = {
    "executive": (VIEWS | DATA, set(METRICS), set(), LOOK | {"personal", "threshold"}, set()),
    "head": (VIEWS | DATA, set(METRICS), BUSINESS, LOOK | {"personal", "reject", "undo", "decide"}, set()),
    "finance": (
        VIEWS | DATA,
        set(METRICS),
        BOOKED | {"partners", "exchange_rates"},
        LOOK | {"personal", "reject", "undo", "decide"},
        set(),
    ),
    "procurement": (
        {"overview", "procurement", "inventory"} | TOLD | DATA,
        of("procurement", "process", "inventory", "data") | {"gr_ir_open_amount"},
        {"process_events", "purchase_orders", "goods_receipts", "partners", "materials"},
        LOOK | {"personal", "reject"},
        set(),
    ),
    "warehouse": (
        {"overview", "inventory"} | TOLD | DATA,
        of("inventory", "data"),
        {"goods_receipts", "stock_movements", "stock_balances", "stock_summaries", "warehouses", "materials"},
        LOOK | {"reject"},
        {"price", "amount"},
    ),
    "sales": (
        {"overview", "revenue"} | TOLD | DATA,
        of("revenue", "data") - {"gross_margin_rate"},
        {"sales_lines", "partners"},
        LOOK | {"personal", "reject"},
        {"cost"},
    ),
    "screen": (VIEWS, set(METRICS), set(), set(), {"personal"}),
    "administrator": (
        set(PAGES),
        set(METRICS),
        set(TABLES),
        {action for action, kind in ACTIONS.items() if not kind},
        set(),
    ),
}
OBJECTS = {"page": PAGES, "metric": tuple(METRICS), "deliver": tuple(TABLES)}


@pytest.mark.parametrize("name", BUILTIN)
def test_every_cell_of_a_role(name: str) -> None:
    """A12: role by action by page, figure and table; a new one fails until somebody has decided."""
    role, (pages, metrics, tables, plain, hidden) = BUILTIN[name], EXPECTED[name]
    wanted = {"page": pages, "metric": metrics, "deliver": tables}
    for action, kind in ACTIONS.items():
        if kind:
            for thing in OBJECTS[action]:
                assert role.grants.allow(action, thing) == (thing in wanted[action]), (action, thing)
        else:
            assert role.grants.allow(action) == (action in plain), action
            assert not role.grants.allow(action, "anything") or action in plain
    assert role.hidden == hidden and role.masked == set()
    assert not role.grants.allow("no such action")


def test_roles_have_words_and_pages_exist() -> None:
    for language in LANGUAGES:
        texts = catalogue(language)
        wanted = [f"role.{name}" for name in BUILTIN] + [f"grant.{action}" for action in ACTIONS]
        wanted += [f"column_group.{group}" for group in GROUPS] + [f"shown.{how}" for how in STRENGTH]
        assert [key for key in wanted if key not in texts] == []


GROUP_SETS = st.frozensets(st.sampled_from(sorted(GROUPS)))


@st.composite
def facts(draw: st.DrawFn) -> RoleFacts:
    held = draw(st.frozensets(st.sampled_from(sorted(EVERY.held))))
    return RoleFacts("own", Grants(held), draw(GROUP_SETS), draw(GROUP_SETS))


@given(
    held=st.lists(facts(), max_size=4),
    more=facts(),
    rules=st.dictionaries(st.sampled_from(sorted(GROUPS)), st.sampled_from([HIDDEN, MASKED])),
)
def test_how_roles_add_up(held: list[RoleFacts], more: RoleFacts, rules: dict[str, str]) -> None:
    """Another role never takes anything away, and a person's own rules are never outdone."""
    before, after = shown_to(held, rules), shown_to([*held, more], rules)
    assert grants_of(held).held <= grants_of([*held, more]).held
    for group in GROUPS:
        assert STRENGTH.index(after[group]) <= STRENGTH.index(before[group])
        assert STRENGTH.index(after[group]) >= STRENGTH.index(rules.get(group, SHOWN))
        if not grants_of([*held, more]).allow("personal"):
            assert after["personal"] != SHOWN
    assert set(shown_to([], {}).values()) == {HIDDEN}


# ---------------------------------------------------------------- the company's own


def own(name: str = "夜班", **facts: object) -> RoleView:
    usual = {
        "label": "夜班",
        "builtin": False,
        "grants": ("page:inventory", "metric:inventory_turnover_days"),
        "hidden": ("cost",),
        "masked": ("personal",),
        "people": 0,
        "revision": 0,
    }
    return RoleView(name, **{**usual, **facts})  # type: ignore[arg-type]


def test_a_role_comes_changes_and_goes(books: Books, desk: PeopleDesk, admin: Actor) -> None:
    saved = desk.save_role(admin, own())
    assert (saved.revision, saved.people, saved.builtin) == (1, 0, False)
    assert [role.name for role in desk.roles(admin, "en")] == [*BUILTIN, "夜班"]
    view = desk.add(admin, draft("wu", "夜班", everything=True))
    who = desk.resolve(view.id)
    assert who.may("page", "inventory") and not who.may("page", "revenue")
    assert who.scope.hidden == GROUPS["cost"] and who.scope.masked == GROUPS["personal"] - GROUPS["cost"]
    assert refusal(desk.remove_role, admin, "夜班") == "role_in_use"

    sign_in(books, view.id, "a" * 64)
    again = desk.save_role(admin, own(label="早班", revision=1))
    assert (again.label, again.revision, again.people) == ("早班", 2, 1) and ended(books) == {"a" * 64: None}
    desk.save_role(admin, own(label="早班", grants=("page:*",), hidden=(), revision=2))
    assert ended(books) == {"a" * 64: "rights_changed"} and desk.resolve(view.id).may("page", "revenue")
    assert refusal(desk.save_role, admin, own(revision=2)) == "role_changed_meanwhile"
    assert refusal(desk.save_role, admin, own()) == "role_taken"

    desk.change(admin, view.id, 1, draft("wu", "warehouse"))
    desk.remove_role(admin, "夜班")
    assert refusal(desk.remove_role, admin, "夜班") == "role_gone"
    assert refusal(desk.save_role, admin, own(revision=3)) == "role_gone"
    saved_entries = [json.loads(one.detail) for one in desk.audit(admin, action="role_saved")]
    assert [one["after"]["label"] for one in saved_entries] == ["早班", "早班", "夜班"]
    assert saved_entries[0]["before"]["grants"] == sorted(own().grants)
    assert desk.audit(admin, action="role_removed") and desk.verify_audit(admin).holds


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (own("administrator"), "role_is_builtin"),
        (own("Executive"), "role_is_builtin"),
        (own(""), "role_name_not_usable"),
        (own("x" * 61), "role_name_not_usable"),
        (own("a\0"), "role_name_not_usable"),
        (own(label="x" * 101), "role_label_not_usable"),
        (own(label="\n"), "role_label_not_usable"),
        (own(grants=("page",)), "grant_unknown"),
        (own(grants=("page:moon",)), "grant_unknown"),
        (own(grants=("undo:*",)), "grant_unknown"),
        (own(grants=("fly",)), "grant_unknown"),
        (own(grants=("",)), "grant_unknown"),
        (own(hidden=("secrets",)), "column_group_unknown"),
        (own(masked=("secrets",)), "column_group_unknown"),
    ],
)
def test_what_no_role_can_be(desk: PeopleDesk, admin: Actor, told: RoleView, code: str) -> None:
    assert refusal(desk.save_role, admin, told) == code
    assert [role.name for role in desk.roles(admin, "en")] == list(BUILTIN)
    assert refusal(desk.remove_role, admin, "executive") == "role_is_builtin"


def test_a_grant_a_later_product_knew_is_left_out(books: Books, desk: PeopleDesk, admin: Actor) -> None:
    with books.cockpit._records.writing() as session:
        session.add(
            Role(name="old", label="Old", revision=1, grants=["page:overview", "beam:up"], hidden=["aura"], masked=[])
        )
    who = desk.resolve(desk.add(admin, draft("wu", "old", rules=(rule("ledger", "default"),))).id)
    assert who.grants == Grants.of("page:overview") and who.may("page", "overview")


def test_the_operator_needs_no_role(desk: PeopleDesk) -> None:
    assert LOCAL_ADMINISTRATOR.grants == EVERY
    with pytest.raises(CockpitError):
        desk.roles(Actor("somebody"), "en")
