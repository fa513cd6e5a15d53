"""One person's place and answers in a flow."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Self

from bot.dates.deadline import copenhagen_day

DANGER_LASTS = timedelta(hours=24)  # so long a person who told of danger comes first when they ask for an adviser
TRAIL_LENGTH = 30  # how many steps back a person can go


@dataclass(frozen=True, slots=True)
class Session:
    """A frozen value; every change is a new session. Survives restarts as JSON (`to_json`, `from_json`).

    Args:
        locale: The language the person chose, None until then.
        hint: The language that the app or a first text suggests: shown first in the picker, never imposed.
        node: Where the person is ("complaint/date"), None before the first node.
        trail: Nodes to go back to, newest last.
        returns: Nodes to come back to from called flows, newest last.
        answers: Answers by name ("letter_date": "2026-11-12"); dates in ISO form.
        articles: Ids of the articles that were read, oldest first.
        ticket: Id of the open ticket, None when no adviser is asked for.
        is_claimed: An adviser has the ticket: what is typed goes to them, and the bot is silent.
        is_paused: Nothing that the person has not asked for leaves, until an adviser lets it go on: they stopped it, or
            the person hid the chat while a ticket was open. Answers to the person still leave.
        is_quiet: What is sent makes no sound on the phone.
        is_asked: An adviser has opened a flow for the person: what is typed is an answer to the bot, too.
        safe_word: What the person types when somebody else is reading: the chat is hidden, and nothing more is sent.
        ticket_told: Whether the receipt for texts that join the transcript was given.
        danger_at: When the person last told of danger.
        album: Telegram's id of the last album that was answered: its other pictures need no answer of their own.
        question: A typed question that nothing was found for, masked, until the next turn: the person is being asked
            whether we may keep it.
        pressed: Data of the last pressed button, to know a double tap.
        touched_at: When the person was last heard, aware UTC.
        asks_resume: Whether "go on or start over" has been asked and not answered.
    """

    chat_id: int
    locale: str | None = None
    hint: str | None = None
    node: str | None = None
    trail: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    articles: tuple[str, ...] = ()
    ticket: str | None = None
    is_claimed: bool = False
    is_paused: bool = False
    is_quiet: bool = False
    is_asked: bool = False
    safe_word: str | None = None
    ticket_told: bool = False
    danger_at: datetime | None = None
    album: str | None = None
    pressed: str | None = None
    question: str = ""
    touched_at: datetime | None = None
    asks_resume: bool = False

    def at(self, node: str) -> Self:
        """Move to a node; the one before joins the trail."""
        if self.node == node:
            return self
        if self.node is None:
            return replace(self, node=node)
        return replace(self, node=node, trail=(*self.trail, self.node)[-TRAIL_LENGTH:])

    def answered(self, name: str, value: str) -> Self:
        return replace(self, answers={**self.answers, name: value})

    def has_read(self, article: str) -> Self:
        return self if article in self.articles else replace(self, articles=(*self.articles, article))

    def started_over(self) -> Self:
        """Forget the place and the answers; language and ticket stay."""
        return replace(self, node=None, trail=(), returns=(), answers={}, asks_resume=False)

    def is_idle(self, at: datetime, idle: timedelta) -> bool:
        return self.touched_at is not None and at - self.touched_at >= idle

    def is_in_danger(self) -> bool:
        """Whether the person has told of danger lately: who then asks for an adviser comes first."""
        return self.danger_at is not None and self.now() - self.danger_at < DANGER_LASTS

    def now(self) -> datetime:
        """When the person was last heard: in a turn, now."""
        assert self.touched_at is not None, "a turn starts by touching the session"
        return self.touched_at

    def today(self) -> date:
        """The same as a day in Copenhagen."""
        return copenhagen_day(self.now())

    def to_json(self) -> dict[str, Any]:
        """Everything but the chat id, which is the row's key; values that are empty are left out."""
        fields: dict[str, Any] = {}
        for name in _STORED:
            value = getattr(self, name)
            if value:
                fields[name] = value.isoformat() if name in _TIMES else value
        return fields

    @classmethod
    def from_json(cls, chat_id: int, fields: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote, also by another version: names that are unknown here are dropped."""
        known = {name: fields[name] for name in _STORED if name in fields}
        for name in _TUPLES:
            if name in known:
                known[name] = tuple(known[name])
        for name in _TIMES:
            if name in known:
                known[name] = datetime.fromisoformat(known[name])
        return cls(chat_id=chat_id, **known)


_STORED = tuple(name for name in Session.__dataclass_fields__ if name != "chat_id")
_TIMES = ("touched_at", "danger_at")
_TUPLES = ("trail", "returns", "articles")
