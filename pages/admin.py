"""系统管理: who may see what, and what was done?"""

from cockpit.ui.admin.desk import desk
from cockpit.ui.page import guard_data, title

frame, cockpit = guard_data("admin")

title(frame, "admin", of_ledger=False)
desk(frame, cockpit)
