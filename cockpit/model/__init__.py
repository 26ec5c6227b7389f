"""The canonical model (统一口径): every table the cockpit knows, and how headers of exports lead to its columns."""

from __future__ import annotations

from cockpit.model.actions import ACTION_PATTERNS, STATE_PATTERNS, STATUS_PATTERNS, meaning
from cockpit.model.finance import SIDE_HINTS
from cockpit.model.headers import fold_header, header_currency, header_forms, header_scale
from cockpit.model.masters import ROLE_HINTS
from cockpit.model.matching import (
    TAX_SILENT_HEADERS,
    TAXED_TABLES,
    column_for,
    column_of_header,
    names_no_tax,
    normalise_header,
    settle_amounts,
)
from cockpit.model.movements import MOVEMENT_KINDS, TRANSFER_WORDS
from cockpit.model.registry import FALLBACKS, TABLES
from cockpit.model.types import Alternative, Column, Table

__all__ = [
    "ACTION_PATTERNS",
    "FALLBACKS",
    "MOVEMENT_KINDS",
    "ROLE_HINTS",
    "SIDE_HINTS",
    "STATE_PATTERNS",
    "STATUS_PATTERNS",
    "TABLES",
    "TAXED_TABLES",
    "TAX_SILENT_HEADERS",
    "TRANSFER_WORDS",
    "Alternative",
    "Column",
    "Table",
    "column_for",
    "column_of_header",
    "fold_header",
    "header_currency",
    "header_forms",
    "header_scale",
    "meaning",
    "names_no_tax",
    "normalise_header",
    "settle_amounts",
]
