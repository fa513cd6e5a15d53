"""`/desk/audit`: who did and looked at what, for auditors; per case, per citizen, per account."""

from litestar import Response, get

from bot.web.access import only
from bot.web.account import Role
from bot.web.page import SignedIn
from bot.web.ports import AuditLine, WebUnit
from bot.web.web import Web

LINES = 50


@get("/desk/audit", opt=only(Role.AUDITOR))
async def audit(request: SignedIn, web: Web) -> Response[str]:
    """`chat`, `actor` and `about` narrow it down, `before` leads to older lines. Looking is written down, too."""
    asked = {name: request.query_params.get(name, "").strip() for name in ("chat", "actor", "about", "before")}
    chat_id = int(asked["chat"]) if asked["chat"].lstrip("-").isdecimal() else None

    def read(unit: WebUnit) -> tuple[list[AuditLine], dict[str, str]]:
        lines = unit.audit.lines(
            limit=LINES + 1, before=asked["before"], chat_id=chat_id, actor=asked["actor"], about=asked["about"]
        )
        unit.audit.note(chat_id or 0, "audit_read", web.now(), actor=request.user.id, about=asked["about"])
        return list(lines), {account.id: account.name for account in unit.accounts.all()}

    lines, names = await web.store.run(read)
    older = lines[LINES - 1].id if len(lines) > LINES else ""
    return web.pages.render(request, "audit.html", lines=lines[:LINES], names=names, asked=asked, older=older)
