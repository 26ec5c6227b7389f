"""What the metric dictionary claims is so: proofs are tests that exist, changes of a definition are told."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Mapping
from typing import Any

import pytest

from cockpit.locale import LANGUAGES, catalogue
from cockpit.metrics import METRICS
from cockpit.metrics.types import Metric
from cockpit.service.proofs import KINDS, PROOFS
from cockpit.ui.dictionary import PROCESSES
from tests.house.tree import none, parsed
from tests.machine import ROOT

BASELINE = "tests/bench/test_baselines.py"
CLAIMS = [(name, kind, test) for name, proofs in PROOFS.items() for kind, test in proofs.items()]


def test_only_metrics_are_proven_and_only_in_known_ways() -> None:
    none(PROOFS.keys() - METRICS.keys())
    none({kind for _, kind, _ in CLAIMS} - set(KINDS))


@pytest.mark.parametrize(("metric", "kind", "test"), CLAIMS)
def test_a_proof_is_a_test_of_that_metric(metric: str, kind: str, test: str) -> None:
    place, *classes, name = test.split("::")
    module = importlib.import_module(place.removesuffix(".py").replace("/", "."))
    functions = {node.name: node for node in ast.walk(parsed(ROOT / place)) if isinstance(node, ast.FunctionDef)}
    assert name in functions and all(one in vars(module) for one in classes)
    if kind == "independent" and place == BASELINE:
        assert (ROOT / "bench" / "baseline" / f"{metric}.sql").is_file()
    else:
        assert METRICS[metric] in spoken_of(name, functions, vars(module))
    assert kind != "real" or "sample_file" in vars(module)


def spoken_of(name: str, functions: Mapping[str, ast.FunctionDef], known: Mapping[str, Any]) -> list[Metric]:
    """The metrics a test names, by name or by a constant of its file; functions of the file it calls too."""
    found, waiting, seen = [], [name], set[str]()
    while waiting:
        here = waiting.pop()
        seen.add(here)
        for node in ast.walk(functions[here]):
            if isinstance(node, ast.Constant) and node.value in METRICS:
                found.append(METRICS[node.value])
            elif isinstance(node, ast.Name) and isinstance(known.get(node.id), Metric):
                found.append(known[node.id])
            elif isinstance(node, ast.Name) and node.id in functions and node.id not in seen:
                waiting.append(node.id)
    return found


def test_the_watch_is_awake() -> None:
    source = "def test_one():\n    ask(MARGIN)\n\ndef test_two():\n    ask('revenue'); test_one()\n"
    functions = {node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
    known = {"MARGIN": METRICS["gross_margin_rate"]}
    assert spoken_of("test_one", functions, known) == [METRICS["gross_margin_rate"]]
    assert spoken_of("test_two", functions, known) == [METRICS["revenue"], METRICS["gross_margin_rate"]]


def test_every_process_has_its_place_in_the_list() -> None:
    assert {metric.process for metric in METRICS.values()} <= set(PROCESSES)


def test_every_change_of_a_definition_is_told() -> None:
    wanted = [
        f"metric.{metric.name}.change.{number}"
        for metric in METRICS.values()
        for number in range(2, metric.version + 1)
    ]
    none(key for key in wanted for language in LANGUAGES if key not in catalogue(language))
