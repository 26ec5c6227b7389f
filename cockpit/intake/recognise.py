"""Which canonical table a sheet is, where its header stands, and which of its columns is what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cockpit.intake import layout, titles
from cockpit.intake.layout import Header, Row, text_of
from cockpit.intake.titles import Fact
from cockpit.intake.vocabulary import Match, Vocabulary
from cockpit.issues import Issue
from cockpit.model import FALLBACKS, Table, fold_header, names_no_tax, settle_amounts

CLEARLY_BETTER = 4  # places in the order of preference between two headers of one field
CLOSE = 0.35  # scores nearer than this leave the choice to a person
HINT = 2.5
# Told by the sheet's titles and names or by a person where no column says it.
TOLD_ELSEWHERE = frozenset({"side", "role", "period_start", "period_end", "as_of_day"})
_PERIODS = {"period_start": ("period",), "period_end": ("period",)}
_PIVOT = re.compile(r"行标签|列标签|求和项|计数项|平均值项|^row labels$|^column labels$|^sum of |^count of ", re.IGNORECASE)


@dataclass(frozen=True)
class Wishes:
    """What a person said about the file: table, columns (`map`: field → header or ``#n``), values (`set`)."""

    table: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)
    set: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """A recognised sheet. `columns` maps fields to column positions, `facts` fields to one value for all rows.

    `header_first` and `header_last` are positions in the sheet (0 = first line), -1 where it has no header.
    """

    table: Table
    header_first: int
    header_last: int
    headers: tuple[str, ...]
    columns: Mapping[str, int]
    facts: Mapping[str, Fact]
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Unrecognised:
    """A sheet that gives no rows: `issue` says why; `table` is what it would have been."""

    issue: Issue
    table: str | None = None
    hopeless: bool = False  # no table at all, whatever a person says


@dataclass(frozen=True)
class _Reading:
    table: Table
    header: Header
    matches: Mapping[int, Match]
    score: float


def recognise(
    rows: Sequence[Row], sheet: str | None, file: str, vocabulary: Vocabulary, wishes: Wishes, as_of_day: str | None = None
) -> Layout | Unrecognised:
    """Reads the first lines of a sheet. `as_of_day` is the ISO day a person gave for a snapshot."""
    filled = [[text for cell in row if (text := text_of(cell))] for row in rows]
    if not any(filled):
        return Unrecognised(Issue("sheet_empty", "note"), hopeless=True)
    if any(_PIVOT.search(text) for row in filled[: layout.HEADER_DEPTH] for text in row):
        return Unrecognised(Issue("sheet_is_pivot", "note"), hopeless=True)
    if max(map(len, filled)) < 2 or sum(len(row) > 1 for row in filled) < 2:
        return Unrecognised(Issue("sheet_too_small", "note"), hopeless=True)
    names = [wishes.table] if wishes.table else list(vocabulary.tables)
    readings = _readings(rows, sheet, file, vocabulary, names, wishes)
    best = readings[0] if readings else None
    if best is None and wishes.table and any(target.startswith("#") for target in wishes.map.values()):
        best = _without_header(rows, vocabulary.tables[wishes.table])
    if best is None:
        return _nothing_known(rows, vocabulary)
    rivals = [other for other in readings[1:] if other.table.name != best.table.name and best.score - other.score < CLOSE]
    if rivals and not wishes.table:
        names_found = sorted({best.table.name, *(rival.table.name for rival in rivals)})
        return Unrecognised(Issue("table_ambiguous", "error", params={"candidates": ", ".join(names_found)}))
    return _lay_out(rows, best, sheet, file, vocabulary, wishes, as_of_day)


def _readings(
    rows: Sequence[Row], sheet: str | None, file: str, vocabulary: Vocabulary, names: Sequence[str], wishes: Wishes
) -> list[_Reading]:
    """Every plausible reading of the sheet, best first."""
    found: list[_Reading] = []
    for header in layout.candidates(rows, vocabulary):
        above = [text for row in rows[: header.first] for cell in row if (text := text_of(cell))]
        for name in names:
            table = vocabulary.tables[name]
            matches = {
                position: match
                for position, text in enumerate(header.texts)
                if text and (match := vocabulary.match(name, text)) is not None
            }
            settled = settle_amounts(name, {place: match.name for place, match in matches.items()}, header.texts)
            matches = {place: replace(match, name=settled[place]) for place, match in matches.items()}
            fields = {match.name for match in matches.values()}
            forced = _forced(wishes.map, header.texts)
            fields |= set(forced)
            if len(fields) < 2 or not (wishes.table or _is_telling(table, fields)):
                continue
            score = _score(table, matches, fields, vocabulary, bool(_named(table, [*above, sheet or "", file])), wishes)
            # a pair of lines must say more than its upper line alone, else that line is the header
            found.append(_Reading(table, header, matches, score - 0.1 * (header.last - header.first)))
    return sorted(found, key=lambda reading: -reading.score)


