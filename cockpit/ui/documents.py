"""The documents behind a number: the last step of a drill before the single one."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.errors import CockpitError
from cockpit.locale import Language, t
from cockpit.service.results import DrillResult, DrillRow
from cockpit.ui import blocks, facts, navigate, states, words
from cockpit.ui import format as fmt
from cockpit.ui.cards import Ask, title_of
from cockpit.ui.ink import ink
from cockpit.ui.navigate import follow
from cockpit.ui.tree import Node, h
from cockpit.ui.trend import plain
from cockpit.ui.view import View

SHOWN = 15
FETCHED = 500  # enough to search and export; the total says how many there are


def documents(view: View, ask: Ask, dimensions: Sequence[str]) -> None:
    """Draw the list over the chosen window; `dimensions` are the columns beside number, day and value."""
    key = f"documents-{ask.key}"
    try:
        result = view.drill(ask, FETCHED)
    except CockpitError as error:
        ink(states.state(view, view.state_of(error), view.error(error)), f"{key}-state", follow)
        return
    title = heading(view, ask, result)
    if not result.rows:
        kind = "empty" if view.loaded(ask.metric) else "not_loaded"
        ink(h("div", "blk", h("h3", "", title), states.state(view, kind)), f"{key}-state", follow)
        return
    rows = ordered(result.rows)
    note = view.text("documents.count", shown=min(SHOWN, len(rows)), total=fmt.whole(result.total))
    table = as_table(view, ask, result, rows, dimensions)
    blocks.block(view, key, title, note, table, lambda: _draw(view, key, result, rows, dimensions))


def _draw(view: View, key: str, result: DrillResult, rows: Sequence[DrillRow], dimensions: Sequence[str]) -> None:
    ink(picture(view, result, rows, dimensions), key, follow)


def ordered(rows: Sequence[DrillRow]) -> list[DrillRow]:
    """Largest contribution first, those that do not count last."""
    return sorted(rows, key=lambda row: (row.reason is not None, row.value is None, -abs(row.value or 0.0)))


def heading(view: View, ask: Ask, result: DrillResult) -> str:
    name = view.text("documents.title", name=title_of(ask, result.figures.label, view.language))
    return fmt.join([name, facts.span(result.figures.start, result.figures.end, view)], view.language)


def picture(view: View, result: DrillResult, rows: Sequence[DrillRow], dimensions: Sequence[str]) -> Node:
    """Number, day, the dimensions, the document's own contribution; a click opens the document."""
    language, figures = view.language, result.figures
    shown = list(rows[:SHOWN])
    currency = next((row.currency for row in figures.rows if row.currency), None)
    clock = figures.params.get("clock", "")
    scale = fmt.scale_for((row.value for row in shown), result.unit, language, currency=currency, clock=clock)
    reach = max((abs(row.value) for row in shown if row.value is not None), default=0.0) or 1.0
    value = result.label or view.text("column.value")
    if scale.unit:
        value = view.text("block.unit", name=value, unit=scale.unit)
    names = [("", view.text("column.document")), ("", view.text("column.day"))]
    names += [("", words.dimension(name, language)) for name in dimensions] + [("n", value), ("", "")]
    head = h("tr", "", *(h("th", css, name, scope="col") for css, name in names))
    lines = []
    for row in shown:
        width = 0.0 if row.value is None else 100 * max(row.value, 0.0) / reach
        said = words.reason(row.reason, language) if row.reason else None
        lines.append(
            h(
                "tr",
                "",
                h("td", "nw", row.document_no or view.text("documents.no_number")),
                h("td", "nw", fmt.ABSENT if row.day is None else fmt.day(row.day, language)),
                *(h("td", "", slice_of(result, name, row, language)) for name in dimensions),
                h("td", "n", scale.number(row.value)),
                h("td", "cell", h("span", "s", said) if said else h("span", "bar", w=round(width, 1))),
                go=navigate.target("document", view.page, row.table, row.document),
            )
        )
    return h("div", "blk scroll", h("table", "", h("thead", "", head), h("tbody", "", *lines)))


def slice_of(result: DrillResult, name: str, row: DrillRow, language: Language) -> str:
    """A document's value of a dimension; one that the reader may not see is no missing one."""
    return t("scope.hidden", language) if name in result.hidden else words.value_in(name, row, language)


def as_table(
    view: View, ask: Ask, result: DrillResult, rows: Sequence[DrillRow], dimensions: Sequence[str]
) -> blocks.Table:
    """Every fetched document with its source: file, sheet and line."""
    language = view.language
    names = [view.text("column.document"), view.text("column.day")]
    names += [words.dimension(name, language) for name in dimensions]
    names.append(result.label or view.text("column.value"))
    names += [view.text(f"column.{name}") for name in ("reason", "file", "sheet", "line")]
    lines = []
    for row in rows:
        source = row.sources[0] if row.sources else None
        line = [row.document_no, None if row.day is None else row.day.isoformat()]
        line += [slice_of(result, name, row, language) for name in dimensions]
        value = plain(row.value, result.unit)
        reason = words.reason(row.reason, language) if row.reason else None
        place = [None, None, None] if source is None else [source.file, source.sheet, source.line]
        lines.append([*line, value, reason, *place])
    about = facts.about(view, result.figures, ask)
    about[view.text("export.documents")] = fmt.whole(result.total)
    return blocks.Table(view.text("documents.title", name=result.figures.label), names, lines, about)
