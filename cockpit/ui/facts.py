"""What makes a figure what it is, in words: window, slices, n and what was left out, as-of, version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cockpit.locale import t
from cockpit.service.results import MetricResult, MetricRow
from cockpit.ui import format as fmt
from cockpit.ui import words
from cockpit.ui.cards import Ask
from cockpit.ui.view import View


def about(view: View, result: MetricResult, ask: Ask) -> dict[str, str]:
    """The facts an export carries."""
    language = view.language
    obeyed, ignored = view.where(ask)
    facts = {
        view.text("export.metric"): result.label,
        view.text("export.ledger"): view.company,
        view.text("export.window"): span(result.start, result.end, view),
        view.text("export.filters"): slices(view, obeyed) or view.text("export.no_filters"),
        view.text("export.as_of"): fmt.moment(result.as_of, language),
        view.text("export.version"): str(result.version),
        view.text("export.definition"): str(result.definition_version),
    }
    if result.params:
        params = (f"{words.parameter(k, language)} {words.choice(k, v, language)}" for k, v in result.params.items())
        facts[view.text("export.params")] = fmt.listed(params, language)
    if ignored:
        names = (words.dimension(name, language) for name in ignored)
        facts[view.text("export.unfiltered")] = fmt.listed(names, language)
    if result.notes:
        facts[view.text("export.notes")] = " ".join(result.notes)
    return facts


def slices(view: View, where: dict[str, str]) -> str:
    language = view.language
    parts = (f"{words.dimension(k, language)} {words.value(k, v, language)}" for k, v in where.items())
    return fmt.listed(parts, language)


def span(start: date | None, end: date | None, view: View) -> str:
    return fmt.ABSENT if start is None or end is None else fmt.window(start, end, view.language)


def counted(rows: Sequence[MetricRow], view: View) -> str:
    """``n = 14,862 · 剔除 214（时刻缺失 162、顺序颠倒 52）``."""
    n = view.text("card.n", n=fmt.whole(sum(row.n for row in rows)))
    return fmt.join([n, left_out(rows, view)], view.language)


def left_out(rows: Sequence[MetricRow], view: View) -> str:
    """How many were left out and why; empty where none was."""
    excluded = sum(row.excluded for row in rows)
    if not excluded:
        return ""
    reasons: dict[str, int] = {}
    for row in rows:
        for code, count in row.reasons.items():
            reasons[code] = reasons.get(code, 0) + count
    return view.text("card.excluded_why", count=fmt.whole(excluded), reasons=words.reasons(reasons, view.language))


def standing(note: str, view: View) -> bool:
    """The note every partial month carries: the figures say 未满月 already; exports keep it in full."""
    before, _, after = t("note.partial_same_days", view.language, until="\0").partition("\0")
    return note.startswith(before) and note.endswith(after)


def notes(result: MetricResult, view: View, ask: Ask) -> str:
    """Notes that belong beside a picture: filters it does not obey, then the metric's own."""
    ignored = view.where(ask)[1]
    parts = []
    if ignored:
        names = fmt.listed((words.dimension(name, view.language) for name in ignored), view.language)
        parts.append(view.text("card.unfiltered", names=names))
    return fmt.join([*parts, *(note.rstrip(".") for note in result.notes if not standing(note, view))], view.language)
