"""Every text the pages ask for by name exists; a missing one would show its key to a reader."""

from __future__ import annotations

import re

from cockpit.locale import LANGUAGES, catalogue
from cockpit.ui import sitemap
from tests.machine import ROOT

ASKED = re.compile(r"(?:view\.text|\btext)\(\s*(?:frame,\s*)?\"([a-z_.]+)\"")


def test_named_texts_exist() -> None:
    for file in sorted((ROOT / "cockpit" / "ui").glob("*.py")):
        for key in ASKED.findall(file.read_text("utf-8")):
            for language in LANGUAGES:
                assert f"ui.{key}" in catalogue(language), f"{file.name}: {key}"


def test_pages_and_groups_have_names() -> None:
    for page in sitemap.PAGES:
        assert f"ui.page.{page.name}" in catalogue("zh_CN")
        assert f"ui.group.{page.group}" in catalogue("en")
        assert page.file.is_file()


def test_metrics_lead_to_pages_that_exist() -> None:
    assert set(sitemap.METRIC_PAGES.values()) | set(sitemap.TABLE_PAGES.values()) <= sitemap.NAMES


def test_every_state_of_a_delivery_has_a_word_and_a_look() -> None:
    from cockpit.ui.report import LOOK

    for status in LOOK:
        assert f"ui.status.{status}" in catalogue("zh_CN")
