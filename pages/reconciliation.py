"""对账: do the books agree?"""

import streamlit as st

from cockpit.ui.breakdown import breakdown
from cockpit.ui.cards import Ask
from cockpit.ui.documents import documents
from cockpit.ui.head import head
from cockpit.ui.page import guard, key_figures
from cockpit.ui.trend import trend

view = guard("reconciliation")
SIDES = ("payable", "receivable")
rates = [Ask("reconciled_rate", where={"side": side}) for side in SIDES]
overdue = [Ask("overdue_amount", where={"side": side}) for side in SIDES]

head(view, filters=("company", "partner"))
key_figures(view, (*rates, *overdue))
key_figures(view, ("days_sales_outstanding", "days_payable_outstanding", "gr_ir_open_amount"), name="more")
for ask, column in zip(rates, st.columns(2, gap="large"), strict=True):
    with column:
        trend(view, ask)
for ask, column in zip(overdue, st.columns(2, gap="large"), strict=True):
    with column:
        breakdown(view, ask, by="age_band")
        breakdown(view, ask, by="partner")
for ask in overdue:
    documents(view, ask, dimensions=("partner", "age_band"))
