"""What the last action has to say, once, above everything else."""

from __future__ import annotations

import streamlit as st

from cockpit.ui.plain import plain
from cockpit.ui.session import session


def outcome() -> None:
    """Say it; names and file names in it are text, never markup."""
    memory = session()
    said, memory.outcome = memory.outcome, None
    if said is None:
        return
    kind, sentence = said
    (st.error if kind == "error" else st.success)(plain(sentence))
