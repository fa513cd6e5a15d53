"""Making accounts and one-time passwords: for the people page, the command line and the demo."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.errors import BotError
from bot.web.account import Account, Role
from bot.web.password import ONE_TIME_KEPT, hash_password, new_one_time_password
from bot.web.ports import WebUnit

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
LONGEST_NAME = 60


class AccountRefused(BotError):
    """The account cannot be like this; `code` says why: "login", "name", "roles", "unknown" or "last_admin"."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


def check_account(account: Account) -> None:
    """Raises AccountRefused."""
    if LOGIN.fullmatch(account.login) is None:
        raise AccountRefused("login", "A login has 2 to 64 signs of a-z 0-9 . _ @ -")
    if not 0 < len(account.name.strip()) <= LONGEST_NAME:
        raise AccountRefused("name", f"A shown name has 1 to {LONGEST_NAME} signs.")
    if not account.roles:
        raise AccountRefused("roles", "An account needs at least one role.")


class OneTime:
    """A one-time password and its hash; hashing takes a while, so it is made outside the transaction."""

    def __init__(self) -> None:
        self.password = new_one_time_password()
        self.hash = hash_password(self.password)


def add_account(
    unit: WebUnit, login: str, name: str, roles: Collection[Role], language: str, now: datetime, one_time: OneTime
) -> Account:
    """Raises AccountRefused or LoginTaken."""
    account = Account(
        id=unit.new_id(),
        login=login.strip().lower(),
        name=name.strip(),
        roles=frozenset(roles),
        language=language,
        created_at=now,
        password_hash=one_time.hash,
        one_time_until=now + ONE_TIME_KEPT,
    )
    check_account(account)
    unit.accounts.add(account)
    return account


def renew_password(unit: WebUnit, account: Account, one_time: OneTime, now: datetime) -> None:
    """Give a one-time password and log out every browser of the account."""
    unit.accounts.put(replace(account, password_hash=one_time.hash, one_time_until=now + ONE_TIME_KEPT))
    unit.web_sessions.remove_all_of(account.id)


def reset_second_factor(unit: WebUnit, account: Account) -> None:
    unit.accounts.set_totp(account.id, None)
    unit.accounts.set_recovery_codes(account.id, ())


def find_account(unit: WebUnit, login: str) -> Account:
    """Raises AccountRefused."""
    account = unit.accounts.by_login(login.strip().lower())
    if account is None:
        raise AccountRefused("unknown", f"There is no account '{login}'. See: vejviser user list")
    return account


def open_anew(unit: WebUnit, account: Account, one_time: OneTime, now: datetime) -> None:
    """The way back for whoever has lost everything: one-time password, no second factor, not disabled."""
    reset_second_factor(unit, account)
    renew_password(unit, replace(account, is_disabled=False), one_time, now)


def rename(unit: WebUnit, account: Account) -> None:
    """Store an account; the name that citizens see follows its name."""
    unit.accounts.put(account)
    duty = unit.duties.get(account.id)
    if duty is not None:
        unit.duties.put(replace(duty, shown_as=account.name))


def disable(unit: WebUnit, account: Account) -> None:
    """From now on no page answers this account. Raises AccountRefused for the last admin."""
    keep_an_admin(unit, account, replace(account, is_disabled=True))
    unit.accounts.put(replace(account, is_disabled=True))
    unit.duties.remove(account.id)
    unit.web_sessions.remove_all_of(account.id)


def keep_an_admin(unit: WebUnit, before: Account, after: Account) -> None:
    """Raises AccountRefused when nobody would be left who may manage admins."""
    if not _is_admin(before) or _is_admin(after):
        return
    if not any(_is_admin(account) for account in unit.accounts.all() if account.id != before.id):
        raise AccountRefused("last_admin", "This is the last admin: make another one first.")


def _is_admin(account: Account) -> bool:
    return Role.ADMIN in account.roles and not account.is_disabled
