"""A block of a detail page: title, what it rests on, and the switch between picture, data and export."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from cockpit.charts.columns import Spec
from cockpit.charts.palette import LIGHT
from cockpit.charts.picture import picture
from cockpit.ui import export, navigate
from cockpit.ui.ink import ink
from cockpit.ui.session import session
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

MODES = ("picture", "data", "export")
SEARCHED_FROM, SCROLLED_FROM = 8, 14  # rows


@dataclass(frozen=True)
class Table:
    """What stands behind a picture, in words: `rows` hold one value per column; `facts` go along with an export."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    facts: Mapping[str, str]

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame([list(row) for row in self.rows], columns=list(self.columns))


def block(
    view: View,
    key: str,
    title: str,
    note: Node | str | None,
    table: Table,
    draw: Callable[[], None],
    charts: Callable[[], Mapping[str, Spec]] | None = None,
) -> None:
    """Draw the block in the mode chosen for it; the picture is made by `draw`.

    `charts` makes the charts of a picture that can be taken along as a file, by name.
    """
    mode = session().modes.get(key, MODES[0])
    if mode not in modes(view):
        mode = MODES[0]
    with st.container(gap="xsmall"):
        ink(heading(view, key, title, note, mode), f"{key}-head", navigate.follow)
        if mode == "data":
            _data(view, key, table)
        elif mode == "export":
            _export(view, key, title, table, charts)
        else:
            draw()


def modes(view: View) -> tuple[str, ...]:
    """The modes open to the reader: nobody is offered a file they may not take."""
    return tuple(one for one in MODES if one != "export" or view.actor.may("export"))


def heading(view: View, key: str, title: str, note: Node | str | None, mode: str) -> Node:
    """Title with the three modes at its right; the chosen one is underlined."""
    tools = [
        h("b" if one == mode else "span", "", view.text(f"mode.{one}"), go=navigate.target("mode", key, one))
        for one in modes(view)
    ]
    line = h("div", "s", note) if isinstance(note, str) and note else note or None
    return h("div", "blk", h("div", "hrow", h("h3", "", title), h("div", "tools", *tools)), line)


def _data(view: View, key: str, table: Table) -> None:
    frame = table.frame().dropna(axis="columns", how="all")
    if len(frame) > SEARCHED_FROM:
        label = view.text("mode.search")
        wanted = st.text_input(label, key=f"{key}-search", placeholder=label, label_visibility="collapsed", width=240)
        if wanted:
            texts = frame.astype(str).agg(" ".join, axis=1).str.lower()
            frame = frame[texts.str.contains(wanted.lower(), regex=False)]
    st.dataframe(
        frame,
        key=f"{key}-data",
        hide_index=True,
        width="stretch",
        height="content" if len(frame) <= SCROLLED_FROM else 420,
        column_config={
            name: st.column_config.NumberColumn(format="localized")
            for name in frame.columns
            if pd.api.types.is_float_dtype(frame[name])
        },
    )


def _export(view: View, key: str, title: str, table: Table, charts: Callable[[], Mapping[str, Spec]] | None) -> None:
    lines = [h("div", "", h("span", "", name), h("b", "", text)) for name, text in table.facts.items()]
    ink(h("div", "facts few", *lines), f"{key}-facts")
    with st.container(horizontal=True, gap="small"):
        for kind in (*export.KINDS, *(export.PICTURES if charts is not None else ())):
            made = _maker(view, kind, table) if charts is None or kind in export.KINDS else None
            st.download_button(
                view.text(f"export.{kind}"),
                data=made or _painter(view, kind, title, table, charts or dict),
                file_name=export.file_name((table.name, view.filters.month, f"v{view.cockpit.version()}"), kind),
                mime=export.MIME[kind],
                key=f"{key}-{kind}",
                icon=":material/download:",
                on_click="ignore",
            )


def _painter(
    view: View, kind: str, title: str, table: Table, charts: Callable[[], Mapping[str, Spec]]
) -> Callable[[], bytes]:
    """Draws the picture when it is taken: on paper, whatever the theme of the screen."""
    cockpit, actor = view.cockpit, view.actor

    def take() -> bytes:
        cockpit.exported(actor, table.name, {"kind": kind, "rows": len(table.rows), "about": dict(table.facts)})
        return picture(kind, LIGHT, charts(), title, table.facts)

    return take


def _maker(view: View, kind: str, table: Table) -> Callable[[], bytes]:
    """Makes the file when it is taken, which is asked for and written down first."""
    make = export.maker(kind, table.frame(), table.facts, view.text("export.sheet"), view.text("export.about"))
    cockpit, actor, rows = view.cockpit, view.actor, len(table.rows)

    def take() -> bytes:
        cockpit.exported(actor, table.name, {"kind": kind, "rows": rows, "about": dict(table.facts)})
        return make()

    return take
