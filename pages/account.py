"""个人: one's own language, password and sessions."""

from cockpit.ui.account import account
from cockpit.ui.page import guard_data, title

frame, cockpit = guard_data("account")

title(frame, "account", of_ledger=False)
account(frame, cockpit)
