"""Passwords: argon2id, and one-time passwords that must be changed at the first login."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200  # characters
ONE_TIME_KEPT = timedelta(days=7)
# Without letters and digits that look alike: it is read aloud or copied from a paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
AT_ONCE = 2  # hashing takes 64 MiB each

_hasher = PasswordHasher()  # argon2-cffi's defaults: RFC 9106, second recommendation
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")


def new_one_time_password() -> str:
    """Five letters or digits, four times: 99 bits of chance."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))


def wrong_with(password: str, login: str) -> str | None:
    """Why a new password is refused ("short", "long", "login"), None when it is good (NIST SP 800-63B)."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    return "login" if login in password.lower() else None


def hash_password(password: str) -> str:
    return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe())


async def is_right(password: str, password_hash: str | None) -> bool:
    """Takes the same time where there is no such account, so that logins cannot be found out."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _verify, password[: LONGEST + 1], password_hash)


def _verify(password: str, password_hash: str | None) -> bool:
    try:
        return _hasher.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
