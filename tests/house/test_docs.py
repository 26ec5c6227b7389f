"""What is not documented does not exist: commands, settings, metrics, tables and pages stand in the guides."""

from __future__ import annotations

import re

import pytest

from cockpit.cli import app
from cockpit.metrics import METRICS
from cockpit.model import TABLES
from cockpit.settings import PREFIX, Settings
from tests.house.tree import none, sources
from tests.machine import ROOT

GUIDES = {name: (ROOT / "docs" / name).read_text("utf-8") for name in ("user-guide.zh.md", "user-guide.en.md")}
OPERATOR = (ROOT / "docs" / "operator-guide.md").read_text("utf-8")


@pytest.mark.parametrize("guide", GUIDES)
def test_metrics_tables_and_pages_stand_in_the_user_guides(guide: str) -> None:
    pages = [file.stem for file in sources("pages") if file.stem != "__init__"]
    wanted = [*METRICS, *TABLES, *pages]
    none([name for name in wanted if f"`{name}`" not in GUIDES[guide]])


@pytest.mark.parametrize("guide", GUIDES)
def test_commands_stand_in_the_user_guides(guide: str) -> None:
    commands = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    none([name for name in commands if not re.search(rf"python -m cockpit {name}\b", GUIDES[guide])])


def test_settings_and_make_targets_stand_in_the_operator_guide() -> None:
    wanted = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    wanted += [f"make {target}" for target in targets if target != "help"]
    none([name for name in wanted if name not in OPERATOR])


def test_decisions_are_numbered_and_say_what_they_cost() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [file.name[:4] for file in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]
    for file in files:
        text = file.read_text("utf-8")
        assert [part for part in ("## Context", "## Decision", "## What it costs") if part not in text] == [], file.name


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text("utf-8")):
            if not (file.parent / target).exists() and not target.startswith("docs/images/"):
                broken.append(f"{file.relative_to(ROOT)} → {target}")
    none(broken)
