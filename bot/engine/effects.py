"""What the engine wants done. Nothing here does it: each effect has one handler in `runner/handlers/`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Text:
    """A text by its key, with values for its placeholders; rendered later in the person's locale.

    Params may be another Text (rendered inside), a date (written with weekday), an aware time
    (the hour in Copenhagen), a whole number (plurals), or a
    str that is shown as it is (what the person typed, a Danish name). `locale` overrides the message's.
    """

    key: str
    params: Mapping[str, "Param"] = field(default_factory=dict)
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """A month, shown as its name and year ("november 2026")."""

    first: date


@dataclass(frozen=True, slots=True)
class Weekday:
    """A weekday over a column of a calendar, 0 for Monday, shown as its letter ("M")."""

    number: int


Param = Text | datetime | date | int | str | Month | Weekday


@dataclass(frozen=True, slots=True)
class Button:
    """One button under a message: `data` comes back when it is pressed, `copy` goes to the clipboard."""

    label: Param
    data: str = ""
    url: Text | str = ""
    copy: Text | str = ""


Rows = tuple[tuple[Button, ...], ...]


class Effect:
    """Base of all effects, so that the registry of handlers can be proved complete."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SendMessage(Effect):
    """One message: parts joined by a blank line, with buttons below.

    Args:
        replaces: Our message to rewrite instead of sending a new one, or None. When that message is gone, a new
            one is sent.
        locale: Overrides the session's locale (the Danish original).
        shows: The node (or "node>choice" for one of its pages) that is shown, for the draft label and the button
            to the Danish original.
        tells_waiting: Of a person with an open ticket: the place in the queue, or who has it, is said after the first
            part; with "once" only where it was not said before.
        keyboard: "show" sends the reply keyboard along (no inline buttons then), "remove" takes it away.
    """

    parts: tuple[Text, ...]
    rows: Rows = ()
    replaces: int | None = None
    locale: str | None = None
    shows: str | None = None
    tells_waiting: Literal["", "once", "again"] = ""
    keyboard: Literal["show", "remove"] | None = None


@dataclass(frozen=True, slots=True)
class SendEmergencyCard(Effect):
    """The card with 112 first. Made ready when the content was loaded: needs no look-up that can fail."""


@dataclass(frozen=True, slots=True)
class Remind(Effect):
    """A message at a later time. A reminder with the same name replaces the earlier one."""

    name: str
    at: datetime
    parts: tuple[Text, ...]
    rows: Rows = ()


@dataclass(frozen=True, slots=True)
class CountQuestion(Effect):
    """A question that nothing was found for, counted by language and hour; None: no language yet."""

    locale: str | None


@dataclass(frozen=True, slots=True)
class KeepQuestion(Effect):
    """The person lets us keep the question, without their name and for a limited time. All digits are masked."""

    text: str
    locale: str | None


@dataclass(frozen=True, slots=True)
class CancelReminders(Effect):
    """Nothing that waits for a later time goes out any more."""


@dataclass(frozen=True, slots=True)
class OpenTicket(Effect):
    """Ask for an adviser. Does nothing while this person has a ticket open.

    Args:
        urgency: "danger", "child", "violence", "deadline" or "normal", most urgent first.
    """

    topic: str
    urgency: str = "normal"


@dataclass(frozen=True, slots=True)
class ChangeTicketLanguage(Effect):
    """The person speaks another language from now on: routing, and what is sent under the open ticket, follow."""

    locale: str


@dataclass(frozen=True, slots=True)
class CancelTicket(Effect):
    """The person does not want to wait any more: the open ticket is closed by them."""


@dataclass(frozen=True, slots=True)
class RateTicket(Effect):
    """What the person says of the help under their last ticket: "good", "fair" or "bad"."""

    rating: str


@dataclass(frozen=True, slots=True)
class AnswerAdviser(Effect):
    """A button under an adviser's question was pressed.

    Args:
        asked: Key of the question's line in the transcript.
        answer: Key of the text on the button.
    """

    asked: str
    answer: str


@dataclass(frozen=True, slots=True)
class ChooseCallback(Effect):
    """When the person wants to be called, of the times that an adviser proposed; None: none of them."""

    at: datetime | None


@dataclass(frozen=True, slots=True)
class ReopenTicket(Effect):
    """The person wants to talk on under their last ticket; opens nothing where that is gone.

    Args:
        urgency: At least so urgent it is from now on.
    """

    urgency: str = "normal"


@dataclass(frozen=True, slots=True)
class SendTranscript(Effect):
    """What both sides wrote under the last ticket, for the person."""


@dataclass(frozen=True, slots=True)
class MarkReachable(Effect):
    """The person has blocked the bot, or lets it write again: who has their ticket must know."""

    is_reachable: bool


@dataclass(frozen=True, slots=True)
class AddToTranscript(Effect):
    """What the person sent joins the transcript of the open ticket (CPR numbers masked).

    Args:
        is_deleted: The bot takes the message out of the chat.
        is_edit: A file stands now where another, or other words, stood before; an edited text is of kind "edited".
    """

    text: str
    message_id: int
    kind: Literal["text", "photo", "document", "edited", "safe", "unsafe", "safe_word"] = "text"
    file_id: str | None = None
    file_name: str | None = None
    mime_type: str | None = None
    is_deleted: bool = False
    is_edit: bool = False


@dataclass(frozen=True, slots=True)
class DeleteMessage(Effect):
    """Take one message out of the chat (a CPR number that was typed)."""

    message_id: int


@dataclass(frozen=True, slots=True)
class HideChat(Effect):
    """Delete what both sides wrote in the last 48 hours, stop every timer, take the keyboard away."""


@dataclass(frozen=True, slots=True)
class ForgetPerson(Effect):
    """Delete everything that we keep about this person."""


@dataclass(frozen=True, slots=True)
class LeaveChat(Effect):
    """Leave a group or channel."""
