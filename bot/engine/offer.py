"""What a typed text may have meant: articles as buttons; a human, and a question about the question, where none fits.

An offer holds the person's question, masked, in the session until the next turn, so that a yes can keep it.
"""

import re
from dataclasses import replace

from bot.engine.effects import Button, CountQuestion, KeepQuestion, Rows, SendMessage, Text
from bot.engine.flow import Assets, Turn
from bot.engine.press import way_data
from bot.engine.screen import HUMAN, ways
from bot.engine.session import Session

OPEN, NONE, KEEP = "open", "none", "keep"  # ways that only these buttons have
MASK = "●"
MIN_WORDS = 3  # less is no question that anybody could learn from
_DIGIT = re.compile(r"\d")


def offer_topics(session: Session, text: str, assets: Assets) -> Turn | None:
    """Up to three articles, best first; None where the text is like nothing that we have."""
    found = assets.topics(text, session.locale)
    if not found:
        return None
    rows: Rows = tuple((Button(Text(f"article/{article}/title"), way_data(OPEN, node)),) for article, node in found)
    rows += ((Button(Text("common/none_of_these"), way_data(NONE)),),)
    shown = SendMessage((Text("common/offers"),), rows + ways(HUMAN, keeps=True))
    return Turn(_holding(session, text), (shown,))


def ask_to_keep(session: Session, text: str) -> Turn:
    """Nothing was found: that is counted, and of a whole question the person is asked whether we may learn from it."""
    counted = CountQuestion(session.locale)
    if len(text.split()) < MIN_WORDS:
        return Turn(session, (counted,))
    return Turn(_holding(session, text), (counted, SendMessage((Text("common/may_keep"),), _yes_or_no())))


def none_meant(session: Session, question: str) -> Turn:
    """No article was meant: a human, first of all."""
    human = (Button(Text("common/yes_adviser"), way_data("human")),)
    texts: tuple[Text, ...] = (Text("common/none_meant"),)
    rows: Rows = (human,)
    if len(question.split()) >= MIN_WORDS:
        texts, rows = (*texts, Text("common/may_keep")), (human, *_yes_or_no())
    shown = SendMessage(texts, rows + ways(HUMAN))
    return Turn(replace(session, question=question), (CountQuestion(session.locale), shown))


def answer_keep(session: Session, question: str, *, may_keep: bool) -> Turn:
    """Kept with a yes only; a question that is gone since (something else came between) is not kept."""
    told = SendMessage((Text("common/question_kept" if may_keep and question else "common/question_not_kept"),))
    if not (may_keep and question):
        return Turn(session, (told,))
    return Turn(session, (KeepQuestion(question, session.locale), told))


def _yes_or_no() -> Rows:
    return ((Button(Text("common/yes"), way_data(KEEP, "yes")), Button(Text("common/no"), way_data(KEEP, "no"))),)


def _holding(session: Session, text: str) -> Session:
    return replace(session, question=_DIGIT.sub(MASK, text))
