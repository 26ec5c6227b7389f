"""Which canonical table a sheet is, where its header stands, and which of its columns is what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from cockpit.intake import layout, titles
from cockpit.intake.columns import Twins, choose_columns, places_of, shown
from cockpit.intake.layout import Header, Row, text_of
from cockpit.intake.titles import Fact
from cockpit.intake.vocabulary import Match, Vocabulary
from cockpit.issues import Issue
from cockpit.model import FALLBACKS, Table, fold_header, settle_amounts

CLOSE = 0.35  # scores nearer than this leave the choice to a person
HINT = 2.5
# Told by the sheet's titles and names or by a person where no column says it.
TOLD_ELSEWHERE = frozenset({"side", "role", "period_start", "period_end", "as_of_day"})
SAID = ("--set", "--as-of")
SPECIAL = frozenset({"date_order", "decimal", "year"})  # settings of reading that are no fields
_PERIODS = {"period_start": ("period",), "period_end": ("period",)}
_PIVOT = re.compile(r"^(行标签|列标签)$|^(求和项|计数项|平均值项)[:：]|^(row|column) labels$", re.IGNORECASE)


@dataclass(frozen=True)
class Wishes:
    """What a person said about the file: table, columns (`map`: field → header or ``#n``), values (`set`)."""

    table: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)
    set: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """A recognised sheet. `columns` maps fields to column positions, `facts` fields to one value for all rows.

    `twins` are second columns of a field that must say nothing else in any line.
    `header_first` and `header_last` are positions in the sheet (0 = first line), -1 where it has no header.
    """

    table: Table
    header_first: int
    header_last: int
    headers: tuple[str, ...]
    columns: Mapping[str, int]
    facts: Mapping[str, Fact]
    issues: tuple[Issue, ...]
    twins: tuple[Twins, ...] = ()


@dataclass(frozen=True)
class Unrecognised:
    """A sheet that gives no rows: `issue` says why; `table` is what it would have been."""

    issue: Issue
    table: str | None = None
    hopeless: bool = False  # no table at all, whatever a person says


@dataclass(frozen=True)
class View:
    """The first lines of a sheet with its names, and what a person said: all that recognition goes by."""

    rows: Sequence[Row]
    sheet: str | None
    file: str
    wishes: Wishes = Wishes()
    as_of_day: str | None = None  # ISO day a person gave for a snapshot

    def above(self, position: int) -> list[str]:
        """The texts above a line."""
        return [text for row in self.rows[: max(position, 0)] for cell in row if (text := text_of(cell))]


@dataclass(frozen=True)
class _Reading:
    table: Table
    header: Header
    matches: Mapping[int, Match]
    facts: Mapping[str, Fact]
    score: float


def recognise(view: View, vocabulary: Vocabulary) -> Layout | Unrecognised:
    """What the sheet is, or why it is nothing."""
    filled = [[text for cell in row if (text := text_of(cell))] for row in view.rows]
    if not any(filled):
        return Unrecognised(Issue("sheet_empty", "note"), hopeless=True)
    if any(_PIVOT.search(text) for row in filled[: layout.HEADER_DEPTH] for text in row):
        return Unrecognised(Issue("sheet_is_pivot", "note"), hopeless=True)
    if max(map(len, filled)) < 2:
        return Unrecognised(Issue("sheet_too_small", "note"), hopeless=True)
    wishes = view.wishes
    readings = _readings(view, vocabulary)
    best = readings[0] if readings else None
    if best is None and wishes.table and any(target.startswith("#") for target in wishes.map.values()):
        best = _without_header(view, vocabulary.tables[wishes.table])
    if best is None:
        return _nothing_known(view, vocabulary)
    rivals = {other.table.name for other in readings if best.score - other.score < CLOSE}
    if len(rivals) > 1 and not wishes.table:
        return Unrecognised(Issue("table_ambiguous", "error", params={"candidates": ", ".join(sorted(rivals))}))
    return _lay_out(view, _uppermost(best, readings), vocabulary)


def _readings(view: View, vocabulary: Vocabulary) -> list[_Reading]:
    """Every plausible reading of the sheet, best first."""
    names = [view.wishes.table] if view.wishes.table else list(vocabulary.tables)
    found = [
        reading
        for header in layout.candidates(view.rows, vocabulary)
        for name in names
        if (reading := _read(view, header, vocabulary.tables[name], vocabulary)) is not None
    ]
    return sorted(found, key=lambda reading: -reading.score)


