"""What the pages need from storage."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from bot.runner.ports import UnitOfWork
from bot.runner.visits import Visits
from bot.web.account import Account, WebSession

REFUSED_KEPT = timedelta(hours=1)


class Accounts(Protocol):
    def add(self, account: Account) -> None:
        """Raises LoginTaken."""

    def by_id(self, account_id: str) -> Account | None: ...

    def by_login(self, login: str) -> Account | None: ...

    def by_subject(self, subject: str) -> Account | None: ...

    def all(self) -> Sequence[Account]:
        """By name."""

    def put(self, account: Account) -> None:
        """Write everything but the second factor. Raises LoginTaken: another has this OpenID subject."""

    def set_totp(self, account_id: str, secret: str | None) -> None: ...

    def use_totp_step(self, account_id: str, step: int) -> bool:
        """False when this step or a later one was used before."""

    def set_recovery_codes(self, account_id: str, code_hashes: Collection[str]) -> None: ...

    def use_recovery_code(self, account_id: str, code_hash: str) -> bool:
        """False when there is no such code (any more)."""

    def count_recovery_codes(self, account_id: str) -> int: ...


class WebSessions(Protocol):
    def add(self, session: WebSession) -> None: ...

    def by_hash(self, id_hash: str) -> WebSession | None: ...

    def touch(self, id_hash: str, at: datetime) -> None: ...

    def remove(self, id_hash: str) -> None: ...

    def remove_all_of(self, account_id: str, *, but: str = "") -> int:
        """Log out every browser of an account, `but` for one id hash; returns how many."""

    def count_of(self, account_id: str) -> int: ...


class LoginAttempts(Protocol):
    def add(self, key: str, at: datetime) -> None: ...

    def count(self, key: str, since: datetime) -> int: ...

    def forgive(self, key: str, at: datetime) -> None:
        """Take back the attempt that was written at this very time: it succeeded."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """What was done: by whom ("" the bot or the citizen), in which chat (0: none), about which ticket or account."""

    id: str
    chat_id: int
    what: str
    at: datetime
    actor: str
    about: str


class AuditReader(Protocol):
    def note(self, chat_id: int, what: str, at: datetime, *, actor: str = "", about: str = "") -> None: ...

    def lines(
        self, *, limit: int, before: str = "", chat_id: int | None = None, actor: str = "", about: str = ""
    ) -> Sequence[AuditLine]:
        """Newest first; `before` is the id of the last line of the page before."""


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """What a page shows of a form that was not done.

    Args:
        session: Hash of the session's id that sent it; "" for a stranger.
        page: The path that shows it.
        told: JSON values: why, and what was typed.
        chat_id: Of the person whom it is about: deleted with them. 0: nobody.
    """

    id: str
    session: str
    page: str
    at: datetime
    told: Mapping[str, Any]
    chat_id: int = 0


class RefusedForms(Protocol):
    def add(self, form: RefusedForm) -> None: ...

    def by_id(self, form_id: str) -> RefusedForm | None: ...

    def remove(self, form_id: str, session: str) -> None:
        """Only where this session sent it."""


class Reviewers(Protocol):
    def of(self, account_id: str) -> frozenset[str]:
        """The languages whose texts this account may approve."""

    def put(self, account_id: str, locales: Collection[str]) -> None: ...


class VisitNumbers(Protocol):
    def sums(self, first: date, last: date) -> Mapping[tuple[str, str], Visits]:
        """By (language, node), all days from the first to the last."""


class WebUnit(UnitOfWork, Protocol):
    """The runner's tables, and those of the pages."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def web_sessions(self) -> WebSessions: ...
    @property
    def login_attempts(self) -> LoginAttempts: ...
    @property
    def audit(self) -> AuditReader: ...
    @property
    def refused_forms(self) -> RefusedForms: ...
    @property
    def reviewers(self) -> Reviewers: ...
    @property
    def visits(self) -> VisitNumbers: ...


Result = TypeVar("Result")


class WebStore(Protocol):
    async def run(self, work: Callable[[WebUnit], Result]) -> Result:
        """See `runner.ports.Store.run`."""
