"""The file of rejected rows a person corrects and sends back, and how it is known when it returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cockpit.intake.layout import Row, text_of
from cockpit.locale import Language, t
from cockpit.model import fold_header

DELIVERY = {"zh_CN": "驾驶舱交付号", "en": "cockpit_delivery"}
MARK = {"zh_CN": "驾驶舱行标记", "en": "cockpit_row"}


@dataclass(frozen=True)
class Marks:
    """What a rejects file says of its rows: whose they are. `column` is the position of the first mark column."""

    delivery: int
    part: int
    column: int
    expression: str  # SQL over the cells for the row mark ``part:line``


def find_marks(rows: Sequence[Row]) -> Marks | None:
    """The marks of a rejects file, None for any other sheet."""
    if len(rows) < 2:
        return None
    headers = [fold_header(text_of(cell)) for cell in rows[0]]
    places = [
        next((headers.index(fold_header(word)) for word in words.values() if fold_header(word) in headers), None)
        for words in (DELIVERY, MARK)
    ]
    if places[0] is None or places[1] is None:
        return None
    deliveries = {text_of(row[places[0]]) for row in rows[1:]} - {""}
    first_marks = [text_of(row[places[1]]) for row in rows[1:] if text_of(row[places[1]])]
    if len(deliveries) != 1 or not (number := next(iter(deliveries))).isdigit() or not first_marks:
        return None
    part = first_marks[0].partition(":")[0]
    if not part.isdigit():
        return None
    return Marks(int(number), int(part), places[0], f"trim(c{places[1]})")
