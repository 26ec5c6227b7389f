"""The sample company: simulates 26 months of business and writes them as the exports its departments would send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sample_data import demand, production, purchasing, settlement, stock, stories
from sample_data.catalogue import OWNER
from sample_data.documents import Invoice, Order, Payment, Receipt, Request, Sale
from sample_data.stories import FIRST, LAST

LEDGER = "sample"
TIMEZONE = "Asia/Shanghai"
SEED = 20261120
NOW = stories.NOW.replace(tzinfo=ZoneInfo(TIMEZONE))
BEYOND = date(2027, 1, 15)  # demand is known this far so that the last batches and orders are planned like the others


@dataclass(frozen=True)
class Company:
    """Everything that happened, as objects; `stock` holds opening balances and movements of all warehouses."""

    seed: int
    requests: list[Request]
    orders: list[Order]
    receipts: list[Receipt]
    sales: list[Sale]
    stock: stock.Stock
    payables: list[Invoice]
    payments: list[Payment]
    receivables: list[Invoice]
    collections: list[Payment]


@lru_cache(maxsize=2)
def simulate(seed: int = SEED) -> Company:
    """Twenty-six months of business from FIRST to LAST; the same seed gives the same company."""
    ahead = demand.simulate(seed, FIRST, BEYOND)
    sales = [sale for sale in ahead if sale.day <= LAST]
    wanted = production.Demand(ahead)
    plans = production.transfer_plans(wanted, FIRST, BEYOND)
    moves = production.batches(wanted, plans, FIRST, BEYOND) + production.transfers(plans)
    chain = purchasing.Purchasing(seed, stories.NOW)
    chain.run(purchasing.Needs(moves + stock.sold(ahead)), FIRST)
    moves += purchasing.movements(chain.receipts) + stock.sold(sales) + production.uses(seed, FIRST, LAST)
    moves += production.counts(seed, moves, FIRST, LAST)
    kept = stock.keep(moves, FIRST, LAST)
    bills = settlement.payables(seed, chain.receipts, LAST)
    claims = settlement.receivables(seed, sales, OWNER, LAST)
    return Company(
        seed,
        chain.requests,
        chain.orders,
        chain.receipts,
        sales,
        kept,
        bills,
        settlement.pay_suppliers(seed, bills, LAST),
        claims,
        settlement.collect(seed, claims, LAST),
    )


def write_sample(folder: Path, seed: int = SEED) -> list[Path]:
    """Write the sample company's exports into `folder` (made if missing); returns the files in the order to load them.

    The same seed writes the same bytes.
    """
    from sample_data import buying, masters, selling, storing

    folder.mkdir(parents=True, exist_ok=True)
    company = simulate(seed)
    return [path for room in (masters, buying, selling, storing) for path in room.write(company, folder)]