def _is_telling(table: Table, fields: set[str]) -> bool:
    needed = min(3, len(table.signature)) if table.mode != "master" else 2
    return len(fields & set(table.signature)) >= min(needed, 2) and len(fields) >= min(needed, 3)


def _score(
    table: Table,
    matches: Mapping[int, Match],
    fields: set[str],
    vocabulary: Vocabulary,
    named: bool,
    wishes: Wishes,
) -> float:
    score = HINT if named else 0.0
    counted: set[str] = set()
    for match in matches.values():
        if match.name not in counted:
            counted.add(match.name)
            score += vocabulary.weight(match.form) * (1.0 if match.name in table.signature else 0.5) / (1 + 0.3 * match.step)
    given = fields | set(wishes.set)
    score -= 2.0 * len(set(missing_columns(table, given)) - TOLD_ELSEWHERE) + 1.0 * len(unmet_alternatives(table, given))
    return score


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
    folded = [fold_header(Path(text).stem if "." in text else text) for text in texts if text]
    hits = [word for word in (fold_header(name) for name in table.names) if any(word in text for text in folded)]
    return max(hits, key=len, default=None)


def _forced(wanted: Mapping[str, str], texts: Sequence[str]) -> dict[str, int]:
    """Where the columns a person named stand: ``#3`` is the third column, anything else a header text."""
    places: dict[str, int] = {}
    folded = [fold_header(text) for text in texts]
    for name, target in wanted.items():
        if target.startswith("#") and target[1:].isdigit():
            if 0 < int(target[1:]) <= len(texts):
                places[name] = int(target[1:]) - 1
        elif target.strip() in texts:
            places[name] = list(texts).index(target.strip())
        elif fold_header(target) in folded:
            places[name] = folded.index(fold_header(target))
    return places


def _without_header(rows: Sequence[Row], table: Table) -> _Reading:
    width = max(len(row) for row in rows)
    return _Reading(table, Header(tuple(f"#{i + 1}" for i in range(width)), -1, -1), {}, 0.0)


def _nothing_known(rows: Sequence[Row], vocabulary: Vocabulary) -> Unrecognised:
    position = layout.plain_header(rows)
    if position is None:
        return Unrecognised(Issue("header_not_found", "error"))
    headers = [text for cell in rows[position] if (text := text_of(cell))]
    params = {"headers": ", ".join(headers[:12]), "tables": ", ".join(vocabulary.tables)}
    return Unrecognised(Issue("table_not_recognised", "error", row=position + 1, params=params))


def _lay_out(
    rows: Sequence[Row],
    reading: _Reading,
    sheet: str | None,
    file: str,
    vocabulary: Vocabulary,
    wishes: Wishes,
    as_of_day: str | None,
) -> Layout | Unrecognised:
    table, texts = reading.table, reading.header.texts
    unknown = [name for name in (*wishes.map, *wishes.set) if not table.has(name) and name not in SPECIAL]
    if unknown:
        return Unrecognised(Issue("field_unknown", "error", params={"field": unknown[0], "table": table.name}), table.name)
    forced = _forced(wishes.map, texts)
    lost = [name for name in wishes.map if name not in forced and name not in SPECIAL]
    if lost:
        params = {"field": lost[0], "header": wishes.map[lost[0]], "headers": ", ".join(t for t in texts if t)}
        return Unrecognised(Issue("mapped_header_missing", "error", params=params), table.name)
    columns, issues, conflict = _assign(rows, reading, forced, set(wishes.set), vocabulary)
    if conflict is not None:
        return Unrecognised(conflict, table.name)
    above = [text for row in rows[: max(reading.header.first, 0)] for cell in row if (text := text_of(cell))]
    facts = {
        name: fact
        for name, fact in titles.facts_for(table, above, sheet, file, [text for text in texts if text]).items()
        if name not in columns
    }
    if as_of_day and table.has("as_of_day") and "as_of_day" not in columns:
        facts["as_of_day"] = Fact(as_of_day, "--as-of")
    for name, value in wishes.set.items():
        if table.has(name):
            facts[name] = Fact(value, "--set")
            columns.pop(name, None)
    given = set(columns) | set(facts)
    if table.has("movement_kind") and not given & {"movement_kind", *fallbacks(table)["movement_kind"]}:
        signed = next((name for name in ("direction", "quantity_in", "quantity_out") if name in columns), None)
        if signed is not None:  # which way it went is known, why is not
            facts["movement_kind"] = Fact("other", texts[columns[signed]])
            given.add("movement_kind")
    missing = missing_columns(table, given)
    if missing:
        params = {"field": missing[0], "table": table.name, "headers": ", ".join(text for text in texts if text)}
        return Unrecognised(Issue("required_column_missing", "error", params=params), table.name)
    unmet = unmet_alternatives(table, given)
    if unmet:
        names = " / ".join(" + ".join(group) for group in unmet[0])
        params = {"fields": names, "table": table.name, "headers": ", ".join(text for text in texts if text)}
        return Unrecognised(Issue("alternative_columns_missing", "error", params=params), table.name)
    for name, others in fallbacks(table).items():
        source = next((other for other in others if other in columns), None)
        if source is not None and name not in columns and name not in facts:
            columns[name] = columns[source]
    for name, fact in sorted(facts.items()):
        if fact.source not in ("--set", "--as-of"):
            issues.append(Issue("value_from_title", "note", value=fact.value, params={"field": name, "source": fact.source}))
    last = _second_header(rows, reading, vocabulary)
    return Layout(table, reading.header.first, last, texts, columns, facts, tuple(issues))


