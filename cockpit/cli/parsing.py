"""How a command line is read: commands with their help in the reader's language, and the forms of their values."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from typer.core import TyperCommand, TyperGroup

from cockpit.cli.desk import PROGRAM, Desk
from cockpit.errors import UsageError
from cockpit.period import FIRST_YEAR, LAST_YEAR, Grain, parse_day
from cockpit.service.requests import MetricRequest


class _Command(TyperCommand):
    """A command whose help comes from the catalogues: ``cli.command.<name>`` and ``cli.option.<parameter>``."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        desk: Desk = ctx.obj
        arguments = [param for param in self.params if param.param_type_name == "argument"]
        pieces = [f"{spelt(param)}{'...' if param.nargs != 1 else ''}" for param in arguments]
        formatter.write(" ".join([desk.text("help.usage"), PROGRAM, str(self.name), *pieces]))
        formatter.write(f" [{desk.text('help.options')}]\n\n  {desk.text(f'command.{self.name}')}\n\n")
        names = [(spelt(param), desk.text(f"option.{param.name}")) for param in self.params]
        formatter.write_dl([*names, ("--help", desk.text("option.help"))])


class _Group(TyperGroup):
    """The list of commands, in the reader's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        desk: Desk = ctx.obj
        usage = f"{desk.text('help.usage')} {PROGRAM} {desk.text('help.command')} [{desk.text('help.options')}]"
        formatter.write(f"{usage}\n\n  {desk.text('help.intro')}\n\n")
        formatter.write_dl([(name, desk.text(f"command.{name}")) for name in self.commands])
        formatter.write(f"\n{desk.text('help.more', program=PROGRAM)}\n")


def spelt(param: Any) -> str:
    """A parameter as it is typed: ``--from`` or ``PATHS``."""
    return str(param.name).upper() if param.param_type_name == "argument" else ", ".join(param.opts)


app = typer.Typer(cls=_Group, add_completion=False, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json")]
InLanguage = Annotated[str | None, typer.Option("--language")]
LedgerName = Annotated[str | None, typer.Option("--ledger")]
Start = Annotated[str | None, typer.Option("--from")]
End = Annotated[str | None, typer.Option("--to")]
By = Annotated[list[str] | None, typer.Option("--by")]
Where = Annotated[list[str] | None, typer.Option("--where")]
Params = Annotated[list[str] | None, typer.Option("--param")]
Eyes = Annotated[str | None, typer.Option("--as")]


def command(name: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Registers a command and gives it --json and --language, which `main` has already read into the desk."""

    def register(function: Callable[..., int]) -> Callable[..., int]:
        signature = inspect.signature(function, eval_str=True)
        shared = {"json": AsJson, "language": InLanguage}

        @functools.wraps(function)
        def run(ctx: typer.Context, **options: Any) -> int:
            own = {key: ctx.obj.placed(value) for key, value in options.items() if key not in shared}
            return function(ctx.obj, **own)

        first, *own = signature.parameters.values()
        kind = inspect.Parameter.KEYWORD_ONLY
        parameters = [first.replace(name="ctx", annotation=typer.Context)]
        parameters += [parameter.replace(kind=kind) for parameter in own]
        parameters += [
            inspect.Parameter(key, kind, default=False if key == "json" else None, annotation=annotation)
            for key, annotation in shared.items()
        ]
        run.__dict__["__signature__"] = signature.replace(parameters=parameters)
        run.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": int}
        app.command(name, cls=_Command)(run)
        return function

    return register


def pairs(option: str, values: Sequence[str] | None) -> dict[str, str]:
    """NAME=VALUE words as a mapping; UsageError where one has no name or comes twice."""
    pairs: dict[str, str] = {}
    for value in values or ():
        name, equals, content = value.partition("=")
        if not equals or not name.strip():
            raise UsageError("pair_not_readable", option=option, value=value)
        if name.strip() in pairs:
            raise UsageError("pair_twice", option=option, name=name.strip())
        pairs[name.strip()] = content
    return pairs


def instant(option: str, value: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if value else None
    except ValueError as error:
        raise UsageError("instant_not_readable", option=option, value=str(value)) from error
    if found is not None and not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise UsageError("instant_not_readable", option=option, value=str(value))
    return found


def existing_files(paths: Sequence[Path]) -> list[Path]:
    for path in paths:
        if path.is_dir():
            raise UsageError("path_is_folder", path=str(path))
        if not path.exists():
            raise UsageError("path_missing", path=str(path))
    return list(paths)


def metric_request(
    start: str | None,
    end: str | None,
    grain: str,
    by: Sequence[str] | None,
    where: Sequence[str] | None,
    param: Sequence[str] | None,
    ledger: str | None,
) -> MetricRequest:
    if grain not in get_args(Grain):
        raise UsageError("grain_unknown", grain=grain, choices=", ".join(get_args(Grain)))
    return MetricRequest(
        start=parse_day(start) if start else None,
        end=parse_day(end) if end else None,
        grain=next(known for known in get_args(Grain) if known == grain),
        by=tuple(by or ()),
        where=pairs("--where", where),
        params=pairs("--param", param),
        ledger=ledger,
    )
