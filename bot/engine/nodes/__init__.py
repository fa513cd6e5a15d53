"""The node kinds, one file each. Importing this room registers them all."""

from bot.engine.nodes import (
    article,
    ask,
    branch,
    call,
    data,
    deadline,
    end,
    forget,
    handoff,
    language,
    letter,
    menu,
    remind,
    say,
    services,
)

__all__ = [
    "article", "ask", "branch", "call", "data", "deadline", "end", "forget", "handoff", "language",
    "letter", "menu", "remind", "say", "services",
]  # fmt: skip
