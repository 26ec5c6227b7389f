"""Small pieces of SQL text that several steps of the cleaning share; every value from outside is a quoted literal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BLANKS = " \t\r\n\v\f\u3000\u00a0\ufeff\u200b\u200e\x1f"
EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
NOTHING = ("NULL", "null", "Null", "(null)", "\\N", "<NULL>")
# in a column of numbers, days or choices these words mean that there is nothing
NO_VALUE = ("-", "--", "---", "—", "——", "/", "N/A", "n/a", "NA", "nan", "NaN", "NAN", "None", "none", "无", "空", "*")

_FULL = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
_HALF = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)) + " "


def literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("\0", "").replace("'", "''") + "'"


def name(identifier: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def listing(texts: Iterable[str]) -> str:
    return ", ".join(literal(text) for text in texts)


def half_width(expression: str) -> str:
    """Full-width letters, digits and signs as plain ones."""
    return f"translate({expression}, {literal(_FULL)}, {literal(_HALF)})"


@dataclass(frozen=True)
class Reading:
    """How a text becomes a value: named steps, each SQL over the ones before it, and the SQL of the value itself."""

    value: str
    steps: tuple[tuple[str, str], ...] = ()

    def over(self, texts: str) -> str:
        """Query with ``text`` and ``value`` for a query that gives ``text``."""
        query = texts
        for alias, expression in self.steps:
            query = f"(SELECT *, {expression} AS {alias} FROM {query})"
        return f"SELECT text, {self.value} AS value FROM {query}"
