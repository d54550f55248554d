"""Where sessions are kept: Django's table, with what nobody who reads or writes the database can sign in with.

A row stands under the digest of the number that the browser sends, and is signed for that number. So the number is not
to be read there, and a row that is copied over another one is empty.
"""

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session

from cosmolocal.kernel import clock, ids


class SessionStore(db.SessionStore):
    """Django's sessions, each bound to its own number."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table of Django."""
        return Session

    @property
    def key_salt(self) -> str:
        """What the signature of a row begins with."""
        return f"cosmolocal.agents.session_rows:{self.session_key}"

    def exists(self, session_key: str) -> bool:
        """Is there a row for this number?"""
        return super().exists(row_of(session_key))

    def create_model_instance(self, data: dict[str, object]) -> AbstractBaseSession:
        """The row as it is written."""
        made = super().create_model_instance(data)
        made.session_key = row_of(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        """The row of this number, or of this session, goes."""
        number = session_key or self.session_key
        if number:
            Session.objects.filter(pk=row_of(number)).delete()

    def _get_session_from_db(self) -> Session | None:
        found = Session.objects.filter(pk=row_of(self.session_key or ""), expire_date__gt=clock.now()).first()
        if found is None:
            self._session_key = None
        return found


def row_of(number: str) -> str:
    """Under which key the session of this number stands."""
    return ids.digest(number)[:40]
