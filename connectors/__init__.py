"""Sources of data, one file each."""

from connectors.base import Connector
from connectors.spreadsheet import Spreadsheet

CONNECTORS: tuple[type[Connector], ...] = (Spreadsheet,)
