"""What all pages that change files share: the file as an editor saw it, and the commit."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar.response import Redirect

from bot.content.editorial import Editorial
from bot.errors import EditRefused
from bot.studio.draft import Draft, Drafts
from bot.studio.studio import author_of
from bot.web.account import Account
from bot.web.page import SignedIn
from bot.web.refused import refuse
from bot.web.web import Web


@dataclass(frozen=True, slots=True)
class Edit:
    """Files as they shall be, and the draft that the editor saw."""

    base: Draft
    changes: Mapping[str, bytes]


def file_of(draft: Draft, path: str) -> str:
    """Raises EditRefused: there is no such file."""
    file = draft.bench.root / path
    if not file.is_file():
        raise EditRefused(f"There is no file '{path}'.")
    return file.read_text("utf-8")


async def save_edit(editorial: Editorial, edit: Edit, account: Account, message: str) -> None:
    """Commit it with the editor as its author.

    Raises:
        ContentClash: somebody else has changed the same lines since.
    """
    await asyncio.to_thread(editorial.save, edit.changes, author_of(account), message, edit.base.revision)


async def refuse_edit(
    request: SignedIn,
    web: Web,
    page: str,
    draft: Draft,
    typed: Any,
    problems: Sequence[str] = (),
    clash: Sequence[tuple[str, str]] | None = None,
) -> Redirect:
    """Back to the page, which shows on this draft what was typed, and what is wrong or what a colleague has changed."""
    return await refuse(request, web, page, base=draft.revision, typed=typed, problems=problems, clash=clash)


async def draft_for(drafts: Drafts, told: Mapping[str, Any]) -> Draft:
    """The draft that a page shows: after a refused edit the one that belongs to it, else the newest."""
    return await asyncio.to_thread(drafts.get, told.get("base"))


def edit_status(clash: object | None, problems: object) -> int:
    """The HTTP status of an edit's page: 409 after a colleague's edit, 422 with problems, else 200."""
    return 409 if clash is not None else 422 if problems else 200
