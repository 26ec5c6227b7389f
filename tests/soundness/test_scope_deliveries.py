"""What a limited person may bring, take back and decide on: nothing that reaches beyond what they may see."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest

from cockpit.access import EVERY, Grants
from cockpit.access.roles import BUILTIN
from cockpit.errors import NotAllowedError, RefusedError
from cockpit.scope import EVERYTHING, Scope
from cockpit.service import LOCAL_ADMINISTRATOR, Actor
from cockpit.service.requests import LoadRequest
from cockpit.ui.refusals import told
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


# ---------------------------------------------------------------- rows and what they belong to

HEADER = "document_no | line_no | document_date | company | department | material_code | quantity | amount_net\n"
OWN = HEADER + "S1 | 1 | 2026-01-05 | C1 | A部 | M1 | 1 | 100\n"
FOREIGN = HEADER + "S2 | 1 | 2026-01-06 | C1 | B部 | M1 | 1 | 200\n"
HEAD = Actor("head", Scope({"department": frozenset({"A部"})}), EVERY)
EVENTS = "case_id | process | node | activity | actor | action | arrived_at | acted_at | department | company\n"
CASE = EVENTS + "K1 | 采购审批 | 提交 | 提交 | 王五 | 提交 | 2026-01-06 08:00 | 2026-01-06 08:30 | B部 | C1\n"
CASE += "K1 | 采购审批 | 经理 | 审批 | 李四 | 同意 | 2026-01-06 09:00 | 2026-01-06 10:00 | B部 | C1\n"
OWN_CASE = (
    EVENTS
    + "K2 | 采购审批 | 提交 | 提交 | 张三 | 提交 | 2026-01-05 09:00 | 2026-01-05 09:30 | A部 | C1\n"
    + "K2 | 采购审批 | 经理 | 审批 | 李四 | 同意 | 2026-01-05 10:00 | 2026-01-05 11:00 | A部 | C1\n"
)
MATERIAL = "company | material_code | material_name\nC1 | M1 | 轴承\n"
PULL = EVENTS + "K1 | 采购审批 | 提交 | 提交 | 张三 | 提交 | 2026-01-01 09:00 | 2026-01-01 09:30 | A部 | C1\n"


def state(books: Books) -> tuple[object, ...]:
    """All that a refused delivery must leave as it was."""
    cockpit = books.cockpit
    return (
        cockpit.version(),
        cockpit.tables(LOCAL_ADMINISTRATOR),
        cockpit.deliveries(LOCAL_ADMINISTRATOR),
        cockpit.ledgers(LOCAL_ADMINISTRATOR),
    )


def not_taken(
    books: Books,
    who: Actor,
    table: str,
    text: str,
    code: str = "rows_not_in_scope",
    ledgers: tuple[str, ...] = ("fresh", "default"),
) -> NotAllowedError:
    """The refusal of such a file, to be looked at and to be delivered."""
    before, file = state(books), books.file("brought.csv", text)
    for ledger, dry in product(ledgers, (True, False)):
        request = LoadRequest(ledger, table=table, dry_run=dry, force=True)
        error = refused(code, lambda request=request: books.cockpit.load(who, [file], request, language="zh_CN"))
    assert state(books) == before
    return error


def taken(books: Books, who: Actor, table: str, text: str) -> int:
    report = books.cockpit.load(who, [books.file("own.csv", text)], LoadRequest(table=table))
    assert report.status == "loaded", report.json("en")
    return report.delivery_id or 0


def test_rows_of_others_are_refused_whole_and_told(books: Books) -> None:
    """In the reader's words: which table, how many rows, and where the first of them stands."""
    taken(books, LOCAL_ADMINISTRATOR, "sales_lines", FOREIGN)
    text = OWN + "S3 | 1 | 2026-01-06 | C1 | B部 | M1 | 1 | 200\nS4 | 1 | 2026-01-06 | C1 | | M1 | 1 | 200\n"
    error = not_taken(books, HEAD, "sales_lines", text)
    assert (error.params["rows"], error.params["file"], error.params["row"]) == (2, "brought.csv", 3)
    said = told(error, "zh_CN")
    assert "“销售明细”有 2 行" in said and "brought.csv 第 3 行" in said
    assert taken(books, HEAD, "sales_lines", OWN)
    assert books.by("revenue", "department") == {"A部": 100, "B部": 200}


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ({"company": {"C1"}}, OWN.replace("C1", "C2")),
        ({"company": {"C1"}}, OWN.replace("C1", "")),
        ({"department": {"A部"}, "company": {"C1"}}, OWN.replace("C1", "C2")),
        ({"department": {"A部"}, "region": {"华东"}}, OWN),
        ({"department": set()}, OWN),
    ],
)
def test_every_limited_dimension_counts(books: Books, limits: dict[str, set[str]], text: str) -> None:
    not_taken(books, Actor("head", Scope({k: frozenset(v) for k, v in limits.items()}), EVERY), "sales_lines", text)


