"""库存: what money stands still?"""

import streamlit as st

from cockpit.ui.breakdown import breakdown
from cockpit.ui.cards import Ask
from cockpit.ui.causes import causes
from cockpit.ui.documents import documents
from cockpit.ui.head import head
from cockpit.ui.page import guard, key_figures
from cockpit.ui.trend import trend

view = guard("inventory")
turnover = Ask("inventory_turnover_days")

head(view, filters=("company", "category", "warehouse", "window"))
key_figures(view, (turnover,))
left, right = st.columns([1.32, 1], gap="large")
with left:
    trend(view, turnover)
with right:
    breakdown(view, turnover, by="warehouse")
breakdown(view, turnover, by="category")
causes(view, turnover)
documents(view, turnover, dimensions=("material", "category", "warehouse"))
