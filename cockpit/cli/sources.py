"""Commands about connections: what there is, whether one can be used, and bringing data up to date."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cockpit.cli.desk import PROGRAM, Desk, plain
from cockpit.cli.parsing import command
from cockpit.errors import EXIT_DONE, UsageError
from cockpit.service.requests import LOCAL_ADMINISTRATOR


@command("sources")
def sources(desk: Desk, check: Annotated[str | None, typer.Option("--check")] = None) -> int:
    with desk.open() as cockpit:
        if check is None:
            views = cockpit.sources(LOCAL_ADMINISTRATOR)
            found = None
        else:
            views = []
            found = cockpit.check_source(LOCAL_ADMINISTRATOR, check)
    if found is None:
        desk.json({"sources": views})
        rows = [{**plain(view), "last_run": view.last_run, "state": _state(desk, view.state)} for view in views]
        columns = ("name", "dialect", "ledger", "table", "relation", "cursor_column", "cursor", "last_run", "state")
        desk.table(columns, rows)
        return EXIT_DONE
    document = found.json(desk.language)
    desk.json(document)
    desk.say("source_ok" if found.ok else "source_not_ok", name=check, rows=desk.cell(found.rows))
    _issues(desk, str(check), document)
    return found.exit_status


@command("sync")
def sync(
    desk: Desk,
    name: Annotated[str | None, typer.Argument()] = None,
    all: Annotated[bool, typer.Option("--all")] = False,
) -> int:
    if (name is None) != all:
        raise UsageError("name_or_all")
    with desk.open() as cockpit, desk.progress("progress.sync") as progress:
        reports = cockpit.sync(LOCAL_ADMINISTRATOR, name, progress)
    documents = [report.json(desk.language) for report in reports]
    desk.json({"syncs": documents})
    columns = ("source", "state", "rows_read", "rows_loaded", "rows_rejected", "rows_skipped", "delivery_id", "seconds")
    desk.table(columns, [{**one, "state": _state(desk, one["status"] or one["state"])} for one in documents])
    for document in documents:
        _issues(desk, document["source"], document)
        if document["status"] == "held":
            desk.say("held", program=PROGRAM, number=document["delivery_id"])
    return max((report.exit_status for report in reports), default=EXIT_DONE)


def _state(desk: Desk, state: str | None) -> str | None:
    return None if state is None else desk.text(f"run.{state}")


def _issues(desk: Desk, name: str, document: dict[str, Any]) -> None:
    for issue in document["issues"]:
        desk.say("issue", place=name, message=issue["message"])
