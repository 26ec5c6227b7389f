"""Lists of single materials: what nobody uses, what ran out, what is negative; each leads to its stock card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.service.results import MetricResult, MetricRow
from cockpit.service.stock import Held
from cockpit.ui import blocks, door, facts, marks, navigate, states, words
from cockpit.ui import format as fmt
from cockpit.ui.cards import Ask
from cockpit.ui.ink import ink
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

SHOWN = 8


@dataclass(frozen=True)
class Kind:
    """A list: the metric whose numerator it shows, and the unit of that; without one the quantity where least lies."""

    name: str
    ask: Ask
    unit: str | None


SLOW = Kind("slow", Ask("slow_moving_share"), "amount")
OUT = Kind("out", Ask("stock_out_rate"), "days")
NEGATIVE = Kind("negative", Ask("negative_stock_share"), None)


def named(code: str, names: Mapping[str, Held]) -> str:
    """``P15018 蜗轮减速机``; the code alone where nobody names it."""
    held = names.get(code)
    return f"{code} {held.name}" if held and held.name else code


def lists(view: View) -> None:
    """Draw the three lists side by side."""
    for column, kind in zip(st.columns(3, gap="large"), (SLOW, OUT, NEGATIVE), strict=True):
        with column:
            listed(view, kind)


def listed(view: View, kind: Kind) -> None:
    """Draw the list over the chosen window, as of its end."""
    key = f"materials-{kind.name}"
    try:
        result = view.metric(kind.ask, grain="all", by=("material",))
        names = view.held()
    except CockpitError as error:
        ink(states.state(view, view.state_of(error), view.error(error)), f"{key}-state", navigate.follow)
        return
    rows = found(result, kind, names)
    when = facts.span(result.start, result.end, view)
    title = fmt.join([view.text(f"materials.{kind.name}"), when], view.language)
    if not rows:
        told = (
            h("p", "s", view.text("materials.none"))
            if view.loaded(kind.ask.metric)
            else states.state(view, "not_loaded")
        )
        ink(h("div", "blk", h("h3", "", title), told), f"{key}-state", navigate.follow)
        return
    note = view.text("materials.count", shown=min(SHOWN, len(rows)), count=fmt.whole(len(rows)))
    blocks.block(
        view, key, title, note, table(view, kind, result, rows, names),
        lambda: _draw(view, key, kind, rows, names),
    )  # fmt: skip


def found(result: MetricResult, kind: Kind, names: Mapping[str, Held]) -> list[tuple[MetricRow, float | None]]:
    """The materials of the list with what is shown of each, the gravest first."""
    mine = []
    for row in result.rows:
        told, code = marks.figure(row, "numerator"), row.dimensions.get("material") or ""
        if told is None or told <= 0:
            continue
        quantity = names[code].lowest if code in names else None
        mine.append((row, quantity if kind.unit is None else told))
    return sorted(mine, key=lambda one: (one[1] is None, (one[1] or 0.0) * (1 if kind.unit is None else -1)))


def _draw(
    view: View, key: str, kind: Kind, rows: list[tuple[MetricRow, float | None]], names: Mapping[str, Held]
) -> None:
    ink(picture(view, kind, rows, names), key, navigate.follow)


def picture(view: View, kind: Kind, rows: list[tuple[MetricRow, float | None]], names: Mapping[str, Held]) -> Node:
    shown, opens = rows[:SHOWN], door.allowed(view.actor, "inventory") and view.actor.may("drill")
    currency = next((row.currency for row, _ in rows if row.currency), None)
    scale = fmt.scale_for((size for _, size in shown), kind.unit or "count", view.language, currency=currency)
    reach = max((abs(size) for _, size in shown if size is not None), default=0.0) or 1.0
    head = h(
        "tr", "",
        h("th", "", words.dimension("material", view.language), scope="col"),
        h("th", "n", _column(view, kind, scale.unit), scope="col"),
        h("th", "", "", scope="col"),
    )  # fmt: skip
    body = []
    for row, size in shown:
        code = row.dimensions.get("material") or ""
        uom = names[code].uom if kind.unit is None and code in names else None
        told = scale.number(size) + (f" {uom}" if uom and size is not None else "")
        bar = h("span", "bar", w=round(100 * abs(size or 0.0) / reach, 1))
        go = navigate.target("material", code) if code and opens else None
        body.append(h("tr", "", h("td", "name", named(code, names)), h("td", "n", told), h("td", "cell", bar), go=go))
    return h("div", "blk scroll", h("table", "", h("thead", "", head), h("tbody", "", *body)))


def _column(view: View, kind: Kind, unit: str) -> str:
    name = view.text(f"materials.column.{kind.name}")
    return view.text("block.unit", name=name, unit=unit) if unit else name


def table(
    view: View,
    kind: Kind,
    result: MetricResult,
    rows: list[tuple[MetricRow, float | None]],
    names: Mapping[str, Held],
) -> blocks.Table:
    """Every material of the list in full precision."""
    columns = [words.dimension("material", view.language), view.text("materials.name"), view.text("materials.uom")]
    columns.append(_column(view, kind, ""))
    lines = []
    for row, size in rows:
        held = names.get(row.dimensions.get("material") or "")
        lines.append([row.dimensions.get("material"), held.name if held else None, held.uom if held else None, size])
    return blocks.Table(view.text(f"materials.{kind.name}"), columns, lines, facts.about(view, result, kind.ask))
