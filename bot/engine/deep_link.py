"""Deep links: `t.me/<bot>?start=<topic>[-<locale>]` opens a topic, in a language where it names one.

A topic is the id of an article or the name of a flow; both are stable.
"""

import re

from bot.engine.flow import Assets
from bot.engine.nodes.article import Article
from bot.engine.screen import LANGUAGE
from bot.errors import BotError

_ALLOWED = re.compile(r"[A-Za-z0-9_-]{1,64}")  # Telegram's rule for what follows `?start=`
_USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")


class LinkRefused(BotError):
    """Telegram would not open such a link, or the bot has nothing to show for it."""


def read_start(argument: str, assets: Assets) -> tuple[str | None, str | None]:
    """The node and the locale that a start parameter names; None for each that it does not name."""
    topic, _, tag = argument.rpartition("-")
    if tag in assets.locales:
        return find_topic(topic, assets), tag
    return find_topic(argument, assets), None


def find_topic(topic: str, assets: Assets) -> str | None:
    """The first node that shows the article, or where the flow of that name starts; None for the unknown."""
    shows = (node.id for node in assets.nodes.values() if isinstance(node, Article) and node.article == topic)
    starts = (id for id in assets.nodes if id.startswith(f"{topic}/") and id != LANGUAGE)
    return next(shows, None) or next(starts, None)


def write_link(bot: str, topic: str, locale: str | None, assets: Assets) -> str:
    """The address that opens a topic.

    Args:
        bot: The bot's username, with or without "@".
        locale: The language to open it in; None lets the person choose.
    Raises:
        LinkRefused: no such topic, or not a username.
    """
    username = bot.removeprefix("@")
    argument = topic if locale is None else f"{topic}-{locale}"
    if not _USERNAME.fullmatch(username):
        raise LinkRefused(f"'{bot}' is not the username of a bot: 5 to 32 letters, digits and _.")
    if find_topic(topic, assets) is None or not _ALLOWED.fullmatch(argument):
        raise LinkRefused(f"There is no topic '{topic}'. A topic is the id of an article or the name of a flow.")
    return f"https://t.me/{username}?start={argument}"
