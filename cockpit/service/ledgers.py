"""Ledgers (账套): which there are, which one is meant, what they hold and which choices a filter offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cockpit.errors import NotAllowedError, UsageError
from cockpit.model import TABLES
from cockpit.model.types import Table
from cockpit.scope import Scope
from cockpit.service.cache import Cache
from cockpit.service.results import LedgerView, TableView
from cockpit.service.sample import Sample
from cockpit.warehouse.reading import counted
from cockpit.warehouse.statements import some
from cockpit.warehouse.store import Ledger, Warehouse

if TYPE_CHECKING:
    from cockpit.metrics.types import LedgerFacts
    from cockpit.warehouse.reading import Rows

OPTIONS_SHOWN = 500


class LedgerDesk:
    """Knows the ledgers an actor may see."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._cache = Cache(256)

    def _visible(self, scope: Scope) -> list[Ledger]:
        allowed = scope.allowed.get("ledger")
        return [one for one in self._warehouse.ledgers() if allowed is None or one.name in allowed]

    def delivered(self) -> dict[str, int]:
        """Active deliveries by ledger."""
        rows = self._warehouse.records(
            "SELECT ledger, count(*) AS n FROM deliveries WHERE active_from IS NOT NULL AND"
            " active_to IS NULL GROUP BY ledger"
        )
        return {row["ledger"]: row["n"] for row in rows}

    def real(self) -> bool:
        """Whether anything but the sample company was ever delivered, undone and held deliveries included."""
        found = self._warehouse.records(
            "SELECT count(*) AS n FROM deliveries WHERE ledger NOT IN (SELECT name FROM ledgers WHERE sample)"
        )
        return bool(found[0]["n"])

    def default(self, scope: Scope) -> str | None:
        """``default`` if it holds data, else the only real ledger with data, else the sample; else None."""
        delivered = self.delivered()
        real = [one.name for one in self._visible(scope) if not one.sample and delivered.get(one.name)]
        if "default" in real:
            return "default"
        if real:
            return real[0] if len(real) == 1 else None
        return next((one.name for one in self._visible(scope) if one.sample and delivered.get(one.name)), None)

    def facts(self, scope: Scope, name: str | None) -> tuple[LedgerFacts, ...]:
        """The ledgers a question is about: the named one, else the default one. Empty where nothing was delivered.

        Raises UsageError where the name is unknown or several could be meant, NotAllowedError outside the scope.
        """
        from cockpit.metrics.types import LedgerFacts

        visible = {one.name: one for one in self._visible(scope)}
        if name is None:
            name = self.default(scope)
            if name is None:
                real = [one for one in self.delivered() if one in visible and not visible[one].sample]
                if len(real) > 1:
                    raise UsageError("ledger_not_named", ledgers=", ".join(sorted(real)))
                return ()
        if name not in visible:
            raise unknown(scope, name, visible)
        one = visible[name]
        now = one.now_at or self._warehouse.now()
        return (LedgerFacts(one.name, one.timezone, one.month_start_day, one.currency, now, one.sample),)

    def views(self, scope: Scope) -> list[LedgerView]:
        """Visible ledgers; the sample is out of sight once a real delivery exists."""
        delivered = self.delivered()
        visible = self._visible(scope)
        real = any(delivered.get(one.name) for one in visible if not one.sample)
        return [self._view(one, delivered.get(one.name, 0)) for one in visible if not (real and one.sample)]

    def _view(self, ledger: Ledger, deliveries: int) -> LedgerView:
        now = (ledger.now_at or self._warehouse.now()).replace(tzinfo=UTC).astimezone(ZoneInfo(ledger.timezone))
        return LedgerView(
            ledger.name, ledger.name, ledger.timezone, ledger.month_start_day, ledger.sample, now, deliveries
        )

    def change(self, scope: Scope, name: str, timezone: str, changes: Mapping[str, Any]) -> LedgerView:
        """Set facts of a ledger; without changes just show it. A new one takes `timezone` unless it is given one."""
        with self._warehouse.exclusive():
            return self._change(scope, name, timezone, changes)

    def _change(self, scope: Scope, name: str, timezone: str, changes: Mapping[str, Any]) -> LedgerView:
        visible = [one.name for one in self._visible(scope)]
        if name not in visible and (
            name not in scope.allowed.get("ledger", {name}) or not any(value is not None for value in changes.values())
        ):
            raise unknown(scope, name, visible)
        known = next((one for one in self._warehouse.ledgers() if one.name == name), None)
        old = known or Ledger(name, timezone, 1, None, None, False)
        new = Ledger(
            name,
            changes.get("timezone") or old.timezone,
            changes.get("month_start_day") or old.month_start_day,
            changes.get("currency") or old.currency,
            _utc(changes.get("now"), changes.get("timezone") or old.timezone) or old.now_at,
            old.sample,
        )
        if new != known:
            self._warehouse.set_ledger(new)
        return self._view(new, self.delivered().get(name, 0))

    def make_sample(self, sample: Sample) -> None:
        """The sample's ledger with its own now."""
        wanted = Ledger(sample.ledger, sample.timezone, sample.month_start_day, sample.currency, sample.now, True)
        if wanted not in self._warehouse.ledgers():
            self._warehouse.set_ledger(wanted)

    # ---------------------------------------------------------------- what they hold

    def loaded_tables(self, ledger: str) -> frozenset[str]:
        """Canonical tables with current rows in a ledger."""
        key = ("loaded", ledger, self._warehouse.version())
        found: frozenset[str] = self._cache.get(key, lambda: self._loaded(ledger))
        return found

    def _loaded(self, ledger: str) -> frozenset[str]:
        union = " UNION ALL ".join(
            f"SELECT '{name}' AS name WHERE EXISTS (SELECT 1 FROM {name} WHERE ledger = $1)" for name in TABLES
        )
        return frozenset(row["name"] for row in self._warehouse.records(union, [ledger]))

    def tables(self, scope: Scope) -> list[TableView]:
        zones = {one.name: ZoneInfo(one.timezone) for one in self._visible(scope)}
        found = self._warehouse.ask(
            "tables",
            scope,
            lambda limits: counted(
                {one.name: (self._warehouse.read(one.name, limits), one.business_day) for one in TABLES.values()}
            ),
        )
        views = []
        for table in TABLES.values():
            mine = [row for row in found if row["table"] == table.name]
            instant = table.business_day is not None and table.column(table.business_day).kind == "instant"
            days = {
                row["ledger"]: (
                    _day(row["first"], zones[row["ledger"]], instant),
                    _day(row["last"], zones[row["ledger"]], instant),
                )
                for row in mine
                if row["first"] is not None
            }
            views.append(
                TableView(
                    name=table.name,
                    label=table.name,
                    mode=table.mode,
                    key=("ledger", "company", *table.unit),
                    rows={row["ledger"]: row["n"] for row in mine},
                    days=days,
                    first_day=min((first for first, _ in days.values()), default=None),
                    last_day=max((last for _, last in days.values()), default=None),
                    columns=tuple(_column(table, column.name) for column in table.columns),
                )
            )
        return views

    def options(self, scope: Scope, tables: frozenset[str], ledger: str, dimension: str) -> list[str]:
        """Values of a dimension in those of `tables` that have it, most frequent first."""
        from cockpit.metrics import METRICS

        if not any(dimension in metric.dimensions for metric in METRICS.values()):
            raise UsageError("dimension_unknown", dimension=dimension, metric="—", choices="—")
        key = ("options", ledger, dimension, scope.key, tables, self._warehouse.version())
        found: list[str] = self._cache.get(key, lambda: self._options(scope, tables, ledger, dimension))
        return found

    def _options(self, scope: Scope, tables: frozenset[str], ledger: str, dimension: str) -> list[str]:
        """What documents name; where none does, what master data know."""
        held = [one for one in TABLES.values() if one.name in tables and one.has(dimension)]
        masters = tuple(one.name for one in held if one.mode == "master")
        named = tuple(one.name for one in held if one.mode != "master")
        return self._named(scope, named, ledger, dimension) or self._named(scope, masters, ledger, dimension)

    def _named(self, scope: Scope, tables: tuple[str, ...], ledger: str, dimension: str) -> list[str]:
        if not tables:
            return []

        def ranked(limits: Scope) -> Rows:
            parts = []
            for table in tables:
                rows = self._warehouse.read(table, limits, (some("ledger"),))
                rows = rows.filter(rows[dimension].notnull(), rows[dimension] != "")
                parts.append(rows.group_by(value=rows[dimension].cast("string")).aggregate(n=rows.count()))
            told = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
            summed = told.group_by("value").aggregate(n=told["n"].sum())
            return summed.order_by([summed["n"].desc(), summed["value"]]).limit(OPTIONS_SHOWN)

        found = self._warehouse.ask(("options", dimension, *tables), scope, ranked, ledger=[ledger])
        return [row["value"] for row in found]


def unknown(scope: Scope, name: str, visible: Iterable[str]) -> UsageError | NotAllowedError:
    """Why a ledger cannot be asked; to whoever is limited to some, one that exists and one that does not are alike."""
    if name not in scope.allowed.get("ledger", {name}):
        return NotAllowedError("ledger_not_allowed", ledger=name)
    return UsageError("ledger_unknown", ledger=name, choices=", ".join(sorted(visible)) or "—")


def _day(moment: datetime, zone: ZoneInfo, instant: bool) -> date:
    """A business day that came as midnight, or the local day of an instant in UTC."""
    return moment.replace(tzinfo=UTC).astimezone(zone).date() if instant else moment.date()


def _column(table: Table, name: str) -> Mapping[str, Any]:
    column = table.column(name)
    return {
        "name": name,
        "kind": column.kind,
        "unit": column.unit,
        "required": column.required,
        "personal": column.personal,
        "key": name in ("ledger", "company", *table.unit),
    }


def _utc(instant: datetime | None, zone: str) -> datetime | None:
    if instant is None:
        return None
    placed = instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))
    return placed.astimezone(UTC).replace(tzinfo=None)
