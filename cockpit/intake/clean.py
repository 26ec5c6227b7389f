"""From text cells to typed rows and rejects, for a whole sheet at once inside DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from cockpit.intake.amounts import OUTWARD, derived_amounts, outward_sign
from cockpit.intake.body import Body, find_body, raw, whole_body
from cockpit.intake.plans import Plan, plan_columns
from cockpit.intake.recognise import Layout
from cockpit.intake.sql import literal, name
from cockpit.issues import Issue
from cockpit.model import header_currency, names_no_tax
from cockpit.warehouse.storage import show, stored

_MONEY_FIELDS = ("unit_price", "unit_price_gross", "amount_net", "amount_gross")


@dataclass
class Cleaned:
    """What became of a sheet's lines: temp relations and counts that add up to the lines that are no header."""

    staged: str
    rejects: str
    ready: int
    rejected: int
    skipped: int
    held: bool
    issues: list[Issue] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A sheet's cells on the cursor: a view with ``_row`` and ``c0`` …, `rows` lines, `width` columns."""

    view: str
    rows: int
    width: int
    rounded: Mapping[int, int]
    texts: tuple[str, ...]  # titles and names around the table
    mark: str | None = None  # SQL over the view for the row mark of a rejects file
    whole: bool = False  # of a database: every line is a row, its texts are exact
    decisions: dict[str, int] = field(default_factory=dict)  # what earlier lines settled for the later ones


def clean(
    con: duckdb.DuckDBPyConnection, source: Source, layout: Layout, zone: str, settings: Mapping[str, str], prefix: str
) -> Cleaned:
    """Stages the sheet's rows; `prefix` names the temp tables. Text is never touched row by row in Python."""
    if source.whole:
        body = whole_body(source.view, layout)
    else:
        body = find_body(con, source.view, source.width, source.rows, layout, prefix)
    rounded = None if source.whole else source.rounded
    plans = plan_columns(con, body, layout, zone, settings, rounded, list(source.texts), prefix, source.decisions)
    table = layout.table
    typed = _typed(plans.plans, body)
    given = set(plans.plans)
    facts = _movement_facts(con, typed, given, source.decisions) if table.name == "stock_movements" else {}
    finals = _finals(layout, plans.plans, given, facts)
    faults = _faults(layout, plans.plans, finals)
    bits = " + ".join(f"CASE WHEN {fault.condition} THEN {1 << i} ELSE 0 END" for i, fault in enumerate(faults)) or "0"
    staged, rejects = f"{prefix}_staged", f"{prefix}_rejects"
    types = {column.name: column.duckdb_type for column in table.columns if column.name != "ledger"}
    columns = ", ".join(f"CAST({finals[n]} AS {kind}) AS {name(n)}" for n, kind in types.items() if n in finals)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {stored(staged)} AS SELECT {columns}, _row, CAST({bits} AS BIGINT) AS _faults"
        f" FROM {typed}"
    )
    signs = _sign_notes(con, typed, given) if table.name == "stock_movements" else []
    issues = [
        *body.issues,
        *plans.issues,
        *signs,
        *([] if source.whole else _tax_notes(layout)),
        *_derived_notes(con, layout, given, finals, body),
    ]
    rejected = _set_aside(con, source, layout, faults, staged, rejects)
    issues += _fault_issues(con, rejects)
    if source.mark is not None:
        types |= {"_mark": "VARCHAR"}
        con.execute(f"ALTER TABLE {stored(staged)} ADD COLUMN _mark VARCHAR")
        con.execute(
            f"UPDATE {stored(staged)} SET _mark = m.mark FROM (SELECT _row AS line, {source.mark} AS mark FROM"
            f" {source.view}) m WHERE m.line = _row"
        )
    show(con, staged, types | {"_row": "BIGINT"}, temporary=True)
    ready = con.execute(f"SELECT count(*) FROM {stored(staged)}").fetchall()[0][0]
    for leftover in ("skip", "body", *(f"of_{field_name}" for field_name in plans.plans)):
        con.execute(f"DROP TABLE IF EXISTS {name(f'{prefix}_{leftover}')}")
    return Cleaned(staged, rejects, ready, rejected, body.skipped, plans.held, issues)


@dataclass(frozen=True)
class _Fault:
    code: str
    column: str  # field
    condition: str


