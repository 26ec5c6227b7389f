"""What `read` gives under a scope: rows by what is true, hidden columns empty, masked ones apart and unreadable."""

from __future__ import annotations

import hashlib
import string
from typing import Any

import duckdb
import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.metrics import METRICS
from cockpit.metrics.sight import hidden_dimensions, masked_dimensions
from cockpit.model.sensitive import GROUPS
from cockpit.scope import EVERYTHING, Scope
from cockpit.warehouse.reading import among, compile_sql, concealed
from tests.warehouse.desk import Desk

NAMES = ["张三", "张四", "李", "", None, "Zoë O'Neil", "'; DROP TABLE sales_lines; --", "a\\b", "x\ny", "🙂🙃"]


def delivered(desk: Desk, names: list[str | None]) -> None:
    rows = [
        {"company": "c", "document_no": f"S{i}", "document_date": "2026-01-05", "department": f"D{i % 2}",
         "salesperson": name, "amount_net": i + 1}
        for i, name in enumerate(names)
    ]  # fmt: skip
    desk.deliver("sales_lines", rows)


def seen(desk: Desk, scope: Scope, *columns: str) -> list[tuple[Any, ...]]:
    table = desk.warehouse.read("sales_lines", scope)
    found = desk.warehouse.run(table.select("document_no", *columns)).to_pylist()
    return [tuple(row[name] for name in columns) for row in sorted(found, key=lambda row: int(row["document_no"][1:]))]


def test_hidden_columns_are_empty_and_limits_still_look_at_them(desk: Desk) -> None:
    delivered(desk, ["张三", "李四", None])
    scope = Scope({"salesperson": frozenset({"张三"})}, hidden=frozenset({"salesperson", "amount_net"}))
    assert seen(desk, scope, "salesperson", "amount_net", "department") == [(None, None, "D0")]


def test_masked_columns_are_apart_and_unreadable(desk: Desk) -> None:
    delivered(desk, NAMES)
    told = seen(desk, Scope(masked=frozenset({"salesperson"}), mask_key="k"), "salesperson")
    masks = [mask for (mask,) in told]
    assert len(set(masks)) == len(NAMES)
    for name, mask in zip(NAMES, masks, strict=True):
        if not name:
            assert mask == name
            continue
        start = name[0] if len(name) > 1 else ""
        assert mask.startswith(f"{start}＊") and len(mask) == len(start) + 11
        assert len(name) == 1 or name not in mask


def test_a_mask_is_the_same_for_equal_keys_and_no_plain_digest(desk: Desk) -> None:
    delivered(desk, ["张三"])
    masked = frozenset({"salesperson"})
    first, again, other = (
        seen(desk, Scope(masked=masked, mask_key=key), "salesperson")[0][0] for key in ("k", "k", "another's ' key")
    )
    assert first == again != other
    digests = [hashlib.new(kind, text.encode()).hexdigest() for kind in ("md5", "sha256") for text in ("张三", "k张三")]
    assert not any(first.split("＊")[1] in digest for digest in digests)
    statement = compile_sql(desk.warehouse.read("sales_lines", Scope(masked=masked, mask_key="the key itself")))
    assert "the key itself" not in statement


def test_without_a_key_and_beside_texts_masked_is_hidden(desk: Desk) -> None:
    delivered(desk, ["张三"])
    masked = frozenset({"salesperson", "amount_net"})
    assert seen(desk, Scope(masked=masked), "salesperson", "amount_net") == [(None, None)]
    assert seen(desk, Scope(masked=masked, mask_key="k"), "amount_net") == [(None,)]
    assert desk.warehouse.concealed("sales_lines", Scope(masked=masked, mask_key="k")) == {"amount_net"}
    assert "k" not in repr(Scope(masked=masked, mask_key="kkk")).replace("masked", "").replace("mask", "")


def test_only_personal_data_have_masks(desk: Desk) -> None:
    """The first character of an amount's band tells the amount."""
    for group, held in GROUPS.items():
        scope = Scope(masked=held, mask_key="k")
        texts = dict.fromkeys(held, "VARCHAR")
        assert concealed(texts, scope) == (frozenset() if group == "personal" else held)
    banded = METRICS["approval_cycle_time"]
    scope = Scope(masked=GROUPS["amount"], mask_key="k")
    assert hidden_dimensions(banded, scope) == ("amount_band",) and masked_dimensions(banded, scope) == ()
    scope = Scope(masked=GROUPS["personal"], mask_key="k")
    assert "requester" in masked_dimensions(banded, scope) and hidden_dimensions(banded, scope) == ()


@pytest.mark.parametrize("name", [name for name in NAMES if name])
def test_limits_are_texts_whatever_they_hold(desk: Desk, name: str) -> None:
    delivered(desk, NAMES)
    assert seen(desk, Scope({"salesperson": frozenset({name})}), "salesperson") == [(name,)]


HOSTILE = ["' OR 1=1 --", "') UNION SELECT * FROM invoices --", '"salesperson"', "/* */", "$1", "{0}", "%s", "张三\0",
           "\0", "张三' --", "NULL", "*"]  # fmt: skip


@given(st.one_of(st.sampled_from(HOSTILE), st.text(string.printable + "'\"\\\0\u2028张三＊", max_size=12)))
def test_no_text_lets_rows_in(value: str) -> None:
    """The condition is true for the text itself and for nothing else (A3, A10)."""
    rows = [value.replace("\0", " "), value + "x", "张三", "' OR 1=1 --", "", None]
    con = duckdb.connect()
    con.execute("CREATE TABLE t (i BIGINT, x VARCHAR)")
    con.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(rows)))
    table = ibis.table({"i": "int64", "x": "string"}, name="t")
    found = con.execute(compile_sql(table.filter(among(table.x, [value])).select("i"))).fetchall()
    assert {i for (i,) in found} == {i for i, row in enumerate(rows) if row == value}


def test_a_table_without_the_limiting_dimension_gives_nothing(desk: Desk) -> None:
    delivered(desk, ["张三"])
    scope = Scope({"warehouse_type": frozenset({"x"})})
    assert desk.warehouse.unreachable("sales_lines", scope) == ("warehouse_type",)
    assert seen(desk, scope, "salesperson") == []
    assert seen(desk, EVERYTHING, "salesperson") == [("张三",)]
