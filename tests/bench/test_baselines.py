"""The statements the engine is measured against give what the engine gives, on a company of a few hundred documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import cause, deliveries, pairs
from bench.questions import (
    BASELINES,
    QUESTIONS,
    Asked,
    baseline,
    baseline_table,
    difference,
    engine,
    engine_table,
    statement,
)
from cockpit.metrics import METRICS
from cockpit.warehouse.store import Warehouse


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked.metric)
def test_baseline_gives_what_the_engine_gives(asked: Asked, warehouse: Warehouse) -> None:
    assert pairs.compare(asked, warehouse) > 20


def test_every_question_is_measured_and_every_statement_is_asked() -> None:
    assert {asked.metric for asked in QUESTIONS} == set(METRICS) == {file.stem for file in BASELINES.glob("*.sql")}


def test_rows_left_out_are_part_of_the_comparison(warehouse: Warehouse) -> None:
    reasons = {asked.metric: set[str]() for asked in QUESTIONS}
    for asked in QUESTIONS:
        for row in engine(asked, warehouse).rows:
            reasons[asked.metric] |= set(row.reasons)
    assert {"no_final", "out_of_order"} <= reasons["approval_cycle_time"]
    assert {"no_amount", "no_cost"} <= reasons["gross_margin_rate"]
    assert {"no_due_date"} <= reasons["overdue_amount"]


def test_a_difference_is_noticed(warehouse: Warehouse) -> None:
    asked = Asked("revenue", "region")
    ours = engine_table(engine(asked, warehouse))
    theirs = baseline_table(*baseline(asked, warehouse, statement(asked)))
    assert difference(ours, theirs) is None
    theirs[3]["value"] *= 1.000001
    assert "value" in (difference(ours, theirs) or "")
    assert difference(ours[1:], theirs) == f"{len(ours) - 1} rows against {len(ours)}"


def test_causes_are_those_of_the_statements(warehouse: Warehouse) -> None:
    """So few approvals lie about evenly that no slice of theirs explains enough to be named."""
    found = cause.measure(warehouse, 1)
    assert [(one.metric, one.causes) for one in found] == [("approval_cycle_time", 0), ("revenue_growth", 6)]


def test_deliveries_are_measured(tmp_path: Path) -> None:
    assert [step.step for step in deliveries.measure(tmp_path, 400)] == ["new rows", "1 % changed"]
