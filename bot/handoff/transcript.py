"""What both sides said under a ticket, in order, as it was shown. Only added to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Side = Literal["person", "adviser", "bot"]
Delivery = Literal["waiting", "sent", "failed", "doubtful"]

# From the outbox's states to what an adviser reads.
DELIVERIES: dict[str, Delivery] = {
    "pending": "waiting",
    "held": "waiting",
    "sending": "waiting",
    "sent": "sent",
    "dead": "failed",
    "doubtful": "doubtful",
}


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One entry.

    Args:
        kind: "text", "photo", "document", "edited" (a newer text of the same message), "picked" (a button of the bot),
            "asked" and "callback_asked" (questions with buttons), "answered" and "callback" (what was pressed, in
            Danish), "claimed", "returned", …
        message_id: Telegram's, of what the person sent.
        file_id: Telegram's name for an attachment.
        locale: The language it was written in, as far as we know.
        author: Account of the adviser.
        key: Made by the adviser's page, so that a form that is sent twice says one thing.
        seq: Number of the outbox's row that carries it to the person.
        delivery, reason: What became of that row; None for what was not sent by us.
        edited_at: The person changed it; the new text is an entry of kind "edited", a new file one of its own kind.
        deleted_at: It was taken off the person's screen.
        danish: What a text says in Danish, where the person was sent, or pressed, its translation.
    """

    at: datetime
    side: Side
    kind: str
    text: str
    message_id: int | None = None
    file_id: str | None = None
    locale: str | None = None
    author: str | None = None
    key: str | None = None
    seq: int | None = None
    file_name: str | None = None
    mime_type: str | None = None
    delivery: Delivery | None = None
    reason: str | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    danish: str | None = None
