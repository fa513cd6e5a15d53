"""Forms that were refused, until they are sent again."""

from sqlalchemy import Connection, delete, insert, select

from bot.storage.keyring import Keyring
from bot.storage.tables import refused_form
from bot.web.ports import RefusedForm


def _place(form_id: str) -> str:
    return f"refused_form.content:{form_id}"


class RefusedForms:
    """See `web.ports.RefusedForms`."""

    def __init__(self, db: Connection, keyring: Keyring) -> None:
        self._db, self._keyring = db, keyring

    def add(self, form: RefusedForm) -> None:
        content = self._keyring.encrypt({"page": form.page, "told": form.told}, _place(form.id))
        row = {"id": form.id, "session": form.session, "chat_id": form.chat_id, "at": form.at, "content": content}
        self._db.execute(insert(refused_form), row)

    def by_id(self, form_id: str) -> RefusedForm | None:
        row = self._db.execute(select(refused_form).where(refused_form.c.id == form_id)).one_or_none()
        if row is None:
            return None
        content = self._keyring.decrypt(row.content, _place(row.id))
        return RefusedForm(row.id, row.session, content["page"], row.at, content["told"], row.chat_id)

    def remove(self, form_id: str, session: str) -> None:
        these = (refused_form.c.id == form_id, refused_form.c.session == session)
        self._db.execute(delete(refused_form).where(*these))
