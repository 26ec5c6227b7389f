"""Procurement approval: how long documents wait and where, how they end, how long a process takes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.parts import Parts
from cockpit.metrics.types import FactContext, Metric, Parameter, Thresholds

HOUR = 3600
CLOCK = Parameter("working", ("working", "calendar"))

# Acts by which somebody at a node deals with what arrived there; submitting, paying and copying are none.
HANDLING = ("approve", "final_approve", "countersign", "reject", "return", "delegate", "add_sign")

_START = {
    ("first_submit", "last_final"): "submitted",
    ("first_submit", "first_final"): "submitted",
    ("last_submit", "last_final"): "last_submit",
    ("last_submit", "first_final"): "last_submit_first",
}


def seconds_between(context: FactContext, rows: ir.Table, start: str, end: str) -> ir.Value:
    """Seconds from `start` to `end` (names without ``_at``) by the clock asked for; null where one is missing."""
    if context.params["clock"] == "working":
        return (rows[f"w_{end}"] - rows[f"w_{start}"]).cast("float64")
    microseconds = rows[f"{end}_at"].delta(rows[f"{start}_at"], unit="microsecond")
    return microseconds.cast("float64") / 1_000_000


def named(rows: ir.Table) -> ir.Table:
    """Dimensions that several columns make up, and where a drill leads."""
    return rows.mutate(
        supplier=ibis.coalesce(rows.supplier_name, rows.supplier_code),
        document_table=ibis.literal("process_events"),
        document=rows["_unit"],
        document_no=ibis.coalesce(rows.document_no, rows.case_id),
    )


def cycle_facts(context: FactContext) -> ir.Table:
    """One row per document. A document without a duration stands in the period of the instant it does have."""
    cases = named(context.read("approval_cases"))
    end = "last_final" if context.params["end"] == "last_final" else "first_final"
    start = _START[context.params["start"], end]
    rows = cases.mutate(seconds=seconds_between(context, cases, start, end))
    days = [rows[f"{end}_on"], rows[f"{start}_on"]]
    if context.params["period"] == "submit":
        days.reverse()
    return rows.mutate(
        day=ibis.coalesce(*days, rows.submitted_on, rows.first_on),
        reason=ibis.cases(
            (rows.submitted_at.isnull(), ibis.literal("no_submit")),
            (rows[f"{end}_at"].isnull(), ibis.literal("no_final")),
            (rows[f"{start}_at"].isnull(), ibis.literal("out_of_order")),
            (rows[f"{end}_at"] < rows[f"{start}_at"], ibis.literal("out_of_order")),
            (rows.seconds.isnull(), ibis.literal("outside_calendar")),
        ),
    )


def node_acts(context: FactContext) -> ir.Table:
    """Acts by which somebody at a node dealt with a document, and those still open, in the period of their arrival."""
    acts = context.read("approval_acts")
    acts = named(acts.filter(acts.action.isin(HANDLING) | acts.acted_at.isnull(), ~acts.background))
    return acts.mutate(
        node=acts.step,
        activity=ibis.coalesce(acts.activity, acts.result, acts.node),
        approver=acts.actor,
        day=ibis.coalesce(acts.acted_on, acts.arrived_on),
    )


def wait_facts(context: FactContext) -> ir.Table:
    """One row per act at a node; what is still open stands in the period of its arrival."""
    acts = node_acts(context)
    rows = acts.mutate(seconds=seconds_between(context, acts, "arrived", "acted"))
    return rows.mutate(
        reason=ibis.cases(
            (rows.wait_reason.notnull(), rows.wait_reason),
            (rows.seconds.isnull(), ibis.literal("outside_calendar")),
        ),
    )


def outcome_facts(context: FactContext) -> ir.Table:
    """One row per document; one per document and state in a breakdown by state, as a document may be in several."""
    cases = named(context.read("approval_cases"))
    rows = cases.mutate(
        day=ibis.coalesce(cases.submitted_on, cases.first_on),
        reason=ibis.cases(
            (cases.submitted_on.isnull() & cases.first_on.isnull(), ibis.literal("no_instant")),
        ),
        paid=cases.states.contains("paid"),
    )
    if "state" in context.by:
        return rows.mutate(state=rows.states.unnest())
    wanted = context.where.get("state", ())
    if not wanted:
        return rows.mutate(state=ibis.null("string"))
    # The empty end is no state: DuckDB 2.0 loses a filter on a CASE that holds one word or null.
    return rows.mutate(state=ibis.cases(*((rows.states.contains(state), state) for state in wanted), else_=""))


def throughput_facts(context: FactContext) -> ir.Table:
    """One row per case of any process; one that is still open stands in the period of its last act so far."""
    cases = named(context.read("process_cases"))
    rows = cases.mutate(seconds=seconds_between(context, cases, "started", "completed"))
    return rows.mutate(
        day=ibis.coalesce(rows.completed_on, rows.started_on),
        reason=ibis.cases(
            (rows.open_acts > 0, ibis.literal("case_open")),
            (rows.started_at.isnull() | rows.completed_at.isnull(), ibis.literal("no_instant")),
            (rows.completed_at < rows.started_at, ibis.literal("out_of_order")),
            (rows.seconds.isnull(), ibis.literal("outside_calendar")),
        ),
    )


def _share(condition: ir.BooleanValue) -> ir.Value:
    return condition.cast("float64").mean()


def _share_zero(rows: ir.Table) -> ir.Value:
    return _share(rows.seconds == 0)


@ibis.udf.agg.builtin(name="count_if", signature=(("boolean",), "decimal(38, 0)"))  # type: ignore[untyped-decorator]
def _count_if(condition: ir.Value) -> None:
    """DuckDB's own count of a condition; Ibis writes a filter instead, which picks rows out anew for every figure."""


