"""The rows of a table without what only dresses it: titles, blanks, rules, repeated headers, totals, footers."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from cockpit.intake.recognise import Layout
from cockpit.intake.sql import listing, literal, name
from cockpit.issues import Issue

_TOTAL_WORD = r"(?:合\s*计|小\s*计|总\s*计|累\s*计|共\s*计|总\s*合\s*计|合\s*计\s*数)"
TOTAL = rf"(?:本页|本月|本日|本年|本期|当期|全部|以上|各?部门)?\s*{_TOTAL_WORD}\s*[:：]?"
TOTAL_LOOSE = rf"{_TOTAL_WORD}\s*(?:[:：(（].*)?$|^\s*{_TOTAL_WORD}"
TOTAL_ENGLISH = r"(?i)(?:grand |sub[- ]?|sum )?totals?(?: for .*)?\s*(?::.*)?|.* (?:sub)?totals?\s*:?"
SIGNED = r"^(制表|制单|打印|导出|审核|复核|主管|记账|经办|会计|出纳|仓管|保管)\s*(人|员|日期|时间)?\s*[:：]"
FOOTER = (
    r"(?i)^(备注|说明|注|备注说明)\s*[:：]|第\s*\d+\s*页|共\s*\d+\s*[页条行]|^page\s*\d+|^printed|^created by|"
    r"^report (date|time)|^以下空白|^\*+\s*end|"
    r"^\(?\d+ (rows?|records?)( affected)?\)?$|^数据来源"
)
CODE = r"[-\w./#]*\d[-\w./#]*"  # alone on a line this is a row that lost its rest, no title
RULE = r"[-=_+|*·\s]{3,}"
# Fields of the document's head: on the lines below the first they stay empty where cells are merged.
HEAD_FIELDS = (
    "company",
    "process",
    "case_id",
    "side",
    "document_type",
    "document_no",
    "fiscal_year",
    "document_date",
    "document_status",
    "close_status",
    "is_void",
    "department",
    "salesperson",
    "buyer",
    "requester",
    "customer_code",
    "customer_name",
    "supplier_code",
    "supplier_name",
    "partner_code",
    "partner_name",
    "region",
    "channel",
    "warehouse",
    "project",
    "currency",
    "exchange_rate",
    "movement_kind",
    "direction",
    "due_date",
    "payment_terms",
    "invoice_no",
    "created_by",
    "created_at",
    "approver",
    "approved_at",
)


@dataclass
class Body:
    """The rows to clean: `relation` is a temp table or query with ``_row`` and one text column per field."""

    relation: str
    fields: tuple[str, ...]
    skipped: int
    issues: list[Issue] = field(default_factory=list)


def raw(field_name: str) -> str:
    """The SQL name of a field's text in the body."""
    return name(f"r_{field_name}")


def _texts(layout: Layout) -> dict[str, str]:
    """Per field the SQL for its text in the cells: a column's cell, or the one value of the whole sheet."""
    texts = {field_name: f"c{position}" for field_name, position in layout.columns.items()}
    return texts | {field_name: literal(fact.value) for field_name, fact in layout.facts.items()}


def whole_body(cells: str, layout: Layout) -> Body:
    """Every line as a row: a database has neither titles nor totals nor merged cells."""
    texts = _texts(layout)
    select = ", ".join(f"{expression} AS {raw(field_name)}" for field_name, expression in texts.items())
    return Body(f"(SELECT _row, {select} FROM {cells})", tuple(texts), 0)


def find_body(con: duckdb.DuckDBPyConnection, cells: str, width: int, rows: int, layout: Layout, prefix: str) -> Body:
    """Sets aside what is no row of the table, counts it by kind, and fills document heads down.

    `cells` is a view with ``_row`` and ``c0`` … ; every line of the sheet ends up as header, skipped or in the body.
    """
    skip = name(f"{prefix}_skip")
    texts = _texts(layout)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {skip} AS {_kinds(cells, width, layout, texts)}")
    issues, skipped = [], 0
    for kind, times, first in con.execute(
        f"SELECT kind, count(*), min(_row) FROM {skip} WHERE kind <> 'own' GROUP BY kind ORDER BY kind"
    ).fetchall():
        issues.append(Issue(f"skipped_{kind}", "note", row=first, count=times))
        skipped += times
    fields = tuple(texts)
    select = ", ".join(f"{expression} AS {raw(field_name)}" for field_name, expression in texts.items())
    # most sheets have nothing but their header to leave out, which is cheaper to say
    last = layout.header_last + 1
    rest = con.execute(f"SELECT count(*) FROM {skip} WHERE _row > {last}").fetchall()[0][0]
    out = f" AND _row NOT IN (SELECT _row FROM {skip})" if rest else ""
    query = f"SELECT _row, {select} FROM {cells} WHERE _row > {last}{out}"
    body = Body(f"({query})", fields, skipped, issues)
    _fill_down(con, body, layout, prefix)
    return body


