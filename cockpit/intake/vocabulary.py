"""Which canonical column a header text means, and how surely."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from cockpit.model import TABLES, Table, column_of_header, fold_header, header_forms

FUZZY_SCORE = 92
FUZZY_LENGTH = 5  # shorter words differ too much in meaning by one character


@dataclass(frozen=True, order=True)
class Match:
    """A header taken for a field. Smaller is surer: the whole header before its last step, preferred synonyms first."""

    step: int
    rank: int
    name: str = field(compare=False)
    form: str = field(compare=False)


# Folding a header costs more than anything else here, and sheets repeat their headers.
@lru_cache(maxsize=20_000)
def _forms(text: str) -> tuple[str, ...]:
    return header_forms(text)


class Vocabulary:
    """The header words of a set of tables."""

    def __init__(self, tables: Iterable[str]) -> None:
        self.tables: Mapping[str, Table] = {name: TABLES[name] for name in tables}
        self._fields = {name: column_of_header(name) for name in self.tables}
        self._spread = Counter(form for known in self._fields.values() for form in known)

    def knows(self, text: str) -> bool:
        """Whether any table has this header."""
        return any(form in self._spread for form in _forms(text))

    def match(self, table: str, text: str) -> Match | None:
        """The field of the table a header means, or None."""
        known = self._fields[table]
        for step, form in enumerate(_forms(text)):
            if form in known:
                name, rank = known[form]
                return Match(step, rank, name, form)
        return None

    def guess(self, table: str, text: str, taken: Iterable[str]) -> Match | None:
        """The field whose synonym is nearly this header, where none is it exactly; never one of `taken`."""
        form = fold_header(text)
        if len(form) < FUZZY_LENGTH:
            return None
        skipped = set(taken)
        choices = [
            word for word, (name, _) in self._fields[table].items() if name not in skipped and len(word) >= FUZZY_LENGTH
        ]
        best = process.extractOne(form, choices, scorer=fuzz.ratio, score_cutoff=FUZZY_SCORE)
        if best is None:
            return None
        name, rank = self._fields[table][best[0]]
        return Match(9, rank, name, best[0])

    def weight(self, form: str) -> float:
        """How telling a header is: 1 where one table knows it, less the more tables do."""
        return float(1 / math.sqrt(max(1, self._spread[form])))
