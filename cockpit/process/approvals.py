"""What the cockpit keeps of approval logs: the final rule of each process, its acts, its documents, its cases."""

from __future__ import annotations

from cockpit.process.acts import ACTS, RULES
from cockpit.process.cases import CASES, PROCESS_CASES
from cockpit.warehouse.derivation import Derivation

DERIVATIONS: tuple[Derivation, ...] = (RULES, ACTS, CASES, PROCESS_CASES)
