"""A poster to print: a topic in one or more languages, and the QR code that opens it in Telegram."""

import unicodedata
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import segno

from bot.content.release import Release
from bot.content.typeset import typeset
from bot.engine.deep_link import LinkRefused, find_topic, write_link
from bot.engine.nodes.article import Article
from bot.engine.nodes.menu import Menu
from bot.engine.screen import HOME
from bot.i18n.language import is_right_to_left

PAGE = Path(__file__).with_name("poster.typ")
SENTENCE, DRAFT = "common/short_description", "common/draft"


def poster(release: Release, bot: str, topic: str, locales: Sequence[str] = ()) -> bytes:
    """One page of A4 as PDF. See `poster_values`."""
    return typeset(PAGE, poster_values(release, bot, topic, locales))


def poster_values(release: Release, bot: str, topic: str, locales: Sequence[str] = ()) -> dict[str, Any]:
    """What stands on the page.

    Args:
        bot: The bot's username.
        topic: Id of an article, or the name of a flow that a button leads to.
        locales: Languages of the poster, none for all. With a single one the link opens the topic in it; with
            several the person chooses first.
    Raises:
        LinkRefused: no such topic, language or username.
    """
    for tag in locales:
        if tag not in release.locales:
            raise LinkRefused(f"There is no language '{tag}'. There are {', '.join(release.locales)}.")
    tags = tuple(dict.fromkeys(locales or release.locales))
    link = write_link(bot, topic, tags[0] if len(tags) == 1 else None, release)
    title = _title(release, topic)
    return {"link": link, "qr": qr_code(link), "texts": [_texts(release, title, tag) for tag in tags]}


def qr_code(link: str) -> str:
    """SVG without a margin: the page has more than the four modules of white that a reader needs."""
    out = BytesIO()
    # A poster gets dirty and torn: a quarter of the code may be missing.
    segno.make(link, error="q").save(out, kind="svg", border=0)
    return out.getvalue().decode()


def _title(release: Release, topic: str) -> str:
    """Key of what a topic is called: an article by its title, a flow as the button that is nearest to the main menu."""
    place = find_topic(topic, release)
    if place == HOME:
        return f"{HOME}/say"
    if place is not None and isinstance(node := release.nodes[place], Article) and node.article == topic:
        return f"article/{topic}/title"
    flow = HOME.partition("/")[0]
    seen = [id for id in release.nodes if id.partition("/")[0] == flow]  # the main menu and its further pages
    for id in seen:  # grows while it is walked: nearest first
        menu = release.nodes[id]
        for choice in menu.choices if isinstance(menu, Menu) else ():
            if choice.goto == place:
                return choice.label
            if choice.goto not in seen:
                seen.append(choice.goto)
    raise LinkRefused(f"No menu leads to '{topic}', so there is no title for a poster.")


def _texts(release: Release, title: str, tag: str) -> dict[str, Any]:
    is_draft = any((tag, key) not in release.approved for key in (title, SENTENCE))
    return {
        "lang": tag,
        "is_rtl": is_right_to_left(tag),
        "title": _printable(release.label(title, tag).splitlines()[0]),
        "sentence": _printable(release.label(SENTENCE, tag)),
        "draft": _printable(release.label(DRAFT, tag)) if is_draft else None,
    }


def _printable(text: str) -> str:
    """Without the pictures before buttons, which no font of ours has."""
    return "".join(sign for sign in text if unicodedata.category(sign) != "So" and sign != "\ufe0f").strip()
