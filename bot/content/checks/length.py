"""What Telegram would refuse or cut: measured on the finished screens of every language."""

from collections.abc import Iterator

from bot.content.problem import Problem
from bot.content.release import Release
from bot.content.source import Sources
from bot.content.walk import Screen, walk
from bot.engine.advance import COMMANDS
from bot.engine.effects import Text
from bot.i18n.render import utf16_length

# core.telegram.org/bots/api: sendMessage, InlineKeyboardButton, CopyTextButton, setMyCommands, setMyDescription.
TEXT_UNITS = 4096
DATA_BYTES = 64
COPY_CHARACTERS = 256
BUTTONS = 100
PROFILE = {"common/description": 512, "common/short_description": 120} | {
    f"common/command_{command}": 256 for command in COMMANDS
}
LABEL_CHARACTERS = 60  # longer ones are cut on a small phone


def max_length(key: str) -> int:
    """How many characters a text may have, as far as one text alone tells: screens are put together of several."""
    is_label = "/choices/" in key or key.endswith("/heading") or key.startswith("common/keyboard_")
    return PROFILE.get(key, LABEL_CHARACTERS if is_label else TEXT_UNITS)


def find_too_long(release: Release, sources: Sources) -> Iterator[Problem]:
    """Screens beyond Telegram's limits, with the longest values, in any language."""
    for locale in release.locales:
        for screen in walk(release, locale):
            where = sources.where.get(screen.node, f"flows/{screen.node}.yaml:1")
            for what in _excesses(screen):
                yield Problem(where, "too-long", f"'{screen.node}' in '{locale}' {what}.")
        for key, limit in PROFILE.items():
            length = len(release.render(Text(key), locale).text)
            if length > limit:
                what = f"'{key}' in '{locale}' has {length} characters, Telegram takes {limit}."
                yield Problem(sources.texts[key].where, "too-long", what)


def _excesses(screen: Screen) -> Iterator[str]:
    units = utf16_length(screen.body["text"])
    if units > TEXT_UNITS:
        yield f"has {units} UTF-16 units, Telegram takes {TEXT_UNITS}"
    buttons = [button for row in screen.body.get("rows", []) for button in row]
    if len(buttons) > BUTTONS:
        yield f"has {len(buttons)} buttons, Telegram takes {BUTTONS}"
    for button in buttons:
        if len(button.get("data", "").encode()) > DATA_BYTES:
            yield f"has a button with more than {DATA_BYTES} bytes of data"
        if len(button.get("copy", "")) > COPY_CHARACTERS:
            yield f"has a text to copy of more than {COPY_CHARACTERS} characters"
        if len(button["text"]) > LABEL_CHARACTERS:
            yield f"has a button of {len(button['text'])} characters, which phones cut"
