"""What of a metric somebody may see whose columns are hidden or masked: never a figure made from empty columns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cockpit.metrics.question import Question
from cockpit.metrics.types import Metric
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


def _dimensions(metric: Metric, columns: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in metric.dimensions if columns.intersection(_MADE_OF.get(name, (name,))))
