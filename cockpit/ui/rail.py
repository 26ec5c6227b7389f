"""The list beside the scorecard: open warnings with their causes, and what moved most."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.locale import Language, t
from cockpit.service.results import Breach
from cockpit.ui import format as fmt
from cockpit.ui import marks, words
from cockpit.ui.cards import Shown, change_of, previous, title
from cockpit.ui.tree import Node, h

ENTRIES = 10  # warnings and moves together fit beside three rows of cards at 1440 × 900
WARNINGS = 5


def rail(breaches: Sequence[Breach], shown: Sequence[Shown], language: Language) -> Node:
    """Warnings by severity with their causes, then what moved most since the period before."""
    order = {"critical": 0, "warning": 1}
    warnings = sorted(breaches, key=lambda breach: order.get(breach.level, 2))
    count = t("ui.rail.count", language, count=len(warnings))
    head = h("h3", "", t("ui.rail.warnings", language), h("span", "", count))
    clocks = {one.card.metric: one.card.params.get("clock", "") for one in shown}
    lines = [_warning(breach, clocks.get(breach.metric, ""), language) for breach in warnings[:WARNINGS]]
    if not lines:
        lines = [h("div", "s", t("ui.rail.none", language))]
    if len(warnings) > WARNINGS:
        lines.append(h("div", "s", t("ui.rail.more", language, count=len(warnings) - WARNINGS)))
    moves = _moves(shown, ENTRIES - len(lines), language)
    return h("div", "rail", head, h("div", "", *lines), *moves)


def _warning(breach: Breach, clock: str, language: Language) -> Node:
    css = marks.CLASS[breach.level]
    row = breach.row
    scale = fmt.scale_for([row.value], breach.unit, language, currency=row.currency, clock=clock, counted=breach.metric)
    gap = "" if scale.unit in ("", "%") else " "
    causes = fmt.listed((words.cause(cause, scale, language) for cause in breach.causes[:2]), language)
    facts = [t(f"ui.level.{breach.level}", language)]
    if row.target is not None:
        facts.append(t("ui.strip.target", language, value=scale.with_suffix(row.target)))
    if row.period:
        facts.append(fmt.period(row.period, language))
    said = fmt.join(facts, language)
    level = facts[0]
    return h(
        "div",
        "warn",
        h("span", f"sh t{css}", marks.SHAPE[breach.level]),
        h(
            "div",
            "",
            h(
                "div",
                "t",
                h("span", "", _label(breach, language)),
                h("span", "", f"{scale.number(row.value)}{gap}{scale.unit}"),
            ),
            h("div", "c", causes) if causes else None,
            h("div", "m", h("span", f"b t{css}", level), said.removeprefix(level)),
        ),
        go=f"metric/{breach.metric}",
    )


def _label(breach: Breach, language: Language) -> str:
    slices = [words.value(name, code, language) for name, code in breach.row.dimensions.items() if code]
    return " ".join([breach.label, *slices])


def _moves(shown: Sequence[Shown], most: int, language: Language) -> list[Node]:
    moved = []
    for one in shown:
        found = change_of(one, previous(one), one.scale(language), language)
        if found is not None and found.good is not None:
            moved.append((one, found))
    if not moved:
        return []
    moved.sort(key=lambda pair: (bool(pair[1].good), -pair[1].size))
    lines = [
        h(
            "div",
            "chg",
            h("span", "", title(one, language)),
            h("b", "", words.points(found.text, one.card.unit, one.scale(language), language)),
            h("span", f"w {'tgood' if found.good else 'tbad'}", found.word),
            go=f"metric/{one.card.metric}",
        )
        for one, found in moved[:most]
    ]
    against = next((b.start for one, _ in moved if (b := previous(one)) is not None and b.start is not None), None)
    month = "" if against is None else fmt.short_month(against, language)
    head = h("h3", "", t("ui.rail.moves", language), h("span", "", t("ui.rail.moves_against", language, month=month)))
    return [head, h("div", "", *lines)]
