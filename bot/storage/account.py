"""Accounts of those who work here; the secret of the second factor is encrypted."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.errors import LoginTaken
from bot.storage.keyring import Keyring
from bot.storage.tables import account, recovery_code
from bot.web.account import Account, to_roles


def _place(account_id: str) -> str:
    return f"account.totp_secret:{account_id}"


class Accounts:
    """See `web.ports.Accounts`."""

    def __init__(self, db: Connection, keyring: Keyring) -> None:
        self._db, self._keyring = db, keyring

    def add(self, added: Account) -> None:
        row = {**_to_row(added), "id": added.id, "created_at": added.created_at, "totp_step": added.totp_step}
        self._write(insert(account).values(row))
        self.set_totp(added.id, added.totp_secret)

    def put(self, changed: Account) -> None:
        self._write(update(account).where(account.c.id == changed.id).values(_to_row(changed)))

    def _write(self, statement: Any) -> None:
        try:
            with self._db.begin_nested():  # PostgreSQL gives up the whole transaction otherwise
                self._db.execute(statement)
        except IntegrityError:
            raise LoginTaken("Another account already has this login or this OpenID subject.") from None

    def by_id(self, account_id: str) -> Account | None:
        return self._one(account.c.id == account_id)

    def by_login(self, login: str) -> Account | None:
        return self._one(account.c.login == login)

    def by_subject(self, subject: str) -> Account | None:
        return self._one(account.c.oidc_subject == subject)

    def _one(self, condition: Any) -> Account | None:
        row = self._db.execute(select(account).where(condition)).one_or_none()
        return None if row is None else self._to_account(row)

    def all(self) -> list[Account]:
        return [
            self._to_account(row) for row in self._db.execute(select(account).order_by(account.c.name, account.c.id))
        ]

    def set_totp(self, account_id: str, secret: str | None) -> None:
        stored = None if secret is None else self._keyring.encrypt(secret, _place(account_id))
        self._db.execute(update(account).where(account.c.id == account_id).values(totp_secret=stored))

    def use_totp_step(self, account_id: str, step: int) -> bool:
        newer = (account.c.id == account_id, account.c.totp_step < step)
        return self._db.execute(update(account).where(*newer).values(totp_step=step)).rowcount == 1

    def set_recovery_codes(self, account_id: str, code_hashes: Collection[str]) -> None:
        self._db.execute(delete(recovery_code).where(recovery_code.c.account_id == account_id))
        for code_hash in code_hashes:
            self._db.execute(insert(recovery_code), {"account_id": account_id, "code_hash": code_hash})

    def use_recovery_code(self, account_id: str, code_hash: str) -> bool:
        this = (recovery_code.c.account_id == account_id, recovery_code.c.code_hash == code_hash)
        return self._db.execute(delete(recovery_code).where(*this)).rowcount == 1

    def count_recovery_codes(self, account_id: str) -> int:
        of_account = select(func.count()).select_from(recovery_code).where(recovery_code.c.account_id == account_id)
        return self._db.scalar(of_account) or 0

    def _to_account(self, row: Row[Any]) -> Account:
        secret = None if row.totp_secret is None else self._keyring.decrypt(row.totp_secret, _place(row.id))
        return Account(
            id=row.id,
            login=row.login,
            name=row.name,
            roles=to_roles(row.roles.split()),
            language=row.language,
            created_at=row.created_at,
            password_hash=row.password_hash,
            one_time_until=row.one_time_until,
            totp_secret=secret,
            totp_step=row.totp_step,
            oidc_subject=row.oidc_subject,
            is_disabled=row.is_disabled,
        )


def _to_row(changed: Account) -> dict[str, Any]:
    return {
        "login": changed.login,
        "name": changed.name,
        "roles": " ".join(sorted(changed.roles)),
        "language": changed.language,
        "password_hash": changed.password_hash,
        "one_time_until": changed.one_time_until,
        "oidc_subject": changed.oidc_subject,
        "is_disabled": changed.is_disabled,
    }
