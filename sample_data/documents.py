"""What the simulated company writes down: requests, orders, receipts, sales, stock movements, invoices and payments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sample_data.catalogue import department

# Money is whole fen (0.01 yuan), quantities are whole units, so that every sum is exact.


@dataclass(frozen=True, slots=True)
class Event:
    """One act of an approval; `acted` is None while it waits, `due` where the node has a time limit."""

    node: str
    action: str
    actor: str
    department: str
    arrived: datetime
    acted: datetime | None
    comment: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class RequestLine:
    material: str
    quantity: int
    price: int


@dataclass(slots=True)
class Request:
    """A purchase request and what became of it; `status` is the OA system's own word."""

    number: str
    submitted: datetime
    department: str
    requester: str
    category: str
    supplier: str
    warehouse: str
    lines: list[RequestLine]
    events: list[Event] = field(default_factory=list)
    status: str = "审批中"
    final: datetime | None = None

    @property
    def amount(self) -> int:
        return sum(line.quantity * line.price for line in self.lines)

    @property
    def stocked(self) -> bool:
        """Whether the goods go to a warehouse; what departments need for themselves is used at once."""
        return bool(self.warehouse)

    @property
    def company(self) -> str:
        return department(self.department).company


@dataclass(slots=True)
class OrderLine:
    number: int
    material: str
    quantity: int
    price: int
    tax_percent: int
    due: date
    received: int = 0
    invoiced: int = 0

    @property
    def net(self) -> int:
        return self.quantity * self.price

    @property
    def tax(self) -> int:
        return tax_of(self.net, self.tax_percent)


@dataclass(slots=True)
class Order:
    number: str
    day: date
    request: Request
    buyer: str
    lines: list[OrderLine]

    @property
    def supplier(self) -> str:
        return self.request.supplier


@dataclass(slots=True)
class ReceiptLine:
    number: int
    order_line: OrderLine
    expected: int
    quantity: int
    rejected: int
    invoiced: int = 0


@dataclass(slots=True)
class Receipt:
    number: str
    day: date
    order: Order
    warehouse: str
    lines: list[ReceiptLine]


@dataclass(slots=True)
class SaleLine:
    """One line of a delivery or return; `amount` None = nobody typed it in, `cost` None = not costed (services).

    `promised` is the day the customer was told; returns have none.
    """

    number: int
    material: str
    quantity: int
    price: int
    amount: int | None
    tax_percent: int
    cost: int | None = None
    promised: date | None = None

    @property
    def tax(self) -> int:
        return tax_of(self.amount or 0, self.tax_percent)


@dataclass(slots=True)
class Sale:
    """A delivery to a customer, or with negative lines a return of goods of the delivery `source`."""

    number: str
    day: date
    customer: str
    department: str
    salesperson: str
    region: str
    warehouse: str
    lines: list[SaleLine]
    source: Sale | None = None
    confirmed: datetime | None = None
    shipped: datetime | None = None
    channel: str = ""

    @property
    def net(self) -> int:
        return sum(line.amount or 0 for line in self.lines)

    @property
    def gross(self) -> int:
        return sum((line.amount or 0) + line.tax for line in self.lines)


@dataclass(slots=True)
class Movement:
    """A stock movement; `quantity` and `value` are negative when stock leaves."""

    day: date
    order: int
    kind: str
    number: str
    line: int
    warehouse: str
    material: str
    quantity: int
    value: int | None = None
    source: str = ""
    partner: str = ""
    sale_line: SaleLine | None = None


@dataclass(slots=True)
class InvoiceLine:
    number: int
    material: str
    quantity: int
    price: int
    net: int
    tax_percent: int
    order: str = ""
    order_line: int = 0

    @property
    def tax(self) -> int:
        return tax_of(self.net, self.tax_percent)


@dataclass(slots=True)
class Invoice:
    """An open item: `number` is printed on the invoice, `voucher` is the ledger's own number for it."""

    number: str
    side: Literal["payable", "receivable"]
    day: date
    due: date
    partner: str
    source: str
    department: str
    company: str
    lines: list[InvoiceLine]
    paid: int = 0
    voucher: str = ""

    @property
    def net(self) -> int:
        return sum(line.net for line in self.lines)

    @property
    def gross(self) -> int:
        return sum(line.net + line.tax for line in self.lines)


@dataclass(slots=True)
class Payment:
    """Money that moved for one invoice; `reference` is empty where the bank text named none.

    `invoice` is None for money no open invoice belongs to.
    """

    number: str
    line: int
    side: Literal["payable", "receivable"]
    day: date
    partner: str
    amount: int
    reference: str
    invoice: Invoice | None
    company: str


def tax_of(net: int, percent: int) -> int:
    """Tax on `net` fen, rounded half away from zero to a fen."""
    sign = -1 if net < 0 else 1
    return sign * ((abs(net) * percent + 50) // 100)
