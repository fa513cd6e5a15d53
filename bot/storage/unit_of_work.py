"""All tables inside one transaction."""

from sqlalchemy import Connection

from bot.storage.account import Accounts
from bot.storage.audit import Audit
from bot.storage.duty import Duties
from bot.storage.keyring import Keyring
from bot.storage.lease import Leases
from bot.storage.login_attempt import LoginAttempts
from bot.storage.new_id import new_id
from bot.storage.notice import Notices
from bot.storage.outbox import Outbox
from bot.storage.person import People
from bot.storage.question import Questions
from bot.storage.refused_form import RefusedForms
from bot.storage.reviewer import Reviewers
from bot.storage.session import Sessions
from bot.storage.ticket import Tickets
from bot.storage.transcript import Notes, Transcripts
from bot.storage.update import Updates
from bot.storage.visit import VisitNumbers
from bot.storage.web_session import WebSessions


class UnitOfWork:
    """See `runner.ports.UnitOfWork` and `web.ports.WebUnit`; the store calls `finish` right before the commit."""

    def __init__(self, db: Connection, keyring: Keyring) -> None:
        self.db = db
        self._keyring = keyring
        self.sessions = Sessions(db, keyring)
        self.updates = Updates(db)
        self.outbox = Outbox(db, keyring, self.sessions)
        self.people = People(db, self.sessions, self.outbox)
        self.has_purged = False
        self.announced: list[str] = []

    def announce(self, *subjects: str) -> None:
        self.announced += subjects

    @property
    def tickets(self) -> Tickets:
        return Tickets(self.db, self._keyring)

    @property
    def transcripts(self) -> Transcripts:
        return Transcripts(self.db, self._keyring)

    @property
    def notes(self) -> Notes:
        return Notes(self.db, self._keyring)

    @property
    def questions(self) -> Questions:
        return Questions(self.db, self._keyring)

    @property
    def duties(self) -> Duties:
        return Duties(self.db)

    @property
    def notices(self) -> Notices:
        return Notices(self.db)

    @property
    def audit(self) -> Audit:
        return Audit(self.db)

    @property
    def leases(self) -> Leases:
        return Leases(self.db)

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.db, self._keyring)

    @property
    def web_sessions(self) -> WebSessions:
        return WebSessions(self.db)

    @property
    def login_attempts(self) -> LoginAttempts:
        return LoginAttempts(self.db)

    @property
    def refused_forms(self) -> RefusedForms:
        return RefusedForms(self.db, self._keyring)

    @property
    def reviewers(self) -> Reviewers:
        return Reviewers(self.db)

    @property
    def visits(self) -> VisitNumbers:
        return VisitNumbers(self.db)

    @property
    def has_deleted(self) -> bool:
        """Whether rows are gone that nobody may find again, wherever the database keeps its past."""
        return self.has_purged or self.people.has_forgotten

    def new_id(self) -> str:
        return new_id()

    def finish(self) -> None:
        self.sessions.finish()
