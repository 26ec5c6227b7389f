"""The page that does nothing: what the platform takes for itself, which the cockpit's pages are measured beside."""

import streamlit as st

seen = st.session_state.get("seen", 0) + 1
st.session_state["seen"] = seen
with st.container(key="seen"):
    st.button("again", key="again")
    st.markdown(f"seen {seen}")
