"""One metric cut by one dimension: a table with bars, sorted by what matters, its total computed and not summed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.errors import CockpitError
from cockpit.service.results import MetricResult, MetricRow
from cockpit.ui import blocks, facts, marks, navigate, states, words
from cockpit.ui import format as fmt
from cockpit.ui.cards import Ask, title_of
from cockpit.ui.filters import DIMENSIONS
from cockpit.ui.ink import ink
from cockpit.ui.navigate import follow
from cockpit.ui.tree import Node, h
from cockpit.ui.trend import plain
from cockpit.ui.view import View

MOST_ROWS = 12
SHORT_NAME = 12  # characters that stay on one line


@dataclass(frozen=True)
class Cut:
    """What is cut by what. `figures` stand beside the headline; `order` names the one sorted by (None = headline).

    The figure sorted by gets the bars; so does the headline where `wide`.
    """

    ask: Ask
    by: str
    figures: tuple[str, ...] = ()
    order: str | None = None
    wide: bool = False

    @property
    def key(self) -> str:
        return f"by-{self.ask.key}-{self.by}"

    @property
    def barred(self) -> frozenset[str | None]:
        return frozenset({self.order, None}) if self.wide else frozenset({self.order})


@dataclass(frozen=True)
class Answer:
    """The rows in their order, the computed totals, and what all cells of the table share."""

    cut: Cut
    result: MetricResult
    rows: tuple[MetricRow, ...]
    total: tuple[MetricRow, ...]
    direction: str

    @property
    def mixed(self) -> bool:
        """Several currencies: they stand side by side and are never added."""
        return len({row.currency for row in self.rows if row.currency}) > 1

    @property
    def whole(self) -> float | None:
        """What the rows are parts of, where a share of it means something."""
        parts = self.result.unit == "amount" and not self.mixed and len(self.total) == 1
        value = self.total[0].value if parts else None
        positive = all((row.value or 0) >= 0 for row in self.rows)
        return value if value is not None and value > 0 and positive else None

    @property
    def judged(self) -> bool:
        """Whether any row has a level; without thresholds the column is left out."""
        return any(row.level != "none" for row in self.rows)


def breakdown(
    view: View, ask: Ask, by: str, figures: Sequence[str] = (), order: str | None = None, *, wide: bool = False
) -> None:
    """Draw the block over the chosen window; a click on a row narrows the page to it."""
    cut = Cut(ask, by, tuple(figures), order, wide)
    try:
        answer = ask_for(view, cut)
    except CockpitError as error:
        ink(states.state(view, view.state_of(error), view.error(error)), f"{cut.key}-state", follow)
        return
    title = heading(view, answer)
    if not answer.rows:
        kind = "empty" if view.loaded(ask.metric) else "not_loaded"
        ink(h("div", "blk", h("h3", "", title), states.state(view, kind)), f"{cut.key}-state", follow)
        return
    blocks.block(view, cut.key, title, said(view, answer), as_table(view, answer), lambda: _draw(view, answer))


def ask_for(view: View, cut: Cut) -> Answer:
    """The cut and its total over the chosen window. Errors of the service pass through."""
    result = view.metric(cut.ask, grain="all", by=(cut.by,))
    total = view.metric(cut.ask, grain="all")
    entry = view.entry(cut.ask.metric)
    if by_step(cut):
        rows = tuple(sorted(result.rows, key=lambda row: _step(row.dimensions.get(cut.by))))
    else:
        rows = ordered(result.rows, cut.order, cut.order is None and entry.direction == "up" and entry.unit == "share")
    return Answer(cut, result, rows, total.rows, entry.direction)


def by_step(cut: Cut) -> bool:
    """Bands of age or amount stand in their own order, whatever they hold."""
    return cut.by.endswith("_band")


def _step(code: str | None) -> tuple[bool, int, str]:
    digits = re.match(r"\d+", code or "")
    return (code is None, int(digits[0]) if digits else 0, code or "")


def ordered(rows: Sequence[MetricRow], figure: str | None, lowest_first: bool) -> tuple[MetricRow, ...]:
    """Rows by the figure that matters; rows without it come last."""
    known = [row for row in rows if marks.figure(row, figure) is not None]
    rest = [row for row in rows if marks.figure(row, figure) is None]
    known.sort(key=lambda row: marks.figure(row, figure) or 0.0, reverse=not lowest_first)
    return (*known, *rest)


def _draw(view: View, answer: Answer) -> None:
    ink(picture(view, answer), answer.cut.key, follow)


def heading(view: View, answer: Answer) -> str:
    """``按部门 · 采购审批时长（工作小时）· 2026 年 11 月``."""
    language, result = view.language, answer.result
    by = view.text("block.by", name=words.dimension(answer.cut.by, language))
    name = title_of(answer.cut.ask, result.label, language)
    unit = scale_of(view, answer, None).unit
    what = view.text("block.unit", name=name, unit=unit) if unit else name
    return fmt.join([by, what, facts.span(result.start, result.end, view)], language)


def said(view: View, answer: Answer) -> str:
    """By what the rows are sorted, that the total is computed, which filters do not apply."""
    order, metric = answer.cut.order, answer.cut.ask.metric
    name = view.text("block.the_value") if order is None else words.figure(order, view.language, metric)
    worst = order is None and answer.direction == "up" and answer.result.unit == "share"
    key = "block.sorted_worst" if worst else "block.sorted"
    if by_step(answer.cut):
        key, name = "block.ordered", words.dimension(answer.cut.by, view.language)
    parts = [view.text(key, name=fmt.spaced(name, view.language)), view.text("block.total_computed")]
    if any(row.excluded for row in answer.total):
        parts.append(facts.left_out(answer.total, view))
    if len(answer.rows) > MOST_ROWS:
        parts.append(view.text("block.first_rows", shown=MOST_ROWS, count=len(answer.rows)))
    return fmt.join([*parts, facts.notes(answer.result, view, answer.cut.ask)], view.language)


def scale_of(view: View, answer: Answer, figure: str | None) -> fmt.Scale:
    """The scale of one column, the same for all its rows."""
    result = answer.result
    values = [marks.figure(row, figure) for row in answer.rows]
    currency = next((row.currency for row in answer.rows if row.currency), None)
    unit = words.figure_unit(figure, result.unit)
    clock = result.params.get("clock", "")
    return fmt.scale_for(values, unit, view.language, currency=currency, clock=clock, counted=result.metric)


def picture(view: View, answer: Answer) -> Node:
    """The table as people read it in a meeting: at most twelve rows and the total."""
    shown = answer.rows[:MOST_ROWS]
    columns = [Column(view, answer, figure) for figure in (None, *answer.cut.figures)]
    body = [_line(view, answer, columns, row) for row in shown]
    body += [_total(view, answer, columns, row) for row in answer.total[:3]]
    head = h("tr", "", *(h("th", css, name, scope="col") for css, name in _names(view, answer, columns)))
    return h("div", "blk scroll", h("table", "", h("thead", "", head), h("tbody", "", *body)))


class Column:
    """One figure's column: its name, its scale, and the reach of its bars where it has bars."""

    def __init__(self, view: View, answer: Answer, figure: str | None) -> None:
        self.figure = figure
        self.scale = scale_of(view, answer, figure)
        self.barred = figure in answer.cut.barred
        rows = answer.rows[:MOST_ROWS]
        values = [abs(value) for row in rows if (value := marks.figure(row, figure)) is not None]
        targets = [row.target for row in rows if row.target is not None and row.target >= 0] if figure is None else []
        self.target = max(targets, default=None)
        self.reach = max([*values, *targets], default=0.0) or 1.0
        if figure is None:
            self.name = view.text("figure.median" if answer.result.unit == "hours" else "column.value")
        else:
            self.name = words.figure(figure, view.language, answer.cut.ask.metric)

    def cells(self, row: MetricRow, *, bar: bool) -> list[Node]:
        value = marks.figure(row, self.figure)
        number = h("td", "n", self.scale.with_suffix(value) if self.figure else self.scale.number(value))
        if not self.barred:
            return [number]
        if not bar:
            return [number, h("td", "")]
        width = 0.0 if value is None else 100 * max(0.0, value) / self.reach
        tick = None
        if self.target is not None and row.target is not None:
            tick = h("span", "tk", x=round(row.target / self.reach, 4))
        return [number, h("td", "cell", h("span", "bar", w=round(width, 1)), tick)]


