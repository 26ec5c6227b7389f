"""Value against turnover: which materials are slow and hold much money, as points in four fields and as a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from cockpit.charts.columns import Spec
from cockpit.charts.palette import LIGHT
from cockpit.charts.quadrant import KEY, PICKED, Axes, Dot, quadrant
from cockpit.errors import CockpitError
from cockpit.service.results import MetricResult, MetricRow
from cockpit.service.stock import Held
from cockpit.ui import blocks, facts, materials, navigate, selects, states, words
from cockpit.ui import format as fmt
from cockpit.ui.cards import Ask
from cockpit.ui.ink import ink
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

BLOCK = "quadrant"
TURNOVER, VALUE = Ask("inventory_turnover_days"), Ask("stock_value")
ALONG = ("material", "category")
MOST = (50, 100, 300, 1000)
HEIGHT, LISTED = 380, 10
# Fields of the picture: along turnover and value.
FIELDS = ("fast_costly", "slow_costly", "fast_cheap", "slow_cheap")


@dataclass(frozen=True)
class Item:
    """One material or category. `days` None: nothing of it was used."""

    code: str
    days: float | None
    value: float


@dataclass(frozen=True)
class Field:
    """The shown items (largest first), the two lines, how many there are in all, and those that could not be placed."""

    along: str
    items: tuple[Item, ...]
    days_line: float
    value_line: float
    count: int
    unplaced: int
    turnover: MetricResult
    currency: str | None

    def of(self, item: Item) -> str:
        """The name of the item's field."""
        slow = item.days is None or item.days > self.days_line
        return ("slow" if slow else "fast") + ("_costly" if item.value > self.value_line else "_cheap")

    @property
    def heavy(self) -> tuple[Item, ...]:
        """What is slow and holds much."""
        return tuple(item for item in self.items if self.of(item) == "slow_costly")


def value_against_turnover(view: View) -> None:
    """Draw the block over the chosen window: value at its end, turnover in it."""
    memory = session().modes
    along, most = memory.get("quadrant-along", ALONG[0]), int(memory.get("quadrant-most", str(MOST[1])))
    try:
        field = ask(view, along, most)
        names = view.held() if along == "material" else {}
    except CockpitError as error:
        ink(states.state(view, view.state_of(error), view.error(error)), f"{BLOCK}-state", navigate.follow)
        return
    title = fmt.join([view.company, view.text("quadrant.title"), _when(view, field)], view.language)
    if not field.items:
        kind = "empty" if view.loaded(VALUE.metric) else "not_loaded"
        ink(h("div", "blk", h("h3", "", title), states.state(view, kind)), f"{BLOCK}-state", navigate.follow)
        return
    blocks.block(
        view,
        BLOCK,
        title,
        said(view, field),
        table(view, field, names),
        lambda: _draw(view, field, names),
        lambda: {"": chart(view, field, names, paper=True)},
    )


