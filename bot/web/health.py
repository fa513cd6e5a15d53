"""Whether the process lives and whether it can serve, for whoever restarts or routes to it."""

from collections.abc import Awaitable, Callable

from litestar import Controller, Response, get

from bot.web.access import public

Probe = Callable[[], Awaitable[str | None]]


def health_controller(live: Probe, ready: Probe) -> type[Controller]:
    """Pages for two questions.

    Args:
        live: What is wrong so that only a restart helps (no good poll for long), or None.
        ready: What is wrong right now (the database is away), or None.
    """

    class Health(Controller):
        path = "/health"
        opt = public()

        @get("/live")
        async def is_live(self) -> Response[dict[str, str]]:
            return _answer(await live())

        @get("/ready")
        async def is_ready(self) -> Response[dict[str, str]]:
            return _answer(await ready())

    return Health


def _answer(wrong: str | None) -> Response[dict[str, str]]:
    if wrong is None:
        return Response({"status": "ok"}, status_code=200)
    return Response({"status": "failing", "reason": wrong}, status_code=503)
