"""Thirteen months of a metric: this year in front of last year, plan and target beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from cockpit.charts.columns import Point, Spec, columns, cut
from cockpit.charts.palette import LIGHT
from cockpit.errors import CockpitError
from cockpit.period import period_of
from cockpit.service.forecast import Forecast
from cockpit.service.results import MetricResult, MetricRow
from cockpit.ui import blocks, facts, marks, states, words
from cockpit.ui import format as fmt
from cockpit.ui.cards import Ask, title_of
from cockpit.ui.ink import ink
from cockpit.ui.navigate import follow
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

MONTHS_BEFORE = 12
FORESEEN = "foreseen"  # among the figures of a row: what its month may come to


@dataclass(frozen=True)
class Panel:
    """One row of columns: a figure of the metric (None = headline) in one currency."""

    figure: str | None
    currency: str | None
    height: int


def trend(
    view: View,
    ask: Ask,
    figures: Sequence[str | None] = (None,),
    heights: Sequence[int] = (210, 150),
    *,
    ahead: bool = False,
) -> None:
    """Draw the block; `figures` are stacked on the same months, the first one taller. With `ahead` the headline figure
    of the next months is forecast, where there is history enough."""
    key = f"trend-{ask.key}"
    try:
        result = view.metric(ask, grain="month", start=view.filters.months_back(MONTHS_BEFORE))
    except CockpitError as error:
        ink(states.state(view, view.state_of(error), view.error(error)), f"{key}-state", follow)
        return
    if not any(row.value is not None for row in result.rows):
        kind = "empty" if view.loaded(ask.metric) else "not_loaded"
        ink(_titled(view, result, ask, states.state(view, kind)), f"{key}-state", follow)
        return
    seen = view.forecast(ask) if ahead else None
    title = heading(view, result, ask)
    result = foreseen(view, result, seen)
    currencies = list(dict.fromkeys(row.currency for row in result.rows if row.value is not None))
    panels = [
        Panel(figure, currency, heights[min(number, len(heights) - 1)])
        for currency in currencies
        for number, figure in enumerate(figures)
    ]

    def draw() -> None:
        box = st.container(gap=None)
        for number, panel in enumerate(panels):
            with box:
                if len(panels) > 1:
                    ink(h("div", "s", panel_name(view, panel, result)), f"{key}-name-{number}")
                spec = chart(view, result, panel, axis=number == len(panels) - 1)
                st.vega_lite_chart(spec, key=f"{key}-{number}", theme=None, width="stretch")

    def charts() -> dict[str, Spec]:
        return {panel_name(view, panel, result): chart(view, result, panel, axis=True, paper=True) for panel in panels}

    said = table(view, result, ask, figures)
    told = legend(view, result, ask) if seen is None else h("div", "", legend(view, result, ask), method(view, seen))
    blocks.block(view, key, title, told, said, draw, charts)


def foreseen(view: View, result: MetricResult, seen: Forecast | None) -> MetricResult:
    """The result with rows for the months that are forecast; what is forecast stands among a row's figures."""
    if seen is None:
        return result
    rows = []
    for row in result.rows:
        own = seen.months.get(row.start) if row.start is not None else None
        rows.append(row if own is None else replace(row, figures={**row.figures, FORESEEN: own}))
    there = {row.start for row in rows}
    for month, value in seen.months.items():
        if month not in there:
            period = period_of(month, "month", view.filters.month_start_day)
            figures = {FORESEEN: value}
            empty = replace(
                rows[-1], period=period.label, start=period.start, end=period.end, value=None, n=0, excluded=0
            )
            rows.append(
                replace(empty, reasons={}, target=None, compare=None, level="none", partial=False, figures=figures)
            )
    return replace(result, rows=tuple(rows))


def method(view: View, seen: Forecast) -> Node:
    """How the forecast is made, and how far it was off."""
    growth = fmt.percent(seen.growth - 1, sign=True)
    text = view.text("legend.method", growth=growth, error=fmt.percent(seen.error))
    return h("div", "lg", h("span", "", h("span", "k fc"), text))


def _titled(view: View, result: MetricResult, ask: Ask, inner: Node) -> Node:
    return h("div", "blk", h("h3", "", heading(view, result, ask)), inner)


def heading(view: View, result: MetricResult, ask: Ask) -> str:
    """Who · what (unit) · when."""
    name = title_of(ask, result.label, view.language)
    scale = _scale(view, result, Panel(None, _currency(result), 0))
    what = view.text("block.unit", name=name, unit=scale.unit) if scale.unit else name
    ends = [row.period for row in result.rows if row.period]
    when = view.text("block.from_to", first=ends[0], last=ends[-1]) if ends else ""
    return fmt.join([view.company, what, when], view.language)


def _currency(result: MetricResult) -> str | None:
    return next((row.currency for row in result.rows if row.value is not None), None)


def _scale(view: View, result: MetricResult, panel: Panel) -> fmt.Scale:
    unit = words.figure_unit(panel.figure, result.unit)
    values = [marks.figure(row, panel.figure) for row in _of(result, panel.currency)]
    clock = result.params.get("clock", "")
    return fmt.scale_for(values, unit, view.language, currency=panel.currency, clock=clock, counted=result.metric)


def _of(result: MetricResult, currency: str | None) -> list[MetricRow]:
    return [row for row in result.rows if row.currency in (currency, None)]


