"""Headers that tell a browser how little our pages need.

https://owasp.org/www-project-secure-headers/
"""

from collections.abc import Mapping

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.web.templating import csp_nonce

POLICY: Mapping[str, tuple[str, ...]] = {
    "default-src": ("'self'",),
    "script-src": ("'self'",),
    "connect-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "object-src": ("'none'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
    "frame-src": (),
}
FIXED = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), payment=(), usb=()"),
)
HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class SecurityHeaders:
    """`extra` are the CAPTCHA's own needs, by directive."""

    def __init__(self, app: ASGIApp, extra: Mapping[str, tuple[str, ...]], *, https: bool) -> None:
        self._app = app
        self._https = https
        self._policy = {name: (*sources, *extra.get(name, ())) for name, sources in POLICY.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = csp_nonce(HTTPConnection(scope))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [*FIXED, (b"content-security-policy", self._csp(nonce).encode())]
                if self._https:
                    own.append(HTTPS_ONLY)
                message = {**message, "headers": [*message.get("headers", ()), *own]}
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _csp(self, nonce: str) -> str:
        policy = {**self._policy, "script-src": (*self._policy["script-src"], f"'nonce-{nonce}'")}
        return "; ".join(" ".join((name, *(sources or ("'none'",)))) for name, sources in policy.items())
