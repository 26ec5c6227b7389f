"""Stock as it is derived: balances by day, pieces by month that turnover adds up, falls below the reorder point."""

from __future__ import annotations

from cockpit.derive.replenishments import REPLENISHMENTS
from cockpit.derive.stock_days import STOCK_DAYS
from cockpit.derive.stock_pieces import STOCK_PIECES
from cockpit.warehouse.derivation import Derivation

DERIVATIONS: tuple[Derivation, ...] = (STOCK_DAYS, STOCK_PIECES, REPLENISHMENTS)
