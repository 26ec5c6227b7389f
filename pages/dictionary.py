"""指标字典: what exactly does this number mean?"""

from cockpit.ui.dictionary import asked, dictionary
from cockpit.ui.head import head
from cockpit.ui.page import guard

view = guard("dictionary")

head(view, monthly=asked() is not None)
dictionary(view)
