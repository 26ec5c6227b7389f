"""The commands: each asks the service one thing and shows the answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from cockpit.cli.desk import PROGRAM, Desk, plain
from cockpit.cli.parsing import (
    By,
    End,
    Eyes,
    LedgerName,
    Params,
    Start,
    Where,
    command,
    existing_files,
    instant,
    metric_request,
    pairs,
)
from cockpit.errors import EXIT_DONE, EXIT_NOT_HELD, UsageError
from cockpit.locale import t
from cockpit.service import Cockpit
from cockpit.service.reports import LoadReport, MetricEntry
from cockpit.service.requests import LOCAL_ADMINISTRATOR, Actor, LoadRequest
from cockpit.service.results import MetricResult


@command("demo")
def demo(desk: Desk, remove: Annotated[bool, typer.Option("--remove")] = False) -> int:
    with desk.open() as cockpit, desk.progress("progress.demo") as progress:
        report = cockpit.demo(LOCAL_ADMINISTRATOR, remove, progress)
    if report is not None:
        return _show_load(desk, report)
    desk.json({"removed": remove})
    desk.say("demo_removed" if remove else "demo_there")
    return EXIT_DONE


@command("load")
def load(
    desk: Desk,
    paths: Annotated[list[Path], typer.Argument()],
    ledger: LedgerName = None,
    table: Annotated[str | None, typer.Option("--table")] = None,
    process: Annotated[str | None, typer.Option("--process")] = None,
    department: Annotated[str | None, typer.Option("--department")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet")] = None,
    map: Annotated[list[str] | None, typer.Option("--map")] = None,
    set: Annotated[list[str] | None, typer.Option("--set")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> int:
    request = LoadRequest(
        ledger=ledger,
        table=table,
        process=process,
        department=department,
        sheet=sheet,
        map=pairs("--map", map),
        set=pairs("--set", set),
        as_of=instant("--as-of", as_of),
        dry_run=dry_run,
        force=force,
    )
    files = existing_files(paths)
    with desk.open() as cockpit, desk.progress("progress.load") as progress:
        report = cockpit.load(LOCAL_ADMINISTRATOR, files, request, progress, desk.language)
    return _show_load(desk, report)


def _show_load(desk: Desk, report: LoadReport) -> int:
    document = report.json(desk.language)
    desk.json(document)
    columns = ("file", "sheet", "table", "status", "rows_read", "rows_loaded", "rows_rejected", "rows_skipped")
    words = [{**part, "status": desk.text(f"status.{part['status']}")} for part in document["parts"]]
    desk.table(columns, words)
    for part in document["parts"]:
        for issue in part["issues"]:
            place = " · ".join(str(piece) for piece in (part["file"], part["sheet"]) if piece)
            desk.say("issue", place=place, message=issue["message"])
    status, number = document["status"], document["delivery_id"]
    desk.say("loaded", status=desk.text(f"status.{status}"), number=desk.cell(number), seconds=document["seconds"])
    if status == "held":
        desk.say("held", program=PROGRAM, number=number)
    if number is not None and any(part["rows_rejected"] for part in document["parts"]):
        desk.say("rejected", program=PROGRAM, number=number)
    return report.exit_status


@command("deliveries")
def deliveries(desk: Desk, ledger: LedgerName = None) -> int:
    with desk.open() as cockpit:
        views = cockpit.deliveries(LOCAL_ADMINISTRATOR, ledger)
    desk.json({"deliveries": [view.json(desk.language) for view in views]})
    rows = [
        {
            "delivery_id": view.id,
            "ledger": view.ledger,
            "arrived_at": view.arrived_at,
            "files": tuple(dict.fromkeys(part.file for part in view.parts)),
            "status": desk.text(f"status.{view.status}"),
            "state": desk.text(f"state.{view.state}"),
            "rows_loaded": sum(part.rows_loaded for part in view.parts),
            "rows_rejected": view.open_rejects,
        }
        for view in views
    ]
    desk.table(tuple(rows[0]) if rows else (), rows)
    return EXIT_DONE


@command("undo")
def undo(desk: Desk, delivery_id: Annotated[int, typer.Argument()]) -> int:
    with desk.open() as cockpit:
        view = cockpit.undo(LOCAL_ADMINISTRATOR, delivery_id)
    desk.json(view.json(desk.language))
    desk.say("undone", number=delivery_id)
    return EXIT_DONE


@command("decide")
def decide(
    desk: Desk,
    delivery_id: Annotated[int, typer.Argument()],
    accept: Annotated[bool, typer.Option("--accept")] = False,
    discard: Annotated[bool, typer.Option("--discard")] = False,
    apart: Annotated[bool, typer.Option("--apart")] = False,
    reason: Annotated[str, typer.Option("--reason")] = "",
) -> int:
    if accept == discard or (apart and discard):
        raise UsageError("accept_or_discard")
    with desk.open() as cockpit:
        view = cockpit.decide(LOCAL_ADMINISTRATOR, delivery_id, accept, reason, apart)
    desk.json(view.json(desk.language))
    desk.say("accepted" if accept else "discarded", number=delivery_id)
    return EXIT_DONE


@command("rejects")
def rejects(
    desk: Desk, delivery_id: Annotated[int, typer.Argument()], out: Annotated[Path, typer.Option("--out")]
) -> int:
    with desk.open() as cockpit:
        rows = cockpit.rejects(LOCAL_ADMINISTRATOR, delivery_id, out, desk.language)
    desk.json({"delivery_id": delivery_id, "out": out, "rows": rows})
    desk.say("rejects_written", rows=rows, path=out)
    return EXIT_DONE


@command("tables")
def tables(desk: Desk) -> int:
    with desk.open() as cockpit:
        views = cockpit.tables(LOCAL_ADMINISTRATOR)
    desk.json({"tables": views})
    words = [
        {**plain(view), "label": t(f"table.{view.name}", desk.language), "mode": desk.text(f"mode.{view.mode}")}
        for view in views
    ]
    desk.table(("name", "label", "mode", "key", "rows", "first_day", "last_day"), words)
    return EXIT_DONE


@command("metrics")
def metrics(desk: Desk) -> int:
    with desk.open() as cockpit:
        entries = cockpit.dictionary(LOCAL_ADMINISTRATOR, desk.language)
    desk.json({"metrics": [entry.json() for entry in entries]})
    rows = [{**plain(entry), "limits": _limits(desk, entry)} for entry in entries]
    desk.table(("name", "label", "unit", "limits", "sentence", "dimensions"), rows)
    return EXIT_DONE


def _limits(desk: Desk, entry: MetricEntry) -> str:
    """Target and fixed limits that hold today, shares in percent; since when, where somebody set them."""
    low, high = entry.band or (None, None)
    edges = {"target": entry.target, "warning": entry.warning, "critical": entry.critical, "low": low, "high": high}
    factor, sign = (100, "%") if entry.unit == "share" else (1, "")
    told = [
        desk.text(f"limit.{name}", value=f"{round(value * factor, 6):g}{sign}")
        for name, value in edges.items()
        if value is not None
    ]
    if entry.limits_since is not None:
        told.append(desk.text("limit.since", day=entry.limits_since.isoformat()))
    return " ".join(told)


@command("metric")
def metric(
    desk: Desk,
    name: Annotated[str, typer.Argument()],
    start: Start = None,
    end: End = None,
    grain: Annotated[str, typer.Option("--grain")] = "all",
    by: By = None,
    where: Where = None,
    param: Params = None,
    ledger: LedgerName = None,
    as_user: Eyes = None,
) -> int:
    request = metric_request(start, end, grain, by, where, param, ledger)
    with desk.open() as cockpit:
        result = cockpit.metric(_asking(cockpit, as_user), name, request, desk.language)
    desk.json(result.json())
    _show_metric(desk, result)
    return EXIT_DONE


def _asking(cockpit: Cockpit, name: str | None) -> Actor:
    """The operator, or the person of that name with what they may do and see."""
    return LOCAL_ADMINISTRATOR if name is None else cockpit.people.named(name)


def _show_metric(desk: Desk, result: MetricResult) -> None:
    unit = desk.text(f"unit.{result.unit}")
    desk.say("metric", label=result.label, unit=unit, ledgers=", ".join(result.ledgers), as_of=desk.cell(result.as_of))
    factor = 100 if result.unit == "share" else 1
    rows = []
    for row in result.rows:
        figures = {"value": row.value, "target": row.target, "compare": row.compare}
        scaled = {name: None if figure is None else figure * factor for name, figure in figures.items()}
        level = desk.text(f"level.{row.level}")
        counts = {"n": row.n, "excluded": row.excluded, "reasons": row.reasons}
        rows.append(
            {"period": row.period, **row.dimensions, **scaled, **counts, "currency": row.currency, "level": level}
        )
    currency = ("currency",) if any(row.currency for row in result.rows) else ()
    desk.table(
        ("period", *result.by, "value", *currency, "target", "compare", "level", "n", "excluded", "reasons"), rows
    )
    for note in result.notes:
        desk.say("note", text=note)


@command("drill")
def drill(
    desk: Desk,
    name: Annotated[str, typer.Argument()],
    start: Start = None,
    end: End = None,
    grain: Annotated[str, typer.Option("--grain")] = "all",
    by: By = None,
    where: Where = None,
    param: Params = None,
    ledger: LedgerName = None,
    limit: Annotated[int, typer.Option("--limit", min=1)] = 50,
    as_user: Eyes = None,
) -> int:
    request = metric_request(start, end, grain, by, where, param, ledger)
    with desk.open() as cockpit:
        result = cockpit.drill(_asking(cockpit, as_user), name, request, limit, desk.language)
    desk.json({**plain(result), "figures": plain(result.figures.json())})
    columns = ("document_no", "day", "value", "reason", "file", "sheet", "line")
    rows = []
    for document in result.rows:
        place = plain(document.sources[0]) if document.sources else {}
        rows.append({**place, **{key: getattr(document, key) for key in columns[:4]}})
    desk.table(columns, rows)
    desk.say("drilled", shown=len(result.rows), total=result.total)
    return EXIT_DONE


@command("alerts")
def alerts(
    desk: Desk,
    evaluate: Annotated[bool, typer.Option("--evaluate")] = False,
    at: Annotated[str | None, typer.Option("--at")] = None,
    where: Where = None,
    ledger: LedgerName = None,
    as_user: Eyes = None,
    fail_on_breach: Annotated[bool, typer.Option("--fail-on-breach")] = False,
) -> int:
    if at is not None and not evaluate:
        raise UsageError("at_without_evaluate")
    with desk.open() as cockpit:
        actor = _asking(cockpit, as_user)
        report = cockpit.alerts(actor, ledger, pairs("--where", where), instant("--at", at), desk.language)
    if not evaluate:  # what is wrong now; the past is told where it is asked for
        report = replace(report, alerts=tuple(one for one in report.alerts if one.open))
    desk.json(report.json())
    rows = []
    for one in report.alerts:
        factor = 100 if one.unit == "share" else 1
        causes = [f"{cause.value or '–'} {_percent(cause.share)}" for cause in one.causes[:3]]
        rows.append(
            {
                "level": desk.text(f"level.{one.level}"),
                "metric": one.label,
                "slice": ", ".join(f"{value or '–'}" for value in one.slice.values()),
                "since": one.since.isoformat(),
                "value": None if one.row.value is None else one.row.value * factor,
                "unit": desk.text(f"unit.{one.unit}"),
                "open": one.open,
                "cause": causes,
            }
        )
    desk.table(("level", "metric", "slice", "since", "value", "unit", "open", "cause"), rows)
    desk.say("alerts", count=len(rows), start=report.start.isoformat(), end=report.at.isoformat())
    return EXIT_NOT_HELD if fail_on_breach and any(one.open for one in report.alerts) else EXIT_DONE


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


@command("ledger")
def ledger(
    desk: Desk,
    name: Annotated[str, typer.Argument()],
    timezone: Annotated[str | None, typer.Option("--timezone")] = None,
    month_start_day: Annotated[int | None, typer.Option("--month-start-day")] = None,
    currency: Annotated[str | None, typer.Option("--currency")] = None,
    now: Annotated[str | None, typer.Option("--now")] = None,
) -> int:
    changes: dict[str, Any] = {"timezone": timezone, "month_start_day": month_start_day, "currency": currency}
    changes = {key: value for key, value in changes.items() if value is not None}
    if now is not None:
        changes["now"] = None if now == "clock" else instant("--now", now)
    with desk.open() as cockpit:
        view = cockpit.ledger(LOCAL_ADMINISTRATOR, name, **changes)
    desk.json(view)
    columns = ("name", "timezone", "month_start_day", "now", "deliveries")
    desk.table(columns, [{column: getattr(view, column) for column in columns}])
    return EXIT_DONE


@command("doctor")
def doctor(desk: Desk, rebuild: Annotated[bool, typer.Option("--rebuild")] = False) -> int:
    with desk.open() as cockpit:
        report = cockpit.doctor(LOCAL_ADMINISTRATOR, rebuild)
    document = report.json(desk.language)
    desk.json(document)
    desk.table(("check", "ok", "message"), document["checks"])
    return report.exit_status
