"""Months as columns: actual in front, last year behind, plan as an outline, forecast pale, the target as a line.

Rates near the whole are points over an axis that does not begin at zero: columns of them would all look alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cockpit.charts.palette import FONT, Palette

Spec = dict[str, Any]

MANY = 13  # columns whose names always stand; of more, every second one gives way where there is no room
NARROW, SIGN = 38, 9  # pixels a column needs for a short value, and for each sign of a long one
HEAD = 0.16  # share of the height a printed value needs inside a column
UNSAID = {"aria": False}  # a mark without words, about which the chart's texts say all there is to hear
HEAD_ROOM = 1.18  # space above the tallest column for the festival's name and the printed value
WHOLE, NEAR = 100.0, 85.0  # percent; rates that are nowhere lower are near the whole


@dataclass(frozen=True)
class Point:
    """One column. `name` tells the columns apart, `axis` holds the lines under it, `text` is the printed value.

    `festival` marks the month of the Spring Festival with its name. `foreseen` is what a month that is not over may
    come to, printed as `foretold` where there is no actual one.
    """

    name: str
    axis: tuple[str, ...]
    actual: float | None
    text: str
    last_year: float | None = None
    plan: float | None = None
    festival: str | None = None
    foreseen: float | None = None
    foretold: str = ""


def config(palette: Palette) -> Spec:
    """What every chart shares: transparent ground, the cockpit's font, quiet axes without a grid."""
    return {
        "background": "transparent",
        "view": {"stroke": None},
        "font": FONT.replace("'", ""),
        "axis": {
            "labelColor": palette.soft,
            "labelFontSize": 12,
            "domainColor": palette.soft,
            "tickSize": 0,
            "grid": False,
            "title": None,
            "labelPadding": 6,
        },
        "text": {"color": palette.ink, "fontSize": 12},
    }


def cut(points: Sequence[Point], target: float | None = None) -> float | None:
    """Where the axis of rates (percent) begins: below the lowest, so that its middle is a whole number as well; None
    unless all are near the whole."""
    shown = _shown(points, target)
    if not shown or min(shown) < NEAR or max(shown) > WHOLE:
        return None
    lowest = min(shown)
    below = math.floor(lowest - max(0.1 * (WHOLE - lowest), 0.2))
    return float(below - (int(WHOLE) - below) % 2)


def columns(
    palette: Palette,
    points: Sequence[Point],
    *,
    height: int,
    target: float | None = None,
    axis: bool = True,
    fixed: bool = False,
    start: float | None = None,
) -> Spec:
    """A complete Vega-Lite chart of `height` pixels; values are in one unit, missing ones leave their place empty.

    A chart of a `fixed` width has room for its values; else they turn where columns become narrow. With `start`, which
    is `cut`, they are points over an axis that begins there.
    """
    x = _x(points, axis)
    layers = _festival(palette, x) if any(point.festival for point in points) else []
    if start is None:
        layers += _columns(palette, points, x, target, fixed)
    else:
        layers += _points(palette, points, x, target, fixed, start)
    return {
        "height": height,
        "layer": layers,
        "data": {"values": [_values(point) for point in points]},
        "config": config(palette),
        "padding": {"left": 0, "right": 0, "top": 4, "bottom": 2},
    }


def _columns(palette: Palette, points: Sequence[Point], x: Spec, target: float | None, fixed: bool) -> list[Spec]:
    y = _y(points, target)
    layers: list[Spec] = []
    if any(point.last_year is not None for point in points):
        layers.append(_bars(x, y, "last_year", {"color": palette.last_year, "xOffset": -6}))
    if any(point.plan is not None for point in points):
        outline = {"color": palette.paper, "fillOpacity": 0, "stroke": palette.actual, "strokeWidth": 1.2, "xOffset": 6}
        layers.append(_bars(x, y, "plan", outline))
    if any(point.foreseen is not None for point in points):
        layers += _forecast(palette, x, y)
    layers.append(_bars(x, y, "actual", {"color": palette.actual}))
    if target is not None:
        layers += _target(palette, y, target)
    return layers + _labels(palette, x, y, target, "false" if fixed else _narrow(points))


