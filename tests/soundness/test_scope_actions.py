"""What people may do: each method asks first, nothing is half done, and the audit trail keeps who was turned away."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.access import EVERY, NOTHING, Grants
from cockpit.access.grants import CHANGES
from cockpit.errors import CockpitError, NotAllowedError, RefusedError, SystemFailure, UsageError
from cockpit.model.sensitive import GROUPS
from cockpit.records import Records
from cockpit.scope import Scope
from cockpit.service import LOCAL_ADMINISTRATOR, Actor
from cockpit.service.requests import CardRequest, LoadRequest, MetricRequest
from cockpit.service.sample import Sample
from sample_data import SAMPLE
from tests.soundness.books import Books

SALES = """
    document_no | line_no | document_date | department | salesperson | region | material_code | quantity | amount_net | cost_amount
    S1 | 1 | 2026-01-05 | A部 | 张三 | 华东 | M1 | 1 | 100 | 60
    S2 | 1 | 2026-01-06 | B部 | 李四 | 华南 | M1 | 1 | 200 | 90
"""  # noqa: E501
BAD = SALES + "    S3 | 1 | not a day | B部 | 李四 | 华南 | M1 | 1 | 300 | 90\n"
MONTH = CardRequest("default", date(2026, 1, 1), date(2026, 2, 1))
HEAD = Actor("head", Scope({"department": frozenset({"A部"})}), EVERY)


def entries(books: Books, action: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What the trail holds of an action: actor, resource, detail; oldest first."""
    found = books.cockpit.audit.search(action=action)
    return [(one.actor, one.resource, json.loads(one.detail)) for one in reversed(found)]


def document(books: Books, number: str = "S1") -> str:
    rows = books.cockpit.drill(LOCAL_ADMINISTRATOR, "revenue", MetricRequest(), 10, "en").rows
    return next(row.document for row in rows if row.document_no == number)


@pytest.fixture
def sold(books: Books) -> Books:
    books.load("sales_lines.csv", SALES)
    return books


def asked(books: Books, folder: Path) -> dict[str, tuple[Callable[[Actor], Any], str]]:
    """Every method of the door that needs a grant, with the grant it needs."""
    cockpit, one, request = books.cockpit, document(books), MetricRequest()
    file = books.file("more.csv", SALES.replace("S1", "T1").replace("S2", "T2"))
    sales = LoadRequest(table="sales_lines")
    return {
        "metric": (lambda who: cockpit.metric(who, "revenue", request, "en"), "metric:revenue"),
        "options": (lambda who: cockpit.options(who, "default", "region"), "metric:revenue"),
        "document": (lambda who: cockpit.document(who, "sales_lines", one, "en"), "drill"),
        "dry run": (lambda who: cockpit.load(who, [file], replace(sales, dry_run=True)), "deliver:sales_lines"),
        "load": (lambda who: cockpit.load(who, [file], sales), "deliver:sales_lines"),
        "sources": (lambda who: cockpit.sources(who), "sync"),
        "check_source": (lambda who: cockpit.check_source(who, "none"), "sync"),
        "sync": (lambda who: cockpit.sync(who, None), "sync"),
        "deliveries": (lambda who: cockpit.deliveries(who), "page:data"),
        "undo": (lambda who: cockpit.undo(who, 1), "undo"),
        "decide": (lambda who: cockpit.decide(who, 1, True, "why"), "decide"),
        "rejects": (lambda who: cockpit.rejects(who, 1, folder / "r.xlsx", "en"), "reject"),
        "ledger": (lambda who: cockpit.ledger(who, name="default", currency="EUR"), "ledger"),
        "demo": (lambda who: cockpit.demo(who, True), "sample"),
        "doctor": (lambda who: cockpit.doctor(who), "people"),
        "exported": (lambda who: cockpit.exported(who, "revenue", {"rows": 1}), "export"),
    }


def test_each_method_asks_for_its_own_grant(sold: Books, tmp_path: Path) -> None:
    """A12: with all others it is refused and noted, with that one alone it is not; nothing changed by the refusals."""
    version = sold.cockpit.version()
    questions = asked(sold, tmp_path)
    for name, (ask, grant) in questions.items():
        action = grant.partition(":")[0]
        rest = Actor("rest", grants=EVERY.without([action]))
        for who in (rest, Actor("nobody", grants=NOTHING), replace(rest, grants=Grants.of("page:none"))):
            with pytest.raises(NotAllowedError):
                ask(who)
        told = [resource for actor, resource, _ in entries(sold, "denied") if actor == "rest"]
        assert any(one.startswith(action) for one in told), name
    assert sold.cockpit.version() == version
    for ask, grant in questions.values():
        try:
            tables = ["deliver:sales_lines"] if grant in ("undo", "decide") else []
            ask(Actor("local", grants=Grants.of(grant, "personal", *tables)))
        except NotAllowedError:
            raise
        except (UsageError, RefusedError):
            continue


