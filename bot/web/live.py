"""`/desk/live`: server-sent events with ids of what has changed."""

from collections.abc import AsyncIterator

from litestar import get
from litestar.response import Stream

from bot.web.access import signed_in
from bot.web.hub import GAP, News
from bot.web.page import SignedIn
from bot.web.session import find_session
from bot.web.web import Web

HEARTBEAT_S = 15.0
RETRY_MS = 2000


@get("/desk/live", opt=signed_in())
async def live(request: SignedIn, web: Web) -> Stream:
    """One stream a page. Without a change a comment every 15 s keeps proxies awake; a session that ended ends it."""
    last_id = request.headers.get("last-event-id") or request.query_params.get("last")
    return Stream(_events(web, request.auth.id_hash, last_id), media_type="text/event-stream")


async def _events(web: Web, id_hash: str, last_id: str | None) -> AsyncIterator[str]:
    last_id = last_id or web.hub.last_id
    yield f"retry: {RETRY_MS}\nid: {last_id}\n\n"
    async for news in web.hub.read(last_id, HEARTBEAT_S):
        if news is not None:
            yield _event(news)
        elif await find_session(web, id_hash) is None:
            return
        else:
            yield ": still here\n\n"


def _event(news: News) -> str:
    kind = "gap" if news.subject == GAP else "change"
    return f"id: {news.id}\nevent: {kind}\ndata: {news.subject or 'all'}\n\n"
