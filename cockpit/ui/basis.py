"""口径: what exactly a number means, one click away from wherever it stands."""

from __future__ import annotations

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.locale import Language, t
from cockpit.service import Cockpit
from cockpit.service.reports import MetricEntry
from cockpit.ui import door, navigate, words
from cockpit.ui import format as fmt
from cockpit.ui.ink import ink
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h


def explain(cockpit: Cockpit | None, language: Language) -> None:
    """Open the explanation a click asked for, once."""
    memory = session()
    wanted, memory.basis = memory.basis, None
    if wanted is None or cockpit is None:
        return
    who = door.actor()
    try:
        ledger = memory.filters.ledger if memory.filters is not None else None
        entry = cockpit.entry(who, wanted, language, ledger)
    except CockpitError:
        return  # a click target that was edited by hand; there is nothing to explain

    way = None
    if door.allowed(who, "dictionary") and who.may("metric", wanted):
        way = h("div", "", h("span", "link", t("ui.basis.open", language), go=navigate.target("entry", wanted)))

    @st.dialog(entry.label, width="medium")
    def show() -> None:
        ink(tree(entry, language, way), "basis", navigate.follow)

    show()


def tree(entry: MetricEntry, language: Language, way: Node | None = None) -> Node:
    """Sentence, formula, caveat, worked example, then the facts of the definition, and the `way` to its entry."""
    dimensions = fmt.listed((words.dimension(name, language) for name in entry.dimensions), language)
    sources = fmt.listed((words.table(name, language) for name in entry.sources), language)
    parts: list[Node | None] = [h("p", "lead", entry.sentence), *texts(entry, language)]
    lines = [
        ("importance", t(f"ui.importance.{entry.importance}", language)),
        ("direction", t(f"ui.direction.{entry.direction}", language)),
        ("owner", entry.owner),
        ("sources", sources),
        ("dimensions", dimensions),
        ("params", params(entry, language)),
        ("thresholds", thresholds(entry, language)),
        ("version", str(entry.version)),
    ]
    rows = [
        h("tr", "", h("td", "nw soft", t(f"ui.basis.{name}", language)), h("td", "", text))
        for name, text in lines
        if text
    ]
    return h("div", "basis", *parts, h("table", "", h("tbody", "", *rows)), way)


def texts(entry: MetricEntry, language: Language) -> list[Node]:
    """Formula, caveat and worked example under their titles."""
    told = (("formula", entry.formula), ("caveat", entry.caveat), ("example", entry.example))
    return [_part(name, text, language) for name, text in told if text]


def _part(name: str, text: str, language: Language) -> Node:
    return h("div", "", h("h3", "", t(f"ui.basis.{name}", language)), h("p", "pre", text))


def params(entry: MetricEntry, language: Language) -> str:
    """Parameters with their defaults: ``时间口径 工作时间``."""
    said = (
        f"{words.parameter(name, language)} {words.choice(name, default, language)}"
        for name, (default, _choices) in entry.params.items()
    )
    return fmt.listed(said, language)


def thresholds(entry: MetricEntry, language: Language) -> str:
    """What it is held to: target and limits in its unit, and how the limits of its own course are made."""
    own = []
    if entry.natural:
        own = [t(f"ui.basis.natural{'_band' if entry.direction == 'band' else ''}", language)]
    return fmt.listed([*limits(entry, language), *own], language)


def limits(entry: MetricEntry, language: Language) -> list[str]:
    """Target and limits in the metric's unit; a band around the metric's own course in percent."""
    if entry.relative_band is not None:
        return [t("ui.basis.relative_band", language, share=fmt.percent(entry.relative_band))]
    edges = [("target", entry.target), ("warning", entry.warning), ("critical", entry.critical)]
    edges += [("band_low", entry.band[0]), ("band_high", entry.band[1])] if entry.band else []
    known = [(name, value) for name, value in edges if value is not None]
    scale = fmt.scale_for((value for _, value in known), entry.unit, language, counted=entry.name)
    unit = "" if scale.unit in ("", "%") else f" {scale.unit}"
    return [f"{t(f'ui.basis.{name}', language)} {scale.with_suffix(value)}{unit}" for name, value in known]