def test_a_drill_needs_metric_and_drill(sold: Books) -> None:
    for grants in (Grants.of("metric:revenue"), Grants.of("drill"), Grants.of("drill", "metric:revenue_growth")):
        with pytest.raises(NotAllowedError):
            sold.cockpit.drill(Actor("x", grants=grants), "revenue", MetricRequest(), 10, "en")
    who = Actor("x", grants=Grants.of("drill", "metric:revenue"))
    found = sold.cockpit.drill(who, "revenue", MetricRequest(), 10, "en")
    assert found.total == 2 and not found.sources_shown and not any(row.sources for row in found.rows)
    view = sold.cockpit.document(who, "sales_lines", document(sold), "en")
    assert not view.sources_shown and not view.sources
    card = sold.cockpit.card(Actor("x", grants=Grants.of("metric:gross_margin_rate")), "revenue", MONTH, "zh_CN")
    assert card.state == "not_allowed" and card.row is None and card.notes
    warnings = sold.cockpit.alerts(Actor("x", grants=Grants.of("metric:gross_margin_rate")), None, {}, None, "en")
    assert {one.metric for one in warnings.alerts} <= {"gross_margin_rate"}


def test_nobody_changes_anything_through_anothers_eyes(sold: Books, tmp_path: Path) -> None:
    behind = Actor("head", grants=EVERY, behind="administrator")
    for ask, grant in asked(sold, tmp_path).values():
        if grant.partition(":")[0] in CHANGES:
            with pytest.raises(NotAllowedError):
                ask(behind)
    assert [one.state for one in sold.cockpit.deliveries(LOCAL_ADMINISTRATOR)] == ["active"]
    assert sold.cockpit.metric(behind, "revenue", MetricRequest(), "en").rows[0].value == 300


def test_a_delivery_with_one_foreign_table_is_refused_whole(sold: Books) -> None:
    orders = sold.file("orders.csv", """
        document_no | document_date | supplier_code | material_code | quantity | unit_price | amount_net | buyer
        PO1 | 2026-01-05 | V1 | M1 | 1 | 5 | 5 | 张三
    """)  # fmt: skip
    sales = sold.file("sales_more.csv", SALES.replace("S1", "T1"))
    before = sold.cockpit.tables(LOCAL_ADMINISTRATOR)
    seller = Actor("seller", grants=Grants.of("deliver:sales_lines"))
    for dry in (True, False):
        with pytest.raises(NotAllowedError) as error:
            sold.cockpit.load(seller, [sales, orders], LoadRequest(ledger="new", dry_run=dry), language="zh_CN")
        assert error.value.code == "deliver_not_allowed" and error.value.params["tables"] == "采购订单"
    assert sold.cockpit.tables(LOCAL_ADMINISTRATOR) == before
    assert [one.name for one in sold.cockpit.ledgers(LOCAL_ADMINISTRATOR)] == ["default"]
    assert len(sold.cockpit.deliveries(LOCAL_ADMINISTRATOR)) == 1
    assert sold.cockpit.load(seller, [sales], LoadRequest()).status == "loaded"


def test_demo_people_do_not_touch_real_ledgers(sold: Books) -> None:
    demo = Actor("老板", grants=EVERY, demo=True)
    file = sold.file("x.csv", SALES)
    for ask in (
        lambda: sold.cockpit.load(demo, [file], LoadRequest()),
        lambda: sold.cockpit.load(demo, [file], LoadRequest("brand new")),
        lambda: sold.cockpit.ledger(demo, name="default", currency="EUR"),
        lambda: sold.cockpit.ledger(demo, name="brand new", currency="EUR"),
    ):
        with pytest.raises(NotAllowedError) as error:
            ask()
        assert error.value.code == "demo_cannot_deliver"
    assert [one.name for one in sold.cockpit.ledgers(LOCAL_ADMINISTRATOR)] == ["default"]


# ---------------------------------------------------------------- deliveries of others


