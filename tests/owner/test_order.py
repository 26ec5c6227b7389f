"""Everything at once: two uploads, an undo and twenty readers see and leave what some order of them would."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR, Cockpit
from cockpit.service.requests import LoadRequest, MetricRequest
from cockpit.service.uploads import keep
from tests.owner.conftest import Home
from tests.owner.test_owner import ask

State = tuple[float, int]
READERS = 20


def state(cockpit: Cockpit) -> State:
    """Revenue and the lines behind it."""
    row = cockpit._warehouse.records("SELECT sum(amount_net) AS amount, count(*) AS lines FROM sales_lines")[0]
    return float(row["amount"]), int(row["lines"])


class Plan:
    """A home with revenue 7 + 30, two files of which the later replaces the earlier's documents, and an undo."""

    def __init__(self, home: Home) -> None:
        self.home = home
        home.load(home.sales("底", ("S1", 10), ("S2", 20)))  # delivery 2
        documents = [(f"S{n}", n) for n in range(2, 1500)]
        self.first = home.sales("甲", *documents)
        self.second = home.sales("乙", *((number, amount * 3) for number, amount in documents))
        self.lines = (("load", str(self.first)), ("load", str(self.second)), ("undo", "2"))

    def states(self, cockpit: Cockpit, order: Sequence[int]) -> Iterator[State]:
        """What is seen before, between and after the three, one after the other."""
        steps: tuple[Callable[[], object], ...] = (
            lambda: cockpit.load(LOCAL_ADMINISTRATOR, [self.first], LoadRequest()),
            lambda: cockpit.load(LOCAL_ADMINISTRATOR, [self.second], LoadRequest()),
            lambda: cockpit.undo(LOCAL_ADMINISTRATOR, 2),
        )
        yield state(cockpit)
        for step in order:
            steps[step]()
            yield state(cockpit)


@pytest.fixture
def plan(house: Home) -> Plan:
    return Plan(house)


def serial(plan: Plan) -> tuple[set[State], set[State]]:
    """All states that some order shows, and those that some order leaves."""
    seen: set[State] = set()
    left: set[State] = set()
    for number, order in enumerate(permutations(range(3))):
        copy = Path(f"{plan.home.folder}-{number}")
        shutil.copytree(plan.home.path, copy / "home")
        with Home(copy).open() as cockpit:
            states = list(plan.states(cockpit, order))
        seen.update(states)
        left.add(states[-1])
    return seen, left


def test_some_order_explains_what_happens_at_once(plan: Plan) -> None:
    seen, left = serial(plan)
    assert len(seen) > 4 and len(left) > 1  # orders differ, so that a wrong one would show
    server = plan.home.serve()
    done = threading.Event()

    def read() -> list[tuple[int, State]]:
        found = []
        while not done.wait(0.1):
            status, out = ask(plan.home, "metric", "revenue", "--json")
            assert status == 0, out
            answer = json.loads(out)
            found.append((answer["version"], (answer["rows"][0]["value"], answer["rows"][0]["n"])))
        return found

    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read) for _ in range(READERS)]
        try:
            writers = [plan.home.begin(*line, "--json") for line in plan.lines]
            for writer in writers:
                out, err = writer.communicate(timeout=90)
                assert writer.returncode == 0, out + err
        finally:
            done.set()
        answers = [answer for reader in readers for answer in reader.result(60)]
    assert {found for _, found in answers} <= seen
    by_version = {version: {found for number, found in answers if number == version} for version, _ in answers}
    assert all(len(states) == 1 for states in by_version.values()), by_version
    status, out = ask(plan.home, "doctor", "--rebuild", "--json")
    assert status == 0, out
    server.terminate()
    server.wait(30)
    with plan.home.open() as cockpit:
        assert state(cockpit) in left
        assert len(cockpit.deliveries(LOCAL_ADMINISTRATOR)) == 4


def test_equal_files_at_once_are_kept_once(house: Home) -> None:
    """Threads that keep the same bytes do not tread on each other's copy."""
    file = house.folder / "large"
    file.write_bytes(bytes(range(256)) * 40_000)
    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(lambda _: keep(house.path, file), range(16)))
    assert [path.read_bytes() for path in kept] == [file.read_bytes()]
    assert house.kept() == 2


def test_ledgers_changed_at_once_keep_every_change(house: Home) -> None:
    """Two commands that each set one fact, beside a first delivery that makes the same ledger."""
    with house.open() as cockpit, ThreadPoolExecutor(3) as pool:
        for turn in range(4):
            name = f"ledger{turn}"
            file = house.sales(name, ("C1", 5))
            asked = [
                pool.submit(cockpit.ledger, LOCAL_ADMINISTRATOR, name, timezone="Europe/Berlin"),
                pool.submit(cockpit.ledger, LOCAL_ADMINISTRATOR, name, month_start_day=26),
                pool.submit(cockpit.load, LOCAL_ADMINISTRATOR, [file], LoadRequest(ledger=name)),
            ]
            for one in asked:
                one.result(60)
            view = next(one for one in cockpit.ledgers(LOCAL_ADMINISTRATOR) if one.name == name)
            assert (view.timezone, view.month_start_day, view.deliveries) == ("Europe/Berlin", 26, 1)


def test_a_figure_is_of_the_version_it_names(house: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery between two statements of one question does not mix into its answer."""
    with house.open() as cockpit:
        figures = cockpit._figures
        ask_version = figures._warehouse.version
        file = house.sales("二", ("C1", 5))

        def version_then_a_delivery() -> object:
            monkeypatch.setattr(figures._warehouse, "version", ask_version)
            found = ask_version()
            loading = threading.Thread(target=cockpit.load, args=(LOCAL_ADMINISTRATOR, [file], LoadRequest()))
            loading.start()
            loading.join(60)
            return found

        monkeypatch.setattr(figures._warehouse, "version", version_then_a_delivery)
        before = cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", MetricRequest(), "en")
        after = cockpit.metric(LOCAL_ADMINISTRATOR, "revenue", MetricRequest(), "en")
    assert [(one.version, one.rows[0].value) for one in (before, after)] == [(1, 7.0), (2, 12.0)]
