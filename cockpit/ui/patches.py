"""The few English texts of Streamlit's own widgets that have no setting; every selector on its markup stands here."""

from __future__ import annotations

import streamlit as st

from cockpit.locale import Language, t

_ALWAYS = """
[data-testid=stElementToolbar], [data-testid=InputInstructions] {display: none}
[data-testid=stFileUploaderDropzoneInstructions] span {display: none}
@media print {[data-testid=stSidebar], [data-testid=stHeader] {display: none}}
"""
# The shared screen is all there is to see; 1rem is 24 px on one of 1920 × 1080, and less or more on others.
_WALL = """
html {font-size: min(1.25vw, calc(100vh / 45))}
@media (max-width: 1000px) {html {font-size: 16px}}
[data-testid=stHeader], [data-testid=stSidebar] {display: none}
[data-testid=stMain] {overflow: hidden; visibility: hidden}
"""
# Streamlit's own dialogs hold no element of ours; while the connection is lost there is one, about that.
_LOST = (
    "body:has([data-testid=stApp]:not([data-test-connection-state=CONNECTED]))"
    " section[role=dialog]:not(:has([data-testid]))"
)
_UPLOAD = "[data-testid=stFileUploaderDropzone] button [data-testid=stMarkdownContainer] p"


def apply(language: Language) -> None:
    """Hide or replace them. A browser test looks at each after an upgrade of Streamlit."""
    said = {
        _UPLOAD: t("ui.upload.choose", language),
        f"{_LOST} > h2": t("ui.shell.lost", language),
        f"{_LOST} > div > div": t("ui.shell.lost_why", language),
    }
    st.html(f"<style>{_ALWAYS}{''.join(_instead(*one) for one in said.items())}</style>")


def wall() -> None:
    """Leave the screen to the slides that lie above the page."""
    st.html(f"<style>{_WALL}</style>")


def _instead(selector: str, text: str) -> str:
    """Style that shows `text`, one of our own, where the English one stood."""
    plain = text.replace("\\", "").replace('"', "")
    return f'{selector} {{font-size: 0}} {selector}::after {{content: "{plain}"; font-size: 1rem}}'