def test_a_limited_person_knows_only_the_outline_of_others_deliveries(books: Books, tmp_path: Path) -> None:
    books.load("sales_lines.csv", BAD, rejects=True)
    (view,) = books.cockpit.deliveries(HEAD)
    assert not view.detailed and not view.parts and view.actor is None and not view.open_rejects
    assert "李四" not in repr(view) and "sales_lines" not in repr(view)
    for ask in (
        lambda: books.cockpit.rejects(HEAD, 1, tmp_path / "r.xlsx", "en"),
        lambda: books.cockpit.undo(HEAD, 1),
    ):
        with pytest.raises(NotAllowedError) as error:
            ask()
        assert error.value.code == "delivery_not_own"
    masked = Actor("masked", Scope(masked=GROUPS["personal"], mask_key="k"), EVERY)
    (view,) = books.cockpit.deliveries(masked)
    assert view.detailed and view.parts[0].rows_loaded == 2 and not view.parts[0].issues
    with pytest.raises(NotAllowedError):
        books.cockpit.rejects(masked, 1, tmp_path / "r.xlsx", "en")
    assert not (tmp_path / "r.xlsx").exists()
    foreign = Actor("foreign", Scope({"ledger": frozenset({"other"})}), EVERY)
    assert books.cockpit.deliveries(foreign) == []
    with pytest.raises(NotAllowedError):
        books.cockpit.deliveries(foreign, "default")
    with pytest.raises(RefusedError):
        books.cockpit.undo(foreign, 1)


def test_ones_own_delivery_is_known_in_full(books: Books, tmp_path: Path) -> None:
    books.cockpit.load(HEAD, [books.file("sales_lines.csv", BAD.replace("B部", "A部"))], LoadRequest())
    (view,) = books.cockpit.deliveries(HEAD)
    assert view.detailed and view.open_rejects == 1
    assert books.cockpit.rejects(HEAD, 1, tmp_path / "r.xlsx", "en") == 1
    assert books.cockpit.undo(HEAD, 1).state == "undone"


def test_rejects_of_others_are_not_completed(books: Books, tmp_path: Path) -> None:
    books.load("sales_lines.csv", BAD, rejects=True)
    books.cockpit.rejects(LOCAL_ADMINISTRATOR, 1, tmp_path / "r.xlsx", "en")
    with pytest.raises(RefusedError) as error:
        books.cockpit.load(HEAD, [tmp_path / "r.xlsx"], LoadRequest())
    assert error.value.code == "rejects_of_unknown_delivery"


# ---------------------------------------------------------------- personal data


def test_personal_data_are_masked_without_the_grant_and_their_view_is_noted(sold: Books) -> None:
    one = document(sold)
    plain = Actor("plain", Scope(mask_key="k"), EVERY.without(["personal"]))
    view = sold.cockpit.document(plain, "sales_lines", one, "en")
    assert view.facts["salesperson"].startswith("张＊") and "salesperson" in view.masked
    assert "张三" not in repr(view) and not entries(sold, "personal_viewed")
    keyless = Actor("keyless", Scope(), EVERY.without(["personal"]))
    view = sold.cockpit.document(keyless, "sales_lines", one, "en")
    assert "salesperson" not in view.facts and "salesperson" in view.hidden
    for _ in range(3):
        assert sold.cockpit.document(HEAD, "sales_lines", one, "en").facts["salesperson"] == "张三"
    ((actor, resource, detail),) = entries(sold, "personal_viewed")
    assert (actor, resource, detail["columns"]) == ("head", f"sales_lines:{one}", ["salesperson"])


def test_filters_work_on_masks_and_never_on_what_is_hidden(sold: Books) -> None:
    masked = Actor("masked", Scope(masked=GROUPS["personal"], mask_key="k"), EVERY)
    options = sold.cockpit.options(masked, "default", "salesperson")
    rows = sold.cockpit.metric(masked, "revenue", MetricRequest(by=("salesperson",)), "en").rows
    assert {row.dimensions["salesperson"] for row in rows} == set(options)
    for mask in options:
        (row,) = sold.cockpit.metric(masked, "revenue", MetricRequest(where={"salesperson": mask}), "en").rows
        assert row.value == {"张": 100, "李": 200}[mask[0]]
    guessed = sold.cockpit.metric(masked, "revenue", MetricRequest(where={"salesperson": "张三"}), "en").rows
    assert not any(row.value for row in guessed)
    hidden = Actor("hidden", Scope(hidden=GROUPS["personal"]), EVERY)
    for request in (MetricRequest(by=("salesperson",)), MetricRequest(where={"customer": "x"})):
        with pytest.raises(NotAllowedError) as error:
            sold.cockpit.metric(hidden, "revenue", request, "en")
        assert error.value.code == "dimension_hidden"
    drilled = sold.cockpit.drill(hidden, "revenue", MetricRequest(), 10, "en")
    assert drilled.hidden == ("customer", "salesperson")
    assert all(row.dimensions["salesperson"] is None for row in drilled.rows)
    assert sold.cockpit.options(hidden, "default", "salesperson") == []


