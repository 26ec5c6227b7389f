"""What a test may need from the machine it runs on: a browser, other people's sample files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = Path(os.environ.get("SHARED_DATA") or ROOT.parent / "shared" / "data")
LACKING = "this machine lacks "
# What seals the audit trail wherever a test opens a home that no process has made its key in.
SECRET = "q7-ZpL0vXw2-Ty9RbE4mKc8-Hs6NdUg3jA"


def lacks(what: str) -> NoReturn:
    """Skips the running test because the machine lacks `what`; with ``REQUIRE_ALL=1`` fails it instead."""
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"{LACKING}{what} (REQUIRE_ALL=1)", pytrace=False)
    pytest.skip(f"{LACKING}{what}")


def sample_file(path: str) -> Path:
    """A file or folder of the sample data other people published, kept outside the project (``SHARED_DATA``)."""
    file = SAMPLES / path
    if not file.exists():
        lacks(f"the sample data {path}")
    return file


def chromium_path() -> str:
    """The system's Chromium; skips or fails the test without one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    lacks("Chromium")
