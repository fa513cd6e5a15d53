"""Addresses as Telegram accepts them in buttons and text links."""

from urllib.parse import urlsplit

ACCEPTED = frozenset({"http", "https", "tg", "ton", "tonsite"})


def checked_url(link: str) -> str:
    """The address as Telegram keeps it: without a scheme it becomes http.

    Raises:
        ValueError: Telegram's reason ("Wrong HTTP URL", "Unsupported URL protocol", "URL host is empty").
    Source: behaviour of tdlib/td, LinkManager.cpp and HttpUrl.cpp.
    """
    link = link.strip()
    if not link:
        raise ValueError("URL host is empty")
    url = link if "://" in link or link.startswith("tg:") else f"http://{link}"
    parts = urlsplit(url)
    if parts.scheme not in ACCEPTED:
        raise ValueError("Unsupported URL protocol")
    if parts.scheme in {"tg", "ton", "tonsite"}:
        return url
    if not parts.hostname:
        raise ValueError("URL host is empty")
    if "." not in parts.hostname and ":" not in parts.hostname:
        # So tel:112 and http://localhost are no links.
        raise ValueError("Wrong HTTP URL")
    return url
