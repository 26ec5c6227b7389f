"""One palette: the theme file, the charts and the rules of contrast agree."""

from __future__ import annotations

import re
import tomllib

import pytest

from cockpit.charts.palette import DARK, FONT, LIGHT, Palette
from tests.machine import ROOT

CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
KEYS = {
    "paper": "backgroundColor",
    "panel": "secondaryBackgroundColor",
    "ink": "textColor",
    "soft": "grayTextColor",
    "rule": "borderColor",
    "focus": "primaryColor",
    "critical": "redTextColor",
    "critical_tint": "redBackgroundColor",
    "critical_bar": "redColor",
    "warning": "orangeTextColor",
    "warning_tint": "orangeBackgroundColor",
    "ok": "greenTextColor",
    "ok_tint": "greenBackgroundColor",
    "ok_bar": "greenColor",
}
THEMES = [("light", LIGHT), ("dark", DARK)]


@pytest.mark.parametrize(("name", "palette"), THEMES)
def test_theme_and_charts_have_the_same_colours(name: str, palette: Palette) -> None:
    theme = CONFIG["theme"][name]
    assert {field: theme[key] for field, key in KEYS.items()} == {field: getattr(palette, field) for field in KEYS}
    assert theme["sidebar"]["backgroundColor"] == palette.sidebar


def test_theme_and_charts_have_the_same_font() -> None:
    assert CONFIG["theme"]["font"] == CONFIG["theme"]["headingFont"] == FONT


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("name", "palette"), THEMES)
def test_text_can_be_read(name: str, palette: Palette) -> None:
    for text in (palette.ink, palette.soft, palette.critical, palette.warning, palette.ok):
        assert contrast(text, palette.paper) >= 4.5
    for text, tint in (("critical", "critical_tint"), ("warning", "warning_tint"), ("ok", "ok_tint")):
        assert contrast(getattr(palette, text), getattr(palette, tint)) >= 4.5
    assert contrast(palette.soft, palette.mix(5)) >= 4.5  # the quietest ground a word may stand on
    assert contrast(palette.actual, palette.paper) >= 4.5


def test_greys_are_mixes_of_ink_and_paper() -> None:
    assert (LIGHT.mix(0), LIGHT.mix(100)) == (LIGHT.paper, LIGHT.ink)
    assert LIGHT.actual == "#444B55"


def test_the_style_sheet_takes_every_colour_from_the_theme() -> None:
    css = (ROOT / "cockpit" / "ui" / "ink.css").read_text("utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)", re.sub(r"#ink", "", css))
    assert "rgb(" not in css


def test_nothing_is_sent_outside() -> None:
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["server"]["address"] == "127.0.0.1"
