"""The metric dictionary: all metrics whoever reads may see, to be searched, exported, and opened one by one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cockpit.errors import NotAllowedError
from cockpit.service.reports import MetricEntry
from cockpit.ui import basis, blocks, limits, navigate, selects, states, words
from cockpit.ui import entry as one_entry
from cockpit.ui import format as fmt
from cockpit.ui.filters import LONGEST
from cockpit.ui.ink import ink
from cockpit.ui.session import session
from cockpit.ui.sitemap import DEFAULT, METRIC_PAGES
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

PROCESSES = ("procurement", "inventory", "revenue", "reconciliation", "process", "data")
ALL = ""
COLUMNS = (
    *("name", "metric", "process_choice", "importance", "unit", "direction", "owner", "thresholds", "sentence"),
    *("formula", "caveat", "example", "params", "sources", "dimensions", "page", "proofs", "version"),
)


def asked() -> str | None:
    """The metric the address names."""
    return st.query_params.get("metric") or None


def dictionary(view: View) -> None:
    """Draw the entry the address names; without one, and where there is none to show, the list."""
    mine, name = view.dictionary(), asked()
    if not mine:
        ink(states.state(view, "not_allowed", view.text("state.no_figures")), "dictionary-refused")
        return
    if name is not None:
        found = next((one for one in mine if one.name == name), None)
        if found is not None:
            ink(one_entry.tree(view, found), "dictionary-entry", navigate.follow)
            limits.show(view, found)
            return
        ink(_nothing(view, name), "dictionary-nothing")
    _list(view, mine)


def _nothing(view: View, name: str) -> Node:
    """Why the address leads to no entry: not theirs, or no such metric."""
    if any(one.name == name for one in view.cockpit.dictionary(view.actor, view.language)):
        refusal = NotAllowedError("action_not_allowed", action="metric", resource=name)
        return states.state(view, "not_allowed", view.error(refusal))
    return h("div", "empty", h("p", "", view.text("dictionary.unknown", name=name[:LONGEST])))


def _list(view: View, mine: Sequence[MetricEntry]) -> None:
    wanted, process = _choices(view, mine)
    chosen = [one for one in mine if process in (ALL, one.process) and wanted.lower() in _text(one).lower()]
    title = view.text("dictionary.title", count=len(chosen))
    table = as_table(view, chosen, wanted, process)
    blocks.block(view, "dictionary", title, view.text("dictionary.note"), table, lambda: _draw(view, chosen))


def _choices(view: View, mine: Sequence[MetricEntry]) -> tuple[str, str]:
    """Search and process; both are remembered, so that the list is as it was when an entry is left."""
    memory = session().modes
    here = [name for name in PROCESSES if any(one.process == name for one in mine)]
    with st.container(horizontal=True, gap="small", key="dictionary-choices"):
        prompt = view.text("dictionary.search")
        st.session_state.setdefault("dictionary-search", memory.get("dictionary-search", ""))
        wanted = st.text_input(
            prompt, key="dictionary-search", placeholder=prompt, label_visibility="collapsed", width=260
        )
        process = selects.one(
            view.text("dictionary.process_choice"),
            [ALL, *here],
            "dictionary-process",
            lambda name: view.text(f"dictionary.process.{name}" if name else "dictionary.all_processes"),
            memory.get("dictionary-process", ALL),
            label_visibility="collapsed",
            width=180,
        )
    memory["dictionary-search"], memory["dictionary-process"] = wanted, process
    return wanted.strip(), process


def _text(one: MetricEntry) -> str:
    """All words a search looks through."""
    return f"{one.name} {one.label} {one.sentence}"


def _draw(view: View, chosen: Sequence[MetricEntry]) -> None:
    if not chosen:
        ink(states.state(view, "empty", view.text("dictionary.nothing_found")), "dictionary-empty")
        return
    ink(listing(view, chosen), "dictionary-list", navigate.follow)


def listing(view: View, chosen: Sequence[MetricEntry]) -> Node:
    """A table for each process; a click on a line opens the entry."""
    groups = []
    for name in PROCESSES:
        found = [one for one in chosen if one.process == name]
        if found:
            groups.append(h("div", "sec", h("b", "", view.text(f"dictionary.process.{name}"))))
            groups.append(_group(view, found))
    return h("div", "dictionary", *groups)


def _group(view: View, found: Sequence[MetricEntry]) -> Node:
    names = ("metric", "importance", "unit", "direction", "thresholds", "owner")
    head = h("tr", "", *(h("th", "", view.text(f"dictionary.{name}"), scope="col") for name in names))
    return h("table", "stack", h("thead", "", head), h("tbody", "", *(_line(view, one) for one in found)))


def _line(view: View, one: MetricEntry) -> Node:
    language = view.language
    held = basis.limits(one, language) + ([view.text("dictionary.own_course")] if one.natural else [])
    return h(
        "tr",
        "",
        h("td", "name wide", h("b", "", one.label), h("div", "s", one.sentence)),
        h("td", "nw", view.text(f"importance.{one.importance}")),
        h("td", "", one_entry.unit(view, one)),
        h("td", "", view.text(f"direction.{one.direction}")),
        h("td", "limits", fmt.listed(held, language) or view.text("dictionary.no_limits")),
        h("td", "", one.owner),
        go=navigate.target("entry", one.name),
    )


def as_table(view: View, chosen: Sequence[MetricEntry], wanted: str, process: str) -> blocks.Table:
    """The dictionary in full, one line per metric."""
    about = {
        view.text("export.ledger"): view.company,
        view.text("export.filters"): _filtered(view, wanted, process) or view.text("export.no_filters"),
        view.text("export.version"): str(view.cockpit.version()),
        view.text("dictionary.count"): str(len(chosen)),
    }
    lines = [_cells(view, one) for one in chosen]
    return blocks.Table(view.text("page.dictionary"), [view.text(f"dictionary.{key}") for key in COLUMNS], lines, about)


def _filtered(view: View, wanted: str, process: str) -> str:
    found = [view.text(f"dictionary.process.{process}")] if process else []
    return fmt.listed([*found, *([f"{view.text('mode.search')} {wanted}"] if wanted else [])], view.language)


def _cells(view: View, one: MetricEntry) -> list[str | int]:
    language = view.language
    return [
        one.name,
        one.label,
        view.text(f"dictionary.process.{one.process}"),
        view.text(f"importance.{one.importance}"),
        one_entry.unit(view, one),
        view.text(f"direction.{one.direction}"),
        one.owner,
        basis.thresholds(one, language) or view.text("dictionary.no_limits"),
        one.sentence,
        one.formula,
        one.caveat,
        one.example,
        "\n".join(one_entry.params(view, one)),
        fmt.listed((words.table(name, language) for name in one.sources), language),
        fmt.listed((words.dimension(name, language) for name in one.dimensions), language),
        view.text(f"page.{METRIC_PAGES.get(one.name, DEFAULT)}"),
        "\n".join(f"{view.text(f'dictionary.proof.{kind}')} {test}" for kind, test in one.proofs.items()),
        one.version,
    ]
