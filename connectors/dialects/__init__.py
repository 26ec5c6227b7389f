"""The kinds of databases that sources on databases share."""

from connectors.dialects.base import BATCH_ROWS, Dialect, refuse
from connectors.dialects.mysql import MySql
from connectors.dialects.postgres import Postgres
from connectors.dialects.sqlite import Sqlite

__all__ = ["BATCH_ROWS", "Dialect", "MySql", "Postgres", "Sqlite", "refuse"]
