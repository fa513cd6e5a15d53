"""What Telegram would refuse or cut: measured on the finished screens of every language."""

from collections.abc import Iterator
from math import inf

from bot.content.problem import Problem
from bot.content.release import Release
from bot.content.source import Sources
from bot.content.walk import Screen, Walk
from bot.engine.advance import COMMANDS
from bot.engine.effects import Button, SendEmergencyCard, SendMessage, Text
from bot.i18n.render import utf16_length
from bot.i18n.template import placeholders

# core.telegram.org/bots/api: sendMessage, InlineKeyboardButton, CopyTextButton, setMyCommands, setMyDescription.
TEXT_UNITS = 4096
DATA_BYTES = 64
COPY_CHARACTERS = 256
BUTTONS = 100
PROFILE = {"common/description": 512, "common/short_description": 120} | {
    f"common/command_{command}": 256 for command in COMMANDS
}
LONGEST_VALUE = 400  # UTF-16 units of a value in a text, with room to spare
LABEL_CHARACTERS = 60  # longer ones are cut on a small phone


def max_length(key: str) -> int:
    """How many characters a text may have, as far as one text alone tells: screens are put together of several."""
    is_label = "/choices/" in key or key.endswith(("/heading", "/name")) or key.startswith("common/keyboard_")
    return PROFILE.get(key, LABEL_CHARACTERS if is_label else TEXT_UNITS)


def find_too_long(release: Release, sources: Sources) -> Iterator[Problem]:
    """Screens beyond Telegram's limits, with the longest values, in any language."""
    walk, estimate = Walk(release), _Estimate(release)
    doubtful = [shown for shown in walk.alike if not estimate.surely_fits(shown.effect)]
    for locale in release.locales:
        for shown in (*doubtful, *(shown for shown in walk.unlike(locale) if not estimate.surely_fits(shown.effect))):
            where = sources.where.get(shown.node, f"flows/{shown.node}.yaml:1")
            for what in _excesses(shown.screen(locale, release)):
                yield Problem(where, "too-long", f"'{shown.node}' in '{locale}' {what}.")
        for key, limit in PROFILE.items():
            length = len(release.render(Text(key), locale).text)
            if length > limit:
                what = f"'{key}' in '{locale}' has {length} characters, Telegram takes {limit}."
                yield Problem(sources.texts[key].where, "too-long", what)


class _Estimate:
    """Tells in a fraction of the time which messages fit in every language, so that nobody need measure them."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._known: dict[str, float] = {}

    def surely_fits(self, effect: SendMessage | SendEmergencyCard) -> bool:
        if not isinstance(effect, SendMessage) or effect.locale is not None:
            return False
        parts = (*effect.parts, Text("common/draft"))
        buttons = [button for row in effect.rows for button in row]
        return (
            sum(self._most(part) + len("\n\n") for part in parts) <= TEXT_UNITS
            and len(buttons) < BUTTONS  # one more leads to the Danish
            and all(self._button_fits(button) for button in buttons)
        )

    def _button_fits(self, button: Button) -> bool:
        return (
            isinstance(button.label, Text)
            and not button.copy
            and self._most(button.label) <= LABEL_CHARACTERS
            and len(button.data.encode()) <= DATA_BYTES
        )

    def _most(self, text: Text) -> float:
        """UTF-16 units that a text has at most; without bound where it is put together of others."""
        most = self._known.get(text.key)
        if most is None:
            most = self._known[text.key] = max(self._measure(text.key, locale) for locale in self._release.locales)
        return most + sum(self._most(value) for value in text.params.values() if isinstance(value, Text))

    def _measure(self, key: str, locale: str) -> float:
        messages = self._release.messages
        message = messages[locale].get(key) or messages[self._release.locales[0]].get(key)
        if message is None:
            return inf if key.endswith("/page") else utf16_length(self._release.render(Text(key), locale).text)
        forms = (message,) if isinstance(message, str) else message
        return max(utf16_length(form) + LONGEST_VALUE * len(placeholders(form)) for form in forms)


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
        if not button["text"].strip():
            yield "has a button without a text, and Telegram refuses the whole message"
        if len(button["text"]) > LABEL_CHARACTERS:
            yield f"has a button of {len(button['text'])} characters, which phones cut"
