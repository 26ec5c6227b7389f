"""How each column of a sheet is read: its values are looked at as a whole before any cell is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import duckdb

from cockpit.intake import dates, numbers
from cockpit.intake.body import Body, raw
from cockpit.intake.dates import DateStyle
from cockpit.intake.numbers import NumberStyle
from cockpit.intake.recognise import Layout
from cockpit.intake.sql import EXCEL_ERRORS, NO_VALUE, NOTHING, Reading, half_width, listing, literal, name
from cockpit.intake.titles import find_year
from cockpit.issues import Issue, Severity
from cockpit.model import Column, fold_header, header_scale

NUMERIC = frozenset({"quantity", "money", "price", "rate", "integer"})
DATED = frozenset({"day", "instant"})
SAMPLE = 3000
FLAG_WORDS: Mapping[str, tuple[str, ...]] = {
    "true": ("是", "真", "有", "已", "√", "✓", "✔", "对", "y", "yes", "true", "t", "1", "on"),
    "false": ("否", "假", "无", "未", "×", "✗", "✘", "n", "no", "false", "f", "0", "off"),
}
_LONG = r"-?\d{16,}"
_SCIENTIFIC = r"-?\d(\.\d+)?[eE]\+\d+"


@dataclass(frozen=True)
class Plan:
    """The SQL that gives a field's typed value from its text; `missing` are the texts that mean nothing.

    `lookup` is a temp table of ``text`` and ``value`` to join, where each different text is read once.
    """

    column: Column
    value: str
    missing: tuple[str, ...] = ()
    checked: bool = True  # a text that gives no value is an error
    lookup: str | None = None

    @property
    def unreadable(self) -> str:
        """SQL: whether there is a text and no value."""
        if not self.checked:
            return "false"
        text = raw(self.column.name)
        known = f" AND {text} NOT IN ({listing(self.missing)})" if self.missing else ""
        return f"({text} IS NOT NULL{known} AND {self.column.name} IS NULL)"


@dataclass
class Plans:
    """The plans of a sheet with what was found out on the way; `held` where a person must decide."""

    plans: dict[str, Plan]
    issues: list[Issue]
    held: bool = False


def plan_columns(
    con: duckdb.DuckDBPyConnection,
    body: Body,
    layout: Layout,
    zone: str,
    settings: Mapping[str, str],
    rounded: Mapping[int, int] | None,
    texts_of_sheet: list[str],
    prefix: str,
    decisions: dict[str, int],
) -> Plans:
    """Looks at every column and decides how it is read.

    `settings` are ``date_order``, ``decimal`` and ``year`` where a person gave them; `rounded` are columns that hold
    numbers of more than 15 digits, None where all texts are exact; `texts_of_sheet` are titles and names in which a
    year may stand. `decisions` that earlier rows of a source settled are kept to, new ones are added.
    """
    maker = _Maker(con, body, layout, zone, settings, rounded, texts_of_sheet, prefix, decisions)
    return maker.make()


def _tax_share(number: str) -> str:
    """SQL for a rate of tax as a fraction: 13 is 13 %, 1 is 1 % and 0.13 is 13 %, line by line; no tax is 100 %."""
    return f"(CASE WHEN abs({number}) >= 1 THEN ({number}) / 100 ELSE {number} END)"


class _Maker:
    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        body: Body,
        layout: Layout,
        zone: str,
        settings: Mapping[str, str],
        rounded: Mapping[int, int] | None,
        texts_of_sheet: list[str],
        prefix: str,
        decisions: dict[str, int],
    ) -> None:
        self.con, self.body, self.layout, self.zone = con, body, layout, zone
        self.settings, self.rounded, self.texts_of_sheet, self.prefix = settings, rounded, texts_of_sheet, prefix
        self.decisions = decisions
        self.columns = [layout.table.column(field_name) for field_name in body.fields]
        self.issues: list[Issue] = []
        self.held = False
        self._odd: dict[str, list[str]] = {}

    def header(self, column: Column) -> str:
        position = self.layout.columns.get(column.name)
        return self.layout.headers[position] if position is not None else column.name

    def make(self) -> Plans:
        counts = self._count()
        orders = self._date_orders([c for c in self.columns if c.kind in DATED and not self._plain(c, counts)])
        numeric = [c for c in self.columns if c.kind in NUMERIC]
        marks = self._decimal_marks(numeric, {c.name for c in numeric if self._plain(c, counts)})
        plans: dict[str, Plan] = {}
        for column in self.columns:
            if column.kind in DATED:
                plans[column.name] = self._date(column, self._plain(column, counts), orders.get(column.name))
            elif column.kind in NUMERIC:
                plans[column.name] = self._number(column, marks[column.name])
            elif column.kind in ("choice", "flag"):
                plans[column.name] = self._choice(column)
            elif column.kind == "code":
                plans[column.name] = self._code(column, counts)
            else:
                plans[column.name] = Plan(column, _present(column.name), checked=False)
            self._note_errors(column, counts)
        return Plans(plans, self.issues, self.held)

    def _count(self) -> dict[str, int]:
        """One pass over all columns: how many texts, how many of them are already plain."""
        asked: dict[str, str] = {}
        for column in self.columns:
            text, key = raw(column.name), column.name
            asked[f"{key}:n"] = f"count({text})"
            asked[f"{key}:errors"] = f"count_if({text} >= '#' AND {text} < '$')"  # begins with it, sooner said
            if column.kind in DATED:
                asked[f"{key}:plain"] = f"count_if({dates.is_plain(text)})"
            elif column.kind in NUMERIC:
                asked[f"{key}:plain"] = f"count(TRY_CAST({text} AS {column.duckdb_type}))"
            elif column.kind == "code":
                asked[f"{key}:tails"] = f"count_if(suffix({text}, '.0'))"
                asked[f"{key}:wide"] = f"count_if(strlen({text}) <> length({text}))"
                asked[f"{key}:powers"] = f"count_if(contains({text}, '+'))"  # looked at closer where there is any
                asked[f"{key}:long"] = f"count_if(strlen({text}) > 15)"
        select = ", ".join(asked.values())
        values = self.con.execute(f"SELECT {select} FROM {self.body.relation}").fetchall()[0]
        return dict(zip(asked, values, strict=True))

    def _plain(self, column: Column, counts: Mapping[str, int]) -> bool:
        return counts[f"{column.name}:n"] == counts[f"{column.name}:plain"]

    def _odd_values(self, column: Column) -> list[str]:
        """Distinct texts that are no plain numbers, and those plain ones that show a decimal point; a sample."""
        if column.name in self._odd:
            return self._odd[column.name]
        text = raw(column.name)
        found = self.con.execute(
            f"SELECT DISTINCT {text} FROM {self.body.relation} WHERE {text} IS NOT NULL AND"
            f" (TRY_CAST({text} AS DOUBLE) IS NULL OR contains({text}, '.')) LIMIT {SAMPLE}"
        ).fetchall()
        return self._odd.setdefault(column.name, [str(value) for (value,) in found])

    # Numbers

    def _decimal_marks(self, columns: list[Column], plain: set[str]) -> dict[str, str | None]:
        """Which sign separates decimals per column, None where all its numbers are plain.

        What one column settles helps the others of the sheet: beside 1.234,56 a lone 1.234 is a thousand.
        """
        given = self.settings.get("decimal", "").strip()
        sure = {c.name: given or numbers.decimal_mark(self._odd_values(c)) for c in columns if c.name not in plain}
        settled = {mark for mark in sure.values() if mark}
        common = settled.pop() if len(settled) == 1 else "."
        marks: dict[str, str | None] = {field_name: mark or common for field_name, mark in sure.items()}
        for column in columns:
            if column.name in plain:
                pointed = common == "," and self._odd_values(column)
                marks[column.name] = "," if pointed and numbers.decimal_mark(pointed) != "." else None
        return marks

    def _number(self, column: Column, mark: str | None) -> Plan:
        plain = mark is None
        scale = numbers.exponent_of(header_scale(self.header(column))) if column.name in self.layout.columns else 0
        taxed = column.name == "tax_rate"
        exponent = 0 if taxed else self._share_exponent(column, scale, plain) if column.kind == "rate" else scale
        style = NumberStyle(comma=mark == ",", exponent=exponent)
        if exponent > 0:
            params = {"factor": 10**exponent}
            self.issues.append(Issue("header_scale_applied", "note", column=self.header(column), params=params))
        if not plain:
            self._note_units(column)
        kind = "DECIMAL(28,4)" if column.kind == "integer" else column.duckdb_type
        missing = (*NO_VALUE, *NOTHING, *EXCEL_ERRORS)
        if plain and not exponent:
            number = numbers.plain_number(raw(column.name), column.duckdb_type)
            return Plan(column, _tax_share(number) if taxed else number, missing)
        reading = numbers.number(kind, style, column.kind in ("quantity", "integer"))
        if taxed:
            reading = replace(reading, value=_tax_share(reading.value))
        if column.kind == "integer":
            whole = f"CASE WHEN {reading.value} = round({reading.value}) THEN CAST({reading.value} AS BIGINT) END"
            reading = replace(reading, value=whole)
        return self._looked_up(column, reading, missing + self._two_units(column))

    def _looked_up(self, column: Column, reading: Reading, missing: tuple[str, ...]) -> Plan:
        """A plan that reads each different text of the column once."""
        table = name(f"{self.prefix}_of_{column.name}")
        text = raw(column.name)
        distinct = f"(SELECT DISTINCT {text} AS text FROM {self.body.relation} WHERE {text} IS NOT NULL)"
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {reading.over(distinct)}")
        return Plan(column, f"{table}.value", missing, lookup=table)

    def _share_exponent(self, column: Column, scale: int, plain: bool) -> int:
        """Shares are kept as fractions: 13 under 税率 is 13 %, 0.13 under 税率(%) is 13 % too."""
        if column.unit != "share":
            return 0 if scale < 0 else scale
        if column.name in self.decisions:
            return self.decisions[column.name]
        text = raw(column.name)
        largest = self.con.execute(f"SELECT max(abs(TRY_CAST({text} AS DOUBLE))) FROM {self.body.relation}").fetchall()[
            0
        ][0]
        exponent = -2 if largest is not None and largest > 1 else 0 if plain else min(scale, 0)
        if largest is not None:
            self.decisions[column.name] = exponent
        return exponent

    def _two_units(self, column: Column) -> tuple[str, ...]:
        return tuple(value for value in self._odd_values(column) if numbers.is_two_units(value))

    def _note_units(self, column: Column) -> None:
        if column.kind != "quantity":
            return
        odd = self._odd_values(column)
        both = [value for value in odd if numbers.is_two_units(value)]
        one = [value for value in odd if numbers.has_unit(value) and value not in both]
        for code, values in (("unit_in_number", one), ("two_units_in_number", both)):
            if values:
                severity: Severity = "warning" if values is both else "note"
                line, times = self._where(column, f"IN ({listing(values)})")
                self.issues.append(Issue(code, severity, line, self.header(column), values[0], times))

    def _where(self, column: Column, condition: str) -> tuple[int | None, int]:
        line, times = self.con.execute(
            f"SELECT min(_row), count(*) FROM {self.body.relation} WHERE {raw(column.name)} {condition}"
        ).fetchall()[0]
        return line, times

    # Days and instants

    def _date_orders(self, columns: list[Column]) -> dict[str, dates.Order]:
        """Day or month first, per column, from values above 12; what one column settles decides the open ones."""
        given = self.settings.get("date_order")
        orders: dict[str, dates.Order] = {}
        open_columns: list[Column] = []
        for column in columns:
            text, short = raw(column.name), literal(dates.SHORT)
            first_part, second_part = (f"TRY_CAST(regexp_extract(v, {short}, {i}) AS INTEGER)" for i in (1, 2))
            first, second, times = self.con.execute(
                f"SELECT max({first_part}), max({second_part}), count(*) FROM (SELECT {half_width('text')} AS v"
                f" FROM (SELECT DISTINCT {text} AS text FROM {self.body.relation}) WHERE NOT {dates.is_plain('text')})"
                f" WHERE regexp_matches(v, {short})"
            ).fetchall()[0]
            if not times:
                continue
            if given in ("dmy", "mdy"):
                orders[column.name] = "dmy" if given == "dmy" else "mdy"
            elif first > 12 >= second:
                orders[column.name] = "dmy"
            elif second > 12 >= first:
                orders[column.name] = "mdy"
            else:
                open_columns.append(column)
        common = set(orders.values())
        for column in open_columns:
            if len(common) == 1:
                orders[column.name] = next(iter(common))
                continue
            orders[column.name] = "dmy"
            line, times = self._where(column, "IS NOT NULL")
            example = self._example(column)
            self.issues.append(Issue("date_order_ambiguous", "error", line, self.header(column), example, times))
            self.held = True
        return orders

    def _example(self, column: Column) -> str | None:
        found = self.con.execute(
            f"SELECT any_value({raw(column.name)}) FROM {self.body.relation} WHERE"
            f" NOT {dates.is_plain(raw(column.name))}"
        ).fetchall()[0][0]
        return None if found is None else str(found)

    def _date(self, column: Column, plain: bool, order: dates.Order | None) -> Plan:
        missing = (*NO_VALUE, *NOTHING, *EXCEL_ERRORS, *dates.NO_DATE)
        text = raw(column.name)
        if plain:
            value = dates.plain_day(text) if column.kind == "day" else dates.plain_instant(text, self.zone)
            return Plan(column, value, missing)
        style = DateStyle(order=order)
        if column.name in ("period_start", "period_end"):
            given = self.settings.get("year", "")
            year = int(given) if given.isdigit() else find_year(self.texts_of_sheet)
            style = replace(style, month="first" if column.name == "period_start" else "last", year=year)
        build = dates.day if column.kind == "day" else dates.instant
        return self._looked_up(column, build(style, self.zone), missing)

    # Codes, choices, errors

    def _code(self, column: Column, counts: Mapping[str, int]) -> Plan:
        text = _present(column.name)
        key = column.name
        if counts[f"{key}:wide"]:
            text = half_width(text)
        if self.rounded is None:
            return Plan(column, text, checked=False)
        self._check_precision(column, counts, self.rounded)
        if counts[f"{key}:tails"]:
            line, times = self._where(column, "SIMILAR TO '\\d+\\.0'")
            _, whole = self._where(column, "SIMILAR TO '\\d+'")
            if times and not whole:
                text = f"regexp_replace({text}, '^(\\d+)\\.0$', '\\1')"
                self.issues.append(Issue("code_decimal_stripped", "note", line, self.header(column), count=times))
        return Plan(column, text, checked=False)

    def _check_precision(self, column: Column, counts: Mapping[str, int], rounded: Mapping[int, int]) -> None:
        """Numbers a spreadsheet has rounded are no codes any more: nobody may take them for the real ones."""
        key, line, times, example = column.name, None, 0, None
        if counts[f"{key}:powers"]:
            line, times = self._where(column, f"SIMILAR TO {literal(_SCIENTIFIC)}")
        position = self.layout.columns.get(key)
        if not times and position in rounded and counts[f"{key}:long"]:
            line, times = self._where(column, f"SIMILAR TO {literal(_LONG)}")
        elif not times and counts[f"{key}:long"]:
            # a text may well be that long; rounded ones show by their zeros after the fifteenth digit
            line, times = self._where(column, "SIMILAR TO '\\d{15}0+'")
            _, exact = self._where(column, "SIMILAR TO '\\d{15,}[1-9]\\d*'") if times else (None, 0)
            times = 0 if exact else times
        if times:
            example = self.con.execute(f"SELECT {raw(key)} FROM {self.body.relation} WHERE _row = {line}").fetchall()[
                0
            ][0]
            self.issues.append(Issue("code_precision_lost", "error", line, self.header(column), example, times))
            self.held = True

    def _choice(self, column: Column) -> Plan:
        text = raw(column.name)
        found = self.con.execute(
            f"SELECT {text}, count(*), min(_row) FROM {self.body.relation} WHERE {text} IS NOT NULL"
            f" GROUP BY 1 ORDER BY 2 DESC LIMIT {SAMPLE}"
        ).fetchall()
        words = _words(column)
        cases, unknown = [], []
        for value, times, line in found:
            choice = words.get(fold_header(str(value)))
            if choice is None and value not in (*NO_VALUE, *NOTHING, *EXCEL_ERRORS):
                unknown.append((str(value), times, line))
                choice = "other" if "other" in column.choices else None
            if choice is not None:
                cases.append(f"WHEN {literal(str(value))} THEN {literal(choice)}")
        if unknown and "other" in column.choices:
            shown = ", ".join(value for value, _, _ in unknown[:5])
            times = sum(times for _, times, _ in unknown)
            self.issues.append(
                Issue(
                    "choice_read_as_other",
                    "warning",
                    min(line for *_, line in unknown),
                    self.header(column),
                    shown,
                    times,
                )
            )
        value = f"CASE {text} {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"
        if column.kind == "flag":
            value = f"CAST({value} AS BOOLEAN)"
        return Plan(column, value, (*NO_VALUE, *NOTHING, *EXCEL_ERRORS))

    def _note_errors(self, column: Column, counts: Mapping[str, int]) -> None:
        if not counts[f"{column.name}:errors"]:
            return
        line, times = self._where(column, f"IN ({listing(EXCEL_ERRORS)})")
        if times:
            self.issues.append(Issue("excel_error_read_as_missing", "warning", line, self.header(column), count=times))


def _present(field_name: str) -> str:
    """SQL: the text, null where it is a word for nothing or a spreadsheet's error."""
    text = raw(field_name)
    return f"(CASE WHEN {text} IN ({listing((*NOTHING, *EXCEL_ERRORS))}) THEN NULL ELSE {text} END)"


def _words(column: Column) -> dict[str, str]:
    words: dict[str, str] = {}
    if column.kind == "flag":
        for choice, known in FLAG_WORDS.items():
            words |= {fold_header(word): choice for word in known}
    for choice, known in column.choices.items():
        words[fold_header(choice)] = choice
        words |= {fold_header(word): choice for word in known}
    words.pop("", None)
    return words
