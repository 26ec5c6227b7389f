"""`sources.toml`: the connections somebody wrote down, read strictly, so that a misspelt word is noticed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cockpit.errors import UsageError
from cockpit.intake.relation import NotRead, Wish
from cockpit.issues import Issue
from cockpit.model import TABLES

FILE = "sources.toml"
LONGEST_FILE = 4 << 20
_NAME = re.compile(r"[\w.-]{1,64}")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECTION = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]")


class Block(BaseModel):
    """One connection. `timeout` is in seconds: the longest a statement may run, and the longest silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: str = Field(min_length=1, repr=False)
    ledger: str = Field("default", min_length=1)
    table: str = Field(min_length=1)
    relation: str | None = Field(None, min_length=1)
    select: str | None = Field(None, min_length=1)
    document_key: list[str] = []
    cursor: str | None = Field(None, min_length=1)
    overlap: str | int | None = None
    timeout: int | float = Field(600, gt=0, le=86_400)
    mapping: dict[str, str] = Field(min_length=1)
    set: dict[str, str | int | float | bool | date] = {}

    @property
    def shown(self) -> str:
        """What is read, as people know it."""
        return self.relation or Path(self.select or "").name


@dataclass(frozen=True)
class Source:
    """A block under its name, in the file `home`/sources.toml."""

    name: str
    block: Block
    home: Path

    @property
    def dialect(self) -> str:
        """``postgresql``, ``mysql``, ``mariadb``, ``sqlite`` … as the address says."""
        return re.split(r"[+:]", self.block.url, maxsplit=1)[0]

    @property
    def origin(self) -> str:
        return f"{self.name}/{self.block.ledger}/{self.block.table}"

    def query(self) -> str | None:
        """The text of the query file. `NotRead` where it cannot be read."""
        if self.block.select is None:
            return None
        path = self.home / self.block.select
        try:
            if path.stat().st_size > LONGEST_FILE:
                raise OSError("too large")
            return path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            detail = getattr(error, "strerror", None) or str(error)
            raise NotRead(
                Issue("source_query_missing", "error", params={"file": str(path), "detail": detail})
            ) from error

    def settings(self) -> dict[str, object]:
        """What the connector is told, secrets filled in. `NotRead` where a variable is missing."""
        query = self.query()
        asked = {"relation": self.block.relation} if query is None else {"query": query, "name": self.block.shown}
        return {"url": self._address(), "timeout": float(self.block.timeout), **asked}

    def _address(self) -> str:
        account, at, rest = self.block.url.rpartition("@")
        # a password may hold any sign; what stands before the last @ is written as addresses write it
        return self._filled(account, lambda text: quote(text, safe="")) + at + self._filled(rest, str)

    def _filled(self, text: str, written: Any) -> str:
        def value(found: re.Match[str]) -> str:
            known = os.environ.get(found[1])
            if known is None:
                raise NotRead(Issue("source_variable_missing", "error", params={"variable": found[1]}))
            return str(written(known))

        return _VARIABLE.sub(value, text)

    def wish(self, zone: str, today: date) -> Wish:
        """What is to be read. `NotRead` where table or key are not possible."""
        block = self.block
        table = TABLES.get(block.table)
        if table is None or table.name == "patches":
            names = ", ".join(one for one in TABLES if one != "patches")
            raise NotRead(Issue("source_table_unknown", "error", params={"table": block.table, "names": names}))
        values = {
            one: str(value).lower() if isinstance(value, bool) else str(value) for one, value in block.set.items()
        }
        fields = {column: one for one, column in reversed(block.mapping.items())}
        named = tuple(one if one in block.mapping else fields.get(one, one) for one in block.document_key)
        key = named or tuple(one for one in ("company", *table.unit) if one in block.mapping)
        read = self.query() or block.relation
        told = [block.ledger, block.table, read, block.mapping, values, list(key), block.cursor]
        definition = hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
        overlap = None if block.overlap is None else str(block.overlap)
        return Wish(
            source=self.name,
            origin=self.origin,
            definition=definition,
            table=table,
            mapping=block.mapping,
            values=values,
            key=key,
            cursor=block.cursor,
            overlap=overlap,
            zone=zone,
            today=today,
        )


def read(home: Path) -> dict[str, Source]:
    """All connections by name, in the order of the file. UsageError names block, key and line."""
    path = home / FILE
    if not path.is_file():
        return {}
    try:
        text = path.read_text("utf-8-sig")
        document = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError("sources_not_readable", file=str(path), detail=str(error)) from error
    return {name: _source(name, content, text, home) for name, content in document.items()}


def _source(name: str, content: object, text: str, home: Path) -> Source:
    facts: dict[str, Any] = {"file": str(home / FILE), "block": name}
    if not _NAME.fullmatch(name) or not isinstance(content, Mapping):
        raise UsageError("sources_name_not_possible", line=line_of(text, name, None), **facts)
    try:
        block = Block.model_validate(dict(content))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"][:2] if part not in ("str", "int", "float", "bool", "date"))
        facts |= {"key": key, "line": line_of(text, name, key)}
        if first["type"] == "missing":
            raise UsageError("sources_key_missing", **facts) from None
        if first["type"] == "extra_forbidden":
            raise UsageError("sources_key_unknown", keys=", ".join(Block.model_fields), **facts) from None
        raise UsageError("sources_value_not_possible", **facts) from None
    if (block.relation is None) == (block.select is None):
        raise UsageError("sources_relation_or_select", line=line_of(text, name, None), **facts)
    if block.overlap is not None and block.cursor is None:
        raise UsageError("sources_overlap_without_cursor", line=line_of(text, name, "overlap"), **facts)
    return Source(name, block, home)


def line_of(text: str, block: str, key: str | None) -> int:
    """The line of a block's key (``mapping.document_no`` in its own section), else of the block; 1 = first."""
    section, found = "", 1
    wanted = key.split(".") if key else []
    for number, line in enumerate(text.splitlines(), start=1):
        header = _SECTION.match(line)
        if header:
            section = header[1].replace('"', "").replace("'", "")
            if section == block or (len(wanted) > 0 and section == f"{block}.{wanted[0]}"):
                found = number
            continue
        said = line.partition("=")[0].strip().strip("\"'")
        inside = section == block or section.startswith(f"{block}.")
        if wanted and inside and said == wanted[-1]:
            return number
    return found
