"""Lines of the log: one for each event, and nothing in any text makes another or carries a secret."""

from __future__ import annotations

import json
import logging

import pytest

from cockpit import logs
from cockpit.errors import UsageError

HOSTILE = [
    'x\r\n{"event": "sign_in", "person": 1}',
    "x\n2026-11-24 INFO forged",
    "\x1b[2J\x1b[31mred\x1b[0m",
    "\u202etxt.exe\u2028next\u2029next\x85next",
    "\0" * 10,
    "%s %d {0} {secret}",
    "a" * 100_000,
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a16_b13_no_text_makes_a_line_of_its_own(log: None, capsys: pytest.CaptureFixture[str], text: str) -> None:
    logs.set_up()  # the runner, which cannot pass every text on, puts its own handlers beside ours for each test
    logs.event("uploaded", file=text)
    logging.getLogger("somebody.else").warning("they said %s", text)
    logging.getLogger(text[:50]).warning(text.replace("%", "%%"))
    written = capsys.readouterr().err
    lines = written.split("\n")
    assert len(lines) == 4 and lines[-1] == "" and written.isascii()
    assert all(char == "\n" or char.isprintable() for char in written)
    told = [json.loads(line) for line in lines[:-1]]
    assert [one["event"] for one in told] == ["uploaded", "log", "log"] and max(map(len, lines)) < 4000
    assert all(one["time"].endswith("+00:00") and one["level"] for one in told)


def test_b12_what_errors_hold_is_not_told(log: None, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            raise ValueError("password=hunter2")
        except ValueError as cause:
            raise UsageError("metric_unknown", name="hunter2") from cause
    except UsageError as error:
        reference = logs.failure("page_failed", error, page="revenue")
        logging.getLogger("x").error("failed: %s", error, exc_info=error)
    logging.getLogger("x").warning("cannot reach postgresql://reader:hunter2@db/erp?token=hunter2")
    written = capsys.readouterr().err
    first = json.loads(written.splitlines()[0])
    assert "hunter2" not in written and first["reference"] == reference
    assert first["error"] == "UsageError:metric_unknown < ValueError"
    assert first["places"][-1].startswith("tests/api/test_logs.py:")
