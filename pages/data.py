"""数据接入: bring data in, see what came."""

import streamlit as st

from cockpit.ui import deliveries
from cockpit.ui.outcome import outcome
from cockpit.ui.page import guard_data, title
from cockpit.ui.upload import upload

frame, cockpit = guard_data("data")

title(frame, "data")
outcome()
left, right = st.columns([1.4, 1], gap="large")
with left:
    upload(frame)
    deliveries.held(frame, cockpit)
    deliveries.history(frame, cockpit)
with right:
    deliveries.freshness(frame, cockpit)
