"""营收: do we grow, and from what?"""

import streamlit as st

from cockpit.ui.breakdown import breakdown
from cockpit.ui.cards import Ask
from cockpit.ui.causes import causes, revenue_split
from cockpit.ui.documents import documents
from cockpit.ui.head import head
from cockpit.ui.page import guard, key_figures
from cockpit.ui.trend import trend

view = guard("revenue")
revenue = Ask("revenue")

head(view, filters=("company", "region", "category", "window"))
key_figures(view, (revenue, "revenue_growth", "plan_attainment", "gross_margin_rate"))
key_figures(
    view, ("revenue_growth_sequential", "return_rate", "on_time_delivery_rate", "order_cycle_time"), name="more"
)
left, right = st.columns([1.32, 1], gap="large")
with left:
    trend(view, revenue, ahead=True)
with right:
    breakdown(view, revenue, by="region")
left, right = st.columns(2, gap="large")
with left:
    breakdown(view, revenue, by="product")
with right:
    breakdown(view, revenue, by="customer")
revenue_split(view)
left, right = st.columns(2, gap="large")
with left:
    breakdown(view, Ask("gross_margin_rate"), by="category")
with right:
    breakdown(view, Ask("return_rate"), by="product")
causes(view, revenue)
documents(view, revenue, dimensions=("customer", "region"))
