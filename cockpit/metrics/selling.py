"""Selling against the period before and the plan: growth by working day, and how much of the plan is reached."""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir

from cockpit.metrics.revenue import DIMENSIONS, revenue_facts, sold_lines
from cockpit.metrics.types import FactContext, Metric, Parameter, Thresholds

_PLANNED_BY = ("department", "region")
_KEYS = ("company", *_PLANNED_BY)


def _slices(context: FactContext) -> list[str]:
    """The slices whose plans answer the question, as ``plan_days.slice`` names them, the one that fits best first.

    A plan of just what is asked comes before those of its companies, and these before those of its departments and
    regions, which answer for the whole where it has no plan of its own.
    """
    asked = {name for name in _PLANNED_BY if name in (*context.by, *context.where)}
    more = [set[str](), {"department"} - asked, {"region"} - asked]
    wanted = [{*asked, *added, *company} for added in more for company in (set[str](), {"company"})]
    named = ["+".join(name for name in _KEYS if name in names) for names in wanted]
    return list(dict.fromkeys(named))


def _plans(context: FactContext) -> ir.Table:
    """Days of the plans that answer the question: for each day those of the slice that fits best."""
    plans, slices = context.read("plan_days"), _slices(context)
    plans = plans.filter(plans.slice.isin(slices))
    rank = ibis.cases(*((plans.slice == name, place) for place, name in enumerate(slices)), else_=len(slices))
    ranked = plans.mutate(rank=rank, currency=plans.currency.fill_null(""))
    best = ranked.rank.min().over(ibis.window(group_by=["ledger", "day", "currency"]))
    ranked = ranked.mutate(best=best)
    chosen = ranked.filter(ranked.rank == ranked.best)
    # What a slice does not name is the same for all its plans.
    keys = {f"of_{name}": ibis.ifelse(chosen.slice.contains(name), chosen[name].fill_null(""), "") for name in _KEYS}
    return chosen.mutate(**keys)


def _sold(context: FactContext, plans: ir.Table) -> ir.Table:
    """Sales lines; one on a day, of a company, department or region that no plan speaks of is left out."""
    lines = sold_lines(context)
    lines = lines.mutate(money=lines.currency.fill_null(""))
    planned = plans.filter(plans.reason.isnull())
    days = planned.group_by(["ledger", "day", "currency"]).aggregate(slice=planned.slice.min())
    days = days.rename(on_ledger="ledger", on_day="day", on_currency="currency")
    placed = lines.left_join(
        days, [lines.ledger == days.on_ledger, lines.day == days.on_day, lines.money == days.on_currency]
    )
    keys = {f"my_{name}": ibis.ifelse(placed.slice.contains(name), placed[name].fill_null(""), "") for name in _KEYS}
    placed = placed.drop("on_ledger", "on_day", "on_currency").mutate(**keys)
    spoken = planned.select("ledger", "day", "currency", *(f"of_{name}" for name in _KEYS), planned=True).distinct()
    spoken = spoken.rename(at_ledger="ledger", at_day="day", at_currency="currency")
    same = [placed.ledger == spoken.at_ledger, placed.day == spoken.at_day, placed.money == spoken.at_currency]
    found = placed.left_join(spoken, [*same, *(placed[f"my_{name}"] == spoken[f"of_{name}"] for name in _KEYS)])
    return found.mutate(
        reason=ibis.coalesce(found.reason, ibis.ifelse(found.planned.isnull(), "no_plan", ibis.null("string")))
    )


_COLUMNS = ("ledger", "day", "reason", *_PLANNED_BY, "currency", "numerator", "denominator", "counts", "document_table",
            "document", "document_no")  # fmt: skip


def attainment_facts(context: FactContext) -> ir.Table:
    """One row per sales line with its revenue, and one per plan and day with that day's share of the plan."""
    plans = _plans(context)
    sold = _sold(context, plans)
    none = ibis.literal(0, "decimal(18, 4)")
    lines = sold.mutate(numerator=sold.revenue, denominator=none, counts=ibis.literal(1, "int8"), currency=sold.money)
    shares = plans.mutate(
        numerator=none,
        denominator=plans.amount,
        counts=plans.reason.notnull().cast("int8"),  # what n counts are sales lines
        document_table=ibis.literal("targets"),
        document=ibis.null("uuid"),
        document_no=ibis.null("string"),
    )
    rows = lines.select(*_COLUMNS).union(shares.select(*_COLUMNS))
    return rows.mutate(currency=rows.currency.nullif(""))


METRICS: tuple[Metric, ...] = (
    Metric(
        name="revenue_growth_sequential",
        unit="share",
        direction="up",
        importance="T",
        process="revenue",
        owner="sales",
        kind="sum",
        sources=("sales_lines",),
        dimensions=DIMENSIONS,
        facts=revenue_facts,
        thresholds=Thresholds(natural=True),
        params={"adjust": Parameter("working_days", ("working_days", "none"))},
        growth=True,
        sequential=True,
        contribution=lambda _: "amount",
        needs=lambda _: frozenset({"amount"}),
    ),
    Metric(
        name="plan_attainment",
        unit="share",
        direction="up",
        importance="S",
        process="revenue",
        owner="sales",
        kind="ratio",
        sources=("sales_lines", "targets"),
        dimensions=_PLANNED_BY,
        facts=attainment_facts,
        thresholds=Thresholds(warning=Decimal("0.95"), critical=Decimal("0.85")),
        paced_by=("sales_lines",),
        contribution=lambda _: "amount",
        needs=lambda _: frozenset({"amount"}),
    ),
)
