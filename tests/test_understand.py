"""What `vejviser understand` tells of a text is what the bot does with it."""

import json
import random
import subprocess
import sys

import pytest

from bot.engine.deep_link import find_topic
from bot.engine.offer import OPEN
from bot.engine.press import read_press
from bot.engine.screen import HUMAN
from bot.understanding.meaning import EXAMPLES, TOPICS
from tests.support.content import our_release
from tests.support.conversation import CHAT, Conversation
from tests.understanding.test_phrases import FILES

SEED, EACH = 5, 6
LOCALES = our_release().locales


def texts(locale: str) -> list[str]:
    """Of every kind of meaning some that people write, a CPR number, and words that mean nothing."""
    chance = random.Random(f"{SEED} {locale}")
    kinds = [*FILES[locale][EXAMPLES].values(), [text for topic in FILES[locale][TOPICS].values() for text in topic]]
    written = [text for kind in kinds for text in chance.sample(kind, EACH)]
    return [*written, f"{written[0]} 311299-0000", "Zzqx vvkw bbnm"]


def done_by_the_bot(text: str, locale: str) -> dict[str, object]:
    talk = Conversation(our_release())
    talk.says(f"/start menu-{locale}")
    left = talk.says(text)
    shown = [each.body for each in left if each.kind == "message"]
    presses = [
        read_press(button["data"])
        for body in shown
        for row in body.get("rows", ())
        for button in row
        if "data" in button
    ]
    card = our_release().label("emergency/card", locale)
    return {
        "topics": [press.argument for press in presses if press.way == OPEN],
        "emergency": any(body["text"].startswith(card) for body in shown),
        "pii": any(each.kind == "delete" for each in left),
        "handoff": talk.store.tables.sessions[CHAT]["node"] == HUMAN,
    }


@pytest.mark.slow
def test_bot_does_what_understand_tells() -> None:
    asked = [(locale, text) for locale in LOCALES for text in texts(locale)]
    lines = (json.dumps({"id": at, "lang": locale, "text": text}) for at, (locale, text) in enumerate(asked))
    command = [sys.executable, "-m", "bot", "understand"]
    told = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=True, timeout=300)
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(len(asked)))
    for (locale, text), answer in zip(asked, answers, strict=True):
        # Danger and the wish come before topics, and danger before the wish.
        is_urgent = answer["emergency"] or answer["handoff"]
        wanted = {
            "topics": [] if is_urgent else [find_topic(topic, our_release()) for topic in answer["topics"]],
            "emergency": answer["emergency"],
            "pii": answer["pii"],
            "handoff": answer["handoff"] and not answer["emergency"],
        }
        assert done_by_the_bot(text, locale) == wanted, text