SPECIAL = frozenset({"date_order", "decimal", "year"})  # settings of reading that are no fields


def _second_header(rows: Sequence[Row], reading: _Reading, vocabulary: Vocabulary) -> int:
    """The last header line: a line below with technical names for the same columns belongs to the header."""
    last = reading.header.last
    if last < 0 or last + 1 >= len(rows):
        return last
    below = [text for cell in rows[last + 1] if (text := text_of(cell))]
    known = sum(vocabulary.match(reading.table.name, text) is not None for text in below)
    is_header = known >= 2 and known * 2 >= len(below) and not any(layout.looks_like_data(text) for text in below)
    return last + 1 if is_header else last


def _assign(
    rows: Sequence[Row], reading: _Reading, forced: Mapping[str, int], given: set[str], vocabulary: Vocabulary
) -> tuple[dict[str, int], list[Issue], Issue | None]:
    """One column per field. Two equally good columns with different values are left to a person."""
    texts = reading.header.texts
    columns: dict[str, int] = dict(forced)
    used = set(forced.values())
    rivals: dict[str, list[tuple[Match, int]]] = {}
    for position, match in reading.matches.items():
        if position not in used and match.name not in forced and match.name not in given:
            rivals.setdefault(match.name, []).append((match, position))
    issues: list[Issue] = []
    body = rows[reading.header.last + 1 :]
    for name, found in rivals.items():
        found.sort(key=lambda pair: (pair[0], pair[1]))
        best, place = found[0]
        columns[name] = place
        for other, position in found[1:]:
            same_text = fold_header(texts[position]) == fold_header(texts[place])
            equal = _equal(body, place, position)
            better = other.step > best.step or other.rank - best.rank >= CLEARLY_BETTER
            params = {"field": name, "header": texts[place], "other": texts[position]}
            if equal or better:
                if not equal:
                    issues.append(Issue("column_preferred", "note", column=texts[place], params=params))
            elif same_text:
                issues.append(Issue("header_repeated", "warning", column=texts[place], params=params))
            else:
                return {}, [], Issue("two_columns_for_field", "error", column=texts[place], params=params)
    unused = []
    for position, text in enumerate(texts):
        if not text or position in reading.matches or position in used or position in columns.values():
            continue
        guess = vocabulary.guess(reading.table.name, text, columns)
        if guess is not None and guess.name not in given:
            columns[guess.name] = position
            issues.append(Issue("column_guessed", "note", column=text, params={"field": guess.name}))
        else:
            unused.append(text)
    if unused:
        issues.append(Issue("columns_unused", "note", params={"headers": ", ".join(unused), "columns": len(unused)}))
    return columns, issues, None


def _equal(body: Sequence[Row], one: int, other: int) -> bool:
    """Whether the second column adds nothing in the sample: empty, or the same as the first."""
    pairs = [(text_of(row[one]), text_of(row[other])) for row in body if len(row) > max(one, other)]
    return all(not second or first == second for first, second in pairs)
