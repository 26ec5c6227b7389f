"""Approval discipline: what is late, sent back or still waiting, how many nodes act, and which of them only pass on."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.procurement import CLOCK, HANDLING, HOUR, named, node_acts, wait_facts
from cockpit.metrics.query import bucket, filtered
from cockpit.metrics.types import FactContext, Metric, Parameter, Thresholds

_OBJECTING = ("reject", "return")
# Acts that decide; a delegation or an added signer leaves the decision to somebody else.
_DECIDING = ("approve", "final_approve", "countersign", *_OBJECTING)

# Words that say no more than the approval itself.
_YES = r"^(同意|通过|批准|已阅|无|无意见|ok|yes|agree|agreed|approve|approved|[-/])?[。.!！]?$"

_Z = 1.959964  # of the two-sided 95 % interval


def _left(rows: ir.Table) -> ir.Table:
    """A join's rows without the right side's columns that the left side has as well."""
    return rows.drop(*(name for name in rows.columns if name.endswith("_right")))


def _counted(condition: ir.Value) -> ir.Value:
    """1 where the condition is true, else 0."""
    return condition.fill_null(False).cast("int64")


def _decided(context: FactContext) -> ir.Table:
    """One row per document in the period of its decision; one without stands in that of its submission."""
    cases = named(context.read("approval_cases"))
    return cases.mutate(
        day=ibis.coalesce(cases.decided_on, cases.submitted_on, cases.first_on),
        reason=ibis.cases((cases.decided_on.isnull(), ibis.literal("not_decided"))),
        denominator=ibis.literal(1, "int64"),
    )


def _in_window(rows: ir.Table, context: FactContext) -> ir.Table:
    """Rows whose day lies in the window asked for."""
    if context.start is not None:
        rows = rows.filter(rows.day >= ibis.date(context.start))
    if context.end is not None:
        rows = rows.filter(rows.day < ibis.date(context.end))
    return rows


def steps_facts(context: FactContext) -> ir.Table:
    """One row per document: how many different nodes dealt with it up to its decision."""
    cases = _decided(context)
    return cases.mutate(numerator=cases.nodes_acted)


def standard_facts(context: FactContext) -> ir.Table:
    """One row per document: whether its way up to the decision is the declared one."""
    cases = _decided(context)
    return cases.mutate(numerator=_counted(cases.standard_path), reason=ibis.coalesce(cases.reason, cases.path_reason))


# ------------------------------------------------------------------ sent back


def rework_facts(context: FactContext) -> ir.Table:
    """One row per document; one per document and node, or reason, where the question looks at those.

    At a node count the documents it dealt with. Of a reason count all documents decided, as most have none: the first
    row of each reason carries their number.
    """
    asked = {*context.by, *context.where}
    cases = _decided(context)
    rework = cases.with_return | cases.with_rejection | cases.resubmitted
    rows = cases.mutate(numerator=_counted(rework), node=ibis.null("string"), told_reason=ibis.null("string"))
    if not asked & {"node", "reason"}:
        return rows
    acts = _acts_of(context)
    rows = rows.drop("node", "told_reason")
    if "node" in asked:
        one_node = ["node"] if "node" in context.by else []
        told_of_it = {"with_return": acts.returns.any(), "with_rejection": acts.rejects.any()}
        dealt = acts.group_by(["_unit", *one_node]).aggregate(
            **told_of_it, **({} if one_node else {"node": acts.node.min()})
        )
        rows = _left(rows.drop(*told_of_it).inner_join(dealt, "_unit"))
        rows = rows.mutate(numerator=_counted(rows.with_return | rows.with_rejection))
    else:
        rows = rows.mutate(node=ibis.null("string"))
    if "reason" not in asked:
        return rows.mutate(told_reason=ibis.null("string"))
    return _by_reason(rows, acts, context)


def _acts_of(context: FactContext) -> ir.Table:
    """What was done with documents at the nodes asked for: node, whether it returned or rejected, the reason told."""
    acts = context.read("approval_acts")
    acts = acts.filter(acts.action.isin(HANDLING), acts.acted_at.notnull(), ~acts.background)
    acts = acts.select(
        "_unit",
        node=acts.step,
        returns=acts.action == "return",
        rejects=acts.action == "reject",
        told_reason=acts.comment.strip().nullif(""),
    )
    return filtered(acts, {name: values for name, values in context.where.items() if name == "node"})


def _by_reason(rows: ir.Table, acts: ir.Table, context: FactContext) -> ir.Table:
    """One row per document and reason it was sent back for; a group's first row carries all documents decided."""
    others = {name: values for name, values in context.where.items() if name not in ("node", "reason")}
    rows = filtered(_in_window(rows, context), others)
    starts = {ledger.month_start_day for ledger in context.ledgers}
    period = ibis.null("date")
    if context.grain != "all":
        period = bucket(rows.day, context.grain, starts.pop() if len(starts) == 1 else 1)
    rows = rows.mutate(_bucket=period)
    group = ["_bucket", *(name for name in context.by if name != "reason")]
    totals = rows.filter(rows.reason.isnull()).group_by(group).aggregate(documents=lambda t: t.count())
    keys = ["_unit", "node"] if "node" in context.by else ["_unit"]
    told = acts.filter(acts.returns | acts.rejects).select(*keys, "told_reason").distinct()
    found = _left(rows.inner_join(told, keys))
    found = _left(found.left_join(totals, [found[name].identical_to(totals[name]) for name in group]))
    first = ibis.row_number().over(group_by=[*group, "told_reason", "reason"], order_by="_unit") == 0
    return found.mutate(numerator=ibis.literal(1, "int64"), denominator=ibis.ifelse(first, found.documents, 0))


