"""What every answer tells the browser: run nothing from elsewhere, show the page in no frame, guess no types."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Message

PLAIN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
YEAR = 365 * 24 * 60 * 60
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=(), fullscreen=(self)",
    ),
)


def page_policy(scripts: Iterable[str]) -> str:
    """The policy under which the platform's pages run; `scripts` are the hashes of those that stand in its page."""
    inline = " ".join(f"'sha256-{one}'" for one in scripts)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {inline} 'wasm-unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def armed(message: Message, policy: str, secure: bool) -> Message:
    """The start of an answer with our headers; what the answer says of caching itself stays."""
    ours = {name for name, _ in ALWAYS} | {b"content-security-policy", b"strict-transport-security"}
    headers = [(name, value) for name, value in message["headers"] if name.lower() not in ours]
    if not any(name.lower() == b"cache-control" for name, _ in headers):
        headers.append((b"cache-control", b"no-store"))
    headers += [*ALWAYS, (b"content-security-policy", policy.encode())]
    if secure:
        headers.append((b"strict-transport-security", f"max-age={YEAR}".encode()))
    return {**message, "headers": headers}
