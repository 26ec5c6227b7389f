"""Which of a sheet's columns is which field, where several could be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cockpit.intake.layout import Row, text_of
from cockpit.intake.vocabulary import Match, Vocabulary
from cockpit.issues import Issue
from cockpit.model import fold_header

CLEARLY_BETTER = 8  # places in the order of preference between two headers of one field
# Words that say little by themselves: beside a fuller header of the same field they give way.
_GENERAL_WORDS = (
    "日期|时间|数量|金额|单价|名称|编码|编号|代码|状态|备注|部门|单位|类型|"
    "Date|Name|Code|Amount|Quantity|Price|No"
)  # fmt: skip
GENERAL = frozenset(fold_header(word) for word in _GENERAL_WORDS.split("|"))
# Fields that only say something to a reader: no figure, key or selection rests on them.
_REMARKS = frozenset({"remark", "comment", "reason", "subject", "address", "contact", "specification"})
SHOWN = 30  # headers named in a message


@dataclass(frozen=True)
class Twins:
    """Two columns of one field (positions), of which `one` is read: fine as long as `other` says nothing else."""

    field: str
    one: int
    other: int
    headers: tuple[str, str]

    def differ(self, line: int, first: str | None, second: str | None) -> Issue:
        """The finding that they say different things, at that line of the file; a person must choose."""
        header, other = self.headers
        same = fold_header(header) == fold_header(other)
        params: dict[str, object] = {"field": self.field, "header": header, "other": other}
        params |= {"place": self.one + 1, "other_place": self.other + 1, "first": first or "", "second": second or ""}
        if same and self.field in _REMARKS:
            return Issue("header_repeated", "warning", line, header, params=params)
        return Issue("header_twice" if same else "two_columns_for_field", "error", line, header, params=params)


@dataclass(frozen=True)
class Choice:
    """Columns by field, with notes; or the one conflict a person must settle.

    `twins` say the same in the lines that were looked at; it takes the whole sheet to be sure.
    """

    columns: Mapping[str, int]
    issues: tuple[Issue, ...] = ()
    conflict: Issue | None = None
    twins: tuple[Twins, ...] = ()


def shown(texts: Sequence[str]) -> str:
    """Headers for a message; of very many the first ones."""
    named = [text for text in texts if text]
    return ", ".join(named[:SHOWN]) + (" …" if len(named) > SHOWN else "")


def places_of(wanted: Mapping[str, str], texts: Sequence[str]) -> dict[str, int]:
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


def choose_columns(
    body: Sequence[Row],
    table: str,
    texts: Sequence[str],
    matches: Mapping[int, Match],
    forced: Mapping[str, int],
    given: set[str],
    vocabulary: Vocabulary,
    first_line: int,
) -> Choice:
    """One column per field: what a person `forced`, else the surest header.

    Two headers that are equally good stand for a person's choice, unless their columns say the same in `body`, which
    begins at `first_line` of the file. Fields `given` a value need no column.
    """
    columns: dict[str, int] = dict(forced)
    used = set(forced.values())
    rivals: dict[str, list[tuple[Match, int]]] = {}
    for position, match in matches.items():
        if position not in used and match.name not in forced and match.name not in given:
            rivals.setdefault(match.name, []).append((match, position))
    issues: list[Issue] = []
    twins: list[Twins] = []
    for name, found in rivals.items():
        # among equal headers a column that holds something comes first
        found.sort(key=lambda pair: (pair[0], _is_empty(body, pair[1]), pair[1]))
        best = found[0]
        columns[name] = best[1]
        for other in found[1:]:
            header, second = texts[best[1]], texts[other[1]]
            pair = Twins(name, best[1], other[1], (header, second))
            issue = _first_difference(body, pair, first_line)
            if issue is None:
                twins.append(pair)
            elif _is_clearly_better(best[0], header, other[0], second):
                params = {"field": name, "header": header, "other": second}
                issues.append(Issue("column_preferred", "note", column=header, params=params))
            elif issue.severity == "error":
                return Choice({}, (), issue)
            else:
                issues.append(issue)
    unused = []
    for position, text in enumerate(texts):
        if not text or position in matches or position in columns.values():
            continue
        guess = vocabulary.guess(table, text, columns)
        if guess is not None and guess.name not in given:
            columns[guess.name] = position
            issues.append(Issue("column_guessed", "note", column=text, params={"field": guess.name}))
        else:
            unused.append(text)
    if unused:
        issues.append(Issue("columns_unused", "note", params={"headers": shown(unused), "columns": len(unused)}))
    return Choice(columns, tuple(issues), twins=tuple(twins))


def _is_clearly_better(best: Match, header: str, other: Match, second: str) -> bool:
    if fold_header(header) == fold_header(second):
        return False
    clearly = other.step > best.step or other.rank - best.rank >= CLEARLY_BETTER
    return clearly or (fold_header(second) in GENERAL and fold_header(header) not in GENERAL)


def _is_empty(body: Sequence[Row], place: int) -> bool:
    return not any(text_of(row[place]) for row in body if len(row) > place)


def _first_difference(body: Sequence[Row], twins: Twins, first_line: int) -> Issue | None:
    """Where the second column says what the first does not; None where it is empty or the same."""
    for line, row in enumerate(body, start=first_line):
        if len(row) > max(twins.one, twins.other):
            first, second = text_of(row[twins.one]), text_of(row[twins.other])
            if second and first != second:
                return twins.differ(line, first, second)
    return None
