from __future__ import annotations

from importlib import import_module
from typing import cast

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

# In a session: the start of the only addresses at which it counts.
CONFINED = "confined_to"


class Session(AbstractBaseSession):
    """A session that knows whose it is, so that all of a person's can be ended at once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, db_index=True)

    class Meta(AbstractBaseSession.Meta):
        pass

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        engine = import_module(settings.SESSION_ENGINE)
        return cast("type[SessionBase]", engine.SessionStore)
