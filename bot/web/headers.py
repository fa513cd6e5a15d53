"""Headers of every answer: nothing inline, nothing foreign, nothing kept by the browser."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"cache-control": b"no-store",
}
HSTS = (b"strict-transport-security", b"max-age=31536000")
OWN_CACHING = "/desk/static/"


class SecurityHeaders:
    """Wraps the whole app, so that errors carry the headers, too."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app, self._is_https = app, is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        keeps = scope.get("path", "").startswith(OWN_CACHING)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                ours = [
                    pair for pair in HEADERS.items() if not (keeps and pair[0] == b"cache-control" and pair[0] in own)
                ]
                names = {name for name, _ in ours}
                headers = [pair for pair in message["headers"] if pair[0].lower() not in names]
                message["headers"] = [*headers, *ours, *([HSTS] if self._is_https else [])]
            await send(message)

        await self._app(scope, receive, with_headers)
