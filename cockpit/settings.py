"""What is set from outside: where the cockpit stores things, its secret, its wall time and its language."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import secrets
import tempfile
import zoneinfo
from functools import cache
from pathlib import Path

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cockpit.errors import CockpitError, SystemFailure, UsageError, lacking, path_failure
from cockpit.locale import LANGUAGES, Language

PREFIX = "COCKPIT_"
KEY = "secret.key"
SHORTEST_SECRET = 32
FEWEST_CHARACTERS = 12
EXAMPLES = (
    "change",
    "secret",
    "password",
    "example",
    "default",
    "insecure",
    "cockpit",
    "01234567",
    "abcdefgh",
    "qwerty",
)
_ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_URL = re.compile(r"[a-z][a-z0-9]*(\+[a-z0-9_]+)?://")


class Settings(BaseSettings):
    """The environment variables COCKPIT_HOME, _RECORDS_URL, _SECRET_KEY, _TIMEZONE, _LANGUAGE, _URL and _ADDRESS,
    checked.

    `home` is absolute. `records_url` is any SQLAlchemy URL; empty means ``records.db`` in `home`.
    `timezone` is an IANA name. `url` is where people reach the cockpit (``https://cockpit.example.cn``), `address`
    what the server listens on. A value that cannot be is a UsageError, raised by `settings`.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    home: Path = Path("var")
    records_url: str = ""
    secret_key: SecretStr = SecretStr("")
    timezone: str = "Asia/Shanghai"
    language: Language = "zh_CN"
    url: str = ""
    address: str = "127.0.0.1"

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @field_validator("url")
    @classmethod
    def _origin(cls, url: str) -> str:
        """Scheme, host and perhaps a port; nothing else belongs to it."""
        plain = url.strip().rstrip("/").lower()
        if plain and not _ORIGIN.fullmatch(plain):
            raise ValueError(url)
        return plain

    @field_validator("address")
    @classmethod
    def _listened(cls, address: str) -> str:
        """An IP address, or the machine's own name for itself."""
        plain = address.strip().strip("[]") or "127.0.0.1"
        if plain.lower() == "localhost":
            return "127.0.0.1"
        return str(ipaddress.ip_address(plain))

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.home / "warehouse.duckdb"

    @property
    def records(self) -> str:
        """The SQLAlchemy URL of the records; it may hold a password, never print it."""
        return self.records_url or f"sqlite:///{(self.home / 'records.db').as_posix()}"


def spool_of(home: Path) -> Path:
    """Where business data lie on their way: beside the warehouse, so that one disk is watched and a file moves into
    place in one step."""
    return home / "spool"


@cache
def settings() -> Settings:
    """The settings, read once per process; makes `home` and the secret key on the first start.

    UsageError names the variable that cannot be; SystemFailure where `home` cannot be written.
    """
    try:
        read = Settings()
    except ValidationError as error:
        raise _refusal(error) from error
    _check_timezone(read.timezone)
    if read.records_url and not _URL.match(read.records_url):
        raise UsageError("records_url_not_readable")
    try:
        read.home.mkdir(parents=True, exist_ok=True)
        key = read.secret_key.get_secret_value() or _stored_key(read.home / KEY)
    except OSError as error:
        raise _unusable(error, read.home) from error
    check_secret(key)
    return read.model_copy(update={"secret_key": SecretStr(key)})


def _unusable(error: OSError, home: Path) -> SystemFailure:
    """Why the first start in `home`, or a later one, cannot use it."""
    failure = path_failure(error, Path(str(error.filename or home)))
    kept = failure.params.get("path") == str(home / KEY)
    if lacking(error) or (failure.code == "path_forbidden" and kept):
        return failure
    return SystemFailure("home_not_writable", path=str(home), detail=error.strerror or "")


def _refusal(error: ValidationError) -> CockpitError:
    """Which variable is wrong, without its value: it may be a secret."""
    field = str(error.errors()[0]["loc"][0]).upper().removeprefix(PREFIX)
    if field == "LANGUAGE":
        return UsageError("language_unknown", languages=", ".join(LANGUAGES))
    return UsageError("setting_not_readable", name=f"{PREFIX}{field}")


def _check_timezone(name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError("timezone_unknown", value=name) from error


def check_secret(key: str) -> None:
    """UsageError where a key is short, an example or easy to guess."""
    repeated = any(key == (key[:size] * (len(key) // size + 1))[: len(key)] for size in range(1, len(key) // 2 + 1))
    known = any(example in key.lower() for example in EXAMPLES)
    if len(key) < SHORTEST_SECRET or len(set(key)) < FEWEST_CHARACTERS or repeated or known:
        raise UsageError("secret_key_weak", shortest=SHORTEST_SECRET)


def _stored_key(file: Path) -> str:
    """The key kept in `file`, made there with mode 0600 if it is missing; two first starts at once get the same one."""
    if not file.exists():
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".secret-")
        fresh = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as handle:
                handle.write(secrets.token_urlsafe(48))
                handle.flush()
                os.fsync(handle.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(fresh, file)
        finally:
            fresh.unlink()
    file.chmod(0o600)
    return file.read_text(encoding="ascii").strip()
