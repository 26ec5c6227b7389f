"""Everything that is declared in the rooms below, gathered in the order in which it is computed."""

from __future__ import annotations

from cockpit.derive.plans import DERIVATIONS as PLANS
from cockpit.derive.sales import DERIVATIONS as SALES
from cockpit.derive.stock import DERIVATIONS as STOCK
from cockpit.process.approvals import DERIVATIONS as APPROVALS
from cockpit.reconcile.links import DERIVATIONS as LINKS
from cockpit.reconcile.purchasing import DERIVATIONS as PURCHASES
from cockpit.warehouse.derivation import Derivation

DERIVATIONS: tuple[Derivation, ...] = (*APPROVALS, *SALES, *STOCK, *LINKS, *PURCHASES, *PLANS)