def test_a_ledger_alone_does_not_keep_its_people_from_delivering(books: Books) -> None:
    who = Actor("clerk", Scope({"ledger": frozenset({"default"})}), EVERY)
    assert taken(books, who, "sales_lines", FOREIGN)
    assert taken(books, who, "materials", "material_code | material_name\nM1 | 轴承\n")
    refused("ledger_not_allowed", lambda: books.cockpit.load(who, [], LoadRequest("other")))


def test_a_table_without_the_limited_dimension_is_not_theirs_to_bring(books: Books) -> None:
    error = not_taken(books, HEAD, "materials", "material_code | material_name\nM1 | 轴承\n", "table_not_deliverable")
    assert "部门" in told(error, "zh_CN") and "物料" in told(error, "zh_CN")


def test_a_foreign_document_is_not_overwritten(books: Books) -> None:
    taken(books, LOCAL_ADMINISTRATOR, "sales_lines", FOREIGN)
    mine = FOREIGN.replace("B部", "A部")
    for text in (mine, mine.replace("200", "900"), mine.replace("2026-01-06", "2026-03-01"), OWN + mine[len(HEADER) :]):
        not_taken(books, HEAD, "sales_lines", text, ledgers=("default",))
    assert books.by("revenue", "department") == {"B部": 200}


def test_a_foreign_case_is_not_pulled_into_view(books: Books) -> None:
    taken(books, LOCAL_ADMINISTRATOR, "process_events", CASE)
    not_taken(books, HEAD, "process_events", PULL, ledgers=("default",))
    assert not any(row.value for row in books.ask("approval_cycle_time", HEAD.scope).rows)
    assert taken(books, HEAD, "process_events", PULL.replace("K1", "K2"))


def cases(books: Books, scope: Scope = EVERYTHING) -> dict[str | None, int]:
    """Approval cases with figures by department, as somebody of that scope sees them."""
    rows = books.ask("approval_cycle_time", scope, by=("department",)).rows
    return {row.dimensions["department"]: row.n for row in rows if row.n}


def test_a_case_that_turns_out_to_be_anothers_is_not_opened_by_an_early_row(books: Books) -> None:
    """Whoever comes first: rows that would have been refused beside the others' stop counting, until those are gone."""
    early = taken(books, HEAD, "process_events", PULL + OWN_CASE[len(EVENTS) :])
    assert cases(books, HEAD.scope) == {"A部": 1}
    report = books.cockpit.load(LOCAL_ADMINISTRATOR, [books.file("k1.csv", CASE)], LoadRequest(table="process_events"))
    (finding,) = [one for part in report.parts for one in part.issues if one.code == "narrower_rows_set_aside"]
    assert (report.status, finding.count) == ("loaded", 1)
    assert cases(books) == {"A部": 1, "B部": 1} and cases(books, HEAD.scope) == {"A部": 1}
    assert {row.document_no for row in books.drill("approval_cycle_time", HEAD.scope).rows} == {"K2"}
    ((hours,),) = {(row.value,) for row in books.ask("approval_cycle_time", where={"department": "B部"}).rows}
    assert hours is not None and hours < 24  # from the case's own submission, not from the planted one
    not_taken(books, HEAD, "process_events", PULL, ledgers=("default",))
    assert not any(books.cockpit._warehouse.verify().values())
    books.cockpit.undo(LOCAL_ADMINISTRATOR, report.delivery_id or 0)
    assert cases(books, HEAD.scope) == {"A部": 1}
    assert books.cockpit._warehouse.records("SELECT count(*) AS n FROM process_events")[0]["n"] == 3
    again = taken(books, LOCAL_ADMINISTRATOR, "process_events", CASE)
    assert cases(books) == {"A部": 1, "B部": 1}
    assert books.cockpit.undo(HEAD, early).state == "undone" and again
    assert cases(books) == {"B部": 1}


