"""Ids of rows, made before the insert because encryption is bound to them."""

import secrets
import time


def new_id() -> str:
    """32 hex digits that rise with time (48 bits of milliseconds, 12 of their parts, then chance), as UUID version 7
    does: what one turn writes down at one moment stays in order."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    return f"{milliseconds:012x}{rest * 0x1000 // 1_000_000:03x}{secrets.token_hex(9)[:17]}"
