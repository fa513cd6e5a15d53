"""What Telegram shows about the bot: its commands and descriptions, in every language."""

from typing import Any

import structlog

from bot.engine.advance import COMMANDS
from bot.engine.effects import Text
from bot.errors import BotError, SendRefused
from bot.runner.message import plain
from bot.runner.release import Release
from bot.telegram.api import BotApi

log = structlog.get_logger()

_METHODS = {
    "commands": ("getMyCommands", "setMyCommands"),
    "description": ("getMyDescription", "setMyDescription"),
    "short_description": ("getMyShortDescription", "setMyShortDescription"),
}


async def publish_profile(api: BotApi, release: Release) -> None:
    """Bring commands and descriptions up to date; only what differs is written, for Telegram limits these calls."""
    for locale in release.locales:
        # Danish goes out without a code: it is shown wherever the phone's language has nothing of its own.
        code = "" if locale == release.locales[0] else locale
        try:
            await _publish(api, release, locale, code)
        except SendRefused:
            log.warning("Telegram does not take this language", locale=locale)
        except BotError as error:
            log.warning("profile not published", locale=locale, error=type(error).__name__)


async def _publish(api: BotApi, release: Release, locale: str, code: str) -> None:
    def said(key: str) -> str:
        return plain(Text(key), locale, release)

    language = {"language_code": code} if code else {}
    commands = [{"command": name, "description": said(f"common/command_{name}")} for name in COMMANDS]
    wanted: dict[str, Any] = {"commands": commands, "description": said("common/description")}
    wanted["short_description"] = said("common/short_description")
    for name, (get, put) in _METHODS.items():
        current = await api.call(get, language)
        if (current if name == "commands" else current[name]) != wanted[name]:
            await api.call(put, {name: wanted[name], **language})
