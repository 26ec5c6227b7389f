"""Days of sales and purchases that wait to be paid, and goods received that wait for their invoice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from cockpit.metrics.parts import Parts, ratio
from cockpit.metrics.types import FactContext, Metric, Parameter

# Below this share of revenue with known tax its average says too little about the rest.
TAX_KNOWN_SHARE = 0.8

_AMOUNT, _AMOUNT_DAYS = "decimal(38, 4)", "decimal(38, 5)"

_DAILY = Parameter("daily", ("daily", "ends"))
_COLUMNS = ("ledger", "period_start", "reason", "partner", "currency", "numerator", "with_tax", "both", "without_tax",
            "terms", "termed", "counts", "document_table", "document", "document_no")  # fmt: skip


def _asked(context: FactContext, dimension: str) -> bool:
    return dimension in (*context.by, *context.where)


def _named(rows: ir.Table, names: ir.Table | None, name: str, code: str) -> ir.Table:
    """The partner's one name: that which its code has anywhere, else the row's own, else its code."""
    if names is None:
        return rows.mutate(partner=ibis.coalesce(rows[name], rows[code]))
    found = rows.left_join(names, [rows.ledger == names.of_ledger, rows[code] == names.of_code])
    return found.mutate(partner=ibis.coalesce(found.known_name, found[name], found[code]))


def _names(*tables: tuple[ir.Table, str, str]) -> ir.Table:
    """One name for each code of a ledger, from tables with the columns that hold name and code."""
    pairs = [
        table.select(of_ledger=table.ledger, of_code=table[code], name=table[name]) for table, name, code in tables
    ]
    both = pairs[0].union(*pairs[1:], distinct=True) if len(pairs) > 1 else pairs[0]
    both = both.filter(both.of_code.notnull(), both.name.notnull())
    return both.group_by(["of_ledger", "of_code"]).aggregate(known_name=both.name.min())


def _open_days(context: FactContext, side: str) -> ir.Table:
    """One row per span of an open item and period it reaches into: what was open, times the days it was so.

    With ``average=ends`` the days are half the period's for what is open before its first day, and half for what is
    open at the end of its last.
    """
    items = context.read("open_items")
    items = items.filter(items.side == side, items.reason.notnull() | (items.open != 0))
    periods = context.periods
    ends = context.params["average"] == "ends"
    reaches = items.to_day >= periods.period_start if ends else items.to_day > periods.period_start
    rows = items.inner_join(periods, [items.from_day < periods.period_end, reaches])
    length = rows.period_end.delta(rows.period_start, unit="day")
    here = ibis.greatest(rows.from_day, rows.period_start)
    if ends:
        before = (rows.from_day < rows.period_start) & (rows.to_day >= rows.period_start)
        after = rows.to_day >= rows.period_end
        halves = length * (before.cast("int64") + after.cast("int64"))
    else:
        halves = ibis.least(rows.to_day, rows.period_end).delta(here, unit="day") * 2
    # Added exactly: a sum of floats depends on the order of its rows.
    half = ibis.literal(Decimal("0.5"), "decimal(2, 1)")
    opened = (rows.open * halves.cast("decimal(9, 0)") * half).cast(_AMOUNT_DAYS)
    termed = ibis.ifelse(rows.due_day.notnull(), opened, ibis.literal(0, _AMOUNT_DAYS))
    agreed = rows.due_day.delta(rows.day, unit="day").fill_null(0)
    first = (rows.from_day <= rows.period_start) | (rows.from_day == rows.day)
    return rows.mutate(
        numerator=opened,
        with_tax=ibis.literal(0, _AMOUNT),
        both=ibis.literal(0, _AMOUNT),
        without_tax=ibis.literal(0, _AMOUNT),
        terms=(termed * agreed.cast("decimal(6, 0)")).cast(_AMOUNT_DAYS),
        termed=termed,
        counts=first.cast("int64"),  # an invoice counts once, however often its open amount changes
        document_table=ibis.literal("invoices"),
    )


def _flow(context: FactContext, days: ir.Table) -> ir.Table:
    """What was sold or bought, added up by day, in its periods."""
    periods = context.periods
    rows = days.inner_join(periods, [days.day >= periods.period_start, days.day < periods.period_end])
    nothing = ibis.literal(0, _AMOUNT_DAYS)
    return rows.mutate(
        numerator=nothing,
        terms=nothing,
        termed=nothing,
        counts=ibis.ifelse(rows.reason.notnull(), rows.rows, 0),
        document_table=ibis.null("string"),
        document=ibis.null("uuid"),
        document_no=ibis.null("string"),
    )


def _together(dimension: str, *tables: ir.Table) -> ir.Table:
    rows = ibis.union(*(table.select(*_COLUMNS) for table in tables))
    return rows.mutate(**{dimension: rows.partner, "denominator": rows.with_tax})


def sales_facts(context: FactContext) -> ir.Table:
    """Receivables in their periods, and the revenue of each day with tax as far as it is known."""
    lines = context.read("sales_facts")
    items = context.read("open_items")
    items = items.filter(items.side == "receivable")
    by_customer = _asked(context, "customer")
    known = (items, "partner_name", "partner_code"), (lines, "customer_name", "customer_code")
    names = _names(*known) if by_customer else None
    left_out = ibis.cases(
        (lines.reason.isin(["void", "no_rate"]), lines.reason),
        (lines.revenue_gross.notnull(), ibis.null("string")),
        (lines.revenue.notnull(), ibis.literal("gross_unknown")),
        else_=ibis.literal("no_amount"),
    )
    lines = lines.mutate(reason=left_out)
    kept = ["ledger", "day", "reason", "currency", *(["customer_name", "customer_code"] if by_customer else [])]
    days = lines.group_by(kept).aggregate(
        with_tax=lines.revenue_gross.sum().cast(_AMOUNT).fill_null(0),
        both=lines.revenue_gross.sum(where=lines.revenue.notnull()).cast(_AMOUNT).fill_null(0),
        without_tax=lines.revenue.sum().cast(_AMOUNT).fill_null(0),
        rows=lines.count(),
    )
    if not by_customer:
        days = days.mutate(customer_name=ibis.null("string"), customer_code=ibis.null("string"))
    flow = _named(_flow(context, days), names, "customer_name", "customer_code")
    owed = _named(_open_days(context, "receivable"), names, "partner_name", "partner_code")
    return _together("customer", owed, flow)


def purchase_facts(context: FactContext) -> ir.Table:
    """Payables in their periods, and the invoices received on each day."""
    items = context.read("open_items")
    items = items.filter(items.side == "payable")
    by_supplier = _asked(context, "supplier")
    names = _names((items, "partner_name", "partner_code")) if by_supplier else None
    received = items.filter(items.from_day == items.day, items.reason.isnull())
    kept = ["ledger", "day", "reason", "currency", *(["partner_name", "partner_code"] if by_supplier else [])]
    amount = received.total.sum().cast(_AMOUNT)
    days = received.group_by(kept).aggregate(with_tax=amount, both=amount, without_tax=amount, rows=received.count())
    if not by_supplier:
        days = days.mutate(partner_name=ibis.null("string"), partner_code=ibis.null("string"))
    flow = _named(_flow(context, days), names, "partner_name", "partner_code")
    owed = _named(_open_days(context, "payable"), names, "partner_name", "partner_code")
    return _together("supplier", owed, flow)


def _documents(side: str, dimension: str) -> Callable[[FactContext], ir.Table]:
    """The invoices behind an average balance: what each of them has of it."""

    def rows(context: FactContext) -> ir.Table:
        found = _open_days(context, side)
        items = context.read("open_items")
        found = _named(found, _names((items, "partner_name", "partner_code")), "partner_name", "partner_code")
        length = found.period_end.delta(found.period_start, unit="day")
        return found.mutate(numerator=found.numerator / length, **{dimension: found.partner})

    return rows


def _turnover(parts: Parts) -> float | None:
    """What was sold or bought in the period, with tax: lines that do not tell their tax at the average tax of those
    that do. None where these are too few."""
    known, untold = parts.counted("with_tax"), parts.total("without_tax", "gross_unknown")
    if not untold:
        return None if known is None else float(known)
    factor = ratio(parts.counted("both"), parts.counted("without_tax"))
    if factor is None:
        return None
    whole = float(known) + float(untold) * factor
    return whole if float(known) >= TAX_KNOWN_SHARE * whole else None


def _days(parts: Parts) -> float | None:
    """Amount-days over the amount of the period: the days that it waits on average."""
    balance = parts.counted("numerator")
    return ratio(balance, _turnover(parts)) if balance is not None and balance >= 0 else None


def _terms(parts: Parts) -> float | None:
    """The agreed days from invoice to due day, by what was open."""
    return ratio(parts.counted("terms"), parts.counted("termed"))


def _beyond_terms(parts: Parts) -> float | None:
    days, terms = _days(parts), _terms(parts)
    return None if days is None or terms is None else days - terms


def _tax_unknown(parts: Parts) -> bool:
    return bool(parts.total("without_tax", "gross_unknown")) and _turnover(parts) is None


def _not_positive(parts: Parts) -> bool:
    balance, turnover = parts.counted("numerator"), _turnover(parts)
    return balance is not None and (balance < 0 or (turnover is not None and turnover <= 0))


def _sum(name: str) -> Callable[[ir.Table], ir.Value]:
    return lambda rows: rows[name].sum()


_PARTS = {name: _sum(name) for name in ("numerator", "with_tax", "both", "without_tax", "terms", "termed")}
_FIELDS: Mapping[str, Callable[[Parts], Any]] = {
    "numerator": lambda parts: parts.counted("numerator"),
    "denominator": _turnover,
    "terms_days": _terms,
    "beyond_terms_days": _beyond_terms,
}
_FLAGS = {"tax_basis_unknown": _tax_unknown, "balance_not_positive": _not_positive}

# Days since the oldest part that is still open came, counted from the period's last day.
OPEN_BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("0-30", 0, 30),
    ("31-60", 31, 60),
    ("61-90", 61, 90),
    ("90+", 91, None),
)


def receipt_facts(context: FactContext) -> ir.Table:
    """One row per order line and period: what was received and not invoiced, or invoiced and not received."""
    lines, periods = context.read("receipt_balances"), context.periods
    rows = lines.inner_join(periods, [lines.from_day < periods.period_end, lines.to_day >= periods.period_end])
    age = rows.period_end.delta(rows.open_since, unit="day") - 1
    bands = [(age >= low if high is None else age.between(low, high), name) for name, low, high in OPEN_BANDS]
    goods_first = rows.quantity > 0
    nothing = ibis.literal(0, "decimal(18, 4)")
    return rows.mutate(
        supplier=ibis.coalesce(rows.supplier_name, rows.supplier_code),
        age=age,
        age_band=ibis.cases(*bands),
        goods_first=goods_first,
        amount=ibis.ifelse(goods_first, rows.amount_open, nothing),
        invoiced_first=ibis.ifelse(goods_first, nothing, -rows.amount_open),
    )


def _older(rows: ir.Table) -> ir.Value:
    return ibis.ifelse(rows.age > 90, rows.amount, 0).sum()


METRICS: tuple[Metric, ...] = (
    Metric(
        name="days_sales_outstanding",
        unit="days",
        direction="down",
        importance="S",
        process="reconciliation",
        owner="finance",
        kind="ratio",
        sources=("invoices", "payments", "sales_lines"),
        dimensions=("customer",),
        facts=sales_facts,
        placement="periods",
        params={"average": _DAILY},
        paced_by=("sales_lines", "invoices"),
        value=_days,
        contribution=lambda _: "amount",
        documents=_documents("receivable", "customer"),
        needs=lambda _: frozenset({"amount"}),
        parts=_PARTS,
        all_fields=_FIELDS,
        flags=_FLAGS,
    ),
    Metric(
        name="days_payable_outstanding",
        unit="days",
        direction="band",
        importance="S",
        process="reconciliation",
        owner="finance",
        kind="ratio",
        sources=("invoices", "payments"),
        dimensions=("supplier",),
        facts=purchase_facts,
        placement="periods",
        params={"average": _DAILY},
        paced_by=("invoices",),
        value=_days,
        contribution=lambda _: "amount",
        documents=_documents("payable", "supplier"),
        needs=lambda _: frozenset({"amount"}),
        parts=_PARTS,
        all_fields=_FIELDS,
        flags=_FLAGS,
    ),
    Metric(
        name="gr_ir_open_amount",
        unit="amount",
        direction="down",
        importance="O",
        process="reconciliation",
        owner="finance",
        kind="sum",
        sources=("goods_receipts", "invoices", "purchase_orders"),
        dimensions=("supplier", "age_band"),
        facts=receipt_facts,
        placement="periods",
        fields={
            "invoiced_first_amount": lambda rows: rows.invoiced_first.sum(),
            "over_90_days_amount": _older,
            "oldest_open_days": lambda rows: rows.age.max(where=rows.goods_first),
        },
        as_of=True,
        needs=lambda _: frozenset({"amount"}),
    ),
)