def _read(view: View, header: Header, table: Table, vocabulary: Vocabulary) -> _Reading | None:
    """The sheet read as this table under this header; None where the header does not speak of it."""
    matches = {
        position: match
        for position, text in enumerate(header.texts)
        if text and (match := vocabulary.match(table.name, text)) is not None
    }
    said = {name: target for name, target in view.wishes.map.items() if not target.startswith("#")}
    if len(matches) + len(said) < 2:
        return None
    settled = settle_amounts(table.name, {place: match.name for place, match in matches.items()}, header.texts)
    matches = {place: replace(match, name=settled[place]) for place, match in matches.items()}
    fields = {match.name for match in matches.values()} | set(places_of(said, header.texts))
    above = view.above(header.first)
    named = _named(table, [*above, view.sheet or "", view.file]) is not None
    filled = sum(bool(text) for text in header.texts)
    if len(fields) < 2 or not (view.wishes.table or _is_telling(table, fields, filled, named)):
        return None
    facts = titles.facts_for(table, above, view.sheet, view.file, [text for text in header.texts if text])
    given = fields | set(view.wishes.set) | set(view.wishes.map) | set(facts)
    if view.as_of_day:
        given.add("as_of_day")
    # a pair of lines must say more than its upper line alone, else that line is the header
    score = _score(table, matches, given, vocabulary) + HINT * named - 0.1 * (header.last - header.first)
    return _Reading(table, header, matches, facts, score)


def _uppermost(best: _Reading, readings: Sequence[_Reading]) -> _Reading:
    """Of two header lines one above the other, in two languages, the upper one that knows nearly as much."""
    upper = [
        other
        for other in readings
        if other.table.name == best.table.name
        and other.header.last == best.header.first - 1
        and len(other.matches) >= 0.6 * len(best.matches)
    ]
    return upper[0] if upper else best


def _is_telling(table: Table, fields: set[str], filled: int, named: bool) -> bool:
    """Whether the headers speak of this table at all, and not of something that shares a word or two with it."""
    if len(fields & set(table.signature)) < 2 or len(fields) < min(3, len(table.signature)):
        return False
    share = len(fields) / filled
    return share >= (0.2 if named else 0.5 if table.mode == "master" else 0.3)


def _score(table: Table, matches: Mapping[int, Match], given: set[str], vocabulary: Vocabulary) -> float:
    """How much the headers speak for the table, less what it would lack."""
    best: dict[str, float] = {}
    for match in matches.values():
        worth = 1.0 if match.name in table.signature else 0.5
        worth *= vocabulary.weight(match.form) / (1 + 0.3 * match.step)
        best[match.name] = max(worth, best.get(match.name, 0.0))
    lacking = missing_columns(table, given)
    untold = sum(name in TOLD_ELSEWHERE for name in lacking)
    return sum(best.values()) - 2.0 * (len(lacking) - untold) - 0.5 * untold - len(unmet_alternatives(table, given))


def fallbacks(table: Table) -> dict[str, tuple[str, ...]]:
    """Columns whose values another column can give: field → the fields it may be read from."""
    periods = _PERIODS if table.has("period") else {}
    return {**FALLBACKS.get(table.name, {}), **periods}


def missing_columns(table: Table, given: set[str]) -> list[str]:
    """Required fields that no column, no value and no other column can give."""
    others = fallbacks(table)
    return [
        column.name
        for column in table.columns
        if column.required and column.name not in given and not given.intersection(others.get(column.name, ()))
    ]


def unmet_alternatives(table: Table, given: set[str]) -> list[tuple[tuple[str, ...], ...]]:
    return [
        alternative.groups
        for alternative in table.alternatives
        if not any(set(group) <= given for group in alternative.groups)
    ]


def _named(table: Table, texts: Sequence[str]) -> str | None:
    """The table's own name among titles, sheet and file names; the longest word that is found."""
    told = "\n".join(_folded(Path(text).stem if "." in text else text) for text in texts if text)
    return max((word for word in map(_folded, table.names) if word in told), key=len, default=None)


_folded = lru_cache(maxsize=20_000)(fold_header)


def _without_header(view: View, table: Table) -> _Reading:
    width = max(len(row) for row in view.rows)
    facts = titles.facts_for(table, [], view.sheet, view.file, [])
    return _Reading(table, Header(tuple(f"#{i + 1}" for i in range(width)), -1, -1), {}, facts, 0.0)


