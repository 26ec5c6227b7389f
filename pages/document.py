"""单据: one document, its way, its lines and the rows it came from."""

from cockpit.ui import document
from cockpit.ui.page import guard

view = guard("document")

document.show(view)
