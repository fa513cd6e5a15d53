"""Ids of rows, made before the insert because encryption is bound to them."""

import secrets
import time


def new_id() -> str:
    """32 hex digits that rise with time (48 bits of milliseconds, then chance), as UUID version 7 does."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"
