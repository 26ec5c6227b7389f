"""Which columns are costs, prices, amounts and personal data: the groups that can be hidden from a person or masked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cockpit.model.columns import words
from cockpit.model.registry import TABLES
from cockpit.scope import Scope

# Columns of canonical tables and of those derived from them; a name means the same thing in each of them.
_COST = words(
    "cost_amount|unit_cost|cost"
    "|amount_in|amount_out|amount_after"
    "|opening_amount|inbound_amount|outbound_amount|closing_amount|closing_price"
    "|value|before_value|after_value|used_value|sold_value|sent_value"
    "|opening_value|closing_value|days_value"
)
_PRICE = words("unit_price|unit_price_gross|discount_rate")
_AMOUNT = words(
    "amount_net|amount_gross|tax_amount|document_amount_net|document_amount_gross|discount_amount|credit_limit"
    "|amount_paid|amount_open|amount_allocated|target"
    "|amount|amount_band|revenue|revenue_gross|total|allocated|open"
)
# A partner's folded name where there is no code.
_DERIVED_PERSONAL = words("partner_key")

GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "cost": frozenset(_COST),
        "price": frozenset(_PRICE),
        "amount": frozenset(_AMOUNT),
        "personal": frozenset(
            [column.name for table in TABLES.values() for column in table.columns if column.personal]
        ).union(_DERIVED_PERSONAL),
    }
)
"""Column groups by name, each with the columns it holds in any canonical or derived table."""

MASKABLE = frozenset({"personal"})
"""The groups that can be masked. A mask begins with the first character, which of a cost, a price or an amount tells
how much: those are shown or hidden."""


def groups_of(columns: frozenset[str]) -> tuple[str, ...]:
    """The groups that hold any of these columns, in order of declaration."""
    return tuple(name for name, held in GROUPS.items() if held & columns)


def pseudonyms(scope: Scope) -> frozenset[str]:
    """The masked columns whose texts come back as pseudonyms: those of `MASKABLE` groups, and none without a key.

    Every other masked column is as good as hidden.
    """
    maskable = frozenset[str]().union(*(GROUPS[group] for group in MASKABLE))
    return scope.masked & maskable if scope.mask_key else frozenset()
