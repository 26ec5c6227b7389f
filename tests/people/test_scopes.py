"""Scopes: departments with everything below them, whatever their tree looks like, and what a person's rows come to."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from cockpit.access.scopes import Department, Departments, allowed_by, mask_key, scope_of
from cockpit.model.sensitive import GROUPS
from cockpit.records.tables import PersonRole, ScopeRule
from cockpit.scope import EVERYTHING, Scope
from cockpit.service import Actor
from cockpit.service.people import PeopleDesk
from tests.people.made import draft, person, rule
from tests.people.test_roles import own
from tests.soundness.books import Books

NOTHING = Scope({"ledger": frozenset()})


def made(*rows: str) -> Departments:
    """``ledger/company code name parent``, a dash for nothing."""
    known = []
    for row in rows:
        place, code, name, parent = row.split()
        ledger, _, company = place.partition("/")
        known.append(Department(ledger, company or None, code, name, None if parent == "-" else parent))
    return Departments(known)


def test_below_by_name_or_code(books: Books, desk: PeopleDesk, admin: Actor, tree: None) -> None:
    def allowed(*rules: tuple[str, str, bool]) -> frozenset[str]:
        view = desk.add(admin, draft(f"p{len(desk.people(admin))}", "head", rules=tuple(rule(*one) for one in rules)))
        return desk.resolve(view.id).scope.allowed["department"]

    buying = {"采购中心", "采购一组", "采购二组", "驻外组", "D1", "D11", "D12", "D121"}
    assert allowed(("department", "采购中心", True)) == buying
    assert allowed(("department", "D1", True)) == buying
    assert allowed(("department", "采购二组", True)) == {"采购二组", "驻外组", "D12", "D121"}
    assert allowed(("department", "采购二组", False)) == {"采购二组"}
    assert allowed(("department", "集团", True)) == {"集团", *buying, "营销中心", "华东大区", "D2", "D21"}
    assert allowed(("department", "采购二组", True), ("department", "华东大区", False)) == {
        *("采购二组", "驻外组", "D12", "D121", "华东大区"),
    }
    assert allowed(("department", "没有的部门", True)) == {"没有的部门"}

    head = desk.named("p2")
    books.load("部门档案2.csv", "部门编码|部门名称|上级部门\nD13|采购三组|采购中心", table="departments")
    assert desk.resolve(head.person or 0).scope.allowed["department"] == {*buying, "采购三组", "D13"}


def test_names_that_stand_for_several_departments_are_left_out() -> None:
    """A row of facts says 综合组 and not whose; nobody sees rows that may be another's."""
    several = made(
        "a 1 财务部 -",
        "a 11 综合组 财务部",
        "a 12 核算组 财务部",
        "a 2 销售部 -",
        "a 21 综合组 销售部",
        "a 211 外勤 综合组",
    )
    assert several.below("财务部") == {"财务部", "1", "11", "核算组", "12"}
    assert several.below("销售部") == {"销售部", "2", "21"}  # 外勤 may be below either of the two
    assert several.below("综合组") == {"综合组", "11", "21", "外勤", "211"}  # said so by name
    ledgers = made("a 1 采购部 -", "a 2 一组 采购部", "b 3 销售部 -", "b 4 一组 销售部")
    assert ledgers.below("采购部") == {"采购部", "1", "2"}
    assert ledgers.below("采购部", frozenset({"a"})) == {"采购部", "1", "2", "一组"}
    companies = made("a/x 1 采购部 -", "a/x 2 一组 采购部", "a/y 1 销售部 -", "a/y 2 一组 销售部")
    assert companies.below("采购部", None, frozenset({"x"})) == {"采购部", "1", "2", "一组"}
    assert companies.below("采购部") == {"采购部"}


def test_a_superior_of_another_company_counts_where_the_own_has_none() -> None:
    group = made("a/- 1 集团 -", "a/x 2 采购部 集团", "a/y 3 采购科 集团")
    assert group.below("集团") == {"集团", "1", "采购部", "2", "采购科", "3"}


def test_circles_end() -> None:
    circle = made("a 1 甲 丙", "a 2 乙 甲", "a 3 丙 乙", "a 4 丁 丁", "a 5 戊 甲")
    assert circle.below("甲") == {"甲", "1", "乙", "2", "丙", "3", "戊", "5"}
    assert circle.below("丁") == {"丁", "4"}
    assert made().below("甲") == {"甲"}


NAMES = st.sampled_from("甲乙丙丁戊己庚辛")
ROWS = st.lists(
    st.builds(
        Department,
        st.sampled_from(["a", "b"]),
        st.sampled_from([None, "x"]),
        st.sampled_from(["1", "2", "3", "4", "5", "6"]),
        NAMES,
        st.one_of(st.none(), NAMES, st.sampled_from(["1", "2", "3"])),
    ),
    max_size=12,
)


@given(rows=ROWS, value=NAMES, shuffled=st.randoms())
def test_nothing_outside_is_ever_below(rows: list[Department], value: str, shuffled: st.DataObject) -> None:
    """Whatever the rows: each word allowed stands for departments that all have the value above them, or is it."""
    found = Departments(rows).below(value)
    again = list(rows)
    shuffled.shuffle(again)  # type: ignore[attr-defined]
    assert Departments(again).below(value) == found
    assert value in found
    for row in rows:
        if {row.name, row.code} & (found - {value}):
            assert climbs(rows, row, value, set()), row


