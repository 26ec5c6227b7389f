"""Imports that would cost the first visitor seconds, done before anyone comes."""

from __future__ import annotations

import importlib

_NEEDED = (
    "pandas",
    "pyarrow",
    "xlsxwriter",
    "cockpit.ui.blocks",
    "cockpit.ui.breakdown",
    "cockpit.ui.deliveries",
    "cockpit.ui.document",
    "cockpit.ui.documents",
    "cockpit.ui.page",
    "cockpit.ui.trend",
    "cockpit.ui.upload",
)


def imports() -> None:
    """Load them; once is enough for the process."""
    for name in _NEEDED:
        importlib.import_module(name)
