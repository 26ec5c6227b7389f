"""What the server answers below ``/auth/``: forms in, cookies out; the entrance of the service decides."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from cockpit.api import answers, doors, theme
from cockpit.api.forms import ENTRY, Forms, fields, local_place
from cockpit.api.gate import COOKIE, LOGIN, Door
from cockpit.api.site import Site, address_of
from cockpit.errors import CockpitError, RefusedError, SystemFailure, UsageError
from cockpit.locale import Language, t
from cockpit.service.entrance import Entrance

DAY_HALF = 12 * 60 * 60
AT_ONCE, MOST_WAITING = 2, 40  # passwords that are looked at, and forms that wait for that
STATIC = Path(__file__).parent / "static"
Opened = tuple[str, str]
Told = TypeVar("Told")


class Desk:
    """Answers the entrance's pages. `pictures` is the folder of logos and the icon."""

    def __init__(self, door: Door, site: Site, secret: str, language: Language, pictures: Path) -> None:
        self._door = door
        self._site = site
        self._forms = Forms(site, secret)
        self._language = language
        self._files = {name: pictures / name for name in (*answers.LOGO.values(), "favicon.png")}
        self._files["entrance.css"] = STATIC / "entrance.css"
        self._workers = ThreadPoolExecutor(AT_ONCE, "entrance")
        self._waiting = 0

    def routes(self) -> list[Route]:
        """All of ``/auth/``, whatever the method: what is not ours must not fall through to the platform's own."""
        every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        pages = {"/auth/login": self.login, "/auth/setup": self.setup, "/auth/logout": self.logout}
        pages |= {"/auth/demo": self.demo, "/auth/reset/{token}": self.reset, "/auth/static/{name}": self.file}
        made = [Route(path, self._guarded(page), methods=every) for path, page in pages.items()]
        made.append(Route(theme.PATH, self._guarded(self.theme), methods=every))
        return [*made, Route("/auth/{rest:path}", self._nothing, methods=every)]

    # ---------------------------------------------------------------- pages

    async def login(self, request: Request, entrance: Entrance) -> Response:
        if request.method != "POST":
            key = await self._present(request, entrance)
            if key is not None and await asyncio.to_thread(entrance.actor, key) is not None:
                return RedirectResponse(self._place(request), status_code=303)
            notice = "signed_out" if "out" in request.query_params else "was_reset"
            said = notice if "out" in request.query_params or "reset" in request.query_params else None
            return await self._login(request, entrance, "", notice=said)
        form = await self._form(request)
        if isinstance(form, Response):
            return form
        name = form.get("name", "")
        try:
            opened = await self._work(
                entrance.sign_in, name, form.get("password", ""), address_of(request.scope), _agent(request)
            )
        except (RefusedError, UsageError) as error:
            return await self._login(request, entrance, name, error)
        return await self._enter(request, entrance, opened)

    async def demo(self, request: Request, entrance: Entrance) -> Response:
        if request.method != "POST":
            return RedirectResponse(LOGIN, status_code=303)
        form = await self._form(request)
        if isinstance(form, Response):
            return form
        try:
            if not self._site.near(request.scope):
                raise RefusedError("demo_gone")
            opened = await self._work(
                entrance.enter_demo, form.get("role", ""), address_of(request.scope), _agent(request)
            )
        except (RefusedError, UsageError) as error:
            return await self._login(request, entrance, "", error)
        return await self._enter(request, entrance, opened)

    async def setup(self, request: Request, entrance: Entrance) -> Response:
        if not await asyncio.to_thread(entrance.setup_open):
            return answers.refused(request.scope, 404, self._language)
        if request.method != "POST":
            return self._kept(request, doors.setup(self._visit(request), "", "", ""))
        form = await self._form(request)
        if isinstance(form, Response):
            return form
        told = [form.get(name, "") for name in ("code", "name", "label")]
        try:
            _same(form)
            opened = await self._work(
                entrance.set_up, *told, form.get("password", ""), address_of(request.scope), _agent(request)
            )
        except (RefusedError, UsageError) as error:
            if error.code == "setup_closed":
                return answers.refused(request.scope, 404, self._language)
            wrong, kept = error.code == "setup_code_wrong", [one[:200] for one in told]
            return self._kept(request, doors.setup(self._visit(request, error), *kept, wrong=wrong))
        return await self._enter(request, entrance, opened)

    async def reset(self, request: Request, entrance: Entrance) -> Response:
        token = str(request.path_params["token"])
        path = f"/auth/reset/{token}"
        name = await asyncio.to_thread(entrance.reset_for, token, address_of(request.scope))
        if name is None:
            problem = t("error.reset_link_gone", answers.language_of(request.scope, self._language))
            return self._kept(request, doors.gone(self._visit(request, status=404), LOGIN, problem))
        if request.method != "POST":
            return self._kept(request, doors.reset(self._visit(request), path, name))
        form = await self._form(request)
        if isinstance(form, Response):
            return form
        try:
            _same(form)
            await self._work(entrance.reset, token, form.get("password", ""), address_of(request.scope))
        except (RefusedError, UsageError) as error:
            return self._kept(request, doors.reset(self._visit(request, error), path, name))
        return self._leave(RedirectResponse(f"{LOGIN}?reset=1", status_code=303))

    async def logout(self, request: Request, entrance: Entrance) -> Response:
        if request.method != "POST":
            return self._kept(request, doors.logout(self._visit(request)))
        form = await self._form(request)
        if isinstance(form, Response):
            return form
        key = await self._present(request, entrance)
        if key is not None:
            await asyncio.to_thread(entrance.sign_out, key)
        return self._leave(RedirectResponse(f"{LOGIN}?out=1", status_code=303))

    async def file(self, request: Request, entrance: Entrance) -> Response:
        found = self._files.get(str(request.path_params["name"]))
        if found is None or request.method not in ("GET", "HEAD"):
            return answers.refused(request.scope, 404, self._language)
        return FileResponse(found, headers={"cache-control": "public, max-age=3600"})

    async def theme(self, request: Request, entrance: Entrance) -> Response:
        """A script for the pages: light or dark as whoever is signed in chose it."""
        if request.method not in ("GET", "HEAD"):
            return answers.refused(request.scope, 405, self._language)
        key = await self._present(request, entrance)
        actor = None if key is None else await asyncio.to_thread(entrance.actor, key)
        return theme.script(None if actor is None else await asyncio.to_thread(entrance.theme, actor))

    # ---------------------------------------------------------------- parts

    def _guarded(
        self, page: Callable[[Request, Entrance], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The page with the entrance it asks, once there is one and the records answer."""

        async def answer(request: Request) -> Response:
            cockpit = self._door()
            if cockpit is None:
                return answers.starting(request.scope, self._language)
            if request.method not in ("GET", "HEAD", "POST"):
                return answers.refused(request.scope, 405, self._language)
            try:
                return await page(request, cockpit.entrance)
            except SystemFailure as failure:
                return answers.failed(request.scope, failure, self._language)

        return answer

    async def _nothing(self, request: Request) -> Response:
        return answers.refused(request.scope, 404, self._language)

    async def _form(self, request: Request) -> dict[str, str] | Response:
        """The fields, or why the form is not looked at."""
        form = await fields(request)
        if form is None:
            return answers.refused(request.scope, 400, self._language)
        return form if self._forms.from_us(request, form) else answers.refused(request.scope, 403, self._language)

    async def _work(self, slow: Callable[..., Told], *told: object) -> Told:
        """Do what takes a password's time, two at once; RefusedError where too many wait."""
        if self._waiting >= MOST_WAITING:
            raise RefusedError("entrance_busy", seconds=int(answers.AGAIN))
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._workers, slow, *told)
        finally:
            self._waiting -= 1

    async def _present(self, request: Request, entrance: Entrance) -> str | None:
        """The session the browser has, while it goes on."""
        token = request.cookies.get(COOKIE, "")
        return await asyncio.to_thread(entrance.look_up, token, self._site.near(request.scope)) if token else None

    async def _login(
        self,
        request: Request,
        entrance: Entrance,
        name: str,
        error: CockpitError | None = None,
        notice: str | None = None,
    ) -> Response:
        near = self._site.near(request.scope)
        people = await asyncio.to_thread(entrance.demo_people) if near else ()
        first = await asyncio.to_thread(entrance.setup_open)
        visit = self._visit(request, error, notice=notice)
        return self._kept(request, doors.login(visit, name[:200], [role for role, _ in people], first))

    def _visit(
        self, request: Request, error: CockpitError | None = None, status: int = 200, notice: str | None = None
    ) -> doors.Visit:
        language = answers.language_of(request.scope, self._language)
        retry = error.params.get("seconds") if error is not None else None
        if error is not None:
            status = 429 if retry is not None else 401 if isinstance(error, RefusedError) else 400
        return doors.Visit(
            language,
            _chosen(request) is not None,
            self._forms.token(self._entry(request)),
            self._place(request),
            status,
            None if error is None else t(f"error.{error.code}", language, **error.params),
            None if notice is None else t(f"entrance.{notice}", language),
            retry,
        )

    def _entry(self, request: Request) -> str:
        """The entry cookie, the same for the whole answer."""
        if not hasattr(request.state, "entry"):
            request.state.entry = self._forms.entry(request)
        return str(request.state.entry)

    def _place(self, request: Request) -> str:
        return local_place(request.query_params.get("next", "/"))

    def _kept(self, request: Request, answer: Response) -> Response:
        """The answer with the entry cookie its form belongs to."""
        secure = self._site.secure
        answer.set_cookie(ENTRY, self._entry(request), path="/auth", httponly=True, samesite="lax", secure=secure)
        return answer

    async def _enter(self, request: Request, entrance: Entrance, opened: Opened) -> Response:
        """The session begins: a new cookie, and whatever session the browser had is over."""
        if (before := await self._present(request, entrance)) is not None:
            await asyncio.to_thread(entrance.sign_out, before, "replaced")
        place = self._place(request)
        if (language := _chosen(request)) is not None:
            place = _spoken(place, doors.SPOKEN[language])
        answer = RedirectResponse(place, status_code=303)
        secure = self._site.secure
        answer.set_cookie(COOKIE, opened[0], max_age=DAY_HALF, path="/", httponly=True, samesite="lax", secure=secure)
        answer.delete_cookie(ENTRY, path="/auth", httponly=True, samesite="lax", secure=secure)
        return answer

    def _leave(self, answer: Response) -> Response:
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=self._site.secure)
        return answer


def _same(form: dict[str, str]) -> None:
    if form.get("password", "") != form.get("again", ""):
        raise UsageError("passwords_differ")


def _chosen(request: Request) -> Language | None:
    """The language that the page's own address names."""
    return answers.wanted(request.query_params.get("lang", ""))


def _agent(request: Request) -> str:
    """What the browser calls itself, as far as it can be shown."""
    return "".join(char if char.isprintable() else " " for char in request.headers.get("user-agent", ""))[:200]


def _spoken(place: str, language: str) -> str:
    """The place in the language that was chosen at the login."""
    parts = urlsplit(place)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "lang"]
    return f"{parts.path}?{urlencode([*query, ('lang', language)])}"
