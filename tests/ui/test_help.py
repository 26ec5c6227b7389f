"""`?` on every page shows the page's section of the user guide, in the reader's language, wherever it was started."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.locale import LANGUAGES, Language
from cockpit.service import Cockpit
from cockpit.ui import door, guide, sitemap
from cockpit.ui.tree import find, targets, texts
from tests.machine import ROOT
from tests.ui.conftest import drawn, opened

# The shared screen opens it by a control of its own; a document that is not there has no title.
SIGNED = [page.name for page in sitemap.PAGES if page.name not in ("meeting", "document")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_speaks_of_every_page(language: Language) -> None:
    found = guide.sections(language)
    assert set(found) == sitemap.NAMES
    for page, section in found.items():
        said = "".join(texts(section.body))
        assert section.title and len(said) > 100, page
        assert not re.search(r"\]\(|<a |\*\*|`|!\[", section.title + said), page  # drawn, not quoted


def test_a_section_is_the_guides_own() -> None:
    section = guide.sections("zh_CN")["admin"]
    book = (ROOT / "docs" / "user-guide.zh.md").read_text("utf-8")
    assert section.title == "系统管理"
    assert [text for text in texts(section.body) if text.strip() and text not in book] == []
    assert len([*texts(section.body)]) > 20
    assert "以后登录使用的语言" not in "".join(texts(section.body))  # the next section's


def test_the_guide_is_found_from_another_folder(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from cockpit.ui import guide\n"
        "print(sorted(guide.sections('en')))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert said.stdout.strip() == str(sorted(sitemap.NAMES)), said.stderr[-2000:]


def test_a_missing_guide_is_said(
    loaded: Cockpit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    door.use(loaded)
    monkeypatch.setattr(guide, "ROOT", tmp_path)
    guide.sections.cache_clear()
    app = opened("procurement")
    app.session_state["cockpit"].help = "procurement"
    app.run()
    assert not app.exception and "没有找到使用手册" in drawn(app)
    assert "nothing to say of procurement" in caplog.text


def test_every_page_has_its_sign(loaded: Cockpit) -> None:
    door.use(loaded)
    for name in SIGNED:
        app = opened(name)
        trees = [json.loads(element.proto.json)["tree"] for element in app.get("bidi_component")]
        signs = [sign for tree in trees for sign in find(tree, "help")]
        assert [(sign[2]["go"], "帮助" in sign[2]["aria-label"]) for sign in signs] == [(f"help/{name}", True)]
        app.session_state["cockpit"].help = name
        app.run()
        assert "怎样读" in drawn(app) or guide.sections("zh_CN")[name].title in ("系统管理", "个人", "指标字典")
        assert not app.exception


def test_the_help_speaks_the_readers_language_before_the_first_delivery(empty: Cockpit) -> None:
    app = opened("revenue", "en")
    app.session_state["cockpit"].help = "revenue"
    app.run()
    assert "Where the figures come from" in drawn(app)
    assert "tour/begin" not in [go for tree in _trees(app) for go in targets(tree)]  # nothing to lead through


def _trees(app: object) -> list[list[object]]:
    return [json.loads(element.proto.json)["tree"] for element in app.get("bidi_component")]  # type: ignore[attr-defined]