def _times(condition: ir.Value) -> ir.Value:
    """How many rows the condition is true for. The engine counts in 128 bits, which take long to hand over."""
    return _count_if(condition).cast("int64")


def _documents_where(flag: str) -> Callable[[ir.Table], ir.Value]:
    return lambda rows: _times(rows[flag])


def _ruled(rule: str) -> Callable[[ir.Table], ir.Value]:
    return lambda rows: (rows.final_rule == rule).any()


def _any(name: str) -> Callable[[Parts], bool]:
    return lambda parts: parts.some(name)


# The rule by which an approval is final is part of the figure.
_RULES = {f"final_rule_{rule}": _ruled(rule) for rule in ("explicit", "last_node", "last_approval")}
_RULE_FLAGS = {name: _any(name) for name in _RULES}

METRICS: tuple[Metric, ...] = (
    Metric(
        name="approval_cycle_time",
        unit="hours",
        direction="down",
        importance="T",
        process="procurement",
        owner="procurement",
        kind="duration",
        sources=("process_events",),
        dimensions=(
            "department",
            "category",
            "supplier",
            "requester",
            "amount_band",
            "path",
            "document_type",
            "process",
            "company",
        ),
        facts=cycle_facts,
        thresholds=Thresholds(target=Decimal(2), warning=Decimal(8), critical=Decimal(24)),
        params={
            "clock": CLOCK,
            "start": Parameter("first_submit", ("first_submit", "last_submit")),
            "end": Parameter("last_final", ("last_final", "first_final")),
            "period": Parameter("end", ("end", "submit")),
        },
        fields={"share_zero": _share_zero},
        parts=_RULES,
        flags=_RULE_FLAGS,
        scale=Decimal(1) / HOUR,
    ),
    Metric(
        name="approval_node_wait",
        unit="hours",
        direction="down",
        importance="O",
        process="procurement",
        owner="procurement",
        kind="duration",
        sources=("process_events",),
        dimensions=(
            "node",
            "activity",
            "approver",
            "department",
            "approver_department",
            "role",
            "category",
            "document_type",
            "process",
            "company",
        ),
        facts=wait_facts,
        params={"clock": CLOCK},
        fields={
            "hours_total": lambda rows: rows.seconds.sum() / HOUR,
            "share_under_one_minute": lambda rows: _share(rows.seconds < 60),
            "share_zero": _share_zero,
        },
        parts={"wait_from_previous": lambda rows: (rows.arrived_source != "explicit").any()},
        flags={"wait_from_previous": _any("wait_from_previous")},
        scale=Decimal(1) / HOUR,
    ),
    Metric(
        name="approval_outcomes",
        unit="count",
        direction="none",
        importance="O",
        process="procurement",
        owner="procurement",
        kind="count",
        sources=("process_events",),
        dimensions=("state", "department", "category", "document_type", "process", "company"),
        facts=outcome_facts,
        fields={
            "approved": _documents_where("approved"),
            "rejected": _documents_where("rejected"),
            "withdrawn": _documents_where("withdrawn"),
            "open": _documents_where("is_open"),
            "never_final": _documents_where("never_final"),
            "draft": _documents_where("draft"),
            "resubmitted": _documents_where("resubmitted"),
            "with_rejection": _documents_where("with_rejection"),
            "with_return": _documents_where("with_return"),
            "paid": _documents_where("paid"),
            "approved_paid": lambda rows: _times(rows.approved & rows.paid),
        },
        parts=_RULES,
        flags=_RULE_FLAGS,
    ),
    Metric(
        name="process_throughput_time",
        unit="hours",
        direction="down",
        importance="T",
        process="process",
        owner="process",
        kind="duration",
        sources=("process_events",),
        dimensions=("process", "category", "department", "document_type", "company"),
        facts=throughput_facts,
        thresholds=Thresholds(natural=True),
        params={"clock": CLOCK},
        fields={"share_zero": _share_zero},
        scale=Decimal(1) / HOUR,
    ),
)
