"""The cockpit from the command line: load files, ask for figures, decide, undo, check."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import zip_longest
from pathlib import Path
from typing import Any

import typer
from rich.text import Text
from typer.exceptions import TyperException

from cockpit.cli import commands, people, sources
from cockpit.cli.desk import PROGRAM, Answered, Desk, distant, opened, screen
from cockpit.cli.parsing import app, spelt
from cockpit.errors import EXIT_DONE, EXIT_SYSTEM, EXIT_USAGE, CockpitError, SystemFailure, UsageError, path_failure
from cockpit.locale import LANGUAGES, Language, t
from cockpit.service import Cockpit
from cockpit.service.sample import Sample

__all__ = ["PROGRAM", "Answered", "Desk", "app", "commands", "distant", "main", "people", "run", "screen", "sources"]

INTERRUPTED = 130  # the parser's way to say Ctrl-C
ENGINE_INTERRUPTED = "Query interrupted"  # the engine's way
LOG = logging.getLogger(__name__)


def _language(arguments: Sequence[str], usual: Language) -> Language:
    """The language asked for on the line, else the usual one.

    It is read before everything else, as what is wrong with the rest is said in it. UsageError where there is no such
    language.
    """
    asked = None
    for word, after in zip_longest(arguments, arguments[1:], fillvalue=""):
        if word == "--language":
            asked = after
        elif word.startswith("--language="):
            asked = word.partition("=")[2]
    if asked is None:
        return usual
    for known in LANGUAGES:
        if known == asked:
            return known
    raise UsageError("language_unknown", languages=", ".join(LANGUAGES))


def _command_first(arguments: Sequence[str], known: Sequence[str]) -> list[str]:
    """The line with --json and --language behind the command, which knows them; without a command, the help. The words
    of a command of two (``user add``) are put together."""
    words, shared = list(arguments), []
    while words and (words[0] in ("--json", "--language") or words[0].startswith("--language=")):
        count = 2 if words[0] == "--language" else 1
        shared += words[:count]
        words = words[count:]
    if (two := " ".join(words[:2])) in known:
        words[:2] = [two]
    return [words[0], *shared, *words[1:]] if words and not words[0].startswith("-") else words or ["--help"]


def _misused(error: TyperException) -> UsageError:
    """What the parser did not understand, as an error of ours."""
    param = getattr(error, "param", None)
    name = getattr(error, "option_name", None) or (spelt(param) if param is not None else "")
    code = {"NoSuchOption": "option_unknown", "MissingParameter": "option_missing"}.get(type(error).__name__)
    return UsageError(code or ("option_not_readable" if name else "command_not_readable"), name=name)


def main(
    arguments: Sequence[str],
    connectors: Sequence[Any],
    sample: Sample | None,
    door: Callable[[Desk], AbstractContextManager[Cockpit]] = opened,
) -> int:
    """Runs this process's command line in the environment's language (one that does not exist is left to the settings
    to refuse), else in Chinese; `door` leads to the warehouse. See `run`."""
    wanted = os.environ.get("COCKPIT_LANGUAGE")
    usual = next((known for known in LANGUAGES if known == wanted), LANGUAGES[0])
    return run(arguments, Desk(connectors, sample, usual, door=door))


def run(arguments: Sequence[str], desk: Desk) -> int:
    """Runs one command line and gives its exit status: 0 done, 1 did not hold, 2 wrong usage, 3 the system failed."""
    desk.as_json = "--json" in arguments
    try:
        desk.language = _language(arguments, desk.language)
        known = [str(info.name) for info in app.registered_commands]
        words = _command_first(arguments, known)
        if not words[0].startswith("-") and words[0] not in known:
            raise UsageError("command_unknown", name=words[0], commands=", ".join(known))
        parser = typer.main.get_command(app)
        status = parser.main(args=words, prog_name=PROGRAM, standalone_mode=False, obj=desk)
        if status == INTERRUPTED:
            raise KeyboardInterrupt
        return int(status or EXIT_DONE)
    except Answered as answer:
        return answer.status
    except CockpitError as error:
        return _fail(desk, error)
    except TyperException as error:
        return _fail(desk, _misused(error))
    except (KeyboardInterrupt, typer.Abort):
        return _fail(desk, SystemFailure("interrupted"))
    except BrokenPipeError:
        if desk.out.file is sys.stdout:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_SYSTEM
    except OSError as error:
        return _fail(desk, path_failure(error, Path(str(error.filename or "."))))
    except Exception as error:
        if isinstance(error, RuntimeError) and str(error) == ENGINE_INTERRUPTED:
            return _fail(desk, SystemFailure("interrupted"))
        LOG.exception("unexpected")
        return _fail(desk, SystemFailure("unexpected", detail=type(error).__name__))


def _fail(desk: Desk, error: CockpitError) -> int:
    message = t(f"error.{error.code}", desk.language, **error.params)
    desk.json({"error": {"code": error.code, "message": message, "exit_status": error.exit_status}})
    desk.err.print(Text(message, style="bold"), soft_wrap=True)
    if error.exit_status == EXIT_USAGE and error.code in ("command_unknown", "option_unknown", "option_missing"):
        desk.err.print(Text(desk.text("help.hint", program=PROGRAM)), soft_wrap=True)
    return error.exit_status
