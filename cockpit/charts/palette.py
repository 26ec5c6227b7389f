"""The colours of the cockpit, said once: paper, ink and mixes of the two, and three colours for status."""

from __future__ import annotations

from dataclasses import dataclass

FONT = "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"


@dataclass(frozen=True)
class Palette:
    """One theme's colours as ``#RRGGBB``. The theme file holds the same values; a test compares them."""

    paper: str
    panel: str
    sidebar: str
    ink: str
    soft: str
    rule: str
    focus: str
    critical: str
    critical_tint: str
    critical_bar: str
    warning: str
    warning_tint: str
    ok: str
    ok_tint: str
    ok_bar: str

    def mix(self, percent: int) -> str:
        """`percent` of ink in paper, the step a chart uses where the style sheet writes ``color-mix``."""
        ink, paper = _channels(self.ink), _channels(self.paper)
        mixed = (round(i * percent / 100 + p * (100 - percent) / 100) for i, p in zip(ink, paper, strict=True))
        return "#" + "".join(f"{channel:02X}" for channel in mixed)

    @property
    def actual(self) -> str:
        return self.mix(82)

    @property
    def last_year(self) -> str:
        return self.mix(27)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


LIGHT = Palette(
    paper="#FFFFFF",
    panel="#F4F5F7",
    sidebar="#F7F8FA",
    ink="#1B2430",
    soft="#5B6675",
    rule="#E1E4E9",
    focus="#25324A",
    critical="#B02A21",
    critical_tint="#FCECEA",
    critical_bar="#C2352B",
    warning="#8A5200",
    warning_tint="#FFF3DB",
    ok="#12694B",
    ok_tint="#E5F4ED",
    ok_bar="#1B7F5C",
)
DARK = Palette(
    paper="#0F1318",
    panel="#1A2028",
    sidebar="#0B0E12",
    ink="#E4E8EE",
    soft="#98A3B2",
    rule="#2B323C",
    focus="#B9C4D4",
    critical="#FF8A80",
    critical_tint="#3A1B1A",
    critical_bar="#F0675C",
    warning="#F0B95A",
    warning_tint="#352710",
    ok="#5CCBA2",
    ok_tint="#12301F",
    ok_bar="#3FB68B",
)
