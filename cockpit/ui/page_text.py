"""Texts of pages that work before there is a ledger."""

from __future__ import annotations

from cockpit.errors import CockpitError
from cockpit.locale import t
from cockpit.ui.context import Frame
from cockpit.ui.refusals import told


def text(frame: Frame, key: str, **params: object) -> str:
    """A text of this room in the frame's language."""
    return t(f"ui.{key}", frame.language, **params)


def error_text(frame: Frame, error: CockpitError) -> str:
    """What happened, in the reader's words."""
    return told(error, frame.language)
