"""Light or dark as the person chose it: set in the browser before the platform draws its first page.

The platform has no setting for it on the server. It keeps what a reader chooses in its own menu in the browser's
storage, one entry for each page; a script of ours, which each page loads first, writes that entry.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Scope, Send

PATH = "/auth/theme.js"
_TAG = b'<script src="./auth/theme.js"></script>\n    '
_NAMES = {"light": "Light", "dark": "Dark", None: "System"}
_SCRIPT = "try {{ localStorage.setItem(`stActiveTheme-${{location.pathname}}-v2`, '\"{name}\"') }} catch {{ }}\n"


def script(theme: str | None) -> Response:
    """The script for somebody who chose `theme`, None: as the system has it."""
    return Response(_SCRIPT.format(name=_NAMES[theme]), media_type="text/javascript")


def with_script(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """The request for a page, to be answered in plain bytes, and where the answer goes: with our script before its
    own."""
    plain = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
    start: Message | None = None
    body = b""

    async def passing(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start" and _is_page(message):
            start = message
            return
        if start is None:
            await send(message)
            return
        body += message.get("body", b"")
        if message.get("more_body", False):
            return
        page = body.replace(b"<script", _TAG + b"<script", 1)
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-length"] = str(len(page))
        for name in ("etag", "last-modified"):  # they speak of the page without our line
            del headers[name]
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": page})

    return {**scope, "headers": plain}, passing


def _is_page(message: Message) -> bool:
    return message["status"] == 200 and Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
