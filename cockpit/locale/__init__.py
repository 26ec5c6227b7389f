"""Texts for people, in Chinese and English; one TOML file per room and language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Language = Literal["zh_CN", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat.update(_flatten(value, f"{path}."))
        else:
            flat[path] = str(value)
    return flat


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of one language by dotted key. Raises ValueError where two files give the same key."""
    texts: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / language).glob("*.toml")):
        for key, text in _flatten(tomllib.loads(file.read_text("utf-8"))).items():
            if key in texts:
                raise ValueError(f"{key} stands twice in the {language} catalogue")
            texts[key] = text
    return texts


def placeholders(text: str) -> frozenset[str]:
    """The names in braces of a text."""
    return frozenset(_PLACEHOLDER.findall(text))


def t(key: str, language: Language, /, **params: Any) -> str:
    """The text of `key`, its {placeholders} filled. Values go in literally and are never a format themselves.

    A key that does not exist comes back as itself, so that a page stays up; the tests make sure none is missing.
    """
    text = catalogue(language).get(key)
    if text is None:
        return key
    return _PLACEHOLDER.sub(lambda m: str(params[m[1]]) if m[1] in params else m[0], text)
