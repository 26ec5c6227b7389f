"""Answers that are no page: refusals and failures, one clear word to the reader and nothing of the inside."""

from __future__ import annotations

from starlette.datastructures import Headers, QueryParams
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Scope

from cockpit import logs
from cockpit.api.markup import Markup, joined, tag
from cockpit.errors import SystemFailure
from cockpit.locale import LANGUAGES, Language, t

LOGO = {(theme, language): f"logo-{theme}-{language}.png" for theme in ("light", "dark") for language in LANGUAGES}
NAMES: dict[Language, str] = {"zh_CN": "中文", "en": "English"}
AGAIN = "5"  # seconds after which it is worth trying again


def wanted(tags: str) -> Language | None:
    """The first of our languages in a list of tags as browsers send it, by weight."""
    weighed = []
    for position, part in enumerate(tags[:200].split(",")):
        name, _, weight = part.partition(";q=")
        start = name.strip().replace("_", "-").split("-")[0].lower()
        found: Language | None = "zh_CN" if start == "zh" else "en" if start == "en" else None
        try:
            weighed.append((-float(weight or 1), position, found))
        except ValueError:
            continue
    return next((language for _, _, language in sorted(weighed, key=lambda one: one[:2]) if language), None)


def language_of(scope: Scope, default: Language) -> Language:
    """What the address says, else the browser, else the default."""
    named = QueryParams(scope.get("query_string", b"").decode("latin-1")).get("lang", "")
    return wanted(named) or wanted(Headers(scope=scope).get("accept-language", "")) or default


def html(language: Language, title: str, *body: str, status: int = 200, **headers: str) -> HTMLResponse:
    """A whole page of our own look."""
    picture = tag(
        "picture",
        tag("source", srcset=f"/auth/static/{LOGO['dark', language]}", media="(prefers-color-scheme: dark)"),
        tag("img", src=f"/auth/static/{LOGO['light', language]}", alt=t("entrance.product", language), class_="logo"),
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title} · {t('entrance.product', language)}"),
        tag("link", rel="icon", href="/auth/static/favicon.png"),
        tag("link", rel="stylesheet", href="/auth/static/entrance.css"),
    )
    main = tag("main", picture, tag("h1", title), *body)
    page = tag("html", head, tag("body", main), lang=language.replace("_", "-"))
    fixed = {name.replace("_", "-"): value for name, value in headers.items()}
    return HTMLResponse(joined(Markup("<!doctype html>\n"), page), status_code=status, headers=fixed)


def _is_person(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "")


def _said(scope: Scope, status: int, language: Language, key: str, **headers: str) -> Response:
    """A page for people, a line for programs."""
    text = t(f"entrance.{key}", language)
    fixed = {name.replace("_", "-"): value for name, value in headers.items()}
    if not _is_person(scope):
        return PlainTextResponse(f"{status}\n", status_code=status, headers=fixed)
    back = tag("p", tag("a", t("entrance.to_first", language), href="/"), class_="note")
    return html(language, t(f"entrance.title.{key}", language), tag("p", text), back, status=status, **headers)


def refused(scope: Scope, status: int, default: Language) -> Response:
    """401 without a session, 403 not for you, 404 nothing there, 421 not our name."""
    return _said(scope, status, language_of(scope, default), f"refused_{status}")


def failed(scope: Scope, failure: SystemFailure, default: Language) -> Response:
    """503 where the records do not answer; the log says why, the reader that it is worth trying again."""
    logs.event("records_failed", code=failure.code)
    return _said(scope, 503, language_of(scope, default), "failed", retry_after=AGAIN)


def starting(scope: Scope, default: Language) -> Response:
    """503 before the service is open, and when it is closing."""
    return _said(scope, 503, language_of(scope, default), "starting", retry_after=AGAIN)


def broken(scope: Scope, reference: str, code: str | None, default: Language) -> Response:
    """500 with the number under which the log tells more."""
    language = language_of(scope, default)
    if not _is_person(scope):
        return PlainTextResponse(f"500 {reference}\n", status_code=500)
    number = tag("p", t("entrance.reference", language, reference=reference), class_="note")
    return html(
        language, t("entrance.title.broken", language), tag("p", t("entrance.broken", language)), number, status=500
    )
