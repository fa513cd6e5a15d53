"""One handler a kind of effect, one file a subject. Importing this room registers them all."""

from bot.runner.handlers import chat, message, question, reminder, ticket

__all__ = ["chat", "message", "question", "reminder", "ticket"]
