"""Who may log in, and as what."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an account may do; one account may hold several roles."""

    ADVISER = "adviser"
    LEAD = "lead"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"
    ADMIN = "admin"


def to_roles(names: Collection[str]) -> frozenset[Role]:
    """Raises ValueError for a role that does not exist."""
    return frozenset(Role(name) for name in names)


@dataclass(frozen=True, slots=True)
class Account:
    """One person who works here.

    Args:
        login: What is typed at the login: lower case, never shown to citizens.
        name: What citizens and colleagues see: a role or a first name that its owner chose.
        language: Of the pages: "da" or "en".
        password_hash: argon2id; None where only OpenID Connect leads in.
        one_time_until: The password was made for one login and must be changed; after this time it is worth nothing.
        totp_secret: Base32; None while there is no second factor.
        totp_step: The newest step of 30 s whose code was used: no code is taken twice.
        oidc_subject: Who this is at the OpenID provider.
    """

    id: str
    login: str
    name: str
    roles: frozenset[Role]
    language: str
    created_at: datetime
    password_hash: str | None = None
    one_time_until: datetime | None = None
    totp_secret: str | None = None
    totp_step: int = 0
    oidc_subject: str | None = None
    is_disabled: bool = False

    @property
    def must_change_password(self) -> bool:
        return self.one_time_until is not None

    def has_any(self, roles: Collection[Role]) -> bool:
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class WebSession:
    """One browser that is logged in. The browser holds the id, the database its hash."""

    id_hash: str
    account_id: str
    created_at: datetime
    seen_at: datetime