# ------------------------------------------------------------------ late and waiting


def breach_facts(context: FactContext) -> ir.Table:
    """One row per act by the day it was due; open ones count from the day after on."""
    acts = node_acts(context)
    late = ibis.ifelse(acts.acted_at.isnull(), ibis.literal(True), acts.acted_at > acts.due_at)
    today = ibis.date(context.today)
    return acts.mutate(
        numerator=_counted(late),
        denominator=ibis.literal(1, "int64"),
        open_late=acts.acted_at.isnull(),
        day=ibis.coalesce(acts.due_on, acts.day),
        reason=ibis.cases(
            (acts.due_at.isnull(), ibis.literal("no_due_instant")),
            (acts.acted_at.isnull() & (acts.due_on >= today), ibis.literal("not_due_yet")),
        ),
    )


def backlog_facts(context: FactContext) -> ir.Table:
    """One row per act and period at whose end it waited; documents waiting nobody knows where are left out."""
    acts, cases, spans = node_acts(context), context.read("approval_cases"), context.read("process_cases")
    spans = spans.select("_unit", ended_on=spans.completed_on, open_acts=spans.open_acts)
    ended = _left(cases.inner_join(spans, "_unit"))
    # Whoever may not see the documents cannot be told what waits, so neither what waited.
    acted = acts.filter(acts.acted_on > acts.arrived_on).semi_join(cases, "_unit")
    acted = acted.mutate(left_on=acted.acted_on, reason=ibis.null("string"))
    # What is open of a document that is decided or withdrawn waits no longer: it did until the document's last act.
    waiting = _left(
        acts.filter(acts.acted_at.isnull()).inner_join(ended.select("_unit", "is_open", "ended_on"), "_unit")
    )
    waiting = waiting.mutate(
        left_on=ibis.ifelse(waiting.is_open, ibis.null("date"), ibis.coalesce(waiting.ended_on, waiting.arrived_on)),
        reason=ibis.cases((waiting.arrived_on.isnull(), ibis.literal("no_arrival"))),
        arrived_on=ibis.coalesce(waiting.arrived_on, ibis.date(1970, 1, 1)),
    )
    lost = named(ended.filter(ended.is_open, ended.open_acts == 0))
    lost = lost.mutate(
        arrived_on=lost.ended_on,
        left_on=ibis.null("date"),
        due_on=ibis.null("date"),
        node=ibis.null("string"),
        approver=ibis.null("string"),
        reason=ibis.literal("no_open_act"),
    )
    columns = ("ledger", "arrived_on", "left_on", "due_on", "node", "approver", "document_table", "document",
               "document_no", "reason")  # fmt: skip
    rows = ibis.union(*(part.select(*columns) for part in (acted, waiting, lost)))
    periods = context.periods
    still = rows.left_on.isnull() | (rows.left_on >= periods.period_end)
    found = rows.inner_join(periods, [rows.arrived_on < periods.period_end, still])
    return found.mutate(
        amount=ibis.literal(1, "int64"),
        late=found.period_end.delta(found.due_on, unit="day") > 1,
        age_days=(found.period_end.delta(found.arrived_on, unit="day") - 1).cast("float64"),
    )


# ------------------------------------------------------------------ passing on


def _share_of(condition: ir.BooleanValue, among: ir.BooleanValue) -> ir.Value:
    return _counted(condition & among).sum().cast("float64") / _counted(among).sum().nullif(0)


def _highest_share(found: ir.Value, n: ir.Value) -> ir.Value:
    """Upper end of the 95 % Wilson interval of `found` among `n`."""
    share, count = found.cast("float64") / n, n.cast("float64")
    spread = (share * (1 - share) / count + _Z**2 / (4 * count**2)).sqrt()
    return (share + _Z**2 / (2 * count) + _Z * spread) / (1 + _Z**2 / count)


