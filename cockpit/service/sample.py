"""What the door must know of a sample company; `sample_data` is one, handed in by the entrance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """A ledger of invented data with its own now. `write` makes its export files in a folder."""

    ledger: str
    timezone: str
    currency: str
    month_start_day: int
    now: datetime  # UTC, naive
    write: Callable[[Path], list[Path]]
