"""`/studio/reviewers`: who may approve texts in which languages. For leads and admins."""

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from bot.studio.studio import MANAGERS, Shown
from bot.studio.translate import MAY_APPROVE
from bot.web.account import Account
from bot.web.page import SignedIn
from bot.web.ports import WebUnit
from bot.web.web import Web

PATH = "/studio/reviewers"


@get(PATH, opt=MANAGERS)
async def reviewers(request: SignedIn, web: Web, drafts: Shown) -> Response[str]:
    def read(unit: WebUnit) -> list[tuple[Account, frozenset[str]]]:
        people = [each for each in unit.accounts.all() if each.has_any(MAY_APPROVE) and not each.is_disabled]
        return [(each, unit.reviewers.of(each.id)) for each in people]

    draft = await drafts.now()
    people = await web.store.run(read)
    done = request.query_params.get("done", "")
    return web.pages.render(request, "studio_reviewers.html", people=people, tags=draft.bench.tags, done=done)


@post(PATH, opt=MANAGERS)
async def change_reviewer(request: SignedIn, web: Web, drafts: Shown) -> Redirect:
    form = await request.form()
    account_id, wanted = str(form.get("account", "")), {str(tag) for tag in form.getall("speaks", [])}
    draft = await drafts.now()

    def put(unit: WebUnit) -> None:
        account = unit.accounts.by_id(account_id)
        if account is None or not account.has_any(MAY_APPROVE):
            raise NotFoundException
        unit.reviewers.put(account_id, wanted & set(draft.bench.tags))
        unit.audit.note(0, "reviewer_changed", web.now(), actor=request.user.id, about=account_id)

    await web.store.run(put)
    return Redirect(f"{PATH}?done=saved", status_code=303)