def _names(view: View, answer: Answer, columns: Sequence[Column]) -> list[tuple[str, str]]:
    names = [("", words.dimension(answer.cut.by, view.language))]
    names += [("", view.text("column.currency"))] if answer.mixed else []
    names.append(("n", view.text("column.n")))
    for column in columns:
        names.append(("n", column.name))
        if column.barred:
            names.append(("", view.text("column.target_tick") if column.target is not None else ""))
        if column.figure is None and answer.whole is not None:
            names.append(("n", view.text("column.share")))
    names.append(("n", view.text("column.change")))
    return names + ([("n", view.text("column.level"))] if answer.judged else [])


def _cells(view: View, answer: Answer, columns: Sequence[Column], row: MetricRow, *, bar: bool) -> list[Node]:
    cells = [h("td", "nw", row.currency or "")] if answer.mixed else []
    cells.append(h("td", "n", fmt.whole(row.n)))
    for column in columns:
        cells += column.cells(row, bar=bar)
        if column.figure is None and answer.whole is not None:
            cells.append(h("td", "n", fmt.percent(None if row.value is None else row.value / answer.whole)))
    change = marks.change(row.value, row.compare, answer.result.unit, answer.direction, columns[0].scale, view.language)
    if change is None:
        cells.append(h("td", "n soft", fmt.ABSENT))
    else:
        css = "" if change.good is None else "tgood" if change.good else "tbad"
        cells.append(h("td", "n", change.text, h("span", f"{css} wd", change.word) if change.word else None))
    if answer.judged:
        cells.append(h("td", "n", marks.chip(row.level, view.language) if row.level != "none" else fmt.ABSENT))
    return cells