def _typed(plans: Mapping[str, Plan], body: Body) -> str:
    """Query: the body with every field's typed value beside its text."""
    values = ", ".join(
        f"CAST({plan.value} AS {_kind(plan)}) AS {name(field_name)}" for field_name, plan in plans.items()
    )
    joins = "".join(
        f" LEFT JOIN {plan.lookup} ON {plan.lookup}.text = body.{raw(field_name)}"
        for field_name, plan in plans.items()
        if plan.lookup
    )
    return f"(SELECT body.*, {values} FROM {body.relation} body{joins})"


def _kind(plan: Plan) -> str:
    return plan.column.duckdb_type


def _finals(layout: Layout, plans: Mapping[str, Plan], given: set[str], facts: Mapping[str, bool]) -> dict[str, str]:
    """SQL per column over the typed query; columns not named here stay empty."""
    table = layout.table
    finals = {field_name: name(field_name) for field_name in plans}
    finals |= derived_amounts(table, given)
    finals["company"] = f"coalesce({finals.get('company', 'NULL')}, '')"
    currency = {code for field_name in _MONEY_FIELDS if (code := _header_currency(layout, field_name))}
    if table.has("currency") and "currency" not in given and len(currency) == 1:
        finals["currency"] = literal(currency.pop())
    if table.name == "stock_movements":
        _sign_movements(finals, given, facts)
    return finals


def _header_currency(layout: Layout, field_name: str) -> str | None:
    position = layout.columns.get(field_name)
    return header_currency(layout.headers[position]) if position is not None else None


def _sign_movements(finals: dict[str, str], given: set[str], facts: Mapping[str, bool]) -> None:
    """Brings signed, directed and in/out quantities to one signed quantity, into stock positive."""
    sign = outward_sign(given, facts)
    if sign is not None:
        for field_name in ("quantity", "cost_amount"):
            if field_name in finals:
                finals[field_name] = f"{finals[field_name]} * {sign}"
    for target, inward, outward in (
        ("quantity", "quantity_in", "quantity_out"),
        ("cost_amount", "amount_in", "amount_out"),
    ):
        if given & {inward, outward}:
            plus = f"coalesce({inward}, 0)" if inward in given else "0"
            minus = f"coalesce({outward}, 0)" if outward in given else "0"
            some = " OR ".join(f"{side} IS NOT NULL" for side in (inward, outward) if side in given)
            both = f"CASE WHEN {some} THEN {plus} - {minus} END"
            finals[target] = f"coalesce({finals[target]}, {both})" if target in finals else both


def _movement_facts(
    con: duckdb.DuckDBPyConnection, typed: str, given: set[str], decisions: dict[str, int]
) -> dict[str, bool]:
    """Whether outward lines of the sheet carry positive quantities in sum, so that their sign must be given to them."""
    if "quantity" not in given:
        return {}
    kinds = ", ".join(f"'{kind}'" for kind in OUTWARD)
    tests = {"direction_unsigned": "direction = 'out'", "kind_unsigned": f"movement_kind IN ({kinds})"}
    facts: dict[str, bool] = {}
    for fact, condition in tests.items():
        if condition.split(" ", 1)[0] in given:
            if fact not in decisions:
                moved = con.execute(f"SELECT sum(quantity) FROM {typed} WHERE {condition}").fetchall()[0][0]
                if moved is not None:
                    decisions[fact] = int(moved > 0)
            facts[fact] = bool(decisions.get(fact))
    if "direction" in given:
        facts["kind_unsigned"] = False
    return facts


def _sign_notes(con: duckdb.DuckDBPyConnection, typed: str, given: set[str]) -> list[Issue]:
    """A word about outward lines that are all negative: signed exports look so, and red slips alone do too."""
    if not {"quantity", "movement_kind"} <= given or "direction" in given:
        return []
    kinds = ", ".join(f"'{kind}'" for kind in OUTWARD)
    outward, first, others = con.execute(
        f"SELECT count(*) FILTER (quantity < 0 AND movement_kind IN ({kinds})),"
        f" min(_row) FILTER (quantity < 0 AND movement_kind IN ({kinds})), count(*) FILTER (quantity > 0) FROM {typed}"
    ).fetchall()[0]
    return [Issue("sign_read_as_outward", "warning", row=first, count=outward)] if outward and not others else []


