"""What all pages that change files share: the file as an editor saw it, and the commit."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.content.editorial import Editorial
from bot.errors import EditRefused
from bot.studio.draft import Draft
from bot.studio.studio import author_of
from bot.web.account import Account


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


def edit_status(clash: object | None, problems: object) -> int:
    """The HTTP status of an edit's page: 409 after a colleague's edit, 422 with problems, else 200."""
    return 409 if clash is not None else 422 if problems else 200
