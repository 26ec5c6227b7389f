"""Sources of data, one file each."""

from connectors.base import Connector
from connectors.delimited import Delimited
from connectors.spreadsheet import Spreadsheet
from connectors.sql import Sql
from connectors.webtable import WebTable

# Asked in this order; the first that knows a file reads it. Databases know no file: they are connected to.
CONNECTORS: tuple[type[Connector], ...] = (Spreadsheet, WebTable, Delimited, Sql)
