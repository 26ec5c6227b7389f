"""The pages before the cockpit: login, first administrator, new password, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import HTMLResponse

from cockpit.api import answers
from cockpit.api.forms import FIELD
from cockpit.api.markup import Markup, tag
from cockpit.locale import LANGUAGES, Language, t

SPOKEN: dict[Language, str] = {"zh_CN": "zh", "en": "en"}  # as the pages' own addresses have it


@dataclass(frozen=True)
class Visit:
    """What every page needs: the reader's language and whether they chose it here, the form's token, where to go
    afterwards."""

    language: Language
    chosen: bool
    token: str
    place: str = "/"
    status: int = 200
    problem: str | None = None
    notice: str | None = None
    retry: int | None = None

    def say(self, key: str, **params: object) -> str:
        return t(f"entrance.{key}", self.language, **params)

    def address(self, path: str, language: Language | None = None) -> str:
        """A page of ours that keeps the place and the chosen language, or takes another."""
        spoken = language or (self.language if self.chosen else None)
        told = [] if spoken is None else [f"lang={SPOKEN[spoken]}"]
        told += [] if self.place == "/" else [f"next={quote(self.place, safe='/')}"]
        return f"{path}?{'&'.join(told)}" if told else path


def login(visit: Visit, name: str, demo: Sequence[str], setup: bool) -> HTMLResponse:
    """Name and password; under it the invented people and the way to the first administrator, where there are such."""
    form = _form(
        visit,
        "/auth/login",
        _field(visit, "name", "username", value=name, focus=not name),
        _field(visit, "password", "current-password", secret=True, focus=bool(name)),
        tag("button", visit.say("sign_in"), type="submit", class_="main"),
    )
    return _page(visit, "/auth/login", "sign_in", form, _demo(visit, demo), _first(visit) if setup else None)


def setup(visit: Visit, code: str, name: str, label: str, *, wrong: bool = False) -> HTMLResponse:
    """The code from the console (`wrong`: it was not that), and who the first administrator is."""
    form = _form(
        visit,
        "/auth/setup",
        _field(visit, "code", "one-time-code", value=code, focus=wrong or not code),
        _field(visit, "name", "username", value=name, focus=bool(code) and not wrong),
        _field(visit, "label", "name", value=label, optional=True),
        *_new_password(visit),
        tag("button", visit.say("set_up"), type="submit", class_="main"),
    )
    return _page(visit, "/auth/setup", "set_up", tag("p", visit.say("setup_hint"), class_="note"), form)


def reset(visit: Visit, path: str, name: str) -> HTMLResponse:
    """A new password for whoever has the link."""
    known = tag("input", type="text", name="name", value=name, autocomplete="username", readonly=True, hidden=True)
    form = _form(
        visit,
        path,
        known,
        *_new_password(visit, focus=True),
        tag("button", visit.say("set_password"), type="submit", class_="main"),
    )
    return _page(visit, path, "reset", tag("p", visit.say("reset_hint", name=name), class_="note"), form)


def gone(visit: Visit, path: str, problem: str) -> HTMLResponse:
    """A link that is worth nothing."""
    back = tag("p", tag("a", visit.say("to_login"), href=visit.address("/auth/login")))
    return _page(visit, path, "reset", tag("p", problem, class_="problem", role="alert"), back)


def logout(visit: Visit) -> HTMLResponse:
    """The way out, for who came by an address instead of a click."""
    form = _form(visit, "/auth/logout", tag("button", visit.say("sign_out"), type="submit", class_="main"))
    return _page(visit, "/auth/logout", "sign_out", form)


def _page(visit: Visit, path: str, title: str, *body: Markup | None) -> HTMLResponse:
    said = visit.problem or visit.notice
    line = tag("p", said, class_="problem" if visit.problem else "notice", role="alert" if visit.problem else "status")
    told = tag("div", line if said else None, aria_live="polite")
    links = [
        tag("a", answers.NAMES[one], href=visit.address(path, one), lang=one.replace("_", "-"), hreflang=one[:2])
        for one in LANGUAGES
        if one != visit.language
    ]
    foot = tag("footer", *links)
    headers = {} if visit.retry is None else {"retry_after": str(visit.retry)}
    parts = [part for part in (told, *body, foot) if part is not None]
    return answers.html(visit.language, visit.say(f"title.{title}"), *parts, status=visit.status, **headers)


def _form(visit: Visit, path: str, *inside: Markup, class_: str | None = None) -> Markup:
    token = tag("input", type="hidden", name=FIELD, value=visit.token)
    return tag("form", token, *inside, method="post", action=visit.address(path), class_=class_)


def _field(
    visit: Visit,
    name: str,
    autocomplete: str,
    value: str = "",
    secret: bool = False,
    focus: bool = False,
    optional: bool = False,
) -> Markup:
    """A labelled input that browsers and password managers know."""
    typed = tag(
        "input",
        id=name,
        name=name,
        type="password" if secret else "text",
        value=None if secret else value,
        autocomplete=autocomplete,
        autofocus=focus,
        required=not optional,
        maxlength="200",
        spellcheck="false",
        autocapitalize="none",
        aria_invalid="true" if visit.problem else None,
    )
    return tag("label", tag("span", visit.say(f"field.{name}")), typed, for_=name)


def _new_password(visit: Visit, focus: bool = False) -> tuple[Markup, Markup, Markup]:
    return (
        _field(visit, "password", "new-password", secret=True, focus=focus),
        _field(visit, "again", "new-password", secret=True),
        tag("p", visit.say("password_hint"), class_="note"),
    )


def _demo(visit: Visit, roles: Sequence[str]) -> Markup | None:
    if not roles:
        return None
    buttons = [tag("button", visit.say(f"demo.{role}"), type="submit", name="role", value=role) for role in roles]
    head = tag("h2", tag("span", visit.say("demo_mark"), class_="mark"), visit.say("demo_title"))
    hint = tag("p", visit.say("demo_hint"), class_="note")
    return tag("section", head, _form(visit, "/auth/demo", *buttons, class_="row"), hint)


def _first(visit: Visit) -> Markup:
    link = tag("a", visit.say("to_setup"), href=visit.address("/auth/setup"))
    return tag("section", tag("p", visit.say("setup_first"), " ", link, class_="note"))