def _points(
    palette: Palette, points: Sequence[Point], x: Spec, target: float | None, fixed: bool, start: float
) -> list[Spec]:
    """Last year pale and this year dark, each as a line with points; the printed value stands above its point."""
    ticks = {"values": [start, (start + WHOLE) / 2, WHOLE], "grid": True, "gridColor": palette.rule, "domain": False}
    above = WHOLE + 0.18 * (WHOLE - start)
    scale = {"domainMin": start, "domainMax": above, "nice": False, "zero": False}
    y: Spec = {"type": "quantitative", "axis": ticks, "scale": scale}
    layers = [] if target is None else _target(palette, y, target)
    for field, color, size in (("last_year", palette.last_year, 30), ("actual", palette.actual, 60)):
        if all(getattr(point, field) is None for point in points):
            continue
        only = [{"filter": f"isValid(datum.{field})"}]
        at = {"x": x, "y": {**y, "field": field}}
        line = {"type": "line", **UNSAID, "color": color, "strokeWidth": 1.5}
        layers.append({"transform": only, "mark": line, "encoding": at})
        point = {"type": "point", "filled": True, "opacity": 1, "color": color, "size": size}
        layers.append({"transform": only, "mark": point, "encoding": at})
    shown = {"type": "text", "fontSize": 11, "fontWeight": 600, "color": palette.ink, "limit": 60}
    narrow = "false" if fixed else _narrow(points)
    along = {
        "angle": {"expr": f"{narrow} ? -90 : 0"},
        "align": {"expr": f"{narrow} ? 'left' : 'center'"},
        "dx": {"expr": f"{narrow} ? 7 : 0"},
        "dy": {"expr": f"{narrow} ? 0 : -12"},
    }
    encoding = {"x": x, "y": {**y, "field": "actual"}, "text": {"field": "text"}}
    known = [{"filter": "isValid(datum.actual)"}]
    return [*layers, {"transform": known, "mark": {**shown, **along}, "encoding": encoding}]


def _narrow(points: Sequence[Point]) -> str:
    """Whether a column has no room for its value beside it; known only where the chart is drawn."""
    longest = max((len(point.text) for point in points), default=0)
    return f"bandwidth('x') < {max(NARROW, SIGN * longest)}"


def _values(point: Point) -> Spec:
    return {
        "name": point.name,
        "actual": point.actual,
        "last_year": point.last_year,
        "plan": point.plan,
        "text": point.text,
        "festival": point.festival or "",
        "foreseen": point.foreseen,
        "foretold": point.foretold,
    }


def _x(points: Sequence[Point], axis: bool) -> Spec:
    lines = {point.name: list(point.axis) for point in points}
    spec: Spec = {"labelAngle": 0, "labels": axis, "labelOverlap": "parity" if len(points) > MANY else False}
    if axis:
        # Vega has no place for two lines per label but an expression; the texts travel as a literal table.
        spec["labelExpr"] = f"({_literal(lines)})[datum.label]"
    return {
        "field": "name",
        "type": "ordinal",
        "sort": None,
        "axis": spec,
        "scale": {"paddingInner": 0.15, "paddingOuter": 0.1},
    }