def _nothing_known(view: View, vocabulary: Vocabulary) -> Unrecognised:
    position = layout.plain_header(view.rows)
    if position is None:
        return Unrecognised(Issue("header_not_found", "error"))
    headers = [text for cell in view.rows[position] if (text := text_of(cell))]
    return Unrecognised(
        Issue("table_not_recognised", "error", row=position + 1, params={"headers": ", ".join(headers[:12])})
    )


def _lay_out(view: View, reading: _Reading, vocabulary: Vocabulary) -> Layout | Unrecognised:
    """Columns and values of the chosen reading, or what is missing."""
    table, texts, wishes = reading.table, reading.header.texts, view.wishes
    headers = shown(texts)
    unknown = [name for name in (*wishes.map, *wishes.set) if not table.has(name) and name not in SPECIAL]
    if unknown:
        return _refused(table, "field_unknown", field=unknown[0])
    forced = places_of(wishes.map, texts)
    lost = [name for name in wishes.map if name not in forced]
    if lost:
        return _refused(table, "mapped_header_missing", field=lost[0], header=wishes.map[lost[0]], headers=headers)
    start = reading.header.last + 1
    given = set(wishes.set)
    chosen = choose_columns(view.rows[start:], table.name, texts, reading.matches, forced, given, vocabulary, start + 1)
    if chosen.conflict is not None:
        return Unrecognised(chosen.conflict, table.name)
    columns, issues = dict(chosen.columns), list(chosen.issues)
    facts = _facts(view, reading, columns)
    columns = {name: place for name, place in columns.items() if name not in facts}
    missing = missing_columns(table, {*columns, *facts})
    if missing:
        return _refused(table, "required_column_missing", field=missing[0], headers=headers)
    unmet = unmet_alternatives(table, {*columns, *facts})
    if unmet:
        fields = " / ".join(" + ".join(group) for group in unmet[0])
        return _refused(table, "alternative_columns_missing", fields=fields, headers=headers)
    for name, others in fallbacks(table).items():
        source = next((other for other in others if other in columns), None)
        if source is not None and name not in columns and name not in facts:
            columns[name] = columns[source]
    for name, fact in sorted(facts.items()):
        if fact.source not in SAID:
            params = {"field": name, "source": fact.source}
            issues.append(Issue("value_from_title", "note", value=fact.value, params=params))
    last = _second_header(view.rows, reading, vocabulary)
    twins = tuple(pair for pair in chosen.twins if columns.get(pair.field) == pair.one)
    return Layout(table, reading.header.first, last, texts, columns, facts, tuple(issues), twins)


def _refused(table: Table, code: str, **params: str) -> Unrecognised:
    return Unrecognised(Issue(code, "error", params={**params, "table": table.name}), table.name)


def _facts(view: View, reading: _Reading, columns: Mapping[str, int]) -> dict[str, Fact]:
    """Values for the whole sheet: what a person said first, then what titles and names say of columns it lacks."""
    table = reading.table
    facts = {name: fact for name, fact in reading.facts.items() if name not in columns}
    if view.as_of_day and table.has("as_of_day") and "as_of_day" not in columns:
        facts["as_of_day"] = Fact(view.as_of_day, "--as-of")
    facts |= {name: Fact(value, "--set") for name, value in view.wishes.set.items() if table.has(name)}
    if table.has("movement_kind") and not {*columns, *facts} & {"movement_kind", *fallbacks(table)["movement_kind"]}:
        signed = next((name for name in ("direction", "quantity_in", "quantity_out") if name in columns), None)
        if signed is not None:  # which way it went is known, why is not
            facts["movement_kind"] = Fact("other", reading.header.texts[columns[signed]])
    return facts


def _second_header(rows: Sequence[Row], reading: _Reading, vocabulary: Vocabulary) -> int:
    """The last header line: a line below with technical names for the same columns belongs to the header."""
    last = reading.header.last
    if last < 0 or last + 1 >= len(rows):
        return last
    below = [text for cell in rows[last + 1] if (text := text_of(cell))]
    known = sum(vocabulary.match(reading.table.name, text) is not None for text in below)
    is_header = known >= 2 and known * 2 >= len(below) and not any(layout.looks_like_data(text) for text in below)
    return last + 1 if is_header else last
