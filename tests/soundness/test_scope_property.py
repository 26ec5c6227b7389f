"""B4: random people ask random questions; each answer is that of a company that really holds what they may see only."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from cockpit.errors import CockpitError, NotAllowedError, RefusedError
from cockpit.metrics import METRICS
from cockpit.metrics.sight import hidden_dimensions, lacking
from cockpit.model.sensitive import GROUPS
from cockpit.scope import Scope
from cockpit.service import Actor, Cockpit
from cockpit.service.requests import CardRequest, MetricRequest
from cockpit.service.results import DocumentView, DrillResult, MetricResult
from tests.soundness import scope_company as company
from tests.soundness.scope_company import Oracle, person

DIMENSIONS = {
    "company": company.COMPANIES,
    "department": company.DEPARTMENTS,
    "warehouse": company.WAREHOUSES,
    "region": company.REGIONS,
    "salesperson": company.PEOPLE,
    "customer_code": company.PARTNERS,
    "partner_code": company.PARTNERS,
    "supplier_code": company.PARTNERS,
    "category": company.CATEGORIES,
    "side": ("payable", "receivable"),
    "ledger": ("default", "other"),
}
HOSTILE = ("' OR 1=1 --", "x') UNION SELECT * FROM invoices --", "采购部\0", "%", "/*", "$1", "NULL")
OPTIONS = ("department", "region", "category", "warehouse", "salesperson", "company", "requester")
GRAINS = ("all", "all", "month", "quarter", "year")
WINDOWS = ((None, None), (date(2026, 1, 1), date(2027, 1, 1)), (date(2026, 3, 10), date(2026, 10, 5)))
SHAPES, PEOPLE, QUESTIONS = 5, 24, 10  # in the suite: more than two thousand answers


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cockpit, Oracle]]:
    with both(tmp_path_factory.mktemp("scope")) as made:
        yield made


@contextmanager
def both(folder: Path) -> Iterator[tuple[Cockpit, Oracle]]:
    """The company, and the one that will hold what somebody may see only."""
    with company.built(folder) as cockpit:
        oracle = Oracle(folder / "oracle", folder / "whole")
        with oracle.open:
            yield cockpit, oracle


@dataclass(frozen=True)
class Shape:
    """Along which dimensions somebody is limited, what of the columns they see, and what they ask.

    Questions of people alike in that are compiled once, so that very many can be asked.
    """

    dimensions: tuple[str, ...]
    hidden: frozenset[str]
    masked: frozenset[str]
    questions: tuple[tuple[str, MetricRequest], ...]


def shape(luck: random.Random, questions: int) -> Shape:
    dimensions = luck.sample(sorted(DIMENSIONS), luck.choice((0, 1, 1, 1, 2, 2, 3)))
    how = {group: luck.choice(("seen", "seen", "hidden", "masked")) for group in GROUPS}
    hidden, masked = (
        frozenset[str]().union(*(GROUPS[group] for group, one in how.items() if one == wanted))
        for wanted in ("hidden", "masked")
    )
    asked = tuple(luck.choice(POOL) for _ in range(questions))
    return Shape(tuple(dimensions), hidden, masked, asked)


def question(luck: random.Random, name: str) -> tuple[str, MetricRequest]:
    metric = METRICS[name]
    start, end = luck.choice(WINDOWS)
    by = tuple(luck.sample(metric.dimensions, min(luck.choice((0, 0, 1, 1, 2)), len(metric.dimensions))))
    where = {}
    if luck.random() < 0.4:
        dimension = luck.choice(metric.dimensions)
        known = DIMENSIONS.get(dimension, ("张三", "客户P1", "往来P1", "M1", ""))
        where = {dimension: luck.choice((*known, *known, *HOSTILE))}
        if dimension in ("salesperson", "approver", "requester", "customer", "partner") and luck.random() < 0.5:
            where = {dimension: company.mask(where[dimension].replace("\0", ""))}
    quantities = "quantity" in metric.params["basis"].choices if "basis" in metric.params else False
    params = {"basis": "quantity"} if quantities and luck.random() < 0.5 else {}
    return name, MetricRequest(start, end, luck.choice(GRAINS), by, where, params, "default")


# What is told of deliveries is not made of a company's rows, of which the second one lacks some.
OF_ROWS = sorted(name for name, metric in METRICS.items() if metric.process != "data")
_LUCK = random.Random(11)
POOL = [question(_LUCK, name) for name in OF_ROWS for _ in range(7)]


class Run:
    """One person, the questions put to both companies, and how many answers were compared."""

    def __init__(self, cockpit: Cockpit, oracle: Oracle, like: Shape, luck: random.Random) -> None:
        self.cockpit, self.oracle, self.like, self.luck = cockpit, oracle.cockpit, like, luck
        allowed = {
            name: frozenset(luck.sample(DIMENSIONS[name], luck.randrange(len(DIMENSIONS[name]) + 1)))
            | frozenset(luck.sample(HOSTILE, luck.choice((0, 0, 1))))
            for name in like.dimensions
        }
        self.scope = Scope(allowed, like.hidden, like.masked, company.KEY)
        oracle.hold(self.scope)
        ledger = {name: values for name, values in self.scope.allowed.items() if name == "ledger"}
        self.actor, self.other = person(self.scope), person(Scope(ledger))
        self.checks = 0

    def same(self, ours: Any, theirs: Any) -> None:
        """Both companies gave the same answer, value by value."""
        self.checks += 1
        assert plain(ours) == plain(theirs), (self.scope, ours, theirs)

    # ------------------------------------------------------------ questions

    def metric(self, name: str, request: MetricRequest, drilled: bool) -> None:
        metric = METRICS[name]
        params = {key: one.default for key, one in metric.params.items()} | dict(request.params)
        hidden = hidden_dimensions(metric, self.scope)
        refused = lacking(metric, params, self.scope) or any(one in hidden for one in (*request.by, *request.where))
        try:
            ours = self.cockpit.metric(self.actor, name, request, "en")
        except NotAllowedError as error:
            reached = "default" in self.scope.allowed.get("ledger", {"default"})
            assert refused or not reached, (error, self.scope)
            self.checks += 1
            return
        assert not refused
        self.same(told(ours), told(self.oracle.metric(self.other, name, request, "en")))
        if not drilled:
            return
        assert self.cockpit.metric(self.actor, name, request, "en") == ours
        if request.grain == "all":
            self.drill(name, request)

    def drill(self, name: str, request: MetricRequest) -> None:
        """The same documents, and each of them opens to the same."""
        ours = self.cockpit.drill(self.actor, name, request, 50, "en")
        theirs = self.oracle.drill(self.other, name, request, 50, "en")
        hidden = hidden_dimensions(METRICS[name], self.scope)
        assert ours.hidden == hidden
        self.same(shown(ours, hidden), shown(theirs, hidden))
        for row in self.luck.sample(ours.rows, min(2, len(ours.rows))):
            self.document(row.table, row.document)

    def document(self, table: str, document: str) -> None:
        try:
            theirs: DocumentView | None = self.oracle.document(self.other, table, document, "en")
        except RefusedError:
            theirs = None
        try:
            ours = self.cockpit.document(self.actor, table, document, "en")
        except (RefusedError, NotAllowedError) as error:
            self.checks += 1
            assert theirs is None, (self.scope, error, theirs)
            return
        self.same(bare(ours), None if theirs is None else bare(theirs))

    def filters(self) -> None:
        for dimension in OPTIONS:
            ours = self.cockpit.options(self.actor, "default", dimension)
            self.same(ours, self.oracle.options(self.other, "default", dimension))

    def everything_else(self) -> None:
        """Tables, ledgers, history and documents."""
        ledger = self.cockpit.ledgers(self.actor)
        self.same([one.name for one in ledger], [one.name for one in self.oracle.ledgers(self.other)])
        self.same(tabled(self.cockpit, self.actor), tabled(self.oracle, self.other))
        foreign = [one for one in self.cockpit.deliveries(self.actor) if one.ledger not in {x.name for x in ledger}]
        assert not foreign
        if "default" not in self.scope.allowed.get("ledger", {"default"}):
            with pytest.raises(NotAllowedError):
                self.cockpit.shown_period(self.actor, "default")
        for table in ("sales_lines", "invoices", "purchase_orders", "process_events"):
            for document in some_documents(self.cockpit, table, self.luck):
                self.document(table, document)

    def cards(self) -> None:
        if "default" not in self.scope.allowed.get("ledger", {"default"}):
            return
        month = CardRequest("default", date(2026, 8, 1), date(2026, 9, 1))
        for name in OF_ROWS:
            card = self.cockpit.card(self.actor, name, month, "en")
            theirs = self.oracle.card(self.other, name, month, "en")
            if lacking(METRICS[name], {key: one.default for key, one in METRICS[name].params.items()}, self.scope):
                assert card.state == "not_allowed" and card.row is None and card.notes
            elif card.state != "not_allowed" and theirs.state != "not_loaded":
                self.same(replace(card, notes=unlimited(card.notes)), theirs)
            else:
                assert theirs.row is None or theirs.row.value is None
        if not self.scope.columns_limited and self.luck.random() < 0.06:  # thirteen months of everything take seconds
            day = datetime(2026, 9, 1)
            mine = self.cockpit.alerts(self.actor, "default", {}, day, "en")
            self.same(mine, self.oracle.alerts(self.other, "default", {}, day, "en"))


def tabled(cockpit: Cockpit, actor: Actor) -> list[Any]:
    """Rows and days of every table; of plans the second company lacks those that would pass for the whole's."""
    views = [one for one in cockpit.tables(actor) if one.name != "targets"]
    return [(one.name, one.rows, one.first_day, one.last_day) for one in views]


