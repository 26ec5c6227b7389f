"""The measured questions: every metric by month and one dimension, answered by the engine and by a plain statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench.company import LEDGER
from cockpit.metrics import METRICS
from cockpit.metrics.growth import earlier_figures, grow, grow_by_working_day, with_base
from cockpit.metrics.query import Answer, evaluate
from cockpit.metrics.question import Question, checked
from cockpit.scope import EVERYTHING, Scope
from cockpit.warehouse.store import Warehouse

BASELINES = Path(__file__).parent / "baseline"
START, END = date(2023, 1, 1), date(2025, 1, 1)

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One metric by month and `by` (empty: by month alone), over the two years from `START` to `END`."""

    metric: str
    by: str

    @property
    def question(self) -> Question:
        by = (self.by,) if self.by else ()
        return checked(METRICS[self.metric], Question(START, END, "month", by, ledgers=(LEDGER,)))


QUESTIONS = (
    Asked("approval_cycle_time", "department"),
    Asked("approval_node_wait", "node"),
    Asked("approval_outcomes", "department"),
    Asked("approval_breach_rate", "node"),
    Asked("approval_rework_rate", "department"),
    Asked("approval_steps", "amount_band"),
    Asked("approval_pass_through_share", "node"),
    Asked("approval_standard_path_share", "category"),
    Asked("approval_backlog", "node"),
    Asked("process_throughput_time", "category"),
    Asked("purchase_amount", "department"),
    Asked("maverick_rate", "department"),
    Asked("receipt_shortfall", "supplier"),
    Asked("inventory_turnover_days", "warehouse"),
    Asked("inventory_turnover_rate", "warehouse"),
    Asked("stock_value", "warehouse"),
    Asked("negative_stock_share", "warehouse"),
    Asked("days_of_cover", "warehouse"),
    Asked("slow_moving_share", "category"),
    Asked("stock_out_rate", "warehouse"),
    Asked("count_accuracy", "warehouse"),
    Asked("posting_lag", "movement_kind"),
    Asked("replenishment_response", "warehouse"),
    Asked("revenue", "region"),
    Asked("revenue_growth", "region"),
    Asked("revenue_growth_sequential", "region"),
    Asked("plan_attainment", "department"),
    Asked("gross_margin_rate", "category"),
    Asked("return_rate", ""),
    Asked("order_cycle_time", "warehouse"),
    Asked("on_time_delivery_rate", "warehouse"),
    Asked("reconciled_rate", "side"),
    Asked("overdue_amount", "side"),
    Asked("days_sales_outstanding", ""),
    Asked("days_payable_outstanding", ""),
    Asked("gr_ir_open_amount", "age_band"),
    Asked("data_freshness", "source"),
    Asked("data_quality_score", "source"),
)


def engine(asked: Asked, warehouse: Warehouse, scope: Scope = EVERYTHING) -> Answer:
    """The engine's figures and notes as a page gets them, without the service's cache."""
    metric, question = METRICS[asked.metric], asked.question
    if not metric.growth:
        return evaluate(metric, question, warehouse, scope)
    answer, before = with_base(metric, question, warehouse, scope)
    earlier = earlier_figures(metric, question, answer.rows, before, set(), END, warehouse, scope)
    if metric.sequential:
        answer.rows = grow_by_working_day(answer.rows, earlier, set(), END, warehouse, LEDGER.name)
    else:
        answer.rows = grow(answer.rows, earlier)
    return answer


def statement(asked: Asked) -> str:
    return (BASELINES / f"{asked.metric}.sql").read_text("utf-8")


def baseline(asked: Asked, warehouse: Warehouse, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of the reviewed statement, on a cursor of its own like the engine's."""
    with warehouse.session() as session:
        session.con.execute(sql, {"start": START, "end": END, "ledger": LEDGER.name})
        return [column[0] for column in session.con.description or ()], session.con.fetchall()


def engine_table(answer: Answer) -> list[Row]:
    """Figures as rows of named columns, in the order of their keys; null where a group has excluded rows only."""
    rows, notes = answer.rows, sorted(name for name, _ in answer.notes())
    names = dict.fromkeys(name for row in rows for name in row.figures)
    table = [
        {
            "period": row.period.label,
            **row.dimensions,
            **({} if row.currency is None else {"currency": row.currency}),
            "value": row.value,
            "n": row.n,
            "reasons": dict(sorted(row.reasons.items())),
            "provisional": row.provisional,
            **{name: row.figures.get(name) for name in names},
            "notes": notes,
        }
        for row in rows
    ]
    return sorted(table, key=_key)


def baseline_table(columns: list[str], rows: list[tuple[Any, ...]]) -> list[Row]:
    """The same of a plain statement: columns called ``note_…`` say for which groups a note is due."""
    table = [dict(zip(columns, row, strict=True)) for row in rows]
    due = [name for name in columns if name.startswith("note_")]
    notes = sorted(name.removeprefix("note_") for name in due if any(row[name] for row in table))
    for row in table:
        row["reasons"] = dict(sorted((row["reasons"] or {}).items()))
        row["notes"] = notes
        for name in due:
            del row[name]
    return sorted(table, key=_key)


def _key(row: Row) -> tuple[str, ...]:
    return tuple(str(value) for value in list(row.values())[:3])


def difference(ours: list[Row], theirs: list[Row]) -> str | None:
    """The first thing in which two answers differ, as a sentence; None where they agree.

    Columns must be the same, numbers equal to 9 digits (a mean adds floating-point numbers in no fixed order).
    """
    if len(ours) != len(theirs):
        return f"{len(ours)} rows against {len(theirs)}"
    for own, other in zip(ours, theirs, strict=True):
        if set(own) != set(other):
            return f"columns differ: {sorted(set(own) ^ set(other))}"
        for name, value in own.items():
            if not _same(value, other[name]):
                return f"{name} is {value!r} against {other[name]!r} in {own}"
    return None


def _same(value: Any, other: Any) -> bool:
    if value is None or other is None or isinstance(value, str | dict | list | bool):
        return bool(value == other)
    return abs(float(value) - float(other)) <= 1e-9 * max(1.0, abs(float(value)), abs(float(other)))
