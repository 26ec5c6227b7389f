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


@dataclass(frozen=True)
class Choice:
    """Columns by field, with notes; or the one conflict a person must settle."""

    columns: Mapping[str, int]
    issues: tuple[Issue, ...] = ()
    conflict: Issue | None = None


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
) -> Choice:
    """One column per field: what a person `forced`, else the surest header.

    Two headers that are equally good stand for a person's choice, unless their columns say the same in `body`.
    Fields `given` a value need no column.
    """
    columns: dict[str, int] = dict(forced)
    used = set(forced.values())
    rivals: dict[str, list[tuple[Match, int]]] = {}
    for position, match in matches.items():
        if position not in used and match.name not in forced and match.name not in given:
            rivals.setdefault(match.name, []).append((match, position))
    issues: list[Issue] = []
    for name, found in rivals.items():
        found.sort(key=lambda pair: (pair[0], pair[1]))
        best = found[0]
        columns[name] = best[1]
        for other in found[1:]:
            issue = _compare(body, name, texts, best, other)
            if issue is not None and issue.severity == "error":
                return Choice({}, (), issue)
            issues += [issue] if issue is not None else []
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
        issues.append(Issue("columns_unused", "note", params={"headers": ", ".join(unused), "columns": len(unused)}))
    return Choice(columns, tuple(issues))


def _compare(
    body: Sequence[Row], name: str, texts: Sequence[str], best: tuple[Match, int], other: tuple[Match, int]
) -> Issue | None:
    """What is to be said of a second column for a field: nothing, that it gave way, or that a person must choose."""
    header, second = texts[best[1]], texts[other[1]]
    if _says_nothing_new(body, best[1], other[1]):
        return None
    params = {"field": name, "header": header, "other": second}
    if fold_header(header) == fold_header(second):
        return Issue("header_repeated", "warning", column=header, params=params)
    clearly = other[0].step > best[0].step or other[0].rank - best[0].rank >= CLEARLY_BETTER
    if clearly or (fold_header(second) in GENERAL and fold_header(header) not in GENERAL):
        return Issue("column_preferred", "note", column=header, params=params)
    return Issue("two_columns_for_field", "error", column=header, params=params)


def _says_nothing_new(body: Sequence[Row], one: int, other: int) -> bool:
    """Whether the second column is empty in the sample, or the same as the first."""
    pairs = [(text_of(row[one]), text_of(row[other])) for row in body if len(row) > max(one, other)]
    return all(not second or first == second for first, second in pairs)