def unlimited(notes: tuple[str, ...]) -> tuple[str, ...]:
    """Notes without the word that a table does not tell what limits somebody."""
    return tuple(note for note in notes if "limits what you may see" not in note)


def told(result: MetricResult) -> MetricResult:
    """Without the version, and without the word that a table does not tell what limits somebody."""
    notes = unlimited(result.notes)
    assert result.out_of_reach == (len(notes) < len(result.notes))
    return replace(result, version=0, notes=notes, out_of_reach=False)


def shown(result: DrillResult, hidden: tuple[str, ...]) -> DrillResult:
    """Without what is marked as hidden."""
    rows = tuple(
        replace(
            row,
            dimensions={name: None if name in hidden else value for name, value in row.dimensions.items()},
            several=tuple(name for name in row.several if name not in hidden),
        )
        for row in result.rows
    )
    return replace(result, rows=rows, figures=told(result.figures), hidden=(), masked=())


def bare(view: DocumentView) -> DocumentView:
    related = tuple(replace(one, amount_hidden=False) for one in view.related)
    return replace(view, hidden=(), masked=(), related=related)


def plain(value: Any) -> Any:
    """An answer as plain values; floating-point numbers to ten digits, as rows may come in another order."""
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def ask(whole: tuple[Cockpit, Oracle], seed: int, questions: int, people: int) -> int:
    """Everything is asked by the first of some people who are alike, figures and filters by all of them."""
    luck = random.Random(seed)
    like, checks = shape(luck, questions), 0
    for number in range(people):
        run = Run(*whole, like, luck)
        for name, request in like.questions:
            run.metric(name, request, drilled=number == 0)
        run.filters()
        if number == 0:
            run.cards()
            run.everything_else()
        checks += run.checks
    return checks


