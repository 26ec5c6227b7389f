"""Findings about delivered data as values: what, how grave, where, how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["note", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding of one part of a delivery.

    `code` is the key below ``issue.`` in the catalogues. `row` is the line in the file as its user counts it
    (1 = first line), `column` the header as it stands in the file, `value` an example as it was read.
    `count` is the number of rows the finding stands for.
    """

    code: str
    severity: Severity
    row: int | None = None
    column: str | None = None
    value: str | None = None
    count: int = 1
    params: Mapping[str, Any] = field(default_factory=dict)