def test_a_case_of_ones_own_goes_on(books: Books) -> None:
    """Somebody wider who says nothing else of it, or repeats it, sets nothing aside."""
    taken(books, HEAD, "process_events", OWN_CASE)
    wider = books.load("all.csv", OWN_CASE + CASE[len(EVENTS) :], table="process_events")
    assert not [one for part in wider.parts for one in part.issues if one.code == "narrower_rows_set_aside"]
    assert cases(books, HEAD.scope) == {"A部": 1} and cases(books) == {"A部": 1, "B部": 1}


def test_a_held_case_sets_aside_what_came_meanwhile(books: Books) -> None:
    """It waits for a decision while somebody limited brings the same number."""
    lines = "".join(f"S{n} | 1 | 2026-01-05 | C1 | B部 | M1 | 1 | 100\n" for n in range(1, 5))
    known = taken(books, LOCAL_ADMINISTRATOR, "sales_lines", HEADER + lines)
    file = books.file("held.csv", HEADER + lines.replace("2026-01-05", "2026-02-05"))
    held = books.cockpit.load(LOCAL_ADMINISTRATOR, [file], LoadRequest(table="sales_lines"))
    assert held.status == "held"
    books.cockpit.undo(LOCAL_ADMINISTRATOR, known)
    # A file that calls itself the newest does not win either.
    early = books.file("early.csv", HEADER + lines.replace("B部", "A部"))
    request = LoadRequest(table="sales_lines", as_of=datetime(2027, 1, 1))
    assert books.cockpit.load(HEAD, [early], request).status == "loaded"
    assert books.by("revenue", "department") == {"A部": 400}
    books.cockpit.decide(LOCAL_ADMINISTRATOR, held.delivery_id or 0, True, "why")
    assert books.by("revenue", "department") == {"B部": 400}
    assert not any(books.cockpit._warehouse.verify().values())


def test_master_data_that_would_speak_for_others_are_not_theirs_to_bring(books: Books) -> None:
    """A material of one's own category would pull everybody's sales of it into view."""
    keeper = Actor("keeper", Scope({"category": frozenset({"钢材"})}), EVERY)
    text = "material_code | material_name | category\nM1 | 轴承 | 钢材\n"
    error = not_taken(books, keeper, "materials", text, "master_not_deliverable")
    assert "物料" in told(error, "zh_CN") and "品类" in told(error, "zh_CN")
    assert taken(books, Actor("clerk", Scope({"company": frozenset({"C1"})}), EVERY), "materials", MATERIAL)


# ---------------------------------------------------------------- taking back and deciding


def test_an_old_delivery_of_ones_own_is_not_taken_back_by_who_sees_less_by_now(books: Books) -> None:
    """Nor where taking it back would bring back or take away rows of others."""
    wide = Actor("head", Scope({"department": frozenset({"A部", "B部"})}), EVERY)
    mixed = taken(books, wide, "sales_lines", OWN + FOREIGN[len(HEADER) :])
    first = taken(books, LOCAL_ADMINISTRATOR, "sales_lines", FOREIGN.replace("S2", "S4"))
    moved = taken(books, wide, "sales_lines", FOREIGN.replace("S2", "S4").replace("B部", "A部"))
    case = taken(books, HEAD, "process_events", OWN_CASE)
    before = state(books)
    for delivery in (mixed, moved):
        error = refused("undo_not_in_scope", lambda delivery=delivery: books.cockpit.undo(HEAD, delivery))
        assert "目前数据范围" in told(error, "zh_CN") and "销售明细" in told(error, "zh_CN")
    assert state(books) == before and first
    nowhere = Actor("head", Scope({"department": frozenset({"C部"})}), EVERY)
    refused("undo_not_in_scope", lambda: books.cockpit.undo(nowhere, case))
    assert books.cockpit.undo(wide, moved).state == "undone"
    assert books.cockpit.undo(HEAD, case).state == "undone"


def test_only_ones_own_delivery_is_taken_back(books: Books) -> None:
    foreign = taken(books, LOCAL_ADMINISTRATOR, "sales_lines", OWN)
    own = taken(books, HEAD, "sales_lines", OWN.replace("S1", "S3"))
    refused("delivery_not_own", lambda: books.cockpit.undo(HEAD, foreign))
    assert books.cockpit.undo(HEAD, own).state == "undone"
    keeper = Actor("keeper", grants=EVERY.without(["deliver"]) | Grants.of("deliver:invoices"))
    error = refused("delivery_tables_not_allowed", lambda: books.cockpit.undo(keeper, foreign))
    assert "销售明细" in told(error, "zh_CN")


