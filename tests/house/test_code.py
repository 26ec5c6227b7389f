"""What no file of the project does: run what came from outside, draw markup from data, grow without end."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cockpit import __version__
from tests.house.tree import calls, none, parsed, sources, where
from tests.machine import ROOT

FORBIDDEN = {"eval", "exec", "system", "popen", "unsafe_load"}
UNPICKLERS = {"pickle", "dill", "marshal", "joblib", "shelve", "cloudpickle"}
LONGEST_FILE, LONGEST_PAGE = 450, 40


def faults(file: Path) -> list[str]:
    """What a file does that none may do."""
    found = []
    for node in ast.walk(parsed(file)):
        names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [f"{where(file, node)} imports {name}" for name in names if name.split(".")[0] in UNPICKLERS]
    for call, name in calls(file):
        plain = isinstance(call.func, ast.Name) or name in ("system", "popen", "unsafe_load")
        if name in FORBIDDEN and plain:
            found.append(f"{where(file, call)} calls {name}")
        for keyword in call.keywords:
            truth = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
            if keyword.arg in ("unsafe_allow_html", "shell", "unsafe_allow_javascript") and truth:
                found.append(f"{where(file, call)} sets {keyword.arg}=True")
    return found


def test_no_forbidden_calls() -> None:
    none([fault for file in sources() for fault in faults(file)])


def test_the_watch_is_awake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.house.tree.ROOT", tmp_path)
    file = tmp_path / "bad.py"
    file.write_text("import pickle\neval('1')\nst.markdown(x, unsafe_allow_html=True)\nos.system('ls')\n")
    assert len(faults(file)) == 4


def test_files_stay_short() -> None:
    long = [
        f"{file.relative_to(ROOT)}: {count} lines"
        for file in sources("app.py", "cockpit", "connectors", "pages")
        if (count := len(file.read_text("utf-8").splitlines()))
        > (LONGEST_PAGE if file.parent == ROOT / "pages" else LONGEST_FILE)
    ]
    none(long)


def test_every_module_opens_with_a_sentence() -> None:
    silent = [str(file.relative_to(ROOT)) for file in sources() if not ast.get_docstring(parsed(file))]
    none(silent)


def test_nothing_is_left_for_later() -> None:
    """Marks of unfinished work, and paths of somebody's machine."""
    marks = [mark + end for mark in ("TO" + "DO", "FIX" + "ME", "X" + "XX") for end in (":", " ", "(")]
    left = [
        f"{file.relative_to(ROOT)}: {mark}"
        for file in sources(*("app.py", "cockpit", "connectors", "pages", "sample_data", "bench", "tests"))
        for mark in [*marks, "/home/", "/root/"]
        if mark in file.read_text("utf-8") and file != Path(__file__)
    ]
    none(left)


def test_the_release_is_said_once() -> None:
    """What a server and a command compare is what is released."""
    assert f'\nversion = "{__version__}"\n' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_requirements_are_pinned_and_name_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
        none([line for line in lines if "://" in line or "git+" in line])
        pins = [line for line in lines if line and not line.startswith("-r ")]
        none([line for line in pins if "==" not in line.split(";")[0]])
        none({line for line in pins if pins.count(line) > 1})
