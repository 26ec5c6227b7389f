"""One small browser element that draws a tree of nodes sent from Python and reports clicks.

The markup is constant, every text becomes a text node (never markup), tags and attributes come from fixed lists, and
numbers reach the style sheet as custom properties. Colours are Streamlit's own theme variables, so both themes share
one style sheet; it lives in a shadow root and touches nothing of Streamlit's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import streamlit as st

from cockpit.ui.tree import Node

_HERE = Path(__file__).parent
_ELEMENT = st.components.v2.component(
    "cockpit_ink",
    html='<div id="ink"></div>',
    css=(_HERE / "ink.css").read_text("utf-8"),
    js=(_HERE / "ink.js").read_text("utf-8"),
)


def ink(tree: Node, key: str, on_click: Callable[[str], None] | None = None) -> str | None:
    """Draw `tree`; gives what was clicked in this run.

    With `on_click` the click is handed over before the script runs again, so that what it changes is drawn at once.
    """

    def clicked() -> None:
        target = getattr(st.session_state.get(key), "go", None)
        if on_click is not None and isinstance(target, str):
            on_click(target)

    result = _ELEMENT(data={"tree": tree}, key=key, height="content", on_go_change=clicked)
    return cast("str | None", cast(Any, result).go)
