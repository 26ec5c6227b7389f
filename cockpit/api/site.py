"""Where the cockpit is reached: its public address, which hosts and origins are its own, and who is on this machine."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from cockpit.errors import UsageError

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


def is_loopback(address: str | None) -> bool:
    """Whether an address, name or None (= all interfaces) can be reached from this machine only."""
    if not address:
        return False
    if address.lower() == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def refuse_open_address(address: str | None, administrator: bool) -> None:
    """UsageError where the server would listen beyond loopback before there is an administrator."""
    if not administrator and not is_loopback(address):
        raise UsageError("address_not_loopback", address=address or "*")


def host_of(text: str) -> str | None:
    """The name or address of a Host header, without port and brackets; None where it is none."""
    try:
        parts = urlsplit(f"//{text}")
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    if parts.username is not None or parts.path or parts.query or parts.fragment or not parts.hostname:
        return None
    return parts.hostname.rstrip(".").lower()


@dataclass(frozen=True)
class Site:
    """`url` is the public address (scheme, host, port), empty where there is none but this machine's own."""

    url: str = ""

    @property
    def host(self) -> str | None:
        """The public name."""
        return urlsplit(self.url).hostname

    @property
    def secure(self) -> bool:
        """Whether people come over TLS."""
        return self.url.startswith("https://")

    def knows(self, scope: Scope) -> bool:
        """Whether the request names a host of ours: the public one, this machine, or the very address it came to."""
        host = host_of(Headers(scope=scope).get("host", ""))
        if host is None:
            return False
        server = scope.get("server") or (None, None)
        own = {self.host, server[0]}
        return host in own or (host in LOCAL_NAMES and is_loopback(server[0]))

    def own_origin(self, scope: Scope) -> bool:
        """Whether the request comes from a page of ours, by its Origin; False without one."""
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        if self.url and origin.lower() == self.url:
            return True
        parts = urlsplit(origin)
        return (
            parts.scheme in ("http", "https")
            and origin.lower() == f"{parts.scheme}://{headers.get('host', '')}".lower()
        )

    def foreign(self, scope: Scope) -> bool:
        """Whether the browser says that a page which is not ours made the request."""
        headers = Headers(scope=scope)
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return True
        return "origin" in headers and not self.own_origin(scope)

    def near(self, scope: Scope) -> bool:
        """Whether the request was made on this machine and nobody passed it on.

        With a public name there is somebody who passes requests on, and not all of them say so: then none is.
        """
        if self.url and not is_loopback(self.host):
            return False
        headers = Headers(scope=scope)
        if any(name in headers for name in FORWARDED):
            return False
        client, server = scope.get("client") or ("", 0), scope.get("server") or ("", 0)
        return is_loopback(client[0]) and is_loopback(server[0]) and host_of(headers.get("host", "")) in LOCAL_NAMES


def address_of(scope: Scope) -> str:
    """The address the request came from."""
    client = scope.get("client")
    return str(client[0])[:60] if client else ""
