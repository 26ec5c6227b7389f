"""The small signs every block is made of: level chip, change against an earlier period, trend line, bullet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.locale import Language, t
from cockpit.service.results import Card, Level, MetricRow
from cockpit.ui import format as fmt
from cockpit.ui.tree import Node, h

CLASS: dict[Level, str] = {"ok": "good", "warning": "mid", "critical": "bad", "none": "none"}
SHAPE: dict[Level, str] = {"ok": "▲", "warning": "◆", "critical": "●", "none": "○"}
COMPARED: dict[str, str] = {"up": "≥ ", "down": "≤ ", "band": "≈ ", "none": ""}


def chip(level: Level, language: Language, count: int | None = None) -> Node:
    """Shape, word and colour; with `count` how many stand at this level. Without a threshold: a word, no shape."""
    if level == "none":
        return h("span", "lv none", t("ui.level.none", language))
    word = t(f"ui.level.{level}", language)
    return h("span", f"lv {CLASS[level]}", f"{SHAPE[level]} {word}" + ("" if count is None else f" {count}"))


def unloaded_chip(language: Language, count: int | None = None) -> Node:
    word = t("ui.level.not_loaded", language)
    return h("span", "lv none", f"○ {word}" + ("" if count is None else f" {count}"))


def figure(row: MetricRow | None, name: str | None) -> float | None:
    """The headline value of a row, or one of its further figures by name."""
    if row is None:
        return None
    if name is None:
        return row.value
    value = row.figures.get(name)
    return None if value is None else float(value)


@dataclass(frozen=True)
class Change:
    """A figure against an earlier one: the difference in words of its own, and whether it is good for the business."""

    text: str
    word: str
    good: bool | None  # None: no direction, or nothing changed
    size: float = 0.0  # relative, to sort by

    def nodes(self) -> list[Node]:
        css = "" if self.good is None else "tgood" if self.good else "tbad"
        return [h("b", "", self.text)] + ([h("b", f"{css} wd", self.word)] if self.word else [])


def change(
    now: float | None, before: float | None, unit: str, direction: str, scale: fmt.Scale, language: Language
) -> Change | None:
    """None where one of the two is missing. Amounts change in percent, shares in points, the rest in their unit."""
    if now is None or before is None:
        return None
    difference = now - before
    size = abs(difference) / abs(before) if before else float(difference != 0)
    if unit == "amount" and before > 0:
        text, flat = fmt.percent(difference / before, sign=True), abs(difference / before) < 0.00005
    elif unit == "share":
        text, flat = fmt.significant(difference * 100, sign=True), abs(difference) < 0.00005
    else:
        text, flat = scale.with_suffix(difference, sign=True), abs(difference / scale.divisor) < 0.005
    if flat:
        return Change("0", t("ui.change.flat", language), None)
    if direction not in ("up", "down"):
        return Change(text, "", None, size)
    good = (difference > 0) == (direction == "up")
    return Change(text, t("ui.change.better" if good else "ui.change.worse", language), good, size)


def trend(
    rows: Sequence[MetricRow], level: Level, language: Language, *, target: float | None, name: str | None
) -> Node | None:
    """A line over the periods; the last point in the level's shape, a partial last period dashed, gaps left open."""
    values = [figure(row, name) for row in rows]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    if target is not None and low - (high - low) <= target <= high + (high - low):
        low, high = min(low, target), max(high, target)
    else:
        target = None  # too far away to draw without flattening the line

    def y(value: float) -> float:
        return round(86 - 78 * (value - low) / ((high - low) or 1), 1)

    step = 100 / (len(values) - 1)
    points = [None if v is None else (round(i * step, 1), y(v)) for i, v in enumerate(values)]
    lines = [] if target is None else [h("line", "", x1=0, x2=100, y1=y(target), y2=y(target))]
    dashed = rows[-1].partial and len(points) > 1
    lines += [h("path", "", d=path) for path in _paths(points[:-1] if dashed else points)]
    if dashed:
        lines += [h("path", "part", d=path) for path in _paths(points[-2:])]
    last = points[-1]
    dot = [] if last is None else [h("span", f"dot {CLASS[level]}", x=last[0], y=last[1])]
    newest = " ".join(part for part in (rows[-1].period, t("ui.block.partial", language) if dashed else None) if part)
    ends = [h("span", "", rows[0].period or ""), h("span", "", newest)]
    if target is not None:
        ends.insert(1, h("span", "", f"┄ {t('ui.card.target', language)}"))
    drawing = h("svg", "", *lines, viewBox="0 0 100 100", preserveAspectRatio="none")
    return h("div", "", h("div", "spark", drawing, *dot), h("div", "sx", *ends))


def _paths(points: Sequence[tuple[float, float] | None]) -> list[str]:
    """Stretches of neighbouring points as SVG paths; a missing one breaks the line."""
    paths: list[str] = []
    stretch: list[str] = []
    for point in [*points, None]:
        if point is not None:
            stretch.append(f"{point[0]} {point[1]}")
            continue
        if len(stretch) > 1:
            paths.append("M" + " L".join(stretch))
        stretch = []
    return paths


def bullet(card: Card, name: str | None = None) -> Node | None:
    """Bands of one hue (darkest = poor), the actual as a bar from zero, target and last year as ticks."""
    value = figure(card.row, name)
    if value is None or card.row is None:
        return None
    target, before = card.row.target if name is None else None, figure(card.last_year, name)
    limits = [] if name is not None else _limits(card)
    marks = [mark for mark in (value, target, before, *limits) if mark is not None]
    low, high = min(0.0, *marks) * 1.15, max(0.0, *marks) * 1.15
    if high == low:
        return None

    def x(mark: float) -> float:
        return round(100 * (mark - low) / (high - low), 1)

    edges = [0.0, *(x(limit) for limit in limits), 100.0]
    shades = {"down": ("b1", "b2", "b3"), "up": ("b3", "b2", "b1"), "band": ("b3", "b1", "b3")}.get(card.direction, ())
    bands = [h("div", f"bd {s}", x=a, w=round(b - a, 1)) for s, a, b in zip(shades, edges, edges[1:], strict=False)]
    bar = h("div", "ac", x=min(x(0), x(value)), w=round(abs(x(value) - x(0)), 1))
    ticks = [] if before is None else [h("div", "pv", x=x(before))]
    ticks += [] if target is None else [h("div", "tg", x=x(target))]
    return h("div", "bul", *(bands if len(limits) == 2 else []), bar, *ticks)


def _limits(card: Card) -> list[float]:
    if card.direction == "band":
        return sorted(card.band) if card.band else []
    both = [limit for limit in (card.warning, card.critical) if limit is not None]
    return sorted(both) if len(both) == 2 else []
