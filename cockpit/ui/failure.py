"""What a reader sees when a page breaks: a sentence in their language; the details go to the log."""

from __future__ import annotations

import streamlit as st

from cockpit import logs
from cockpit.errors import CockpitError
from cockpit.locale import catalogue, t
from cockpit.ui import context
from cockpit.ui.plain import plain
from cockpit.ui.refusals import told


def show_failure(error: Exception) -> bool:
    """Say it and suppress the platform's own box."""
    language = context.language()
    if isinstance(error, CockpitError) and f"error.{error.code}" in catalogue(language):
        st.error(plain(told(error, language)))
        return True
    st.error(plain(t("ui.state.unexpected", language, reference=logs.failure("page_failed", error))))
    return True
