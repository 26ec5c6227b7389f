"""What of a metric somebody may see whose columns are hidden or masked: never a figure made from empty columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

import ibis.expr.types as ir

from cockpit.metrics.query import Context, Reads, context
from cockpit.metrics.question import Question, checked
from cockpit.metrics.types import LedgerFacts, Metric
from cockpit.model.sensitive import GROUPS, pseudonyms
from cockpit.scope import Scope

# Dimensions that are not called like the columns they are made of.
_MADE_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "product": ("material_code", "material_name"),
        "material": ("material_code", "material_name"),
        "customer": ("customer_name", "customer_code"),
        "supplier": ("supplier_name", "supplier_code"),
        "partner": ("partner_name", "partner_code"),
        "approver": ("actor",),
    }
)


def lacking(metric: Metric, params: Mapping[str, str], scope: Scope) -> tuple[str, ...]:
    """The groups of columns that the metric needs and the scope hides or masks; masks of amounts cannot be added."""
    unseen = scope.hidden | scope.masked
    return tuple(group for group in sorted(metric.needs(params)) if GROUPS[group] & unseen)


def hidden_dimensions(metric: Metric, scope: Scope) -> tuple[str, ...]:
    """The metric's dimensions that are hidden: nobody filters on them or breaks down along them."""
    return _dimensions(metric, (scope.hidden | scope.masked) - pseudonyms(scope))


def masked_dimensions(metric: Metric, scope: Scope) -> tuple[str, ...]:
    """The metric's dimensions whose values are pseudonyms."""
    hidden = hidden_dimensions(metric, scope)
    return tuple(name for name in _dimensions(metric, pseudonyms(scope)) if name not in hidden)


def asked_hidden(metric: Metric, question: Question, scope: Scope) -> tuple[str, ...]:
    """The hidden dimensions that a question names."""
    hidden = hidden_dimensions(metric, scope)
    return tuple(dict.fromkeys(name for name in (*question.by, *question.where) if name in hidden))


_SOME_LEDGER = LedgerFacts("default", "UTC", 1, None, datetime(2000, 1, 1), False)
_SOME_MONTH = Question(date(2000, 1, 1), date(2000, 2, 1), ledgers=(_SOME_LEDGER,))


@dataclass
class _Listening(Context):
    """Notes which tables the facts are made from."""

    lacking: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, table: str) -> ir.Table:
        self.lacking[table] = self.warehouse.unreachable(table, self.scope)
        return super().read(table)


def unreached(metric: Metric, warehouse: Reads, scope: Scope) -> dict[str, tuple[str, ...]]:
    """The tables that the metric, asked as it usually is, is made from: each with the dimensions that limit the scope
    and that it lacks, so that it shows no rows; () where it has them all."""
    question = checked(metric, _SOME_MONTH)
    tiles = question.tiles() if metric.placement == "periods" else None
    listening = _Listening(**vars(context(metric, question, warehouse, scope, tiles)))
    metric.facts(listening)
    return listening.lacking


def _dimensions(metric: Metric, columns: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in metric.dimensions if columns.intersection(_MADE_OF.get(name, (name,))))
