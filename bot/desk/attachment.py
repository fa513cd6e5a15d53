"""`/desk/case/…/file/…`: what a citizen sent. Telegram's own address of a file holds the bot's token: we fetch it."""

import re

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bot.desk.advise import ADVISERS
from bot.errors import BotError
from bot.handoff.transcript import TranscriptLine
from bot.web.page import SignedIn
from bot.web.ports import WebUnit
from bot.web.web import Web

# By their first bytes, never by what the sender says: only these are shown, all others are only stored.
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def kind_of(content: bytes) -> str:
    """The media type that a browser is told."""
    for start, media_type in PICTURES.items():
        if content.startswith(start):
            return media_type
    return "application/pdf" if content.startswith(b"%PDF-") else "application/octet-stream"


@get("/desk/case/{ticket_id:str}/file/{message_id:int}", opt=ADVISERS)
async def attachment(
    request: SignedIn, web: Web, ticket_id: FromPath[str], message_id: FromPath[int]
) -> Response[bytes] | Response[str]:
    """A picture is shown, everything else is saved; looking is written down."""

    def find(unit: WebUnit) -> TranscriptLine | None:
        ticket = unit.tickets.get(ticket_id)
        unit.audit.note(ticket.chat_id, "file_read", web.now(), actor=request.user.id, about=ticket_id)
        lines = unit.transcripts.lines(ticket.chat_id, ticket_id)
        return next((line for line in lines if line.message_id == message_id and line.file_id), None)

    try:
        line = await web.store.run(find)
    except BotError:
        line = None
    if line is None or line.file_id is None:
        raise NotFoundException
    try:
        content = await web.fetch_file(line.file_id)
    except BotError:
        return web.pages.render(request, "no_file.html", 502)
    media_type = kind_of(content)
    way = "inline" if media_type.startswith("image/") else "attachment"
    name = re.sub(r"[^A-Za-z0-9._-]", "_", line.file_name or "file")[-80:]
    return Response(content, media_type=media_type, headers={"content-disposition": f'{way}; filename="{name}"'})
