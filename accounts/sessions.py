"""The session engine: Django's, in the database, with the person beside the key.

https://docs.djangoproject.com/en/5.2/topics/http/sessions/#extending-database-backed-session-engines
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.utils import timezone

from accounts.models.session import Session
from oo.lib.compiled import Compiled, Given

if TYPE_CHECKING:
    from accounts.models import User

# Asked on every request of everybody.
UNEXPIRED = Compiled(
    lambda: Session.objects.select_related("user__profile").filter(
        session_key=Given("key", Session._meta.get_field("session_key")),
        expire_date__gt=Given("at", Session._meta.get_field("expire_date")),
    )
)


class SessionStore(DatabaseStore):
    """`person` is whose session it is, with the profile, once it was loaded: one query for three
    rows, on every request. accounts.middleware decides whether they are signed in."""

    person: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast("Session", super().create_model_instance(data))
        session.user_id = UUID(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        return session

    def _get_session_from_db(self) -> Session | None:
        # Django's own, but for the person; also what it does on failure.
        found = UNEXPIRED.rows(key=self.session_key, at=timezone.now())
        if not found:
            self._session_key = None
            return None
        self.person = found[0].user
        return found[0]

    def cycle_key(self) -> None:
        """The same row under a new key. Django writes a new one, which would be there again after
        somebody was signed out meanwhile. Raises SessionInterrupted for who was."""
        is_somebodys, old = SESSION_KEY in self, self.session_key
        new: str = self._get_new_session_key()  # type: ignore[attr-defined]
        if old and Session.objects.filter(session_key=old).update(session_key=new):
            self._session_key = new
            self.modified = True
        elif is_somebodys:
            raise SessionInterrupted("signed out meanwhile")
        else:
            super().cycle_key()