def some_documents(cockpit: Cockpit, table: str, luck: random.Random) -> list[str]:
    """Documents of the whole company, foreign ones too, as somebody might know their addresses."""
    found = cockpit._warehouse.records(f"SELECT DISTINCT _doc::VARCHAR AS id FROM {table} ORDER BY 1")
    return [one["id"] for one in luck.sample(found, 2)]


def test_b4_nobody_gets_an_answer_from_rows_they_may_not_see(whole: tuple[Cockpit, Oracle]) -> None:
    checks = sum(ask(whole, seed, QUESTIONS, PEOPLE) for seed in range(SHAPES))
    print(f"{checks} answers compared, no foreign row")
    assert checks >= 2000


def share(folder: Path, seed: int, wanted: int) -> int:
    """Ask a company of one's own until so many answers were compared; how many. Statements are compiled once for people
    who are alike, so that many of them are asked much."""
    checks = 0
    with both(folder) as made:
        while checks < wanted:
            checks += ask(made, seed, 60, 70)
            print(f"{checks} answers compared up to {seed}, no foreign row", flush=True)
            seed += 1
    return checks


@pytest.mark.fuzz
def test_b4_nobody_gets_one_in_a_hundred_thousand(tmp_path: Path) -> None:
    """Every core asks its share."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:
        asked = [pool.submit(share, tmp_path / str(n), 10_000 + 1000 * n, -(-100_000 // cores)) for n in range(cores)]
        assert sum(one.result() for one in asked) >= 100_000


def test_totals_are_the_sum_of_what_one_may_see(whole: tuple[Cockpit, Oracle]) -> None:
    """B4: revenue under a scope, the delivered rows added up by hand, and the sum of its parts are one number."""
    cockpit, luck = whole[0], random.Random(3)
    lines = company.rows()["sales_lines"]
    for _ in range(40):
        names = luck.sample(("company", "department", "region", "warehouse", "salesperson", "customer_code"), 2)
        allowed = {n: frozenset(luck.sample(DIMENSIONS[n], luck.randrange(1, len(DIMENSIONS[n])))) for n in names}
        mine = [float(one["amount_net"]) for one in lines if all(one[n] and one[n] in allowed[n] for n in names)]
        actor = person(Scope(allowed))
        total = cockpit.metric(actor, "revenue", MetricRequest(ledger="default"), "en").rows[0].value
        assert (total or 0.0) == pytest.approx(sum(mine))
        for by in ("region", "department", "salesperson", "category"):
            parts = cockpit.metric(actor, "revenue", MetricRequest(by=(by,), ledger="default"), "en").rows
            assert sum(row.value or 0.0 for row in parts) == pytest.approx(sum(mine))


@pytest.mark.parametrize("how", ["hidden", "masked"])
@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_figure_never_stands_on_hidden_columns(whole: tuple[Cockpit, Oracle], name: str, how: str) -> None:
    """What a metric does not need changes nothing when it is hidden; without what it needs there is no figure."""
    cockpit, metric = whole[0], METRICS[name]
    bases = metric.params["basis"].choices if "basis" in metric.params else ()
    for params in [{"basis": basis} for basis in bases] or [{}]:
        chosen = {key: one.default for key, one in metric.params.items()} | params
        needed = metric.needs(chosen)
        request = MetricRequest(grain="month" if how == "hidden" else "all", params=params, ledger="default")
        for group in needed:
            without = person(Scope(mask_key=company.KEY, **{how: GROUPS[group]}))
            with pytest.raises(NotAllowedError) as error:
                cockpit.metric(without, name, request, "zh_CN")
            assert error.value.code == "metric_needs_hidden"
            with pytest.raises(NotAllowedError):
                cockpit.drill(without, name, request, 10, "en")
        unneeded = frozenset[str]().union(*(GROUPS[group] for group in GROUPS if group not in needed))
        unneeded -= frozenset[str]().union(*(GROUPS[group] for group in needed))
        seen, everybody = person(Scope(mask_key=company.KEY, **{how: unneeded})), person(Scope())
        shown, every = (cockpit.metric(one, name, request, "en") for one in (seen, everybody))
        assert plain(shown) == plain(every)
        some, all_of_them = (
            [
                (one.document, one.value, one.reason, one.day)
                for one in cockpit.drill(who, name, request, 10_000, "en").rows
            ]
            for who in (seen, everybody)
        )
        assert some == all_of_them


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_let_nothing_in(whole: tuple[Cockpit, Oracle], value: str) -> None:
    """In a scope and in an address they are texts that nothing is called (A3, A10)."""
    cockpit = whole[0]
    nobody = person(Scope({"department": frozenset({value})}))
    for name in METRICS:
        request = MetricRequest(grain="all", ledger="default")
        rows = cockpit.metric(nobody, name, request, "en").rows
        assert all(not row.n and not row.value for row in rows), (name, rows)
        assert not cockpit.drill(nobody, name, request, 10, "en").rows
    try:
        cockpit.document(nobody, "sales_lines", value, "en")
        raise AssertionError(value)
    except CockpitError as error:
        assert error.code == "document_unknown"


@pytest.mark.parametrize(("number", "name"), enumerate(sorted(METRICS)))
def test_hostile_filters_find_nothing(whole: tuple[Cockpit, Oracle], number: int, name: str) -> None:
    where = {METRICS[name].dimensions[0]: HOSTILE[number % len(HOSTILE)]}
    assert not whole[0].drill(person(Scope()), name, MetricRequest(where=where, ledger="default"), 10, "en").rows
