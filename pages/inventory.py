"""库存: what money stands still, what will run out?"""

import streamlit as st

from cockpit.ui import materials, stock_card
from cockpit.ui.breakdown import breakdown
from cockpit.ui.cards import Ask
from cockpit.ui.causes import causes
from cockpit.ui.documents import documents
from cockpit.ui.head import head
from cockpit.ui.page import guard, key_figures
from cockpit.ui.quadrant import value_against_turnover
from cockpit.ui.trend import trend

view = guard("inventory")
turnover = Ask("inventory_turnover_days")
material = stock_card.asked()

if material is not None:
    head(view, filters=("company", "warehouse", "window"))
    stock_card.show(view, material)
    st.stop()
head(view, filters=("company", "category", "warehouse", "window"))
key_figures(view, (turnover, "stock_value", "days_of_cover", "stock_out_rate"))
key_figures(view, ("slow_moving_share", "negative_stock_share", "count_accuracy", "posting_lag"), name="more")
left, right = st.columns([1.32, 1], gap="large")
with left:
    trend(view, turnover)
with right:
    breakdown(view, turnover, by="warehouse")
    breakdown(view, Ask("slow_moving_share"), by="warehouse")
value_against_turnover(view)
materials.lists(view)
left, right = st.columns(2, gap="large")
with left:
    breakdown(view, turnover, by="category")
with right:
    breakdown(view, Ask("stock_out_rate"), by="category")
causes(view, turnover)
documents(view, turnover, dimensions=("material", "category", "warehouse"))
