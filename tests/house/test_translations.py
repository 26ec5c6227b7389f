"""Every text a person sees exists in Chinese and in English, and every key the code asks for exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from cockpit import errors, issues
from cockpit.locale import LANGUAGES, Language, catalogue, placeholders, t
from cockpit.metrics import METRICS
from cockpit.model import TABLES
from tests.house.tree import calls, none, parsed, sources, texts, where
from tests.machine import ROOT

ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
CHINESE, ENGLISH = catalogue("zh_CN"), catalogue("en")
_CJK = re.compile(r"[\u4e00-\u9fff]")
# Words that are Chinese on an English page on purpose: the language's own name, names of what somebody searches for.
CHINESE_IN_ENGLISH = {"language.zh_CN"}
REASON_CASE = re.compile(r"CASE(?:(?!\bEND\b).)*\bEND\s+AS\s+\w*reason\b", re.DOTALL)
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def asked_for() -> dict[str, str]:
    """Every key that code names in full, with a place that does."""
    keys: dict[str, str] = {}
    for file in sources():
        for call, name in calls(file):
            first = call.args[0] if call.args else None
            prefix = {"t": "", "Issue": "issue."}.get(name, "error." if name in ERRORS else None)
            if prefix is None:
                continue
            coded = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
            for node in [first, *coded]:
                keys |= {f"{prefix}{text}": where(file, call) for text in texts(node)}
        keys |= {f"note.{code}": place for code, place in notes(file)}
        keys |= {f"reason.{code}": place for code, place in reasons(file)}
    return keys


def notes(file: Path) -> list[tuple[str, str]]:
    """Codes of notes beside figures: ``("code", {…})`` wherever one is made, and the names of a metric's `flags`."""
    found = []
    if not file.is_relative_to(ROOT / "cockpit" / "metrics") and not file.is_relative_to(ROOT / "cockpit" / "service"):
        return []
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[1], ast.Dict):
            found += [(text, where(file, node)) for text in texts(node.elts[0]) if CODE.fullmatch(text)]
        elif isinstance(node, ast.keyword) and node.arg == "flags" and isinstance(node.value, ast.Dict):
            found += [(text, where(file, key)) for key in node.value.keys if key for text in texts(key)]
    return found


def reasons(file: Path) -> list[tuple[str, str]]:
    """Codes of reasons for leaving a row out: what `reason` is set to, as expression or as SQL."""
    found = []
    for node in ast.walk(parsed(file)):
        value = node.value if isinstance(node, ast.keyword) and node.arg == "reason" else None
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["reason"]:
            value = node.value
        if value is not None and file.is_relative_to(ROOT / "cockpit" / "metrics"):
            found += [(text, where(file, value)) for text in outcomes(value) if CODE.fullmatch(text) and "_" in text]
        for case in REASON_CASE.findall(written(node)):
            found += [(text, where(file, node)) for text in re.findall(r"(?:THEN|ELSE)\s+'(\w+)'", case)]
    return found


def outcomes(node: ast.AST) -> list[str]:
    """String constants in an expression, those it is only compared with left out."""
    if isinstance(node, ast.Compare):
        return []
    here = texts(node) if isinstance(node, ast.Constant) else []
    return here + [text for child in ast.iter_child_nodes(node) for text in outcomes(child)]


def written(node: ast.AST) -> str:
    """The text of a string or f-string, its holes left out."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


def test_both_languages_have_the_same_keys() -> None:
    none(CHINESE.keys() ^ ENGLISH.keys())


def test_both_languages_have_the_same_files() -> None:
    files = [{file.name for file in (ROOT / "cockpit" / "locale" / language).glob("*.toml")} for language in LANGUAGES]
    assert files[0] == files[1]


def test_both_languages_fill_the_same_placeholders() -> None:
    unequal = [
        key for key in CHINESE.keys() & ENGLISH.keys() if placeholders(CHINESE[key]) != placeholders(ENGLISH[key])
    ]
    none(unequal)


def test_no_text_is_empty_or_left_in_the_other_language() -> None:
    none(key for key in CHINESE if not CHINESE[key].strip() or not ENGLISH.get(key, "-").strip())
    chinese = {key for key, text in ENGLISH.items() if _CJK.search(text)}
    none(key for key in chinese - CHINESE_IN_ENGLISH if not key.startswith(("synonym.", "example.")))


def test_every_key_in_code_exists() -> None:
    missing = [f"{place}: {key}" for key, place in sorted(asked_for().items()) if key not in CHINESE]
    none(missing)


def test_every_composed_key_has_texts() -> None:
    """``t(f"column.{name}", …)`` needs texts that begin with ``column.``."""
    missing = []
    for file in sources():
        for call, name in calls(file):
            node = call.args[0] if name == "t" and call.args else None
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                prefix = str(node.values[0].value)
                if not any(key.startswith(prefix) for key in CHINESE):
                    missing.append(f"{where(file, call)}: {prefix}…")
    none(missing)


@pytest.mark.parametrize("name", TABLES)
def test_the_model_has_its_words(name: str) -> None:
    missing = [key for key in (f"table.{name}", f"grain.{name}") if key not in CHINESE]
    for column in TABLES[name].columns:
        if f"column.{column.name}" not in CHINESE and f"column.{name}.{column.name}" not in CHINESE:
            missing.append(f"column.{column.name}")
    none(missing)


@pytest.mark.parametrize("name", METRICS)
def test_the_metrics_have_their_words(name: str) -> None:
    metric = METRICS[name]
    wanted = [f"metric.{name}.{part}" for part in ("label", "sentence", "formula", "caveat", "example")]
    wanted += [f"metric.{name}.field.{field}" for field in {**metric.fields, **metric.all_fields}]
    wanted += [f"dimension.{dimension}" for dimension in metric.dimensions]
    none(key for key in [*wanted, f"owner.{metric.owner}"] if key not in CHINESE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_never_a_format(language: Language) -> None:
    hostile = "{secret.__class__} %s {0} <b>"
    assert hostile in t("error.day_not_readable", language, value=hostile)


def test_issue_is_a_value() -> None:
    assert issues.Issue("x", "note") == issues.Issue("x", "note")
