"""`/desk/closed`: cases that this adviser has ended: each is journalised, or guidance only, or opened again."""

from litestar import Response, get

from bot.desk.advise import ADVISERS
from bot.runner.desk import place_title
from bot.web.page import SignedIn
from bot.web.web import Web

PATH = "/desk/closed"
MOST = 50


@get(PATH, opt=ADVISERS)
async def closed(request: SignedIn, web: Web) -> Response[str]:
    release = web.release()
    tickets = await web.store.run(lambda unit: unit.tickets.closed_of(request.user.id, MOST))
    rows = [(each, place_title(release, each.path[-1]) if each.path else each.topic) for each in tickets]
    return web.pages.render(request, "closed.html", rows=rows)
