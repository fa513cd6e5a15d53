"""All pages of the studio."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from litestar import Response, Router, get
from litestar.di import Provide
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from bot.content.editorial import Editorial
from bot.studio.draft import Drafts
from bot.studio.facts import change_fact, check_fact, fact, facts
from bot.studio.files import export, files, take_in
from bot.studio.flows import add_node, change_node, check_node, flow, flows, node
from bot.studio.knowledge import (
    article,
    articles,
    change_article,
    change_service,
    check_article,
    check_service,
    service,
    services,
)
from bot.studio.map import overview
from bot.studio.named_text import change_named_text, named_text
from bot.studio.numbers import numbers
from bot.studio.preview import preview, preview_link, sheet, walk_on
from bot.studio.previews import Previews
from bot.studio.publish import history, history_of, publish, publish_page, take_back
from bot.studio.reviewers import change_reviewer, reviewers
from bot.studio.studio import READERS
from bot.studio.translate import approve_many, check, languages, save, text, texts
from bot.web.page import SignedIn
from bot.web.web import Web

TEMPLATES = Path(__file__).parent / "templates"


@get("/studio", opt=READERS)
async def start() -> Redirect:
    return Redirect("/studio/map", status_code=303)


@get("/studio", opt=READERS)
async def no_studio(request: SignedIn, web: Web) -> Response[str]:
    """Where the content is a folder of files, editors change the files."""
    return web.pages.render(request, "studio_none.html")


PAGES: list[ControllerRouterHandler] = [start, publish_page, publish, history, history_of, take_back]
PAGES += [overview, languages, texts, approve_many, text, save, check, reviewers, change_reviewer]
PAGES += [flows, flow, add_node, node, change_node, check_node, named_text, change_named_text]
PAGES += [facts, fact, change_fact, check_fact, articles, article, change_article, check_article]
PAGES += [services, service, change_service, check_service, numbers]
PAGES += [files, export, take_in]
PAGES += [preview, walk_on, preview_link, sheet]


def studio_pages(editorial: Editorial | None, previews: Previews | None = None) -> Sequence[ControllerRouterHandler]:
    """All pages, on this content; None where the content comes from a folder (VEJVISER_CONTENT_DIR).

    Args:
        previews: Those that the bot asks, too; None where there is no bot beside the pages.
    """
    if editorial is None:
        return [no_studio]
    drafts = previews.drafts if previews is not None else Drafts(editorial)
    shown = previews or Previews(drafts, secrets.token_urlsafe())
    given = {
        "editorial": Provide(lambda: editorial, sync_to_thread=False),
        "drafts": Provide(lambda: drafts, sync_to_thread=False),
        "previews": Provide(lambda: shown, sync_to_thread=False),
    }
    return [Router("/", route_handlers=PAGES, dependencies=given, signature_types=[Editorial, Drafts, Previews])]
