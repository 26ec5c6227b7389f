"""What must be known of the platform's own first page before a browser is told what it may run."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import streamlit

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def inline_scripts() -> list[str]:
    """The SHA-256 (Base64) of each script that stands in the platform's first page."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    return [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in _SCRIPT.findall(page)]
