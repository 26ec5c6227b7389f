"""Which language a reader gets: from the address, else from tab or account, else from the browser, else the default."""

from __future__ import annotations

from cockpit.locale import Language

NAMES: dict[Language, str] = {"zh_CN": "中文", "en": "English"}


def recognise(tag: str | None) -> Language | None:
    """``zh``, ``zh-CN``, ``zh_TW`` → Chinese; ``en-GB`` → English; anything else is not ours."""
    start = (tag or "").replace("_", "-").split("-")[0].lower()
    return "zh_CN" if start == "zh" else "en" if start == "en" else None


def choose(address: str | None, chosen: Language | None, browser: str | None, default: Language) -> Language:
    """The first of the four that names one of our languages."""
    return recognise(address) or chosen or recognise(browser) or default
