"""The sample company and its files, simulated and written once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from sample_data.company import Company, simulate, write_sample


@pytest.fixture(scope="session")
def company() -> Company:
    return simulate()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The written files by name."""
    return {path.name: path for path in write_sample(tmp_path_factory.mktemp("sample"))}
