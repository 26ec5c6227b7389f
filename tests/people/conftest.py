"""A cockpit of its own with a few departments, and two administrators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.service import LOCAL_ADMINISTRATOR, Actor
from cockpit.service.people import PeopleDesk
from tests.people.made import draft
from tests.soundness.books import Books

DEPARTMENTS = """
部门编码 | 部门名称 | 上级部门 | 部门负责人
D1       | 采购中心 | 集团     | 甲
D11      | 采购一组 | 采购中心 | 乙
D12      | 采购二组 | D1       | 丙
D121     | 驻外组   | 采购二组 | 丁
D2       | 营销中心 | 集团     | 戊
D21      | 华东大区 | 营销中心 | 己
"""


@pytest.fixture
def books(tmp_path: Path, records_url: str) -> Iterator[Books]:
    books = Books(tmp_path, records_url=records_url)
    yield books
    books.close()


@pytest.fixture
def desk(books: Books) -> PeopleDesk:
    return books.cockpit.people


@pytest.fixture
def tree(books: Books) -> None:
    books.load("部门档案.csv", DEPARTMENTS, table="departments")


@pytest.fixture
def admin(desk: PeopleDesk) -> Actor:
    """An administrator who signs in; another one is there as well."""
    for name in ("zhang", "li"):
        desk.add(LOCAL_ADMINISTRATOR, draft(name, "administrator", everything=True))
    return desk.named("zhang")