def _line(view: View, answer: Answer, columns: Sequence[Column], row: MetricRow) -> Node:
    by = answer.cut.by
    code = row.dimensions.get(by)
    go = navigate.target("slice", by, code) if code and by in DIMENSIONS else None
    text = words.value(by, code, view.language)
    css = "name nw" if len(text) <= SHORT_NAME else "name"
    name = h("td", css if code else f"{css} soft", text)
    return h("tr", "", name, *_cells(view, answer, columns, row, bar=True), go=go)


def _total(view: View, answer: Answer, columns: Sequence[Column], row: MetricRow) -> Node:
    return h("tr", "tot", h("td", "", view.text("block.total")), *_cells(view, answer, columns, row, bar=False))


def as_table(view: View, answer: Answer) -> blocks.Table:
    """All rows and the total in full precision."""
    language, result, cut = view.language, answer.result, answer.cut
    names = [words.dimension(cut.by, language), title_of(cut.ask, result.label, language)]
    names += [words.figure(name, language, cut.ask.metric) for name in cut.figures]
    names += [view.text(f"column.{name}") for name in ("target", "last_year", "n", "excluded", "currency")]
    named = [(words.value(cut.by, row.dimensions.get(cut.by), language), row) for row in answer.rows]
    named += [(view.text("block.total"), row) for row in answer.total]
    lines = []
    for name, row in named:
        figures = [plain(marks.figure(row, one), words.figure_unit(one, result.unit)) for one in cut.figures]
        rest = [plain(row.target, result.unit), plain(row.compare, result.unit), row.n, row.excluded, row.currency]
        lines.append([name, plain(row.value, result.unit), *figures, *rest])
    title = f"{result.label}_{words.dimension(cut.by, language)}"
    return blocks.Table(title, names, lines, facts.about(view, result, cut.ask))
