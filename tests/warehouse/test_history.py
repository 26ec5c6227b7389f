"""Any history of deliveries, decisions and undos: the state is what an independent model says, and a rebuild agrees."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.warehouse.desk import Desk

NUMBERS = [str(n) for n in range(8)]
Lines = tuple[tuple[int, int], ...]  # (line number, amount)


@dataclass
class Model:
    """Every delivery ever made, with its documents; the newest active one that holds a number wins."""

    deliveries: dict[int, tuple[datetime, dict[str, Lines]]] = field(default_factory=dict)
    active: set[int] = field(default_factory=set)

    def state(self) -> list[tuple[str, int, int]]:
        newest: dict[str, tuple[datetime, int]] = {}
        for number in self.active:
            when, documents = self.deliveries[number]
            for document in documents:
                newest[document] = max(newest.get(document, (datetime.min, 0)), (when, number))
        return sorted(
            (document, line, amount)
            for document, (_, number) in newest.items()
            for line, amount in self.deliveries[number][1][document]
        )


def documents(random: Random) -> dict[str, Lines]:
    chosen = random.sample(NUMBERS, random.randint(1, 5))
    return {number: tuple((line, random.randint(1, 3)) for line in range(1, random.randint(2, 4))) for number in chosen}


def rows(held: dict[str, Lines]) -> list[dict[str, Any]]:
    head = {"customer_code": "C", "document_date": date(2026, 1, 1)}
    return [{**head, "document_no": d, "line_no": n, "amount_net": a} for d, lines in held.items() for n, a in lines]


def step(desk: Desk, model: Model, random: Random) -> None:
    if model.active and random.random() < 0.3:
        delivery = random.choice(sorted(model.active))
        desk.warehouse.undo(delivery, "tester")
        model.active.discard(delivery)
        return
    held = documents(random)
    export_at = datetime(2026, 1, 1) + timedelta(days=random.randint(0, 400)) if random.random() < 0.4 else None
    listed = rows(held)
    random.shuffle(listed)
    outcome = desk.deliver("sales_lines", listed, export_at=export_at)
    assert outcome.delivery_id is not None
    model.deliveries[outcome.delivery_id] = (export_at or desk.clock, held)
    if outcome.status == "held":
        if random.random() < 0.5:
            desk.warehouse.decide(outcome.delivery_id, False, False, "tester", "no")
            return
        desk.warehouse.decide(outcome.delivery_id, True, False, "tester", "yes")
    model.active.add(outcome.delivery_id)


def play(folder: Path, seed: int, steps: int) -> None:
    desk, model, random = Desk(folder), Model(), Random(seed)
    for _ in range(steps):
        step(desk, model, random)
        kept = [(d, int(n), int(a)) for d, n, a in desk.rows("sales_lines", "document_no", "line_no", "amount_net")]
        assert sorted(kept) == model.state(), f"seed {seed}"
    assert desk.sound()
    desk.warehouse.close()


def test_sixty_random_deliveries_and_undos(tmp_path: Path) -> None:
    play(tmp_path, seed=20261122, steps=60)


@pytest.mark.fuzz
def test_five_hundred_random_deliveries_and_undos() -> None:
    for seed in range(int(os.environ.get("FUZZ_SEEDS", "5"))):
        with tempfile.TemporaryDirectory() as folder:
            play(Path(folder), seed, steps=500)
