"""Looking for what is left of a person after a deletion: every table, every column that could tell.

Three questions a table: does a key point at them, does a text hold their id, does it hold their
e-mail address? The id is ours, so it may be nowhere. The address may stand in what other people
wrote ("call alice@example.com"); rows that belong to somebody else are theirs and stay.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.db import DatabaseError, models, transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Cast

from accounts.models import Session, User
from accounts.privacy.cached import keys_of
from accounts.privacy.tables import ACTOR_ONLY, Model, owner_path, person_columns, tables
from oo.lib.fields import EncryptedTextField

logger = logging.getLogger(__name__)

_TEXT = (models.CharField, models.TextField, models.JSONField)


@dataclass(frozen=True, slots=True)
class Trace:
    """Whom to look for. Taken before the deletion: afterwards nobody knows the addresses."""

    user_id: UUID
    emails: frozenset[str]

    @classmethod
    def of(cls, user: User) -> Trace:
        """Two queries: each provider may have told an address of its own."""
        known = set(EmailAddress.objects.filter(user=user).values_list("email", flat=True))
        for identity in SocialAccount.objects.filter(user=user):
            known.add(str(identity.extra_data.get("email", "")))
        return cls(user.pk, frozenset(known | {user.email}) - {""})

    def ids(self) -> tuple[str, ...]:
        return str(self.user_id), self.user_id.hex

    def addresses(self) -> frozenset[str]:
        # A JSON column of SQLite holds letters beyond ASCII as \uXXXX.
        return self.emails | {json.dumps(email)[1:-1] for email in self.emails}


@dataclass(frozen=True, slots=True)
class Result:
    tables: int
    rows: int
    erased: int  # found by the first look and erased then
    left: Mapping[str, int]  # "app_label.Model": rows that are still there


def find_leftovers(trace: Trace, *, at: datetime) -> Result:
    """Look everywhere, erase what is found, look again where something was.

    Reads every row of every table once: one query a table, and more only where something is left.
    """
    seen = erased = 0
    left: dict[str, int] = {}
    models_seen = list(tables())
    for model in models_seen:
        rows, found = _look(model, trace)
        seen += rows
        if not found:
            continue
        erased += _erase(model, found, trace)
        if still := _look(model, trace)[1]:
            left[model._meta.label] = len(still)
    erased += _forget_unfinished_sign_ins(trace)
    left |= _cached(trace, at)
    return Result(len(models_seen), seen, erased, left)


def _cached(trace: Trace, at: datetime) -> dict[str, int]:
    keys = keys_of(trace.user_id, at=at)
    cache.delete_many(keys)
    found = cache.get_many(keys)
    return {"cache": len(found)} if found else {}


def _look(model: Model, trace: Trace) -> tuple[int, set[Any]]:
    """How many rows the table has, and the keys of those that tell of the person."""
    texts = {f"text_of_{name}": Cast(F(name), models.TextField()) for name in _texts(model)}
    rows = model._base_manager.annotate(**texts)
    certain = _any(Q(**{column: trace.user_id}) for column in _keys(model))
    certain |= _any(Q(**{f"{text}__icontains": i}) for text in texts for i in trace.ids())
    named = _any(Q(**{f"{text}__icontains": a}) for text in texts for a in trace.addresses())
    if named:
        named &= _not_of_others(model, trace)
    if not (certain or named):
        return rows.count(), set()
    counted = rows.aggregate(rows=Count("pk"), hits=Count("pk", filter=certain | named))
    if not counted["hits"]:
        return counted["rows"], set()
    found = set(rows.filter(certain).values_list("pk", flat=True)) if certain else set()
    if named:
        whole = _whole_address(trace)
        suspects = rows.filter(named).values_list("pk", *texts)
        found |= {pk for pk, *said in suspects if any(whole.search(t or "") for t in said)}
    return counted["rows"], found


def _erase(model: Model, found: set[Any], trace: Trace) -> int:
    """Delete the rows, but for what belongs to somebody else: that is only named."""
    mine = model._base_manager.filter(_not_of_others(model, trace), pk__in=found)
    try:
        with transaction.atomic():
            return mine.delete()[0]
    except (DatabaseError, models.ProtectedError, models.RestrictedError) as error:
        logger.warning("leftover in %s stays: %s", model._meta.label, type(error).__name__)
        return 0


def _forget_unfinished_sign_ins(trace: Trace) -> int:
    """Sessions of nobody yet: a sign-in that was left half way holds the address, encoded."""
    whole, found = _whole_address(trace), []
    for session in Session.objects.filter(user=None).iterator():
        said = json.dumps(session.get_decoded(), default=str, ensure_ascii=False)
        if whole.search(said) or str(trace.user_id) in said:
            found.append(session.pk)
    return Session.objects.filter(pk__in=found).delete()[0]


def _texts(model: Model) -> list[str]:
    """Columns to search. A ciphertext cannot be searched, and stands in rows that have a key."""
    fields = model._meta.local_concrete_fields
    return [
        f.name for f in fields if isinstance(f, _TEXT) and not isinstance(f, EncryptedTextField)
    ]


def _keys(model: Model) -> list[str]:
    """Columns that could hold the person's key: named ones, and every other UUID."""
    fields = model._meta.local_concrete_fields
    uuids = [f.name for f in fields if isinstance(f, models.UUIDField)]
    return [*uuids, *(c for c in person_columns(model) if c not in uuids)]


def _not_of_others(model: Model, trace: Trace) -> Q:
    path = owner_path(model)
    if not path or model._meta.label in ACTOR_ONLY:
        return Q()
    return Q(**{path: trace.user_id}) | Q(**{f"{path}__isnull": True})


def _whole_address(trace: Trace) -> re.Pattern[str]:
    """ann@example.com, and neither joann@example.com nor ann@example.com.au."""
    any_of = "|".join(re.escape(address) for address in trace.addresses())
    return re.compile(rf"(?<![\w.+-])(?:{any_of})(?![\w-]|\.\w)", re.IGNORECASE)


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, Q())
