"""How long things about a person are kept: what is purged by, and what the privacy text says."""

from dataclasses import dataclass
from datetime import timedelta

from bot.dates.deadline import Period

SENT_KEPT = timedelta(hours=48)  # Telegram lets bots delete messages for so long


@dataclass(frozen=True, slots=True)
class Kept:
    """Settings of the operator, in days.

    Args:
        sessions: Language, place and answers, after the person was last heard.
        tickets: The conversation with an adviser, after it was closed.
        questions: A question that nothing was found for, kept with the person's yes and without their name.
    """

    sessions: int = 30
    tickets: int = 30
    questions: int = 30

    def periods(self) -> dict[str, Period]:
        """By the names under which a text can say them ("{kept.tickets}")."""
        return {
            "kept.sessions": Period(self.sessions, "days"),
            "kept.tickets": Period(self.tickets, "days"),
            "kept.questions": Period(self.questions, "days"),
            "kept.sent": Period(int(SENT_KEPT.total_seconds()) // 3600, "hours"),
        }
