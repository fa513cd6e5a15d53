"""What every page of the studio is given, and who may do what there."""

from typing import TypeAlias

from litestar.di import NamedDependency

from bot.content.editorial import Editorial
from bot.content.repository import Author
from bot.studio.draft import Drafts
from bot.web.access import only
from bot.web.account import Account, Role

# Handlers take it as their argument `editorial: Studio`.
Studio: TypeAlias = NamedDependency[Editorial]

# Handlers take it as their argument `drafts: Shown`.
Shown: TypeAlias = NamedDependency[Drafts]

# Advisers' leads see everything and may take back: they hear first that an answer is wrong.
READERS = only(Role.EDITOR, Role.PUBLISHER, Role.LEAD)
EDITORS = only(Role.EDITOR, Role.PUBLISHER)
PUBLISHERS = only(Role.PUBLISHER)
MANAGERS = only(Role.LEAD, Role.ADMIN)
TAKERS_BACK = only(Role.PUBLISHER, Role.LEAD)


def author_of(account: Account) -> Author:
    """How an account signs commits; by the login it is known again when it chose another name."""
    return Author(account.name, f"{account.login}@vejviser.invalid")
