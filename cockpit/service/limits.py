"""What rights hang on in the data: who stands below whom, what rows can be limited by, and what figures then lack."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.access.people import PersonDraft
from cockpit.access.scopes import DIMENSIONS, Department, Departments
from cockpit.model import TABLES
from cockpit.scope import Scope
from cockpit.service.cache import Cache
from cockpit.warehouse.store import Warehouse

VALUES_SHOWN = 500


class Limits:
    """Reads it from the warehouse, and keeps it as long as no data arrive."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._kept = Cache(8)

    def departments(self) -> Departments:
        """The departments of all ledgers."""
        found: Departments = self._kept.get(("departments", self._warehouse.version()), self._read_departments)
        return found

    def _read_departments(self) -> Departments:
        rows = self._warehouse.records(
            "SELECT ledger, company, department_code AS code, department AS name, parent_department AS parent"
            " FROM departments"
        )
        return Departments(Department(**row) for row in rows)

    def values(self) -> dict[str, list[str]]:
        """Every dimension with the values it has, in order, as far as the first `VALUES_SHOWN`."""
        found: dict[str, list[str]] = self._kept.get(("values", self._warehouse.version()), self._read_values)
        return found

    def _read_values(self) -> dict[str, list[str]]:
        found = {"ledger": [one.name for one in self._warehouse.ledgers()]}
        for dimension in DIMENSIONS[1:]:
            having = " UNION ".join(
                f'SELECT CAST("{dimension}" AS VARCHAR) AS value FROM "{table.name}"'
                for table in TABLES.values()
                if table.has(dimension)
            )
            rows = self._warehouse.records(
                f"SELECT value FROM ({having}) WHERE value <> '' ORDER BY value LIMIT {VALUES_SHOWN}"
            )
            found[dimension] = [row["value"] for row in rows]
        return found

    def unreached(self, told: PersonDraft, metric: str) -> Mapping[str, tuple[str, ...]]:
        """The tables of a figure that do not tell what limits somebody, with the dimensions they lack."""
        from cockpit.metrics import METRICS
        from cockpit.metrics.sight import unreached

        if metric not in METRICS:
            return {}
        limited = Scope({rule.dimension: frozenset() for rule in told.rules})
        return unreached(METRICS[metric], self._warehouse, limited)
