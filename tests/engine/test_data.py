"""What is kept about a person, as that person sees it."""

import pytest

from tests.support.content import our_release
from tests.support.conversation import Conversation


@pytest.mark.parametrize("locale", our_release().locales)
def test_each_answer_stands_below_its_question_in_the_persons_language(locale: str) -> None:
    talk, release = Conversation(our_release()), our_release()
    talk.says(f"/start complaint-{locale}")
    for choice in ("written", "kk"):
        talk.presses(choice)
    talk.says("/privacy")
    (shown,) = talk.presses("mine")
    text = shown.body["text"].replace("\u2068", "").replace("\u2069", "").replace("\u200f", "")
    for node, choice in (("complaint/decision", "written"), ("complaint/who", "kk")):
        question, answer = (release.label(f"{node}/{part}", locale) for part in ("say", f"choices/{choice}"))
        asked, answered = next(part.split("\n") for part in text.split("\n\n") if part.startswith(question[:9]))
        assert asked == question.split("\n")[0]
        assert answered.endswith(answer)


def test_counted_day_is_no_answer_of_the_persons() -> None:
    talk = Conversation(our_release())
    talk.says("/start complaint-da")
    for choice in ("written", "kk"):
        talk.presses(choice)
    talk.says("12.11.2026")
    talk.presses("digital")
    talk.says("/privacy")
    (shown,) = talk.presses("mine")
    assert "Den sidste sikre dag, som vi har regnet ud: \u2068torsdag den 10. december 2026" in shown.body["text"]
    assert "Du svarede: \u2068torsdag den 10. december 2026" not in shown.body["text"]
