"""All pages of the desk."""

from pathlib import Path

from litestar import get
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from bot.desk.attachment import attachment
from bot.desk.audit import audit
from bot.desk.case import CasePages
from bot.desk.closed import closed
from bot.desk.hours import add_closure, change_hours, hours, hours_of, remove_closure
from bot.desk.journal import journal_file
from bot.desk.people import PeoplePages
from bot.desk.queue import PATH as QUEUE
from bot.desk.queue import queue, take_next
from bot.web.access import signed_in
from bot.web.account import Role
from bot.web.page import SignedIn

TEMPLATES = Path(__file__).parent / "templates"


@get("/desk", opt=signed_in())
async def start(request: SignedIn) -> Redirect:
    """To the page that this account works on."""
    if request.user.has_any({Role.ADVISER, Role.LEAD}):
        return Redirect(QUEUE, status_code=303)
    if request.user.has_any({Role.EDITOR, Role.PUBLISHER}):
        return Redirect("/studio", status_code=303)
    if Role.ADMIN in request.user.roles:
        return Redirect("/desk/people", status_code=303)
    return Redirect("/desk/audit" if Role.AUDITOR in request.user.roles else "/desk/profile", status_code=303)


PAGES: list[ControllerRouterHandler] = [
    start,
    queue,
    take_next,
    CasePages,
    attachment,
    journal_file,
    closed,
    hours,
    hours_of,
    change_hours,
    add_closure,
    remove_closure,
    PeoplePages,
    audit,
]
