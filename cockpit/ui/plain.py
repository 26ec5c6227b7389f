"""Text from outside where a widget reads Markdown: it appears as it was typed, never as a link, picture or colour."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Named icons, emoji and bare addresses are looked for after the marks were read: an unseen joint breaks the pattern.
_JOINT = "\u2060"
_LOOKED_FOR = re.compile(r":|@|www", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def plain(text: str) -> str:
    """`text` for a label, an option or a message: on one line, every mark escaped, writing direction unchanged."""
    joined = _LOOKED_FOR.sub(lambda found: found[0] + _JOINT, _CONTROL.sub(" ", text))
    return _PUNCTUATION.sub(r"\\\1", joined)
