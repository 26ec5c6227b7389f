"""Choices from a list that speak the reader's language at once, also when it changes under them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st


def one(
    label: str, options: Sequence[Any], key: str, say: Callable[[Any], str], first: Any = None, **looks: Any
) -> Any:
    """One of `options`, at first `first`; what is no option any more is `first` again.

    The value is set anew with each run: a browser keeps the words of a choice it made in the other language.
    """
    kept = st.session_state.get(key, first)
    st.session_state[key] = kept if kept in options or looks.get("accept_new_options") else first
    return st.selectbox(label, options, key=key, format_func=say, **{"placeholder": label, **looks})


def several(
    label: str, options: Sequence[Any], key: str, say: Callable[[Any], str], first: Sequence[Any] = (), **looks: Any
) -> list[Any]:
    """Any of `options`, at first `first`; see `one`."""
    st.session_state[key] = [choice for choice in st.session_state.get(key, first) if choice in options]
    return st.multiselect(label, options, key=key, format_func=say, **{"placeholder": label, **looks})
