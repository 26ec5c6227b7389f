"""What every test stands on: a home of its own, and a plain count of what the machine lacked."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from cockpit.settings import settings
from tests import servers
from tests.machine import LACKING, SECRET

STORES = ("sqlite", "postgresql")
on_both_stores = pytest.mark.parametrize("records_url", STORES, indirect=True)
"""The test runs with records in a file and with records on a real server."""
_SLOW_MACHINES = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
hypothesis_settings.register_profile(
    "suite", max_examples=60, deadline=None, database=None, suppress_health_check=_SLOW_MACHINES
)
hypothesis_settings.register_profile(
    "fuzz", max_examples=2000, deadline=None, database=None, suppress_health_check=_SLOW_MACHINES, print_blob=True
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session", autouse=True)
def _no_test_touches_a_real_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings of whoever runs the tests stay out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COCKPIT_")]:
            patch.delenv(name)
        patch.setenv("COCKPIT_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("COCKPIT_SECRET_KEY", SECRET)
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty COCKPIT_HOME for one test, which makes a key of its own; `settings()` reads it anew."""
    folder = tmp_path / "home"
    monkeypatch.delenv("COCKPIT_SECRET_KEY")
    monkeypatch.setenv("COCKPIT_HOME", str(folder))
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Server]:
    """A PostgreSQL server, started by the first test that wants it."""
    with servers.postgres() as (server, _):
        yield server


@pytest.fixture
def records_url(request: pytest.FixtureRequest) -> str:
    """COCKPIT_RECORDS_URL: of an empty database on a server where the test is one of `on_both_stores`, else empty."""
    wanted = getattr(request, "param", "sqlite")
    return servers.records_on(request.getfixturevalue("postgres")) if wanted == "postgresql" else ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was not tested because the machine lacked something, and how often."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and LACKING in report.longrepr[2]
    )
    if reasons:
        terminalreporter.section(f"not tested here: {reasons.total()}")
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count:5d}  {reason}")
