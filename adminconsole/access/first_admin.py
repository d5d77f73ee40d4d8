from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists

from accounts.models import User
from adminconsole.audit.noted import Noted
from adminconsole.audit.recording import record


def make_first_admin(user: User, verified: Iterable[str], *, at: datetime) -> bool:
    """Whether this sign-in made them admin: its provider vouches for ADMIN_SEED_EMAIL just now, and
    no account is a superuser's.

    verified  the addresses that the provider has verified. That of the account does not count: it
              may have become somebody else's since.
    """
    seed = settings.ADMIN_SEED_EMAIL
    if not seed or seed not in (address.lower() for address in verified):
        return False
    nobody = ~Exists(User.objects.filter(is_superuser=True))
    with transaction.atomic():
        chosen = User.objects.filter(nobody, pk=user.pk, is_active=True)
        if not chosen.update(is_staff=True, is_superuser=True):
            return False
        record(user, Noted.FIRST_ADMIN, at=at)
    return True