# ---------------------------------------------------------------- the audit trail


def test_what_is_done_is_noted_with_delivery_and_tables(books: Books, tmp_path: Path) -> None:
    books.load("sales_lines.csv", BAD, rejects=True)
    books.cockpit.rejects(LOCAL_ADMINISTRATOR, 1, tmp_path / "r.xlsx", "en")
    books.cockpit.undo(LOCAL_ADMINISTRATOR, 1, "wrong file")
    books.cockpit.ledger(LOCAL_ADMINISTRATOR, name="default", currency="CNY")
    books.cockpit.exported(HEAD, "revenue", {"rows": 2, "kind": "csv"})
    ((_, delivered, detail),) = entries(books, "delivered")
    assert (delivered, detail["tables"]) == ("delivery:1", ["sales_lines"])
    assert [resource for _, resource, _ in entries(books, "undone")] == ["delivery:1"]
    assert [(resource, detail["currency"]) for _, resource, detail in entries(books, "ledger_changed")] == [
        ("ledger:default", "CNY")
    ]
    assert [resource for _, resource, _ in entries(books, "export")] == ["rejects:1", "revenue"]
    assert books.cockpit.audit.verify().holds


def test_a_denial_is_noted_once_a_minute(sold: Books) -> None:
    nobody = Actor("nobody", grants=NOTHING)
    for minute in (0, 0, 1):
        sold.now = datetime(2026, 11, 22, 1, minute)
        for name in ("revenue", "revenue", "gross_margin_rate"):
            with pytest.raises(NotAllowedError):
                sold.cockpit.metric(nobody, name, MetricRequest(), "en")
    told = [resource for _, resource, _ in entries(sold, "denied")]
    assert sorted(told) == ["metric:gross_margin_rate"] * 2 + ["metric:revenue"] * 2


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Breaks the records on demand, as when their database is gone."""

    def break_off() -> None:
        def gone(*_asked: Any) -> Any:
            raise SystemFailure("records_not_reachable", reason="gone")

        monkeypatch.setattr(Records, "writing", gone)

    yield break_off
    monkeypatch.undo()


def test_a_commit_is_not_taken_for_failed_when_it_could_not_be_noted(
    books: Books, broken: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the warehouse holds is done; looks and exports, which need no commit, do not happen unseen."""
    books.cockpit.audit.note("somebody", "sign_in")
    books.now = datetime(2026, 12, 1)
    broken()
    assert books.load("sales_lines.csv", SALES).status == "loaded"
    one = document(books)
    for ask in (
        lambda: books.cockpit.exported(LOCAL_ADMINISTRATOR, "revenue", {}),
        lambda: books.cockpit.document(LOCAL_ADMINISTRATOR, "sales_lines", one, "en"),
    ):
        with pytest.raises(SystemFailure):
            ask()
    with pytest.raises(NotAllowedError):
        books.cockpit.metric(Actor("nobody"), "revenue", MetricRequest(), "en")
    monkeypatch.undo()
    checks = {check.name: check for check in books.cockpit.doctor(LOCAL_ADMINISTRATOR).checks}
    assert checks["audited"].ok and checks["audited"].params == {"count": 1, "deliveries": "1"}
    again = {check.name: check for check in books.cockpit.doctor(LOCAL_ADMINISTRATOR).checks}
    assert again["audited"].ok and again["audited"].params["count"] == 0
    assert entries(books, "delivered")[0][2]["late"] is True


def test_personal_data_looked_at_later_or_in_another_session_are_noted_anew(sold: Books) -> None:
    one = document(sold)

    def looks(session: str | None, minutes: int) -> int:
        sold.now += timedelta(minutes=minutes)
        sold.cockpit.document(replace(HEAD, session=session), "sales_lines", one, "en")
        return len(entries(sold, "personal_viewed"))

    assert [looks("a", minutes) for minutes in (0, 1, 28, 1, 29)] == [1, 1, 1, 2, 2]
    assert [looks("b", 0), looks(None, 0), looks("a", 0)] == [3, 4, 4]
    assert looks("a", -60) == 5  # also where the clock was set back


