"""What one browser tab remembers between clicks, with types; nothing else of ours lies in the session state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import streamlit as st

from cockpit.locale import Language
from cockpit.ui.filters import Filters
from cockpit.ui.jobs import LoadJob

_KEY = "cockpit"


@dataclass
class Session:
    """`modes` holds for each block whether it shows chart, data or export; `basis` the metric to explain next.

    `pages` are this run's pages by name; `outcome` is what the last action wants to say on the next run.
    """

    language: Language | None = None
    filters: Filters | None = None
    modes: dict[str, str] = field(default_factory=dict)
    basis: str | None = None
    job: LoadJob | None = None
    outcome: tuple[str, str] | None = None
    uploads: int = 0
    pages: dict[str, Any] = field(default_factory=dict)


def session() -> Session:
    """This tab's memory."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    return cast(Session, st.session_state[_KEY])
