"""How the Bot API says no: a code, a sentence in Telegram's words, and sometimes a time to wait.

Source of the wordings: the public Bot API server (tdlib/telegram-bot-api, Client.cpp) and its library (tdlib/td).
"""

from bot.errors import BotError


class Refusal(BotError):
    """A call is answered with `ok: false`.

    Args:
        code: HTTP status and `error_code` of the answer.
        description: Telegram's sentence, with its prefix ("Bad Request: ...").
        retry_after_s: Whole seconds to wait; goes into `parameters.retry_after`.
    """

    def __init__(self, code: int, description: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after_s = retry_after_s

    def to_json(self) -> dict[str, object]:
        answer: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after_s is not None:
            answer["parameters"] = {"retry_after": self.retry_after_s}
        return answer


def bad_request(what: str) -> Refusal:
    """Telegram writes the first letter small, except in upper-case codes (BUTTON_DATA_INVALID)."""
    is_code = len(what) > 1 and (what[1] == "_" or what[1].isupper())
    return Refusal(400, "Bad Request: " + (what if is_code else what[:1].lower() + what[1:]))


def forbidden(what: str) -> Refusal:
    return Refusal(403, f"Forbidden: {what}")


def conflict(what: str) -> Refusal:
    return Refusal(409, f"Conflict: {what}")


def unauthorized() -> Refusal:
    return Refusal(401, "Unauthorized")


def not_found() -> Refusal:
    return Refusal(404, "Not Found")


def too_large() -> Refusal:
    return Refusal(413, "Request Entity Too Large")


def too_many_requests(retry_after_s: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {retry_after_s}", retry_after_s=retry_after_s)
