"""What a command does not need it does not load: people wait for it, and every load pays for it twice."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.machine import ROOT

QUESTIONS, DRIVERS, SERVER = {"ibis", "sqlglot"}, {"psycopg", "pymysql"}, {"starlette", "streamlit"}


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("cockpit.__main__", QUESTIONS | DRIVERS | SERVER | {"pandas", "alembic"}),
        ("cockpit.intake.child", QUESTIONS | DRIVERS | SERVER | {"pandas", "duckdb", "sqlalchemy"}),
        ("cockpit.intake.sandbox", {"pyarrow", "numpy", "duckdb", "pydantic"}),  # a worker is started before all else
    ],
)
def test_loaded_where_needed(module: str, without: set[str]) -> None:
    program = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert module.partition(".")[0] in loaded.stdout.split()
    assert not without & set(loaded.stdout.split())
