"""What every page is given: the store, the templates, the clock."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from litestar.di import NamedDependency

from bot.runner.kept import Kept
from bot.runner.ports import Outgoing
from bot.runner.release import Release
from bot.web.hub import Hub
from bot.web.page import Pages
from bot.web.ports import WebStore


@dataclass(frozen=True, slots=True)
class OpenIdProvider:
    """An OpenID Connect provider, where one is set up.

    Args:
        issuer: Its address, as it stands in its tokens.
    """

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class WebParts:
    """One for all pages of a process.

    Args:
        now: The time, aware UTC.
        base_url: How browsers reach us, without a slash at its end.
        secret: For tokens; the same in every process.
        release: The content that is live now.
        send: Hands rows of the outbox to the courier, after their commit.
        kept: How long things about a person are kept.
        fetch_file: The content of a file by Telegram's id for it; raises BotError.
    """

    store: WebStore
    pages: Pages
    now: Callable[[], datetime]
    base_url: str
    secret: str
    release: Callable[[], Release]
    send: Callable[[Sequence[Outgoing]], None]
    fetch_file: Callable[[str], Awaitable[bytes]]
    kept: Kept = field(default_factory=Kept)
    hub: Hub = field(default_factory=Hub)
    openid: OpenIdProvider | None = None

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    def cookie_name(self, name: str) -> str:
        """With https the browser itself keeps other hosts and plain http from setting it."""
        return f"__Host-vejviser-{name}" if self.is_https else f"vejviser-{name}"


# Handlers take it as their argument `web: Web`.
Web: TypeAlias = NamedDependency[WebParts]
