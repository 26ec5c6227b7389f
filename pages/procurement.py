"""采购审批: where do purchases wait?"""

import streamlit as st

from cockpit.ui.breakdown import breakdown
from cockpit.ui.cards import Ask
from cockpit.ui.causes import causes
from cockpit.ui.documents import documents
from cockpit.ui.head import head
from cockpit.ui.page import guard, key_figures
from cockpit.ui.trend import trend

view = guard("procurement")
cycle = Ask("approval_cycle_time")

head(view, filters=("company", "department", "category", "window"))
key_figures(view, (cycle, Ask("approval_cycle_time", figure="p90"), "approval_breach_rate", "approval_rework_rate"))
key_figures(view, ("approval_backlog", "approval_steps", "purchase_amount", "maverick_rate"), name="more")
left, right = st.columns([1.32, 1], gap="large")
with left:
    trend(view, cycle, figures=(None, "p90"))
with right:
    breakdown(view, Ask("approval_node_wait"), by="node", figures=("hours_total",), order="hours_total")
    breakdown(view, Ask("approval_outcomes"), by="state")
breakdown(view, cycle, by="department", figures=("p90", "mean"), order="p90", wide=True)
left, right = st.columns(2, gap="large")
with left:
    breakdown(view, Ask("approval_breach_rate"), by="approver")
with right:
    breakdown(view, Ask("approval_rework_rate"), by="department")
causes(view, cycle)
documents(view, cycle, dimensions=("department", "supplier", "amount_band"))
