"""Forms of our own pages: read within limits, and only from the page that we gave out to that browser."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.requests import Request

from cockpit.api.site import Site

ENTRY = "cockpit_entry"  # the cookie that a browser has before it has a session
FIELD = "token"
LONGEST_BODY = 32 * 1024
MOST_FIELDS = 12
LONGEST_PLACE = 2000
_ENTRY = re.compile(r"[A-Za-z0-9_-]{43}")
_PURPOSE = b"cockpit form token"


class Forms:
    """Gives out and checks tokens: one belongs to the browser's entry cookie and to this installation."""

    def __init__(self, site: Site, secret: str) -> None:
        self._site = site
        self._key = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()

    def entry(self, request: Request) -> str:
        """The browser's entry cookie, or a new one where it has none that could be ours."""
        given = request.cookies.get(ENTRY, "")
        return given if _ENTRY.fullmatch(given) else secrets.token_urlsafe(32)

    def token(self, entry: str) -> str:
        return hmac.new(self._key, entry.encode(), hashlib.sha256).hexdigest()

    def from_us(self, request: Request, fields: Mapping[str, str]) -> bool:
        """Whether the form was sent by a page of ours, from the browser that got it."""
        given = request.cookies.get(ENTRY, "")
        if self._site.foreign(request.scope) or not {"origin", "sec-fetch-site"}.intersection(request.headers):
            return False
        told = fields.get(FIELD, "").encode("utf-8", "replace")
        return bool(_ENTRY.fullmatch(given)) and hmac.compare_digest(told, self.token(given).encode())


async def fields(request: Request) -> dict[str, str] | None:
    """The form's fields, the first of each name; None for what is no form or too large."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return None
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            return None
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace"
        )
    except ValueError:
        return None
    return dict(reversed(pairs))


def local_place(text: str) -> str:
    """Where to go after the login: a place of ours, with its question; the first page for anything else."""
    odd = len(text) > LONGEST_PLACE or not text.startswith("/") or text.startswith("//") or "\\" in text
    if odd or any(not char.isprintable() for char in text):
        return "/"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path.startswith(("/auth/", "//")) or ".." in parts.path:
        return "/"
    query = quote(parts.query, safe="=&%+/:,;@-._~")
    return quote(parts.path, safe="/%") + (f"?{query}" if query else "")
