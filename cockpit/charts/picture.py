"""Charts as files: the same columns with title and what they rest on, drawn without a browser and without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cockpit.charts.columns import Spec, config
from cockpit.charts.palette import Palette

WIDTH = 1080  # CSS pixels; a picture has twice as many, so that it stays sharp on a slide
SCALE = 2.0
SIGNS = 96  # of one line below the title


def picture(kind: str, palette: Palette, specs: Mapping[str, Spec], title: str, facts: Mapping[str, str]) -> bytes:
    """The charts below each other as ``png`` or ``svg``, each under its name where there are several.

    `facts` stand below the title: window, filters, as-of, version. Chinese in a PNG needs a Chinese font on the server.
    """
    import vl_convert  # loads a whole engine; only who takes a picture pays for it

    spec = _together(palette, specs, title, _lines(facts))
    if kind == "svg":
        return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])).encode("utf-8")
    return bytes(vl_convert.vegalite_to_png(spec, scale=SCALE, allowed_base_urls=[]))


def _together(palette: Palette, specs: Mapping[str, Spec], title: str, lines: Sequence[str]) -> Spec:
    several = len(specs) > 1
    charts = []
    for name, spec in specs.items():
        chart = {key: value for key, value in spec.items() if key not in ("config", "padding")} | {"width": WIDTH}
        if several:
            chart["title"] = {"text": name, "anchor": "start", "fontSize": 12, "fontWeight": 400, "color": palette.soft}
        charts.append(chart)
    head = {
        "text": title,
        "subtitle": list(lines),
        "anchor": "start",
        "color": palette.ink,
        "subtitleColor": palette.soft,
        "fontSize": 16,
        "subtitleFontSize": 11,
        "offset": 14,
    }
    return {"title": head, "vconcat": charts, "padding": 20, "config": {**config(palette), "background": palette.paper}}


def _lines(facts: Mapping[str, str]) -> list[str]:
    """Facts in lines of readable length; a long one is cut into pieces, none is left out."""
    lines = [""]
    for name, text in facts.items():
        said = f"{name} {text}"
        if lines[-1] and len(lines[-1]) + len(said) > SIGNS:
            lines.append("")
        lines[-1] += (" · " if lines[-1] else "") + said
    return [line[at : at + SIGNS] for line in lines for at in range(0, max(1, len(line)), SIGNS)]