def _literal(lines: dict[str, list[str]]) -> str:
    def quoted(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"

    rows = (f"{quoted(name)}: [{', '.join(quoted(line) for line in texts)}]" for name, texts in lines.items())
    return "{" + ", ".join(rows) + "}"


def _y(points: Sequence[Point], target: float | None) -> Spec:
    shown = _shown(points, target)
    top, bottom = max([*shown, 0.0]), min([*shown, 0.0])
    scale = {"domainMax": (top * HEAD_ROOM) or 1, "domainMin": bottom * HEAD_ROOM, "nice": False, "zero": True}
    return {"type": "quantitative", "axis": None, "scale": scale}


def _shown(points: Sequence[Point], target: float | None) -> list[float]:
    shown = [v for p in points for v in (p.actual, p.last_year, p.plan, p.foreseen) if v is not None]
    return shown if target is None else [*shown, target]


def _bars(x: Spec, y: Spec, field: str, mark: Spec) -> Spec:
    return {
        "mark": {"type": "bar", "width": {"band": 0.62}, **mark},
        "encoding": {"x": x, "y": {**y, "field": field}},
    }


def _labels(palette: Palette, x: Spec, y: Spec, target: float | None, narrow: str) -> list[Spec]:
    """Values inside the head of tall columns, at the foot where the target's line crosses the head.

    Short and negative columns have no room inside: their value stands above.
    """
    top = y["scale"]["domainMax"]
    tall = f"datum.actual >= {HEAD * top}"
    crossed = "false"
    if target is not None:
        crossed = f"datum.actual > {target - 0.02 * top} && datum.actual < {target + HEAD * top}"
    mark = {"type": "text", "fontSize": 11, "fontWeight": 600, "limit": 60}

    def layer(filter_: str, value: Spec, dy: int, color: str) -> Spec:
        # On a phone a column is narrower than its value: the text then runs along the column, away from its end.
        away = -4 if dy > 0 else 4
        along = {
            "angle": {"expr": f"{narrow} ? -90 : 0"},
            "align": {"expr": f"{narrow} ? '{'right' if dy > 0 else 'left'}' : 'center'"},
            "dx": {"expr": f"{narrow} ? {away} : 0"},
            "dy": {"expr": f"{narrow} ? 0 : {dy}"},
        }
        encoding = {"x": x, "y": {**y, **value}, "text": {"field": "text"}}
        return {"transform": [{"filter": filter_}], "mark": {**mark, **along, "color": color}, "encoding": encoding}

    head: Spec = {"field": "actual"}
    return [
        layer(f"{tall} && !({crossed})", head, 10, palette.paper),
        layer(f"{tall} && ({crossed})", {"datum": 0}, -9, palette.paper),
        layer(f"isValid(datum.actual) && !({tall})", head, -7, palette.ink),
    ]


def _forecast(palette: Palette, x: Spec, y: Spec) -> list[Spec]:
    """Pale and dashed columns, their values above them where nothing is there yet."""
    pale = {"color": palette.actual, "fillOpacity": 0.25, "stroke": palette.actual, "strokeDash": [3, 2]}
    mark = {"type": "text", "fontSize": 11, "dy": -7, "color": palette.soft}
    above = {"x": x, "y": {**y, "field": "foreseen"}, "text": {"field": "foretold"}}
    only = [{"filter": "isValid(datum.foreseen) && !isValid(datum.actual)"}]
    return [
        _bars(x, y, "foreseen", {**pale, "strokeWidth": 1}),
        {"transform": only, "mark": mark, "encoding": above},
    ]


def _festival(palette: Palette, x: Spec) -> list[Spec]:
    only = [{"filter": "datum.festival !== ''"}]
    band = {"type": "rect", **UNSAID, "color": palette.panel, "width": {"band": 1.3}}
    word = {"type": "text", "baseline": "top", "dy": 2, "color": palette.soft}
    return [
        {"transform": only, "mark": band, "encoding": {"x": x}},
        {"transform": only, "mark": word, "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "festival"}}},
    ]


def _target(palette: Palette, y: Spec, target: float) -> list[Spec]:
    """A dashed rule over a wider one in paper colour, so that it stays visible across dark columns."""
    at, rule = {"y": {**y, "datum": target}}, {"type": "rule", **UNSAID}
    return [
        {"mark": {**rule, "color": palette.paper, "strokeWidth": 3.5}, "encoding": at},
        {"mark": {**rule, "color": palette.ink, "strokeDash": [4, 3], "strokeWidth": 1.2}, "encoding": at},
    ]
