"""Every table is complete and sound in itself."""

from __future__ import annotations

import pytest

from cockpit.locale import LANGUAGES, catalogue
from cockpit.model import FALLBACKS, MOVEMENT_KINDS, TABLES, Table, fold_header
from cockpit.model.columns import columns, draft

EXPECTED_MODES = {
    "process_events": "event",
    "purchase_orders": "document",
    "goods_receipts": "document",
    "stock_movements": "document",
    "stock_balances": "snapshot",
    "stock_summaries": "period",
    "sales_lines": "document",
    "invoices": "document",
    "payments": "document",
    "targets": "period",
    "materials": "master",
    "partners": "master",
    "departments": "master",
    "warehouses": "master",
    "employees": "master",
    "exchange_rates": "master",
    "calendars": "master",
    "process_definitions": "master",
    "patches": "master",
}
KEPT_NAMES = {
    "sales_lines": "ledger company document_type document_no line_no document_date department material_code"
    " material_name category warehouse"
    " quantity unit_price amount_net tax_amount amount_gross cost_amount currency customer_code"
    " customer_name region salesperson",
    "purchase_orders": "supplier_code supplier_name department line_no currency",
    "invoices": "partner_code partner_name side due_date",
    "payments": "partner_code partner_name side",
    "process_events": "node activity action actor role arrived_at acted_at document_status department",
}

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def test_all_tables_in_their_modes() -> None:
    assert {name: table.mode for name, table in TABLES.items()} == EXPECTED_MODES
    assert all(name == table.name for name, table in TABLES.items())
    assert [name for name, table in TABLES.items() if table.settings] == ["calendars", "process_definitions", "patches"]


@every_table
def test_keys_begin_with_ledger_and_company(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert names[:2] == ["ledger", "company"]
    assert len(names) == len(set(names))


@every_table
def test_named_columns_exist(table: Table) -> None:
    named = {*table.unit, *table.identity, *table.partner, *table.signature}
    named |= {table.business_day} if table.business_day else set()
    named |= {name for alternative in table.alternatives for group in alternative.groups for name in group}
    for name, sources in FALLBACKS.get(table.name, {}).items():
        named |= {name, *sources}
    assert named <= {column.name for column in table.columns}
    assert table.unit
    assert table.signature
    assert table.names
    assert bool(table.identity) == (table.mode == "event")
    assert not table.has("side") or "side" in table.unit
    if table.mode == "document":
        assert {"document_type", "document_no", "fiscal_year"} <= set(table.unit)


@every_table
def test_one_column_for_a_header(table: Table) -> None:
    owner: dict[str, str] = {}
    for column in table.columns:
        for word in column.synonyms:
            form = fold_header(word)
            assert form
            assert owner.setdefault(form, column.name) == column.name, word


@every_table
def test_choices_do_not_overlap(table: Table) -> None:
    for column in table.columns:
        meaning: dict[str, str] = {}
        for value, words in column.choices.items():
            for word in (value, *words):
                assert meaning.setdefault(word.casefold(), value) == value, (column.name, word)
        assert bool(column.choices) == (column.kind in ("choice", "flag")), column.name


@every_table
@pytest.mark.parametrize("language", LANGUAGES)
def test_labels(table: Table, language: str) -> None:
    texts = catalogue(language)  # type: ignore[arg-type]
    needed = {f"table.{table.name}", f"grain.{table.name}"}
    for column in table.columns:
        keys = (f"column.{table.name}.{column.name}", f"column.{column.name}")
        needed.add(next((key for key in keys if key in texts), keys[1]))
        needed |= {f"unit.{column.unit}"} if column.unit else set()
        needed |= {f"choice.{column.name}.{value}" for value in column.choices}
    assert needed <= set(texts), needed - set(texts)
    assert all(texts[key].strip() for key in needed)


def test_names_that_stay_put() -> None:
    for table, names in KEPT_NAMES.items():
        assert all(TABLES[table].has(name) for name in names.split()), table


def test_persons_are_marked() -> None:
    personal = {column.name for table in TABLES.values() for column in table.columns if column.personal}
    assert {"actor", "requester", "salesperson", "buyer", "customer_name", "employee_name", "created_by"} <= personal
    assert personal.isdisjoint({"material_name", "supplier_name", "department"})


def test_movement_kinds() -> None:
    in_order = "purchase,sale,production_issue,production_receipt,transfer_in,transfer_out,return_in,return_out"
    assert ",".join(MOVEMENT_KINDS) == f"{in_order},count,scrap,other"
    kind_of = {word: kind for kind, words in MOVEMENT_KINDS.items() for word in words}
    expected = {
        "采购入库单": "purchase",
        "101": "purchase",
        "102": "return_out",
        "销售出库": "sale",
        "601": "sale",
        "生产领料": "production_issue",
        "261": "production_issue",
        "262": "return_in",
        "产成品入库": "production_receipt",
        "销售退货": "return_in",
        "采购退货": "return_out",
        "盘亏": "count",
        "702": "count",
        "调拨出库": "transfer_out",
        "报废": "scrap",
        "551": "scrap",
        "其他出库": "other",
    }
    assert {word: kind_of[word] for word in expected} == expected


def test_two_columns_cannot_claim_a_header_with_equal_right() -> None:
    with pytest.raises(ValueError, match="claimed by first and second"):
        columns(draft("first", "text", own="单号"), draft("second", "text", own="單號"))
    kept, taker = columns(draft("first", "text", "document_no"), draft("second", "text", own="单号"))
    assert "单号" not in kept.synonyms
    assert "单号" in taker.synonyms
