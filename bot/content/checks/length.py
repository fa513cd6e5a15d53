"""What Telegram would refuse or cut: measured on the finished screens of every language."""

from collections.abc import Iterator

from bot.content.problem import Problem
from bot.content.release import Release
from bot.content.source import Sources
from bot.content.walk import Screen, Walk
from bot.engine.advance import COMMANDS
from bot.engine.effects import Button, Param, SendEmergencyCard, SendMessage, Text
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
    estimate = _Estimate(release)
    for locales, alike in Walk(release).groups:
        for shown in (shown for shown in alike if not estimate.surely_fits(shown.effect)):
            where = sources.where.get(shown.node, f"flows/{shown.node}.yaml:1")
            for locale in locales:
                for what in _excesses(shown.screen(locale, release)):
                    yield Problem(where, "too-long", f"'{shown.node}' in '{locale}' {what}.")
    for locale in release.locales:
        for key, limit in PROFILE.items():
            length = len(release.render(Text(key), locale).text)
            if length > limit:
                what = f"'{key}' in '{locale}' has {length} characters, Telegram takes {limit}."
                yield Problem(sources.texts[key].where, "too-long", what)


class _Estimate:
    """Tells in a fraction of the time which messages fit in every language, so that nobody need measure them."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._known: dict[str, int] = {}

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
            (not isinstance(button.label, str) or bool(button.label.strip()))
            and self._most(button.label) <= LABEL_CHARACTERS
            and (not button.copy or self._most(button.copy) <= COPY_CHARACTERS)
            and len(button.data.encode()) <= DATA_BYTES
        )

    def _most(self, value: Param) -> int:
        """UTF-16 units that a value has at most."""
        if isinstance(value, str):
            return utf16_length(value)
        if not isinstance(value, Text):
            return LONGEST_VALUE
        most = self._known.get(value.key)
        if most is None:
            most = self._known[value.key] = max(self._measure(value, locale) for locale in self._release.locales)
        if not value.params:
            return most
        return most + sum(self._most(inner) for inner in value.params.values() if isinstance(inner, Text))

    def _measure(self, text: Text, locale: str) -> int:
        messages = self._release.messages
        message = messages[locale].get(text.key) or messages[self._release.locales[0]].get(text.key)
        if message is None:  # put together of others; a service's page says another sentence when it is closed
            return utf16_length(self._release.render(text, locale).text) + LONGEST_VALUE * len(text.params)
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
