"""Concern about a child: what the fact base says on where to turn, beside the case, in Danish."""

from dataclasses import dataclass
from datetime import datetime

from bot.engine.effects import Text
from bot.runner.release import Release

ARTICLE = "report-concern-for-child"
SERVICE = "kk-underretning"


@dataclass(frozen=True, slots=True)
class ChildHelp:
    """Texts to read, and what of them can be sent (see `sendable`)."""

    texts: list[str]
    what: str


def child_help(release: Release, at: datetime) -> ChildHelp | None:
    """None where the content tells nothing of it."""
    source = release.locales[0]
    keys = [f"article/{ARTICLE}/title", f"article/{ARTICLE}/short"]
    has_article = set(keys) <= set(release.keys(f"article/{ARTICLE}/"))
    texts = [release.render(Text(key), source).text for key in keys] if has_article else []
    if SERVICE in release.services:
        texts.append(release.render(Text(f"service/{SERVICE}/page", {"at": at}), source).text)
    if not texts:
        return None
    return ChildHelp(texts, f"article:{ARTICLE}" if has_article else f"service:{SERVICE}")
