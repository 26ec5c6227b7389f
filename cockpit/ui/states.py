"""When there is no figure to show: empty, not allowed, not loaded or failed, each said with what to do next."""

from __future__ import annotations

from typing import Literal

from cockpit.ui import navigate
from cockpit.ui.tree import Node, h
from cockpit.ui.view import View

State = Literal["empty", "not_allowed", "not_loaded", "failed"]


def state(view: View, kind: str, detail: str = "") -> Node:
    """A dashed frame with the reason; where data are missing it leads to the import page."""
    link = None
    if kind == "not_loaded":
        link = h("p", "", h("span", "link", view.text("state.import"), go=navigate.target("data")))
    return h(
        "div",
        "empty",
        h("b", "", f"○ {view.text(f'state.{kind}')}"),
        h("p", "", detail or view.text(f"state.{kind}_why")),
        link,
    )
