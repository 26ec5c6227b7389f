"""Known figures of published approval logs, computed independently (pandas and SQL): they must come out exactly."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import sample_file
from tests.soundness.books import Books

CALENDAR = {"clock": "calendar"}

# cases, median, p90, mean, median to first final, last submit to final median and p90, resubmitted, rejected, never
LOGS = {
    "domestic_declarations": (9938, 36.68, 209.94, 110.24, 34.98, 24.63, 169.49, 1006, 1278, 284),
    "requests_for_payment": (6238, 48.98, 239.87, 120.63, 48.63, 43.68, 191.80, 597, 1051, 450),
}


@pytest.fixture(scope="module", params=list(LOGS))
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Books]]:
    books = Books(tmp_path_factory.mktemp("log"))
    report = books.deliver([sample_file(f"approvals/{request.param}.csv")])
    assert report.status == "loaded"
    yield request.param, books
    books.close()


def near(value: float | None) -> object:
    """Equal to two digits, as the figures are given."""
    return pytest.approx(value, abs=0.0051)


def test_cycle_times(log: tuple[str, Books]) -> None:
    name, books = log
    cases, median, p90, mean, first_final, last_median, last_p90, *_ = LOGS[name]
    row = books.one("approval_cycle_time", params=CALENDAR)
    assert (row.n, row.value, row.figures["p90"], row.figures["mean"]) == (cases, near(median), near(p90), near(mean))
    assert books.one("approval_cycle_time", params={**CALENDAR, "end": "first_final"}).value == near(first_final)
    last = books.one("approval_cycle_time", params={**CALENDAR, "start": "last_submit"})
    assert (last.value, last.figures["p90"]) == (near(last_median), near(last_p90))


def test_outcomes(log: tuple[str, Books]) -> None:
    name, books = log
    *_, resubmitted, rejected, never = LOGS[name]
    figures = books.one("approval_outcomes").figures
    assert (figures["resubmitted"], figures["with_rejection"], figures["never_final"]) == (resubmitted, rejected, never)


def test_the_drill_reaches_every_case_and_its_lines(log: tuple[str, Books]) -> None:
    name, books = log
    drill = books.drill("approval_cycle_time", params=CALENDAR, limit=5)
    assert drill.total >= LOGS[name][0]
    for row in drill.rows:
        assert len(row.sources) > 1
        assert {source.file for source in row.sources} == {f"{name}.csv"}


class TestDomestic:
    @pytest.fixture(scope="class")
    def domestic(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
        """The log in a ledger whose zone is not its own: durations between instants with offset must not care."""
        books = Books(tmp_path_factory.mktemp("domestic"))
        books.deliver([sample_file("approvals/domestic_declarations.csv")])
        yield books
        books.close()

    def test_by_year_of_submission(self, domestic: Books) -> None:
        rows = domestic.ask("approval_cycle_time", grain="year", params={**CALENDAR, "period": "submit"}).rows
        assert {row.period: (row.value, row.n) for row in rows} == {
            "2017": (near(0.06), 2167),
            "2018": (near(52.23), 7771),
        }

    def test_waits_before_each_decision(self, domestic: Books) -> None:
        rows = domestic.ask("approval_node_wait", by=("activity",), params=CALENDAR).rows
        waits = {row.dimensions["activity"]: row for row in rows}
        for activity, n, median, p90 in (
            ("FINAL_APPROVED by SUPERVISOR", 9999, 20.81, 138.73),
            ("APPROVED by BUDGET OWNER", 2747, 20.66, 112.88),
            ("APPROVED by ADMINISTRATION", 8061, 0.01, 0.37),
        ):
            row = waits[f"Declaration {activity}"]
            assert (row.n, row.value, row.figures["p90"]) == (n, near(median), near(p90))
        share = waits["Declaration APPROVED by ADMINISTRATION"].figures["share_under_one_minute"]
        assert share == pytest.approx(0.55, abs=0.005)

    def test_approved_and_paid(self, domestic: Books) -> None:
        states = {row.dimensions["state"]: row.value for row in domestic.ask("approval_outcomes", by=("state",)).rows}
        assert (states["approved"], states["paid"]) == (9938, 9912)
        assert domestic.one("approval_outcomes").figures["approved_paid"] == 9910


def test_first_start_to_last_completion(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.deliver([sample_file("purchasing/purchase_to_pay.csv")])
    row = books.one("process_throughput_time", params=CALENDAR)
    assert (row.n, row.value, row.figures["p90"]) == (608, near(286.14), near(1964.36))
    books.close()


def test_rework_and_steps_counted_apart(log: tuple[str, Books]) -> None:
    """From the file, line by line: a case is decided by its first final approval or by a rejection at its end; what is
    done at that very instant is done before it."""
    name, books = log
    cases: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    with sample_file(f"approvals/{name}.csv").open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            if any(word in row["activity"] for word in ("SUBMITTED", "APPROVED", "REJECTED")):
                cases[row["case_id"]].append((row["activity"], row["role"], row["timestamp"]))
    decided = back = steps = 0
    for acts in cases.values():
        end = next((i for i, (activity, *_) in enumerate(acts) if "FINAL_APPROVED" in activity), None)
        if end is None and "REJECTED" in acts[-1][0]:
            moved_on = [i for i, (activity, *_) in enumerate(acts) if "REJECTED" not in activity]
            end = max(moved_on, default=-1) + 1
        if end is not None:
            decided += 1
            back += any("REJECTED" in activity for activity, *_ in acts) or (
                sum("SUBMITTED" in activity for activity, *_ in acts) > 1
            )
            before = [act for i, act in enumerate(acts) if i <= end or act[2] == acts[end][2]]
            steps += len({role for activity, role, _ in before if "SUBMITTED" not in activity})
    for metric, numerator in (("approval_rework_rate", back), ("approval_steps", steps)):
        figures = books.one(metric).figures
        assert (figures["numerator"], figures["denominator"]) == (numerator, decided), metric


def test_a_node_that_only_passes_on_is_found(log: tuple[str, Books]) -> None:
    """A node is a candidate as a whole or not at all, and never one that rejected anything."""
    _, books = log
    nodes = {row.dimensions["node"]: row for row in books.ask("approval_pass_through_share", by=("node",)).rows}
    for row in nodes.values():
        assert row.value in (0, 1)
        assert not (row.value and row.figures["objection_share"]), row
