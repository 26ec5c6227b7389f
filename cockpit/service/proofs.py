"""What proves each figure: its worked example, a computation that shares nothing with it, known figures of real data.

A proof is named by the test that gives it; what no test proves has no line here, and the dictionary says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KINDS = ("example", "independent", "real")

_BASELINE = "tests/bench/test_baselines.py::test_baseline_gives_what_the_engine_gives"
_PROCUREMENT = "tests/metrics/test_procurement.py"
_LOGS = "tests/figures/test_approval_logs.py"
_RETAIL = "tests/figures/test_retail.py::test_any_order_of_delivery"

PROOFS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "approval_cycle_time": {
            "example": f"{_PROCUREMENT}::test_example_of_cycle_time",
            "independent": _BASELINE,
            "real": f"{_LOGS}::test_cycle_times",
        },
        "approval_node_wait": {
            "example": f"{_PROCUREMENT}::test_example_of_node_wait",
            "independent": _BASELINE,
            "real": f"{_LOGS}::TestDomestic::test_waits_before_each_decision",
        },
        "approval_outcomes": {
            "example": f"{_PROCUREMENT}::test_example_of_outcomes",
            "independent": _BASELINE,
            "real": f"{_LOGS}::test_outcomes",
        },
        "process_throughput_time": {
            "example": f"{_PROCUREMENT}::test_example_of_throughput",
            "independent": _BASELINE,
            "real": f"{_LOGS}::test_first_start_to_last_completion",
        },
        "inventory_turnover_days": {
            "example": "tests/metrics/test_inventory.py::test_average_of_daily_balances_over_consumption_times_days",
            "independent": _BASELINE,
        },
        "revenue": {
            "example": "tests/metrics/test_revenue.py::test_example_of_revenue",
            "independent": _BASELINE,
            "real": _RETAIL,
        },
        "revenue_growth": {
            "example": _RETAIL,  # the example is a month of those data
            "independent": _BASELINE,
            "real": _RETAIL,
        },
        "gross_margin_rate": {
            "example": "tests/metrics/test_revenue.py"
            "::test_margin_counts_only_lines_with_cost_and_shows_how_much_they_cover",
            "independent": _BASELINE,
        },
        "reconciled_rate": {
            "example": "tests/metrics/test_reconciliation.py"
            "::test_rate_as_of_each_months_end_counts_payments_dated_up_to_it",
            "independent": _BASELINE,
        },
        "overdue_amount": {
            "example": "tests/metrics/test_reconciliation.py::test_example_of_overdue",
            "independent": _BASELINE,
        },
    }
)