def _faults(layout: Layout, plans: Mapping[str, Plan], finals: Mapping[str, str]) -> list[_Fault]:
    """What makes a row a reject, each with its SQL condition over the typed query."""
    table = layout.table
    faults = [
        _Fault("value_not_readable", field_name, plan.unreadable) for field_name, plan in plans.items() if plan.checked
    ]
    for column in table.columns:
        if column.required and column.name not in ("ledger", "company"):
            empty = f"{finals.get(column.name, 'NULL')} IS NULL"
            unread = plans[column.name].unreadable if column.name in plans else "false"
            faults.append(_Fault("required_value_missing", column.name, f"({empty} AND NOT {unread})"))
    for alternative in table.alternatives:
        met = " OR ".join(
            "(" + " AND ".join(f"{finals.get(field_name, 'NULL')} IS NOT NULL" for field_name in group) + ")"
            for group in alternative.groups
        )
        shown = next((f for group in alternative.groups for f in group if f in plans), alternative.groups[0][0])
        unread = " OR ".join(
            plans[f].unreadable for group in alternative.groups for f in group if f in plans and plans[f].checked
        )
        faults.append(_Fault("alternative_missing", shown, f"(NOT ({met}) AND NOT ({unread or 'false'}))"))
    return faults[:62]


def _set_aside(
    con: duckdb.DuckDBPyConnection, source: Source, layout: Layout, faults: list[_Fault], staged: str, rejects: str
) -> int:
    """Moves faulty rows with their original cells and reasons to the rejects; gives their number."""
    cells = ", ".join(f"c{i}" for i in range(source.width))
    given = "".join(f", {literal(fact.value)}" for _, fact in sorted(layout.facts.items()))
    reasons = []
    for i, fault in enumerate(faults):
        position = layout.columns.get(fault.column)
        header = layout.headers[position] if position is not None else fault.column
        value = f"cells.c{position}" if position is not None and fault.code == "value_not_readable" else "NULL::VARCHAR"
        reasons.append(
            f"CASE WHEN _faults & {1 << i} <> 0 THEN {{'code': {literal(fault.code)}, 'column': {literal(header)},"
            f" 'value': {value}, 'field': {literal(fault.column)}}} END"
        )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {name(rejects)} AS SELECT _row, [{cells}{given}] AS cells,"
        f" CAST(to_json(list_filter([{', '.join(reasons)}], lambda x: x IS NOT NULL)) AS VARCHAR) AS reasons"
        f" FROM {stored(staged)} bad JOIN {source.view} cells USING (_row) WHERE bad._faults <> 0 ORDER BY _row"
    )
    rejected = con.execute(f"SELECT count(*) FROM {name(rejects)}").fetchall()[0][0]
    if rejected:
        con.execute(f"DELETE FROM {stored(staged)} WHERE _faults <> 0")
    con.execute(f"ALTER TABLE {stored(staged)} DROP COLUMN _faults")
    return int(rejected)


def _fault_issues(con: duckdb.DuckDBPyConnection, rejects: str) -> list[Issue]:
    """One issue per reason and column: how often, where first, which value."""
    found = con.execute(
        "SELECT r.code, r.column, r.field, count(*), min(_row), arg_min(r.value, _row) FROM (SELECT _row, unnest("
        'from_json(reasons, \'[{"code":"VARCHAR","column":"VARCHAR","value":"VARCHAR","field":"VARCHAR"}]\'))'
        f" AS r FROM {name(rejects)}) GROUP BY 1, 2, 3 ORDER BY 5, 2"
    ).fetchall()
    return [
        Issue(code, "error", row, column, value, times, {"field": field_name})
        for code, column, field_name, times, row, value in found
    ]


def _tax_notes(layout: Layout) -> list[Issue]:
    """Amounts whose header leaves open whether tax is in them are read on the table's own basis, and that is said."""
    notes = []
    for field_name in _MONEY_FIELDS:
        position = layout.columns.get(field_name)
        if position is not None and names_no_tax(layout.headers[position]):
            header = layout.headers[position]
            notes.append(Issue("tax_basis_assumed", "note", column=header, params={"field": field_name}))
    return notes


def _derived_notes(
    con: duckdb.DuckDBPyConnection, layout: Layout, given: set[str], finals: Mapping[str, str], body: Body
) -> list[Issue]:
    """Which amounts were computed because the sheet has no column for them."""
    return [
        Issue("amount_derived", "note", params={"field": field_name})
        for field_name in derived_amounts(layout.table, given)
        if field_name not in given
    ]


def headers_of(layout: Layout, width: int) -> list[str]:
    """The header texts of the rejects file: the sheet's own, then the fields that had one value for the whole sheet."""
    own = [layout.headers[i] if i < len(layout.headers) else "" for i in range(width)]
    return [*own, *(field_name for field_name, _ in sorted(layout.facts.items()))]