def test_the_sample_may_be_undone_and_what_joined_it_removed(books: Books) -> None:
    """Nothing is missing in the trail, whichever way either went."""
    file = books.file("sales_lines.csv", SALES)
    more = SALES.replace("S1", "T1").replace("S2", "T2")
    cockpit = books.cockpit
    cockpit._sample = Sample("sample", "Asia/Shanghai", "CNY", 1, datetime(2026, 2, 1), lambda _: [file])
    first = cockpit.demo(LOCAL_ADMINISTRATOR, False)
    assert first is not None and first.delivery_id is not None
    cockpit.undo(LOCAL_ADMINISTRATOR, first.delivery_id)
    books.load("more.csv", more, "sample", table="sales_lines")
    cockpit.demo(LOCAL_ADMINISTRATOR, True)
    assert [len(entries(books, action)) for action in ("sample_loaded", "undone", "sample_removed")] == [1, 1, 1]
    checks = {check.name: check for check in cockpit.doctor(LOCAL_ADMINISTRATOR).checks}
    assert checks["audited"].ok, checks["audited"].params


# ---------------------------------------------------------------- caches


def test_answers_are_never_shared_between_scopes(sold: Books) -> None:
    """East and West by turns and side by side on one warm service: a thousand answers, each one's own (A7)."""
    people = {
        region: Actor(region, Scope({"region": frozenset({region})}), EVERY) for region in ("华东", "华南", "nowhere")
    }
    right = {"华东": 100, "华南": 200, "nowhere": None}
    wrong: list[str] = []

    def ask(order: list[str]) -> None:
        for name in order:
            for cut in ((), ("region",)):
                rows = sold.cockpit.metric(people[name], "revenue", MetricRequest(by=cut), "en").rows
                value = rows[0].value if rows else None
                if value != right[name] or any(row.dimensions.get("region") not in (None, name) for row in rows):
                    wrong.append(name)

    threads = [
        threading.Thread(target=ask, args=([*people] * 42 if n % 2 else [*reversed(people)] * 42,)) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_answer_kept_for_one_is_not_given_to_who_may_do_less(sold: Books) -> None:
    """Equal rows, other grants: what the pages keep answers by tells them apart."""
    scope = Scope(mask_key="k")
    actors = [
        Actor("a", scope, EVERY),
        Actor("b", scope, EVERY.without(["metric"])),
        Actor("c", scope, EVERY.without(["personal"])),
        Actor("d", scope, EVERY.without(["source_row"])),
        Actor("e", Scope(mask_key="other"), EVERY.without(["personal"])),
    ]
    assert len({actor.sight for actor in actors}) == len(actors)
    assert Actor("f", scope, EVERY).sight == actors[0].sight


def test_a_table_that_does_not_tell_what_limits_gives_nothing_and_says_so(sold: Books) -> None:
    who = Actor("keeper", Scope({"approver_department": frozenset({"x"})}), EVERY)
    result = sold.cockpit.metric(who, "revenue", MetricRequest(), "zh_CN")
    assert result.out_of_reach and "审批人部门" in result.notes[0] and not any(row.value for row in result.rows)
    card = sold.cockpit.card(who, "revenue", MONTH, "zh_CN")
    assert card.state == "not_allowed" and card.notes == result.notes
    assert sold.cockpit.drill(who, "revenue", MetricRequest(), 10, "zh_CN").figures.notes == result.notes
    with pytest.raises(NotAllowedError) as error:
        sold.cockpit.document(who, "sales_lines", document(sold), "zh_CN")
    assert error.value.code == "table_not_in_scope"


def test_ledgers_and_documents_of_others_look_like_none(sold: Books) -> None:
    """A22."""
    who = Actor("x", Scope({"ledger": frozenset({"other"})}), EVERY)
    for ledger in ("default", "never heard of"):
        with pytest.raises(NotAllowedError) as error:
            sold.cockpit.metric(who, "revenue", MetricRequest(ledger=ledger), "en")
        assert (error.value.code, error.value.params) == ("ledger_not_allowed", {"ledger": ledger})
    codes = set()
    for one in (document(sold, "S2"), "0" * 32, "' OR 1=1 --"):
        with pytest.raises(CockpitError) as refused:
            sold.cockpit.document(HEAD, "sales_lines", one, "en")
        codes.add((refused.value.code, str(refused.value.params)))
    assert codes == {("document_unknown", "{}")}
    assert SAMPLE.ledger not in [one.name for one in sold.cockpit.ledgers(who)]
