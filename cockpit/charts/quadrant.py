"""Points on two measures, the field cut into four by a line on each: where much is and little moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

from cockpit.charts.columns import Spec, config
from cockpit.charts.palette import Palette

PICKED = "picked"  # the name of the choice a click on a point makes
KEY = "key"  # the field of a point that such a choice gives
_STRIP = 1.7  # how far to the right of the farthest point those without a place along x stand, as a factor
_SIDE = 1.25  # space around the points, as a factor
_NARROW, _LOW = 0.24, 0.05  # parts of width and height that a name needs for itself
_TEXT, _DOT = 11, 46


@dataclass(frozen=True)
class Dot:
    """One point. `x` None: it has no place along x and stands at the right edge. `told` are (title, text) for the
    pointer; `strong` ones are in the quadrant the chart is about."""

    key: str
    name: str
    x: float | None
    y: float
    strong: bool
    told: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Axes:
    """Titles, where the lines stand (both above 0), the words of the four fields (low–high, high–high, low–low,
    high–low along x–y), and what is written above the points at the right edge."""

    x_title: str
    y_title: str
    x_line: float
    y_line: float
    fields: tuple[str, str, str, str]
    edge: str


def quadrant(
    palette: Palette, dots: Sequence[Dot], axes: Axes, *, height: int, names: int = 6, fixed: bool = False
) -> Spec:
    """A complete Vega-Lite chart with logarithmic axes; all values are above 0. Up to `names` strong points are named
    where there is room. A chart of a `fixed` width is for a file: nobody points at it."""
    known = [dot.x for dot in dots if dot.x is not None] + [axes.x_line]
    right = max(known) * _SIDE
    edge = right * _STRIP if any(dot.x is None for dot in dots) else None
    x_ends = (min(known) / _SIDE, edge * _SIDE if edge else right)
    heights = [dot.y for dot in dots] + [axes.y_line]
    y_ends = (min(heights) / _SIDE, max(heights) * _SIDE**2)
    x = _axis("x", axes.x_title, x_ends, right)
    y = _axis("y", axes.y_title, y_ends, y_ends[1])
    named = _named(dots, edge or right, x_ends, y_ends, names)
    rows = [_row(dot, edge, dot.key in named) for dot in dots]
    spec: Spec = {
        "height": height,
        "data": {"values": rows},
        "layer": [
            *_lines(palette, axes, x, y),
            *_fields(palette, axes.fields, x_ends[1]),
            *([_edge(palette, axes.edge, edge, x)] if edge else []),
            _points(palette, x, y, dots),
            _names(palette, x, y),
        ],
        "config": config(palette),
        "padding": {"left": 0, "right": 4, "top": 4, "bottom": 2},
    }
    if not fixed:
        select = {"type": "point", "fields": [KEY], "on": "click", "toggle": False}
        spec["params"] = [{"name": PICKED, "select": select, "views": ["dots"]}]
    return spec


def _row(dot: Dot, edge: float | None, named: bool) -> Spec:
    told = {f"told{number}": text for number, (_, text) in enumerate(dot.told)}
    return {
        KEY: dot.key,
        "name": dot.name if named else "",
        "x": edge if dot.x is None else dot.x,
        "y": dot.y,
        "strong": dot.strong,
        "still": dot.x is None,
        **told,
    }


def _axis(field: str, title: str, ends: tuple[float, float], last: float) -> Spec:
    axis = {"values": ticks(ends[0], last), "title": title, "titleFontWeight": 400, "titleFontSize": 12, "format": "~r"}
    return {"field": field, "type": "quantitative", "axis": axis,
            "scale": {"type": "log", "domain": list(ends), "nice": False, "zero": False, "clamp": True}}  # fmt: skip


def ticks(low: float, high: float) -> list[float]:
    """1, 3, 10, 30 … within the ends; only tens where that would be too many."""
    powers = range(floor(log10(low)), floor(log10(high)) + 1)
    found = [step * 10.0**power for power in powers for step in (1, 3)]
    inside = [value for value in found if low <= value <= high]
    return inside if len(inside) <= 8 else [value for value in inside if round(log10(value), 6).is_integer()]


def _named(
    dots: Sequence[Dot], edge: float, x_ends: tuple[float, float], y_ends: tuple[float, float], most: int
) -> set[str]:
    """The strong points with most that can be named without their names lying on each other."""

    def part(value: float, ends: tuple[float, float]) -> float:
        return (log10(value) - log10(ends[0])) / ((log10(ends[1]) - log10(ends[0])) or 1)

    taken: list[tuple[float, float]] = []
    found: set[str] = set()
    for dot in sorted((one for one in dots if one.strong), key=lambda one: -one.y):
        place = part(dot.x if dot.x is not None else edge, x_ends), part(dot.y, y_ends)
        if len(found) < most and all(abs(place[0] - a) > _NARROW or abs(place[1] - b) > _LOW for a, b in taken):
            taken.append(place)
            found.add(dot.key)
    return found


def _lines(palette: Palette, axes: Axes, x: Spec, y: Spec) -> list[Spec]:
    rule = {"type": "rule", "color": palette.soft, "strokeDash": [4, 3], "strokeWidth": 1}
    return [
        {"data": {"values": [{"x": axes.x_line}]}, "mark": rule, "encoding": {"x": x}},
        {"data": {"values": [{"y": axes.y_line}]}, "mark": rule, "encoding": {"y": y}},
    ]


def _fields(palette: Palette, words: tuple[str, str, str, str], right: float) -> list[Spec]:
    """The words of the four fields in their corners."""
    places = (("left", 6, 0, 6), ("right", -6, 1, 6), ("left", 6, 0, -6), ("right", -6, 1, -6))
    made = []
    for number, (word, (align, dx, side, dy)) in enumerate(zip(words, places, strict=True)):
        mark = {
            "type": "text", "text": word, "align": align, "dx": dx, "dy": dy, "fontSize": 12,
            "baseline": "top" if number < 2 else "bottom", "color": palette.ink if number == 1 else palette.soft,
            "fontWeight": 600 if number == 1 else 400,
        }  # fmt: skip
        at = {"x": {"value": "width" if side else 0}, "y": {"value": 0 if number < 2 else "height"}}
        made.append({"data": {"values": [{}]}, "mark": mark, "encoding": at})
    return made


def _edge(palette: Palette, word: str, edge: float, x: Spec) -> Spec:
    """What the points at the right edge have in common, where other points have their number."""
    mark = {"type": "text", "text": word, "baseline": "top", "dy": 7, "fontSize": 12, "color": palette.soft}
    return {"data": {"values": [{"x": edge}]}, "mark": mark, "encoding": {"x": x, "y": {"value": "height"}}}


def _points(palette: Palette, x: Spec, y: Spec, dots: Sequence[Dot]) -> Spec:
    titles = [title for title, _ in dots[0].told] if dots else []
    ground = {"condition": {"test": "datum.still", "value": palette.paper}, "value": palette.actual}
    strength = {"condition": {"test": "datum.strong", "value": 0.9}, "value": 0.32}
    return {
        "name": "dots",
        "mark": {"type": "point", "shape": "circle", "filled": True, "size": _DOT, "strokeWidth": 1.3,
                 "stroke": palette.actual, "cursor": "pointer"},
        "encoding": {
            "x": x,
            "y": y,
            "fill": ground,
            "opacity": strength,
            "tooltip": [
                {"field": f"told{number}", "type": "nominal", "title": title} for number, title in enumerate(titles)
            ],
        },
    }  # fmt: skip


def _names(palette: Palette, x: Spec, y: Spec) -> Spec:
    mark = {"type": "text", "align": "right", "dx": -8, "fontSize": _TEXT, "color": palette.ink, "limit": 190}
    return {
        "transform": [{"filter": "datum.name !== ''"}],
        "mark": mark,
        "encoding": {"x": x, "y": y, "text": {"field": "name"}},
    }
