"""Which column of a table a header means, and on which side of the tax an amount stands whose header is silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from cockpit.model.headers import fold_header, header_forms
from cockpit.model.registry import TABLES
from cockpit.model.synonyms import SHARED

_SILENT_SETS = ("price_silent", "amount_silent", "total_silent")
_SILENT_OWN = "销售金额|采购金额|销售额|成交金额|开票金额|发票金额|Sales Amount|Sales|Revenue|Invoice Amount|DMBTR"
# Headers of money that name no tax: read on the table's own basis, with the note tax_basis_assumed.
TAX_SILENT_HEADERS: frozenset[str] = frozenset(
    fold_header(word) for text in (*(SHARED[name] for name in _SILENT_SETS), _SILENT_OWN) for word in text.split("|")
)
# Open items and payments are with tax, everything else without.
TAXED_TABLES: frozenset[str] = frozenset({"invoices", "payments"})

_LINE_COLUMNS = frozenset({"line_no", "material_code", "material_name", "amount_net", "amount_gross"})


@cache
def column_of_header(table: str) -> Mapping[str, tuple[str, int]]:
    """Folded header → (column, rank) of a table; rank 0 is the most telling header of its column."""
    return MappingProxyType(
        {
            fold_header(word): (column.name, rank)
            for column in TABLES[table].columns
            if column.name != "ledger"
            for rank, word in enumerate(column.synonyms)
        }
    )


@cache
def _known_forms() -> frozenset[str]:
    return frozenset(form for table in TABLES for form in column_of_header(table))


def normalise_header(text: str) -> str:
    """The form in which a header is compared, the same for headers of sheets and for synonyms.

    The whole folded text where any table knows it; else, for a dotted path, its joined or last step
    (``单据日期.日期`` → ``日期``, ``供应商.编码`` → ``供应商编码``).
    """
    forms = header_forms(text)
    return next((form for form in forms if form in _known_forms()), forms[-1])


def column_for(table: str, header: str) -> str | None:
    """The column of `table` that a header names, None where it names none."""
    known = column_of_header(table)
    return next((known[form][0] for form in header_forms(header) if form in known), None)


def names_no_tax(header: str) -> bool:
    """Whether a header of money leaves open if tax is in it."""
    return not TAX_SILENT_HEADERS.isdisjoint(header_forms(header))


def settle_amounts(table: str, named: Mapping[int, str], headers: Sequence[str]) -> dict[int, str]:
    """Headers' columns by position, amounts moved to where their neighbours' tax words put them.

    `named` is what each header alone means (position → column). 金额 beside 价税合计 or 税额 is without tax, also on
    an invoice; 金额 beside 不含税金额 is with tax; a silent total alone is on the table's own basis. In a list with one
    row per document the whole document's amount is the row's.
    """
    settled = dict(named)
    if not TABLES[table].has("amount_gross"):
        return settled
    _settle_tax(table, settled, headers)
    if _LINE_COLUMNS.isdisjoint(settled.values()):
        for position, name in named.items():
            if name in ("document_amount_net", "document_amount_gross"):
                settled[position] = name.removeprefix("document_")
    return settled


def _settle_tax(table: str, settled: dict[int, str], headers: Sequence[str]) -> None:
    def silent(name: str) -> list[int]:
        return [place for place, found in settled.items() if found == name and names_no_tax(headers[place])]

    def spoken(name: str) -> bool:
        return sum(found == name for found in settled.values()) > len(silent(name))

    def move(source: str, target: str) -> None:
        if target not in settled.values():
            settled.update(dict.fromkeys(silent(source), target))

    taxed = "tax_amount" in settled.values()
    if table in TAXED_TABLES:
        if TABLES[table].has("amount_net") and (taxed or spoken("amount_gross")):
            move("amount_gross", "amount_net")
        return
    if spoken("amount_net"):
        move("amount_net", "amount_gross")
    elif not taxed and not spoken("amount_gross"):
        move("amount_gross", "amount_net")
    if spoken("unit_price"):
        move("unit_price", "unit_price_gross")
