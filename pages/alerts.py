"""预警: what is wrong, since when, and where does it come from?"""

from cockpit.ui.alerts import alerts
from cockpit.ui.head import head
from cockpit.ui.page import guard

view = guard("alerts")

head(view, filters=("company",), monthly=False)
alerts(view)
