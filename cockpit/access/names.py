"""What people type to say who they are: one spelling for each name, and none that could be taken for another."""

from __future__ import annotations

import re
import unicodedata

from cockpit.errors import UsageError

LONGEST_NAME, LONGEST_LABEL = 100, 200
_NAME = re.compile(r"[\w.@+-]+")


def folded(name: str) -> str:
    """A name as it is kept: NFKC, lower case, no space around it; empty for what cannot be a name."""
    if len(name) > 4 * LONGEST_NAME:
        return ""
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    return plain if len(plain) <= LONGEST_NAME and _NAME.fullmatch(plain) else ""


def checked(name: str) -> str:
    """The folded name. UsageError where it is none."""
    if not (found := folded(name)):
        raise UsageError("name_not_usable", longest=LONGEST_NAME)
    return found


def checked_label(label: str, name: str) -> str:
    """What others read, in one line; the name itself where nothing is given. UsageError where it is too long."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in label).split()) or name
    if len(plain) > LONGEST_LABEL:
        raise UsageError("label_too_long", longest=LONGEST_LABEL)
    return plain