def pass_through_facts(context: FactContext) -> ir.Table:
    """One row per act; its wait counts as passed through where its node, by its acts of the window, only passes on."""
    acts = _in_window(wait_facts(context), context)
    acts = acts.mutate(
        decides=acts.action.isin(_DECIDING) & acts.acted_at.notnull(),
        objects=acts.action.isin(_OBJECTING) & acts.acted_at.notnull(),
        silent=acts.comment.isnull() | acts.comment.strip().lower().re_search(_YES),
        quick=acts.seconds < 60,
    )
    where = ["ledger", "company", "process", "node"]
    # Objections are few: only they are looked at document by document, to find each document's first.
    objections = acts.filter(acts.objects)
    place = objections.place
    first = place == place.min().over(group_by="_unit")
    own = objections.mutate(first=first).filter(lambda rows: rows["first"]).select(*where).distinct().mutate(own=True)
    judged = acts.filter(acts.decides)
    nodes = judged.group_by(where).aggregate(
        decided=judged.count(),
        objected=_counted(judged.objects).sum(),
        silent_share=_counted(judged.silent).mean(),
        quick_share=_counted(judged.quick).mean(),
    )
    nodes = _left(nodes.left_join(own, [nodes[name].identical_to(own[name]) for name in where]))
    limit = {name: float(context.params[name]) for name in ("objections", "silent", "under_one_minute")}
    nodes = nodes.select(
        *where,
        candidate=(
            (_highest_share(nodes.objected, nodes.decided) <= limit["objections"])
            & nodes.own.isnull()
            & (nodes.silent_share >= limit["silent"])
            & (nodes.quick_share >= limit["under_one_minute"])
        ),
    )
    rows = _left(acts.left_join(nodes, [acts[name].identical_to(nodes[name]) for name in where]))
    rows = rows.mutate(candidate=rows.candidate.fill_null(False))
    hours = rows.seconds / HOUR
    return rows.mutate(numerator=ibis.ifelse(rows.candidate, hours, 0.0), denominator=hours)


def _added(name: str) -> Callable[[ir.Table], ir.Value]:
    return lambda rows: _counted(rows[name]).sum()


METRICS: tuple[Metric, ...] = (
    Metric(
        name="approval_breach_rate",
        unit="share",
        direction="down",
        importance="T",
        process="procurement",
        owner="procurement",
        kind="ratio",
        sources=("process_events",),
        dimensions=("node", "approver", "department"),
        facts=breach_facts,
        thresholds=Thresholds(warning=Decimal("0.1"), critical=Decimal("0.2")),
        fields={"open_late": _added("open_late")},
        contribution=lambda _: "count",
    ),
    Metric(
        name="approval_rework_rate",
        unit="share",
        direction="down",
        importance="O",
        process="procurement",
        owner="procurement",
        kind="ratio",
        sources=("process_events",),
        dimensions=("department", "node", "reason"),
        facts=rework_facts,
        thresholds=Thresholds(warning=Decimal("0.15")),
        fields={
            "with_return": _added("with_return"),
            "with_rejection": _added("with_rejection"),
            "resubmitted": _added("resubmitted"),
        },
        contribution=lambda _: "count",
    ),
    Metric(
        name="approval_steps",
        unit="count",
        direction="down",
        importance="T",
        process="procurement",
        owner="procurement",
        kind="ratio",
        sources=("process_events",),
        dimensions=("category", "amount_band"),
        facts=steps_facts,
        thresholds=Thresholds(target=Decimal(2)),
        contribution=lambda _: "count",
    ),
    Metric(
        name="approval_pass_through_share",
        unit="share",
        direction="down",
        importance="T",
        process="procurement",
        owner="procurement",
        kind="ratio",
        sources=("process_events",),
        dimensions=("node",),
        facts=pass_through_facts,
        thresholds=Thresholds(warning=Decimal("0.5")),  # a node most of whose hours are passed for form's sake
        params={
            "clock": CLOCK,
            "objections": Parameter("0.02"),
            "silent": Parameter("0.98"),
            "under_one_minute": Parameter("0"),
        },
        fields={
            "candidates": lambda rows: rows.node.nunique(where=rows.candidate),
            "objection_share": lambda rows: _share_of(rows.objects, rows.decides),
            "silent_share": lambda rows: _share_of(rows.silent, rows.decides),
            "share_under_one_minute": lambda rows: _counted(rows.quick).mean(),
        },
        contribution=lambda _: "hours",
    ),
    Metric(
        name="approval_standard_path_share",
        unit="share",
        direction="up",
        importance="O",
        process="procurement",
        owner="procurement",
        kind="ratio",
        sources=("process_events",),
        dimensions=("category",),
        facts=standard_facts,
        thresholds=Thresholds(target=Decimal("0.8"), warning=Decimal("0.8")),
        contribution=lambda _: "count",
    ),
    Metric(
        name="approval_backlog",
        unit="count",
        direction="down",
        importance="O",
        process="procurement",
        owner="procurement",
        kind="sum",
        sources=("process_events",),
        dimensions=("node", "approver"),
        facts=backlog_facts,
        placement="periods",
        thresholds=Thresholds(natural=True),
        fields={
            "past_due_share": lambda rows: rows.late.cast("float64").mean(),
            "age_p90_days": lambda rows: rows.age_days.quantile(0.9),
        },
        as_of=True,
    ),
)