def test_a_held_delivery_is_released_only_where_it_is_wholly_theirs(books: Books) -> None:
    """It was theirs when it came; by the time of the decision the document is another's."""
    lines = "".join(f"S{n} | 1 | 2026-01-05 | C1 | A部 | M1 | 1 | 100\n" for n in range(1, 5))
    taken(books, HEAD, "sales_lines", HEADER + lines)
    changed = HEADER + lines.replace("2026-01-05", "2026-02-05")
    held = books.cockpit.load(HEAD, [books.file("held.csv", changed)], LoadRequest(table="sales_lines"))
    assert held.status == "held", held.json("en")
    number = held.delivery_id or 0
    moved = taken(books, LOCAL_ADMINISTRATOR, "sales_lines", HEADER + lines.replace("A部", "B部"))
    before = state(books)
    keeper = Actor("keeper", grants=EVERY.without(["deliver"]))
    refused("delivery_tables_not_allowed", lambda: books.cockpit.decide(keeper, number, True, "why"))
    error = refused("delivery_not_in_scope", lambda: books.cockpit.decide(HEAD, number, True, "why"))
    assert "销售明细" in told(error, "zh_CN")
    assert state(books) == before
    books.cockpit.undo(LOCAL_ADMINISTRATOR, moved)
    assert books.cockpit.decide(HEAD, number, True, "why").state == "active"


# ---------------------------------------------------------------- single documents

ORDER = "document_no | document_date | supplier_code | material_code | quantity | unit_price | amount_net | company\n"
ORDER += "PO1 | 2026-01-05 | V1 | M1 | 1 | 5 | 5 | C1\n"
INVOICE = "side | document_no | document_date | partner_code | amount_gross | source_document_no | company\n"
INVOICE += "payable | I1 | 2026-01-08 | V1 | 5 | PO1 | C1\n"


def filed(books: Books, table: str) -> str:
    """The only document of a table."""
    ((document,),) = {tuple(row.values()) for row in books.cockpit._warehouse.records(f"SELECT _doc FROM {table}")}
    return str(document)


def test_a_document_opens_only_to_who_has_to_do_with_its_table(books: Books) -> None:
    """By a figure made of it, or by bringing it; to others it looks like one that is not there."""
    taken(books, LOCAL_ADMINISTRATOR, "sales_lines", FOREIGN)
    taken(books, LOCAL_ADMINISTRATOR, "purchase_orders", ORDER)
    taken(books, LOCAL_ADMINISTRATOR, "invoices", INVOICE)
    cockpit, sale, order = books.cockpit, filed(books, "sales_lines"), filed(books, "purchase_orders")
    told = {grant for grant in BUILTIN["procurement"].grants.held if not grant.startswith("metric:")}
    buyer = Actor("buyer", grants=Grants(frozenset(told | {"metric:purchase_amount"})))
    for table, document in (("sales_lines", sale), ("sales_lines", order), ("no_table", sale), ("invoices", sale)):
        with pytest.raises(RefusedError) as error:
            cockpit.document(buyer, table, document, "zh_CN")
        assert (error.value.code, error.value.params) == ("document_unknown", {})
    assert cockpit.document(LOCAL_ADMINISTRATOR, "purchase_orders", order, "en").related
    assert cockpit.document(buyer, "purchase_orders", order, "en").related == ()
    seller = Actor("seller", grants=BUILTIN["sales"].grants)
    assert cockpit.document(seller, "sales_lines", sale, "en").document_no == "S2"
    executive = Actor("executive", grants=BUILTIN["executive"].grants)
    assert [one.table for one in cockpit.document(executive, "purchase_orders", order, "en").related] == ["invoices"]


def test_choices_of_filters_come_from_the_same_tables(books: Books) -> None:
    taken(books, LOCAL_ADMINISTRATOR, "sales_lines", FOREIGN)
    for dimension in ("department", "company"):
        assert books.cockpit.options(LOCAL_ADMINISTRATOR, "default", dimension)
        who = Actor("clerk", grants=Grants.of("metric:approval_cycle_time", "metric:process_throughput_time"))
        assert books.cockpit.options(who, "default", dimension) == []
