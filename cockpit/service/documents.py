"""One document as people read it: its facts, its lines, its process on the working calendar, what it leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cockpit.calendar import DayOverride, build_calendar, off_hours, parse_shifts, working_between
from cockpit.errors import NotAllowedError, RefusedError
from cockpit.locale import Language
from cockpit.model import TABLES
from cockpit.model.types import Table
from cockpit.scope import Scope
from cockpit.service import words
from cockpit.service.requests import Actor
from cockpit.service.results import DocumentView, Related, Source, TimelineEvent
from cockpit.service.sight import tables_of
from cockpit.service.sources import sources_of
from cockpit.warehouse.statements import one, some
from cockpit.warehouse.store import Ledger, Warehouse

if TYPE_CHECKING:
    from cockpit.warehouse.reading import Rows

LINES_SHOWN = 500
AMOUNTS = ("amount_gross", "amount_net")
_HEADED = ("_number", "_doc", "_event", "_delivery", "_part", "_row")


class DocumentDesk:
    """Reads single documents under an actor's scope; what the scope hides does not exist."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def view(self, actor: Actor, table_name: str, document: str, language: Language) -> DocumentView:
        """The document, with the rows' files where the actor may see them.

        RefusedError where there is none, or none the actor may see: both look the same. NotAllowedError where the
        table does not tell what limits the actor, so that they see none of its documents.
        """
        scope, sources, known = actor.scope, actor.may("source_row"), tables_of(actor)
        table = TABLES.get(table_name) if table_name in known else None
        if table is not None and (missing := self._warehouse.unreachable(table_name, scope)):
            named = words.listed((words.dimension(name, language) for name in missing), language)
            raise NotAllowedError("table_not_in_scope", table=words.table(table_name, language), dimensions=named)
        rows = self._rows(table, scope, document) if table else []
        if table is None or not rows:
            raise RefusedError("document_unknown")
        ledger = next(each for each in self._warehouse.ledgers() if each.name == rows[0]["ledger"])
        shared, differing = _split(table, rows)
        events = self._events(scope, table, rows, ledger) if table.mode == "event" else ()
        concealed = self._warehouse.concealed(table_name, scope)
        return DocumentView(
            table=table_name,
            document=document,
            document_no=str(shared.get("document_no") or shared.get("case_id") or "") or None,
            facts={name: _local(value, ledger) for name, value in shared.items()},
            lines=() if events else tuple({name: _local(row[name], ledger) for name in differing} for row in rows),
            line_columns=() if events else differing,
            events=events,
            off_hours=self._off_hours(ledger, shared.get("company") or "", events),
            related=self._related(scope, known, table_name, document),
            sources=self._sources(scope, table_name, document) if sources else (),
            hidden=tuple(column.name for column in table.columns if column.name in concealed),
            masked=tuple(column.name for column in table.columns if column.name in scope.masked - concealed),
            sources_shown=sources,
        )

    def _sources(self, scope: Scope, table: str, document: str) -> tuple[Source, ...]:
        return tuple(sources_of(self._warehouse, scope, [(table, document)]).get((table, document), ()))

    def _rows(self, table: Table, scope: Scope, document: str) -> list[dict[str, Any]]:
        def lines(limits: Scope) -> Rows:
            expression = self._warehouse.read(table.name, limits)
            mine = expression.filter(expression["_doc"].cast("string") == one("document"))
            order = [name for name in ("acted_at", "line_no") if table.has(name)]
            places = [mine[name] for name in (*order, "_delivery", "_part", "_row")]
            wanted = [name for name in mine.columns if name not in _HEADED]
            return mine.order_by(places).limit(LINES_SHOWN).select(wanted)

        return self._warehouse.ask(("lines", table.name), scope, lines, document=document)

    # ---------------------------------------------------------------- the process

    def _events(
        self, scope: Scope, table: Table, rows: Sequence[Mapping[str, Any]], ledger: Ledger
    ) -> tuple[TimelineEvent, ...]:
        acts = self._acts(scope, str(rows[0]["case_id"]), rows[0])
        zone = ZoneInfo(ledger.timezone)
        calendar = build_calendar(self._own_days(ledger.name, str(rows[0]["company"] or "")))
        events = []
        for act in acts:
            arrived, acted = _placed(act["arrived_at"], zone), _placed(act["acted_at"], zone)
            working = calendar_hours = None
            if arrived and acted and arrived <= acted:
                naive = arrived.replace(tzinfo=None), acted.replace(tzinfo=None)
                working = working_between(calendar, *naive) / 3600
                calendar_hours = (acted - arrived).total_seconds() / 3600
            events.append(
                TimelineEvent(
                    node=act["node"],
                    activity=act["activity"],
                    actor=act["actor"],
                    action=act["action"],
                    arrived_at=arrived,
                    acted_at=acted,
                    working_hours=working,
                    calendar_hours=calendar_hours,
                    comment=act.get("comment"),
                )
            )
        return tuple(events)

    def _acts(self, scope: Scope, case: str, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        known = {name: row[name] for name in ("company", "process")}

        def mine(limits: Scope) -> Rows:
            acts = self._warehouse.read("approval_acts", limits, (some("ledger"),))
            acts = acts.filter(acts.case_id == one("case"))
            for name, value in known.items():
                acts = acts.filter(acts[name].isnull() if value is None else acts[name] == one(name))
            return acts

        kind = ("acts", *(value is None for value in known.values()))
        found = self._warehouse.ask(kind, scope, mine, ledger=[str(row["ledger"])], case=case, **known)
        return sorted(found, key=lambda act: int(act["place"]))

    def _own_days(self, ledger: str, company: str) -> list[DayOverride]:
        rows = self._warehouse.run_sql(
            "SELECT day, is_work, shifts, status FROM calendars WHERE ledger = $1 AND company IN ('', $2)"
            " AND day IS NOT NULL AND is_work IS NOT NULL ORDER BY company <> '', day",
            [ledger, company],
        ).to_pylist()
        return [
            DayOverride(
                row["day"],
                row["is_work"],
                parse_shifts(row["shifts"]) if row["shifts"] else None,
                row["status"] == "provisional",
            )
            for row in rows
        ]

    def _off_hours(
        self, ledger: Ledger, company: str, events: Sequence[TimelineEvent]
    ) -> tuple[tuple[datetime, datetime], ...]:
        instants = [at for event in events for at in (event.arrived_at, event.acted_at) if at is not None]
        if len(instants) < 2:
            return ()
        zone = ZoneInfo(ledger.timezone)
        calendar = build_calendar(self._own_days(ledger.name, company))
        first, last = min(instants).replace(tzinfo=None), max(instants).replace(tzinfo=None)
        start = first.replace(hour=0, minute=0, second=0, microsecond=0)
        end = last.replace(hour=23, minute=59, second=59, microsecond=0)
        return tuple((a.replace(tzinfo=zone), b.replace(tzinfo=zone)) for a, b in off_hours(calendar, start, end))

    # ---------------------------------------------------------------- neighbours

    def _related(self, scope: Scope, known: frozenset[str], table: str, document: str) -> tuple[Related, ...]:
        """Neighbours the actor may see. A link says nothing but that two documents belong together, and each of them
        is read under the whole scope: so links are limited by the dimensions they have."""
        mine = self._warehouse.columns("document_links")
        allowed = {name: values for name, values in scope.allowed.items() if name in mine}

        def neighbours(limits: Scope) -> Rows:
            links = self._warehouse.read("document_links", limits)
            text = {name: links[name].cast("string") for name in ("from_doc", "to_doc")}
            onward = links.filter((links.from_table == one("table")) & (text["from_doc"] == one("document"))).select(
                other_table=links.to_table, other=text["to_doc"]
            )
            back = links.filter((links.to_table == one("table")) & (text["to_doc"] == one("document"))).select(
                other_table=links.from_table, other=text["from_doc"]
            )
            return onward.union(back, distinct=True)

        linked = replace(scope, allowed=allowed)
        found = self._warehouse.ask("neighbours", linked, neighbours, table=table, document=document)
        related = [
            self._neighbour(scope, link["other_table"], link["other"]) for link in found if link["other_table"] in known
        ]
        return tuple(sorted((seen for seen in related if seen), key=_place))

    def _neighbour(self, scope: Scope, name: str, document: str) -> Related | None:
        table = TABLES[name]
        rows = self._rows(table, scope, document)
        if not rows:
            return None
        amount = next((column for column in AMOUNTS if any(row.get(column) for row in rows)), None)
        day = rows[0].get(table.business_day or "")
        return Related(
            table=name,
            document=document,
            document_no=rows[0].get("document_no") or rows[0].get("case_id"),
            day=day.date() if isinstance(day, datetime) else day,
            amount=_amount(table, rows, amount),
            currency=rows[0].get("currency"),
            amount_hidden=bool(self._warehouse.concealed(name, scope).intersection(AMOUNTS)),
        )


def _amount(table: Table, rows: Sequence[Mapping[str, Any]], column: str | None) -> float | None:
    if column is None:
        return None
    values = [row[column] for row in rows if row[column] is not None]
    # Every event of a case repeats the amount of its document.
    return float(max(values)) if table.mode == "event" else float(sum(values))


def _split(table: Table, rows: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What all rows say alike, and the columns in which lines differ; empty columns are neither."""
    shared: dict[str, Any] = {}
    differing = []
    for column in table.columns:
        values = [row[column.name] for row in rows]
        if all(value is None or value == "" for value in values):
            continue
        line = column.name in ("line_no", "material_code", "material_name", "quantity", "unit_price", "amount_net")
        if all(value == values[0] for value in values) and (table.mode == "event" or not line):
            shared[column.name] = values[0]
        else:
            differing.append(column.name)
    return shared, tuple(differing)


def _placed(instant: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if instant is None else instant.replace(tzinfo=UTC).astimezone(zone)


def _local(value: Any, ledger: Ledger) -> Any:
    return _placed(value, ZoneInfo(ledger.timezone)) if isinstance(value, datetime) else value


def _place(seen: Related) -> tuple[date, str, str, str]:
    """Where a neighbour stands among the others: by day, the same way whenever it is asked."""
    return seen.day or date.max, seen.table, seen.document_no or "", seen.document
