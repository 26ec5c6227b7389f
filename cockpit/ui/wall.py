"""The element of a shared screen: slides in large type on dark, turned by key, by hand or by the clock.

All slides are in the browser at once, so that the screen goes on turning them when the server is out of reach; it then
says so, and of when the figures are. It lies above the whole page, in a look of its own whatever theme is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import streamlit as st

from cockpit.charts.palette import DARK, FONT
from cockpit.ui.tree import Node

REFRESH = 30  # seconds between two looks at the data

_HERE = Path(__file__).parent
_COLOURS = {
    "paper": DARK.paper,
    "panel": DARK.panel,
    "ink": DARK.ink,
    "soft": DARK.soft,
    "rule": DARK.rule,
    "focus": DARK.focus,
    "bad": DARK.critical,
    "bad0": DARK.critical_tint,
    "mid": DARK.warning,
    "mid0": DARK.warning_tint,
    "good": DARK.ok,
    "good0": DARK.ok_tint,
    "now": DARK.actual,
    "earlier": DARK.mix(50),
    "before": DARK.last_year,
}
_LOOK = "\n".join(f"  --{name}: {colour};" for name, colour in _COLOURS.items())
_ELEMENT = st.components.v2.component(
    "cockpit_wall",
    html='<div id="wall"></div>',
    css=f"#wall {{\n{_LOOK}\n  font-family: {FONT};\n}}\n" + (_HERE / "wall.css").read_text("utf-8"),
    js=(_HERE / "wall.js").read_text("utf-8"),
)


def wall(
    slides: Node,
    book: Node,
    words: Mapping[str, str],
    key: str,
    on_leave: Callable[[], None],
    on_use: Callable[[], None],
) -> None:
    """Show the children of `slides` one at a time; `words` are the texts of its own controls, `book` is its help.

    `on_leave` is called when somebody closes it, `on_use` now and then while somebody turns the slides by hand.
    """
    at = datetime.now().isoformat()  # differs each time, so that the browser knows it has heard from the server
    data = {"tree": slides, "book": book, "words": dict(words), "at": at, "refresh": REFRESH}
    _ELEMENT(data=data, key=key, on_leave_change=on_leave, on_use_change=on_use)
