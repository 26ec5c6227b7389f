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
_APPROVALS = "tests/metrics/test_approvals.py"
_BUYING = "tests/metrics/test_purchasing.py"
_BOUGHT = "tests/figures/test_sample.py::test_what_was_bought_and_how"
_STOCK = "tests/metrics/test_stock.py"
_RECOMPUTED = f"{_STOCK}::test_random_books_agree_with_a_recomputation_day_by_day"
_STOREKEEPING = "tests/metrics/test_storekeeping.py"
_REPLENISHMENT = "tests/soundness/test_replenishment.py"
_SELLING = "tests/soundness/test_selling.py"
_FULFILMENT = "tests/soundness/test_fulfilment.py"
_OPEN = "tests/soundness/test_receivables.py"
_ARRIVED = "tests/soundness/test_freshness.py"
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
        "approval_breach_rate": {
            "example": f"{_APPROVALS}::test_example_of_breach_rate",
            "independent": _BASELINE,
        },
        "approval_rework_rate": {
            "example": f"{_APPROVALS}::test_example_of_rework_rate",
            "independent": _BOUGHT,
            "real": f"{_LOGS}::test_rework_and_steps_counted_apart",
        },
        "approval_steps": {
            "example": f"{_APPROVALS}::test_example_of_steps",
            "independent": _BASELINE,
            "real": f"{_LOGS}::test_rework_and_steps_counted_apart",
        },
        "approval_pass_through_share": {
            "example": f"{_APPROVALS}::test_example_of_pass_through",
            "independent": _BASELINE,
            "real": f"{_LOGS}::test_a_node_that_only_passes_on_is_found",
        },
        "approval_standard_path_share": {
            "example": f"{_APPROVALS}::test_example_of_standard_path",
            "independent": _BASELINE,
        },
        "approval_backlog": {
            "example": f"{_APPROVALS}::test_example_of_backlog",
            "independent": _BOUGHT,
        },
        "purchase_amount": {
            "example": f"{_BUYING}::test_example_of_purchase_amount",
            "independent": _BOUGHT,
            "real": "tests/figures/test_purchasing.py::test_ordered_short_rejected_and_stocked",
        },
        "maverick_rate": {
            "example": f"{_BUYING}::test_example_of_maverick_rate",
            "independent": _BOUGHT,
        },
        "receipt_shortfall": {
            "example": f"{_BUYING}::test_example_of_receipt_shortfall",
            "independent": _BOUGHT,
            "real": "tests/figures/test_purchasing.py::test_ordered_short_rejected_and_stocked",
        },
        "inventory_turnover_rate": {
            "example": f"{_STOCK}::test_turnover_rate_is_a_year_over_turnover_days",
            "independent": _BASELINE,
        },
        "stock_value": {
            "example": f"{_STOCK}::test_value_is_that_of_the_last_day_and_its_documents_add_up_to_it",
            "independent": _RECOMPUTED,
        },
        "negative_stock_share": {
            "example": f"{_STOCK}::test_negative_materials_over_materials_with_stock",
            "independent": _RECOMPUTED,
        },
        "days_of_cover": {
            "example": f"{_STOCK}::test_cover_is_stock_over_the_mean_day_of_the_last_thirty",
            "independent": _RECOMPUTED,
        },
        "slow_moving_share": {
            "example": f"{_STOCK}::test_slow_stock_is_what_nobody_used_for_long",
            "independent": _RECOMPUTED,
        },
        "stock_out_rate": {
            "example": f"{_STOCK}::test_days_without_stock_over_days_with_demand",
            "independent": _RECOMPUTED,
        },
        "count_accuracy": {
            "example": f"{_STOREKEEPING}::test_lines_that_agree_over_lines_counted",
            "independent": _BASELINE,
        },
        "posting_lag": {
            "example": f"{_STOREKEEPING}::test_hours_from_what_happened_to_what_was_posted",
            "independent": _BASELINE,
        },
        "replenishment_response": {
            "example": f"{_REPLENISHMENT}::test_working_hours_from_the_fall_to_the_order",
            "independent": f"{_REPLENISHMENT}::test_random_books_agree_with_a_recomputation_fall_by_fall",
        },
        "revenue_growth_sequential": {
            "example": f"{_SELLING}::test_growth_on_the_month_before_by_working_day",
            "independent": f"{_SELLING}::test_every_period_by_plain_arithmetic",
        },
        "plan_attainment": {
            "example": f"{_SELLING}::test_a_whole_month_meets_its_whole_plan_and_shares_add_up",
            "independent": _BASELINE,
        },
        "return_rate": {
            "example": f"{_FULFILMENT}::test_returns_in_their_own_month_and_in_that_of_their_sale",
            "independent": _BASELINE,
            "real": f"{_FULFILMENT}::test_returns_of_a_real_shop_by_month_and_country",
        },
        "order_cycle_time": {
            "example": f"{_FULFILMENT}::test_an_order_takes_until_its_last_line_is_shipped",
            "independent": _BASELINE,
        },
        "on_time_delivery_rate": {
            "example": f"{_FULFILMENT}::test_lines_are_on_time_by_the_promised_day_and_the_rest_is_late",
            "independent": _BASELINE,
        },
        "days_sales_outstanding": {
            "example": f"{_OPEN}::test_days_sales_outstanding_by_hand",
            "independent": f"{_OPEN}::test_every_day_added_up",
        },
        "days_payable_outstanding": {
            "example": f"{_OPEN}::test_days_payable_outstanding_by_hand",
            "independent": _BASELINE,
        },
        "gr_ir_open_amount": {
            "example": f"{_OPEN}::test_goods_without_invoice_and_invoices_without_goods_stand_apart",
            "independent": _BASELINE,
        },
        "data_freshness": {
            "example": f"{_ARRIVED}::test_hours_since_the_newest_business_date_and_the_last_delivery",
            "independent": _BASELINE,
        },
        "data_quality_score": {
            "example": f"{_ARRIVED}::test_rows_without_errors_among_all_rows",
            "independent": _BASELINE,
        },
    }
)
