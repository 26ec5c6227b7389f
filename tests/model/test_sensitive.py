"""Every column with money, a price or personal data is in a group that can be hidden, or listed here as open."""

from __future__ import annotations

from cockpit.model import TABLES
from cockpit.model.sensitive import GROUPS, groups_of
from cockpit.service.declarations import DERIVATIONS

GROUPED = frozenset().union(*GROUPS.values())

# Decimals of derived tables that are neither money nor a price.
OPEN_DECIMALS = {
    "rate",
    *("quantity", "before_quantity", "after_quantity", "used_quantity", "sold_quantity", "sent_quantity"),
    *("opening_quantity", "closing_quantity", "days_quantity", "received", "rejected", "reorder_point"),
}
# Texts of derived tables that no delivered column is called, and that say nothing of a person.
OPEN_TEXTS = {
    *("final_rule", "chosen_by", "standing", "result", "state", "step", "arrived_source", "wait_reason", "path"),
    *("reason", "source", "month", "own_currency", "shown_currency", "rule", "kind", "from_table", "to_table"),
    *("from_no", "to_no", "path_reason", "received_from", "slice", "document_table", "origin_no"),
}


def test_every_delivered_amount_and_price_is_in_a_group() -> None:
    columns = [column for table in TABLES.values() for column in table.columns]
    assert {column.name for column in columns if column.kind in ("money", "price")} <= GROUPED


def test_all_personal_data_are_in_the_personal_group() -> None:
    columns = [column for table in TABLES.values() for column in table.columns]
    assert {column.name for column in columns if column.personal} <= GROUPS["personal"]


def test_every_derived_amount_is_in_a_group() -> None:
    decimals = {name for one in DERIVATIONS for name, kind in one.columns.items() if kind.startswith("DECIMAL")}
    assert decimals - GROUPED == OPEN_DECIMALS


def test_derived_texts_are_known_not_to_be_personal() -> None:
    texts = {name for one in DERIVATIONS for name, kind in one.columns.items() if kind == "VARCHAR"}
    delivered = {column.name for table in TABLES.values() for column in table.columns}
    assert texts - GROUPED - delivered == OPEN_TEXTS - delivered


def test_a_name_means_the_same_wherever_it_stands() -> None:
    """Columns are hidden by name, so that a name in a group never is a dimension people are limited by."""
    own = {"ledger", "company", "department", "warehouse", "region", "category", "supplier_code", "customer_code"}
    assert not GROUPED & own
    known = {column.name for table in TABLES.values() for column in table.columns}
    known |= {name for one in DERIVATIONS for name in one.columns}
    assert known >= GROUPED


def test_groups_are_found_by_their_columns() -> None:
    assert groups_of(frozenset({"unit_price", "actor"})) == ("price", "personal")
    assert sum(len(held) for held in GROUPS.values()) == len(GROUPED)  # each column is in one
    assert groups_of(frozenset()) == ()
