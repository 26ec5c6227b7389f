"""Groups of columns that several tables share: who owns the row, who made it, the material, the money."""

from __future__ import annotations

from cockpit.model.columns import Draft, draft

OWNERSHIP: tuple[Draft, ...] = (
    draft("ledger", "code"),
    draft("company", "code", "company", dimension=True),
)

# Who entered and who released a document; an export without a history names at least the last approver.
HANDLING: tuple[Draft, ...] = (
    draft("created_by", "text", "created_by", personal=True),
    draft("created_at", "instant", "created_at submitted_at"),
    draft("approver", "text", "approver", personal=True, dimension=True),
    draft("approved_at", "instant", "approved_at"),
)

STATUS: tuple[Draft, ...] = (
    draft("document_status", "text", "document_status", dimension=True),
    draft("close_status", "text", "close_status"),
    draft("is_void", "flag", "is_void", choices={
        "true": ("已作废", "作废", "是", "B", "L", "X", "Y", "true", "1", "cancelled", "canceled", "void"),
        "false": ("未作废", "正常", "否", "A", "N", "false", "0", "active"),
    }),
)  # fmt: skip

MATERIAL: tuple[Draft, ...] = (
    draft("material_code", "code", "material_code", dimension=True),
    draft("material_name", "text", "material_name", dimension=True),
    draft("specification", "text", "specification"),
    draft("category", "text", "category", dimension=True),
)

SUPPLIER: tuple[Draft, ...] = (
    draft("supplier_code", "code", "supplier_code partner_code", dimension=True),
    draft("supplier_name", "text", "supplier_name partner_name", dimension=True),
)

PLACE: tuple[Draft, ...] = (
    draft("warehouse", "text", "warehouse", dimension=True),
    draft("location", "text", "location"),
    draft("site", "code", "site", dimension=True),
)

# A price or amount whose header names no tax is without tax here; `matching` moves it where its neighbours say so.
NET_PRICES: tuple[Draft, ...] = (
    draft("unit_price", "price", "price_net price_silent"),
    draft("unit_price_gross", "price", "price_gross"),
)
TAXES: tuple[Draft, ...] = (
    draft("tax_rate", "rate", "tax_rate"),
    draft("tax_amount", "money", "tax_amount"),
)
# The whole document's amount, which exports repeat on every line: never added over lines.
DOCUMENT_AMOUNTS: tuple[Draft, ...] = (
    draft("document_amount_net", "money", "document_net"),
    draft("document_amount_gross", "money", "document_gross"),
)
NET_AMOUNTS: tuple[Draft, ...] = (
    draft("amount_net", "money", "amount_net amount_silent", own="Line Total|LineTotal"),
    *TAXES,
    draft("amount_gross", "money", "amount_gross line_gross total_silent"),
    *DOCUMENT_AMOUNTS,
)
CURRENCY: tuple[Draft, ...] = (
    draft("currency", "code", "currency", dimension=True),
    draft("exchange_rate", "rate", "exchange_rate"),
)