def climbs(rows: list[Department], row: Department, value: str, seen: set[int]) -> bool:
    """Whether each way up from a department comes past the value; told naively."""
    if value in (row.name, row.code):
        return True
    if not row.parent or id(row) in seen:
        return False
    above = [one for one in rows if one.ledger == row.ledger and row.parent in (one.name, one.code)]
    above = [one for one in above if one.company == row.company] or above
    if not above:
        return row.parent == value
    return any(climbs(rows, one, value, seen | {id(row)}) for one in above)


@given(size=st.integers(2, 60), shape=st.randoms())
def test_a_proper_tree_is_wholly_expanded(size: int, shape: st.DataObject) -> None:
    above = {number: shape.randrange(number) for number in range(1, size)}  # type: ignore[attr-defined]
    rows = [Department("a", None, f"c{n}", f"n{n}", f"n{above[n]}" if n in above else None) for n in range(size)]
    top = size // 2
    below = {top}
    for number in range(top + 1, size):
        if above[number] in below:
            below.add(number)
    assert Departments(rows).below(f"n{top}") == {f"{letter}{one}" for one in below for letter in "cn"}


# ---------------------------------------------------------------- what it comes to


def test_rules_unite_within_a_dimension_and_meet_between_them() -> None:
    told = (rule("region", "华东"), rule("region", "华南"), rule("ledger", "default"))
    assert allowed_by(told, made()) == {"region": {"华东", "华南"}, "ledger": {"default"}}


def test_neither_everything_nor_rules_is_nothing(desk: PeopleDesk, admin: Actor) -> None:
    none = desk.resolve(desk.add(admin, draft("a", "executive")).id)
    assert none.scope == NOTHING
    all_ = desk.resolve(desk.add(admin, draft("b", "executive", everything=True)).id)
    assert all_.scope == EVERYTHING
    kept = desk.resolve(desk.add(admin, draft("c", "executive", everything=True, rules=(rule("region", "华东"),))).id)
    assert kept.scope == EVERYTHING


def test_columns_are_hidden_and_masked(desk: PeopleDesk, admin: Actor) -> None:
    told = draft("a", "warehouse", "finance", everything=True, columns={"personal": "masked", "price": "hidden"})
    scope = desk.resolve(desk.add(admin, told).id).scope
    assert scope.hidden == GROUPS["price"] and scope.masked == GROUPS["personal"]
    assert scope.mask_key and scope.mask_key not in repr(scope)
    other = desk.resolve(desk.add(admin, draft("b", "warehouse", everything=True)).id).scope
    assert other.hidden == GROUPS["price"] | GROUPS["amount"]
    assert other.masked == GROUPS["personal"] - other.hidden and other.mask_key == scope.mask_key


def test_the_key_of_masks_hangs_on_the_secret() -> None:
    assert mask_key("a") == mask_key("a") != mask_key("b") and "a" * 3 not in mask_key("aaa")
    assert scope_of(True, (), {"cost": "hidden"}, made(), "key").mask_key == ""


def test_a_scoped_person_sees_their_rows_alone(books: Books, desk: PeopleDesk, admin: Actor, tree: None) -> None:
    books.load(
        "销售.csv",
        "单号|日期|客户|部门|物料编码|数量|金额|币种\nS1|2026-10-01|A|采购一组|M1|1|100|CNY\n"
        "S2|2026-10-02|B|华东大区|M1|1|20|CNY\nS3|2026-10-03|C|驻外组|M1|1|3|CNY\nS4|2026-10-04|D||M1|1|7|CNY",
        table="sales_lines",
    )
    totals = {}
    for name, told in {
        "all": draft("all", "executive", everything=True),
        "buying": draft("buying", "head", rules=(rule("department", "采购中心", True),)),
        "selling": draft("selling", "head", rules=(rule("department", "营销中心", True),)),
        "none": draft("none", "executive"),
    }.items():
        who = desk.resolve(desk.add(admin, told).id)
        rows = books.ask("revenue", who.scope, start="2026-10-01", end="2026-11-01").rows
        totals[name] = rows[0].value if rows else None
    assert totals == {"all": 130.0, "buying": 103.0, "selling": 20.0, "none": None}


def test_two_hundred_people_with_fifty_roles_and_a_large_tree(books: Books, desk: PeopleDesk, admin: Actor) -> None:
    rows = [f"D{n}|部门{n}|{f'部门{(n - 1) // 3}' if n else ''}" for n in range(500)]
    books.load("部门.csv", "\n".join(["部门编码|部门名称|上级部门", *rows]), table="departments")
    for number in range(50):
        desk.save_role(admin, own(f"role{number}", label=f"Role {number}"))
    held = [f"role{number}" for number in range(50)]
    with books.cockpit._records.writing() as session:
        for number in range(200):
            one = person(f"p{number}", roles=[PersonRole(role=role) for role in held])
            one.rules = [ScopeRule(dimension="department", value=f"部门{number % 40}", subtree=True)]
            session.add(one)
    people = [one for one in desk.people(admin) if one.name.startswith("p")]
    assert len(people) == 200 and len(desk.resolve(people[0].id).scope.allowed["department"]) > 2
    begun = time.process_time()
    for one in people:
        desk.resolve(one.id)
    assert (time.process_time() - begun) / len(people) < 0.1
    begun = time.process_time()
    assert len(desk.people(admin)) == 202
    assert time.process_time() - begun < 3
