"""Where a sheet's table begins: titles above, one header row or two with merged groups, the rows below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cockpit.intake.vocabulary import Vocabulary

Row = Sequence[str | None]
HEADER_DEPTH = 60  # lines in which a header row is looked for

_NUMBER = re.compile(r"^[-+(]?[¥$€£]?\s*\d[\d,.\s]*%?\)?-?$")
_DATE = re.compile(r"^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_RULE = re.compile(r"^[-=_+|*·\s]+$")


@dataclass(frozen=True)
class Header:
    """A candidate header: its texts per column and the lines it stands on (positions in the sample, last inclusive)."""

    texts: tuple[str, ...]
    first: int
    last: int


def text_of(cell: str | None) -> str:
    return cell.strip(" \t\r\n\u3000\u00a0\ufeff\x1f") if cell else ""


def is_rule(row: Row) -> bool:
    """A line of dashes, as SAP lists draw them."""
    cells = [text_of(cell) for cell in row]
    joined = "".join(cells)
    return len(joined) > 2 and bool(_RULE.match(joined)) and any(len(cell) > 2 for cell in cells)


def looks_like_data(cell: str) -> bool:
    return bool(_NUMBER.match(cell) or _DATE.match(cell))


def candidates(rows: Sequence[Row], vocabulary: Vocabulary) -> Iterator[Header]:
    """Every line, and every pair of lines read as groups over measures, that could be the header."""
    usable = [position for position, row in enumerate(rows[:HEADER_DEPTH]) if not is_rule(row)]
    for position in usable:
        texts = tuple(text_of(cell) for cell in rows[position])
        filled = [text for text in texts if text]
        if not (len(filled) > 1 and any(vocabulary.knows(text) for text in filled)) and not _groups(filled):
            continue
        yield Header(texts, position, position)
        below = position + 1
        if below < len(rows) and not is_rule(rows[below]):
            joined = join_groups(rows[position], rows[below])
            if joined is not None:
                yield Header(joined, position, below)


def _groups(filled: Sequence[str]) -> bool:
    """A line that may be the upper one of two: a few words with gaps between."""
    return len(filled) >= 1 and not any(looks_like_data(text) for text in filled)


def join_groups(upper: Row, lower: Row) -> tuple[str, ...] | None:
    """``期末`` over ``数量`` becomes ``期末.数量``; group texts are filled to the right. None where this is no pair."""
    width = max(len(upper), len(lower))
    tops = [text_of(upper[i]) if i < len(upper) else "" for i in range(width)]
    subs = [text_of(lower[i]) if i < len(lower) else "" for i in range(width)]
    if any(looks_like_data(text) for text in subs if text) or sum(bool(text) for text in subs) < 2:
        return None
    group, texts, joined = "", [], 0
    for top, sub in zip(tops, subs, strict=True):
        if top:
            group = top if sub else ""
        if not sub:
            texts.append(top)
        elif group:
            texts.append(f"{group}.{sub}")
            joined += 1
        else:
            texts.append(sub)
    # without a gap under a group there is nothing merged: two headers in two languages, or data
    spread = any(sub and not top for top, sub in zip(tops, subs, strict=True))
    return tuple(texts) if joined >= 2 and spread else None


def plain_header(rows: Sequence[Row]) -> int | None:
    """The first line that looks like a header whatever its words: texts only, none twice as data, values below."""
    for position, row in enumerate(rows[:HEADER_DEPTH]):
        filled = [text_of(cell) for cell in row if text_of(cell)]
        if len(filled) < 2 or is_rule(row):
            continue
        if sum(looks_like_data(text) for text in filled) > len(filled) // 4:
            return None
        widest = max((sum(bool(text_of(cell)) for cell in other) for other in rows[:HEADER_DEPTH]), default=0)
        if len(filled) * 2 < widest:
            continue
        below = [text_of(cell) for other in rows[position + 1 : position + 6] for cell in other if text_of(cell)]
        return position if any(looks_like_data(text) for text in below) else None
    return None