def _kinds(cells: str, width: int, layout: Layout, texts: dict[str, str]) -> str:
    """SQL: the lines that are no rows, each with its kind; ``own`` is the header itself."""
    columns = [f"c{position}" for position in range(width)]
    first = f"coalesce({', '.join(columns)})"
    lacking = _lacking(layout, texts)
    words = [
        texts[column.name]
        for column in layout.table.columns
        if column.name in layout.columns and column.kind in ("code", "text", "day", "choice", "instant")
    ] or [first]
    total = " OR ".join(
        f"(contains({text}, '计') AND regexp_full_match({text}, {literal(TOTAL)}))" for text in {*words, first}
    )
    loose = " OR ".join(
        f"regexp_matches({text}, {literal(TOTAL_LOOSE)}) OR regexp_full_match({text}, {literal(TOTAL_ENGLISH)})"
        for text in {*words, first}
    )
    filled = f"list_count([{', '.join(columns)}])"  # a sum would nest as deep as the sheet is wide
    dashes = (
        f"regexp_full_match(concat_ws('', {', '.join(f'c{position}' for position in range(width))}), {literal(RULE)})"
    )
    begin, end = layout.header_first + 1, layout.header_last + 1
    return (
        f"SELECT _row, CASE WHEN _row BETWEEN {begin} AND {end} AND {end} > 0 THEN 'own'"
        f" WHEN {first} IS NULL THEN 'blank'"
        f" WHEN _row < {begin} THEN 'title'"
        f" WHEN regexp_matches({first}, '^[-=_+|*·]') AND {dashes} THEN 'rule'"
        f" WHEN {_repeated(layout)} THEN 'header'"
        f" WHEN {total} THEN 'total'"
        f" WHEN (contains({first}, ':') OR contains({first}, '：')) AND regexp_matches({first}, {literal(SIGNED)})"
        " THEN 'footer'"
        f" WHEN {lacking} THEN CASE WHEN {loose} THEN 'total'"
        f" WHEN regexp_matches({first}, {literal(FOOTER)}) THEN 'footer'"
        f" WHEN {filled} = 1 AND NOT regexp_full_match({first}, {literal(CODE)}) THEN 'title' END END AS kind"
        f" FROM {cells} WHERE kind IS NOT NULL"
    )


def _lacking(layout: Layout, texts: dict[str, str]) -> str:
    """SQL: whether a line lacks something every row must have, and so may be no row at all."""
    empty = [
        f"{texts[column.name]} IS NULL"
        for column in layout.table.columns
        if column.required and column.name in layout.columns
    ]
    for alternative in layout.table.alternatives:
        groups = [[texts[field_name] for field_name in group if field_name in texts] for group in alternative.groups]
        unmet = [" OR ".join(f"{text} IS NULL" for text in group) for group in groups if group]
        empty.append(" AND ".join(f"({test})" for test in unmet) or "false")
    return " OR ".join(f"({test})" for test in empty) or "false"


def _repeated(layout: Layout) -> str:
    """SQL: whether a line says the header again."""
    if layout.header_last < 0:
        return "false"
    said = [
        f"c{position} IN ({listing({layout.headers[position], layout.headers[position].rsplit('.', 1)[-1]})})"
        for position in sorted(set(layout.columns.values()))[:4]
        if layout.headers[position]
    ]
    return " AND ".join(said) if len(said) > 1 else "false"


def _fill_down(con: duckdb.DuckDBPyConnection, body: Body, layout: Layout, prefix: str) -> None:
    """Gives the lines below a document's first line its number and head, where merged cells left them empty."""
    head = "case_id" if layout.table.mode == "event" else "document_no"
    if head not in layout.columns or layout.table.mode not in ("document", "event"):
        return
    empty = con.execute(f"SELECT count(*) FROM {body.relation} WHERE {raw(head)} IS NULL").fetchall()[0][0]
    if not empty:
        return
    carried = [field_name for field_name in HEAD_FIELDS if field_name in layout.columns]
    first = {field_name: f"first_value({raw(field_name)}) OVER document" for field_name in carried}
    same = [
        f"({raw(f)} IS NULL OR {raw(f)} = {first[f]})"
        for f in (layout.table.business_day, *layout.table.partner)
        if f and f in first and f != head
    ]
    below = " AND ".join([f"{raw(head)} IS NULL", "_group > 0", *same])
    select = ", ".join(
        f"CASE WHEN {below} THEN coalesce({raw(f)}, {first[f]}) ELSE {raw(f)} END AS {raw(f)}" if f in first else raw(f)
        for f in body.fields
    )
    table = name(f"{prefix}_body")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT _row, {select}, ({below}) AS _filled FROM"
        f" (SELECT *, count({raw(head)}) OVER (ORDER BY _row) AS _group FROM {body.relation})"
        " WINDOW document AS (PARTITION BY _group ORDER BY _row)"
    )
    times, line = con.execute(f"SELECT count(*), min(_row) FROM {table} WHERE _filled").fetchall()[0]
    if times:
        header = layout.headers[layout.columns[head]]
        body.issues.append(Issue("filled_down", "note", row=line, column=header, count=times))
    body.relation = table