def ask(view: View, along: str, most: int) -> Field:
    """Both figures by `along`, the `most` with most value. Errors of the service pass through."""
    turnover = view.metric(TURNOVER, grain="all", by=(along,))
    value = view.metric(VALUE, grain="all", by=(along,))
    whole = view.metric(TURNOVER, grain="all")
    days = {row.dimensions.get(along): row for row in turnover.rows}
    placed, unplaced = [], 0
    for row in value.rows:
        code = row.dimensions.get(along)
        item = _item(code, days.get(code), row)
        if item is not None:
            placed.append(item)
        elif row.value != 0 or row.excluded:
            unplaced += 1
    placed.sort(key=lambda item: (-item.value, item.code))
    known = sorted(item.days for item in placed if item.days is not None)
    line = next((row.value for row in whole.rows if row.value), None) or (known[len(known) // 2] if known else 1.0)
    shown = tuple(placed[:most])
    mean = sum(item.value for item in shown) / len(shown) if shown else 1.0
    currency = next((row.currency for row in value.rows if row.currency), None)
    return Field(along, shown, line, mean, len(placed), unplaced, turnover, currency)


def _item(code: str | None, days: MetricRow | None, row: MetricRow) -> Item | None:
    """None where it has no place: value or turnover not known, or not above 0."""
    if row.value is None or row.value <= 0 or days is None:
        return None
    if days.value is None:  # of what nobody used there are no days
        return Item(code or "", None, row.value) if days.figures.get("denominator") == 0 else None
    return Item(code or "", days.value, row.value) if days.value > 0 else None


def _when(view: View, field: Field) -> str:
    return facts.span(field.turnover.start, field.turnover.end, view)


def said(view: View, field: Field) -> str:
    """What the two lines are, what a hollow point means, how many are shown and how many have no place."""
    scale = _money(view, field)
    day = fmt.scale_for((), "days", view.language)
    parts = [
        view.text(
            "quadrant.lines",
            days=f"{day.number(field.days_line)} {day.unit}",
            value=f"{scale.number(field.value_line)} {scale.unit}".strip(),
        )
    ]
    if len(field.items) < field.count:
        parts.append(view.text("quadrant.shown", shown=fmt.whole(len(field.items)), count=fmt.whole(field.count)))
    if field.unplaced:
        parts.append(view.text("quadrant.unplaced", count=fmt.whole(field.unplaced)))
    return fmt.join(parts, view.language)


def _money(view: View, field: Field) -> fmt.Scale:
    values = (item.value for item in field.items)
    return fmt.scale_for(values, "amount", view.language, currency=field.currency)


def _draw(view: View, field: Field, names: Mapping[str, Held]) -> None:
    left, right = st.columns([1.75, 1], gap="large")
    with left:
        spec = chart(view, field, names)
        picked = st.vega_lite_chart(
            spec,
            key=f"{BLOCK}-chart-{field.along}-{sorted(view.filters.where.items())}",
            theme=None,
            width="stretch",
            on_select="rerun",
            selection_mode=PICKED,
        )
        found = picked["selection"].get(PICKED) or []
        if found and found[0].get(KEY):
            navigate.follow(target(field, str(found[0][KEY])))
            st.rerun()
    with right:
        _choices(view, field)
        ink(listing(view, field, names), f"{BLOCK}-list", navigate.follow)


def _choices(view: View, field: Field) -> None:
    """Along what, and how many; both are remembered."""
    memory = session().modes

    def remember(name: str) -> None:
        memory[name] = str(st.session_state[name])

    with st.container(horizontal=True, gap="small"):
        for name, options, first, say in (
            ("quadrant-along", ALONG, field.along, lambda one: words.dimension(one, view.language)),
            ("quadrant-most", MOST, int(memory.get("quadrant-most", str(MOST[1]))),
             lambda one: view.text("quadrant.most", count=fmt.whole(one))),
        ):  # fmt: skip
            selects.one(
                view.text(f"quadrant.{name.partition('-')[2]}"),
                list(options),
                name,
                say,
                first,
                label_visibility="collapsed",
                width=150,
                on_change=remember,
                args=(name,),
            )


def target(field: Field, code: str) -> str:
    """Where a point leads: to a material's card, or to the page narrowed to a category."""
    return (
        navigate.target("material", code) if field.along == "material" else navigate.target("slice", "category", code)
    )


def name_of(view: View, field: Field, item: Item, names: Mapping[str, Held]) -> str:
    if field.along == "material":
        return materials.named(item.code, names)
    return words.value(field.along, item.code, view.language)


def days_of(view: View, item: Item) -> str:
    return view.text("quadrant.unused") if item.days is None else fmt.significant(item.days)


def chart(view: View, field: Field, names: Mapping[str, Held], *, paper: bool = False) -> Spec:
    """The points as the screen shows them, or for a file of its own: dark on `paper`."""
    scale, language = _money(view, field), view.language
    day = fmt.scale_for((), "days", language).unit
    titles = [words.dimension(field.along, language), view.text("quadrant.days", unit=day)]
    titles += [view.text("quadrant.value", unit=scale.unit), view.text("quadrant.field")]
    dots = [
        Dot(
            key=item.code,
            name=short(name_of(view, field, item, names)),
            x=item.days,
            y=item.value / scale.divisor,
            strong=field.of(item) == "slow_costly",
            told=tuple(
                zip(
                    titles,
                    (
                        name_of(view, field, item, names),
                        days_of(view, item),
                        scale.number(item.value),
                        view.text(f"quadrant.{field.of(item)}"),
                    ),
                    strict=True,
                )
            ),
        )
        for item in field.items
    ]
    fields = tuple(view.text(f"quadrant.{name}") for name in FIELDS)
    axes = Axes(
        titles[1], titles[2], field.days_line, field.value_line / scale.divisor,
        (fields[0], fields[1], fields[2], fields[3]), view.text("quadrant.unused"),
    )  # fmt: skip
    return quadrant(LIGHT if paper else view.palette, dots, axes, height=HEIGHT, fixed=paper)


def short(name: str) -> str:
    """A name that fits beside its point."""
    return name if len(name) <= 20 else f"{name[:19]}…"


def listing(view: View, field: Field, names: Mapping[str, Held]) -> Node:
    """What is slow and holds much, largest first; a click leads on."""
    heavy, scale = field.heavy, _money(view, field)
    day = fmt.scale_for((), "days", view.language).unit
    title = view.text("quadrant.heavy", count=fmt.whole(len(heavy)))
    if not heavy:
        return h("div", "blk", h("h3", "", title), h("p", "s", view.text("quadrant.none_heavy")))
    head = h(
        "tr", "",
        h("th", "", words.dimension(field.along, view.language), scope="col"),
        h("th", "n", view.text("quadrant.days", unit=day), scope="col"),
        h("th", "n", view.text("quadrant.value", unit=scale.unit), scope="col"),
    )  # fmt: skip
    body = [
        h(
            "tr",
            "",
            h("td", "name", name_of(view, field, item, names)),
            h("td", "n", days_of(view, item)),
            h("td", "n", scale.number(item.value)),
            go=target(field, item.code) if item.code else None,
        )
        for item in heavy[:LISTED]
    ]
    more = view.text("materials.more", count=fmt.whole(len(heavy) - LISTED)) if len(heavy) > LISTED else None
    rows = h("table", "", h("thead", "", head), h("tbody", "", *body))
    return h("div", "blk scroll", h("h3", "", title), rows, h("div", "s", more) if more else None)


def table(view: View, field: Field, names: Mapping[str, Held]) -> blocks.Table:
    """Every shown item in full precision."""
    day = fmt.scale_for((), "days", view.language).unit
    columns = [words.dimension(field.along, view.language), view.text("materials.name")]
    columns += [view.text("quadrant.days", unit=day), view.text("materials.value"), view.text("quadrant.field")]
    rows = [
        [
            item.code,
            held.name if (held := names.get(item.code)) else None,
            None if item.days is None else round(item.days, 4),
            round(item.value, 2),
            view.text(f"quadrant.{field.of(item)}"),
        ]
        for item in field.items
    ]
    about = facts.about(view, field.turnover, TURNOVER)
    about[view.text("export.metric")] = view.text("quadrant.title")
    return blocks.Table(view.text("quadrant.title"), columns, rows, about)
