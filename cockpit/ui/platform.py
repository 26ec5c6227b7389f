"""What must be known of the platform before it serves, and its own log, which is told with ours."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from pathlib import Path

import streamlit
from streamlit import logger as platform_log

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def inline_scripts() -> list[str]:
    """The SHA-256 (Base64) of each script that stands in the platform's first page."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    return [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in _SCRIPT.findall(page)]


def share_log() -> None:
    """The platform gives each of its parts a log of its own; from now on all of them are told with ours."""
    vars(platform_log)["setup_formatter"] = _shared
    platform_log.update_formatter()


def _shared(log: logging.Logger) -> None:
    """No line of its own. The server's parts stay silent about its start, which we tell ourselves."""
    log.handlers, log.propagate = [], not log.name.startswith("uvicorn")
