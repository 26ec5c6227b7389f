"""Settings are read once, checked, and keep their secret."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cockpit.errors import SystemFailure, UsageError
from cockpit.settings import check_secret, settings

GOOD = "mZ3xT9vK1qLr7Yb5Nw2Hs8Gd4Fj6Pc0A"


@pytest.fixture(autouse=True)
def _fresh(home: Path) -> None:
    """Each test with a home of its own."""


def test_first_start_makes_a_key_only_its_owner_reads_and_keeps_it(home: Path) -> None:
    key = settings().secret_key.get_secret_value()
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    settings.cache_clear()
    assert settings().secret_key.get_secret_value() == key
    assert sorted(file.name for file in home.iterdir()) == ["secret.key"]


def test_a_key_from_outside_is_not_stored(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_SECRET_KEY", GOOD)
    assert settings().secret_key.get_secret_value() == GOOD
    assert not (home / "secret.key").exists()
    assert GOOD not in repr(settings())


@pytest.mark.parametrize(
    "key",
    [
        "short",
        "a" * 64,
        GOOD[:31],
        "zyxwvutsrqpo98765432" * 2,
        "ChangeMe-" + GOOD,
        "my-secret-" + GOOD,
        GOOD[:13] * 3,
    ],
)
def test_weak_keys_are_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(UsageError) as refusal:
        check_secret(key)
    assert refusal.value.params == {"shortest": 32}


def test_defaults(home: Path) -> None:
    read = settings()
    assert (read.timezone, read.language) == ("Asia/Shanghai", "zh_CN")
    assert read.home == home
    assert read.records == f"sqlite:///{home.as_posix()}/records.db"
    assert read.warehouse == home / "warehouse.duckdb"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("COCKPIT_LANGUAGE", "fr", "language_unknown"),
        ("COCKPIT_TIMEZONE", "Asia/Beijin", "timezone_unknown"),
        ("COCKPIT_TIMEZONE", "../../etc/passwd", "timezone_unknown"),
        ("COCKPIT_RECORDS_URL", "somewhere", "records_url_not_readable"),
        ("COCKPIT_SECRET_KEY", "0123", "secret_key_weak"),
        ("COCKPIT_URL", "cockpit.example.cn", "setting_not_readable"),
        ("COCKPIT_URL", "https://cockpit.example.cn/path", "setting_not_readable"),
        ("COCKPIT_URL", "https://user@cockpit.example.cn", "setting_not_readable"),
        ("COCKPIT_URL", "ftp://cockpit.example.cn", "setting_not_readable"),
        ("COCKPIT_ADDRESS", "everywhere", "setting_not_readable"),
    ],
)
def test_what_cannot_be_is_refused(name: str, value: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as refusal:
        settings()
    assert refusal.value.code == code


def test_a_home_that_cannot_be_written_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(SystemFailure) as failure:
        settings()
    assert failure.value.code == "home_not_writable"
