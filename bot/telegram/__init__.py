"""The Bot API: receive updates, translate them, send what leaves, within Telegram's limits."""