def panel_name(view: View, panel: Panel, result: MetricResult) -> str:
    name = (
        view.text("figure.value") if panel.figure is None else words.figure(panel.figure, view.language, result.metric)
    )
    if panel.figure is None and result.unit in ("hours", "days"):
        name = view.text("figure.median")
    return fmt.join([name, panel.currency or ""], view.language)


def points(view: View, result: MetricResult, panel: Panel) -> list[Point]:
    """The months in the block's unit; the year stands under the first month and under each January."""
    scale = _scale(view, result, panel)
    rows = _of(result, panel.currency)
    varying = len({row.target for row in rows if FORESEEN not in row.figures}) > 1
    found = []
    for number, row in enumerate(rows):
        value = marks.figure(row, panel.figure)
        label = row.period or ""
        axis = fmt.axis_month(label, view.language, with_year=number == 0 or label.endswith("-01"))
        if row.partial:
            axis = (axis[0], view.text("block.partial"))
        last = row.compare if panel.figure is None else None
        ahead = marks.figure(row, FORESEEN) if panel.figure is None else None
        plan = row.target if varying and panel.figure is None else None
        found.append(
            Point(
                name=label,
                axis=axis,
                actual=_divided(value, scale),
                text="" if value is None else scale.number(value),
                last_year=_divided(last, scale),
                plan=_divided(plan, scale),
                foreseen=_divided(ahead, scale),
                foretold="" if ahead is None else scale.number(ahead),
            )
        )
    return found


def _divided(value: float | None, scale: fmt.Scale) -> float | None:
    return None if value is None else value / scale.divisor


def chart(view: View, result: MetricResult, panel: Panel, *, axis: bool, paper: bool = False) -> Spec:
    """The panel's columns as the screen shows them, or for a file of its own: dark on `paper`, of a fixed width."""
    found, aim = points(view, result, panel), _aim(view, result, panel)
    palette = LIGHT if paper else view.palette
    begins = start(view, result, panel)
    return columns(palette, found, height=panel.height, target=aim, axis=axis, fixed=paper, start=begins)


def _aim(view: View, result: MetricResult, panel: Panel) -> float | None:
    """The target in the block's unit where it is the same in all months."""
    targets = {row.target for row in _of(result, panel.currency) if FORESEEN not in row.figures}
    steady = targets.pop() if len(targets) == 1 and panel.figure is None else None
    return _divided(steady, _scale(view, result, panel))


def start(view: View, result: MetricResult, panel: Panel) -> float | None:
    """Where the axis begins in percent; None for columns, which begin at zero."""
    if result.unit != "share" or panel.figure is not None:
        return None
    return cut(points(view, result, panel), _aim(view, result, panel))


def legend(view: View, result: MetricResult, ask: Ask) -> Node:
    """Which column is what, and n with what was left out."""
    entries = [h("span", "", h("span", "k ac"), view.text("legend.actual"))]
    if any(row.compare is not None for row in result.rows):
        entries.append(h("span", "", h("span", "k py"), view.text("legend.last_year")))
    targets = {row.target for row in result.rows if row.target is not None}
    if len(targets) > 1:
        entries.append(h("span", "", h("span", "k pl"), view.text("legend.plan")))
    elif targets:
        scale = _scale(view, result, Panel(None, _currency(result), 0))
        entries.append(
            h("span", "", h("span", "k tg"), view.text("legend.target", value=scale.with_suffix(targets.pop())))
        )
    begins = start(view, result, Panel(None, _currency(result), 0))
    said = "" if begins is None else view.text("legend.axis_from", value=f"{begins:.0f}%")
    rest = [said, facts.counted(result.rows, view), facts.notes(result, view, ask)]
    return h("div", "lg", *entries, *(h("span", "", text) for text in rest if text))


def table(view: View, result: MetricResult, ask: Ask, figures: Sequence[str | None]) -> blocks.Table:
    """The months in full precision, in the metric's own unit; shares as percent."""
    extra = [name for name in figures if name is not None]
    names = [view.text("column.period"), title_of(ask, result.label, view.language)]
    names += [words.figure(name, view.language, result.metric) for name in extra]
    names += [view.text(f"column.{name}") for name in ("target", "last_year", "n", "excluded", "partial")]
    mixed = len({row.currency for row in result.rows}) > 1
    ahead = any(FORESEEN in row.figures for row in result.rows)
    names += [view.text("legend.forecast")] if ahead else []
    rows = []
    for row in result.rows:
        line = [fmt.period(row.period, view.language), plain(row.value, result.unit)]
        line += [plain(marks.figure(row, name), words.figure_unit(name, result.unit)) for name in extra]
        line += [plain(row.target, result.unit), plain(row.compare, result.unit), row.n, row.excluded]
        line += [view.text("value.yes") if row.partial else ""]
        line += [plain(marks.figure(row, FORESEEN), result.unit)] if ahead else []
        rows.append([*line, row.currency] if mixed else line)
    about = facts.about(view, result, ask)
    return blocks.Table(result.label, [*names, view.text("column.currency")] if mixed else names, rows, about)


def plain(value: float | None, unit: str) -> float | None:
    """A figure for a table that is searched and exported: all its digits, shares in percent."""
    if value is None:
        return None
    return round(value * 100, 4) if unit == "share" else round(value, 2 if unit == "amount" else 4)
