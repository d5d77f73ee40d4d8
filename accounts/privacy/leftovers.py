"""Looking for what is left of a person after a deletion: every table, every column that could tell.

Three questions a table: does a key point at them, does a text hold their id, does it hold their
e-mail address? The id is ours, so it may be nowhere. The address may stand in what other people
wrote ("call alice@example.com"); rows that belong to somebody else are theirs and stay. In a table
that belongs to nobody (groups, kept questions) the address is struck out, and the row stays.
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
# Their keys are of the person's own choosing: the page brings along that of the receipt to come.
_CHOSEN = frozenset({"accounts.DeletionReceipt", "accounts.Departure"})
# Stands where an address stood. No longer than the shortest address, so that it always fits.
STRUCK = "***"


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
class Seen:
    """One table: how many rows it has, and the keys of those that tell of the person."""

    rows: int
    sure: frozenset[Any] = frozenset()  # by a key, or by their id in a text
    named: frozenset[Any] = frozenset()  # by their address alone

    def __len__(self) -> int:
        return len(self.sure) + len(self.named)


@dataclass(frozen=True, slots=True)
class Result:
    tables: int
    rows: int
    erased: int  # found by the first look and erased then
    struck: int  # rows of nobody that stay, without the address that stood in them
    left: Mapping[str, int]  # "app_label.Model": rows that are still there


def find_leftovers(trace: Trace, *, at: datetime) -> Result:
    """Look everywhere, erase what is found, look again where something was.

    Reads every row of every table once: one query a table, and more only where something is left.
    """
    seen = erased = struck = 0
    left: dict[str, int] = {}
    models_seen = list(tables())
    for model in models_seen:
        found = _look(model, trace)
        seen += found.rows
        if not found:
            continue
        erased += _erase(model, found, trace)
        struck += _strike_out(model, found, trace)
        if still := _look(model, trace):
            left[model._meta.label] = len(still)
    erased += _forget_unfinished_sign_ins(trace)
    left |= _cached(trace, at)
    return Result(len(models_seen), seen, erased, struck, left)


def _cached(trace: Trace, at: datetime) -> dict[str, int]:
    keys = keys_of(trace.user_id, at=at)
    cache.delete_many(keys)
    found = cache.get_many(keys)
    return {"cache": len(found)} if found else {}


def _look(model: Model, trace: Trace) -> Seen:
    texts = {f"text_of_{name}": Cast(F(name), models.TextField()) for name in _texts(model)}
    rows = model._base_manager.annotate(**texts)
    certain = _any(Q(**{column: trace.user_id}) for column in _keys(model))
    certain |= _any(Q(**{f"{text}__icontains": i}) for text in texts for i in trace.ids())
    named = _any(Q(**{f"{text}__icontains": a}) for text in texts for a in trace.addresses())
    if named:
        named &= _not_of_others(model, trace)
    if not (certain or named):
        return Seen(rows.count())
    counted = rows.aggregate(rows=Count("pk"), hits=Count("pk", filter=certain | named))
    if not counted["hits"]:
        return Seen(counted["rows"])
    sure = frozenset(rows.filter(certain).values_list("pk", flat=True) if certain else ())
    if not named:
        return Seen(counted["rows"], sure)
    whole = _whole_address(trace)
    suspects = rows.filter(named).values_list("pk", *texts)
    hers = {pk for pk, *said in suspects if any(whole.search(t or "") for t in said)}
    return Seen(counted["rows"], sure, frozenset(hers) - sure)


def _erase(model: Model, found: Seen, trace: Trace) -> int:
    """Delete the rows, but for what belongs to somebody else or to nobody: that is only named."""
    keys = found.sure | found.named if owner_path(model) else found.sure
    mine = model._base_manager.filter(_not_of_others(model, trace), pk__in=keys)
    try:
        with transaction.atomic():
            return mine.delete()[0]
    except (DatabaseError, models.ProtectedError, models.RestrictedError) as error:
        logger.warning("leftover in %s stays: %s", model._meta.label, type(error).__name__)
        return 0


def _strike_out(model: Model, found: Seen, trace: Trace) -> int:
    """Take the address out of rows of nobody; returns of how many.

    Where the table refuses (it is only added to, or two rows would be the same) the row stays as
    it is, and is reported as left.
    """
    if owner_path(model):
        return 0
    whole, columns, struck = _whole_address(trace), _texts(model), 0
    for pk, *said in model._base_manager.filter(pk__in=found.named).values_list("pk", *columns):
        told = dict(zip(columns, said, strict=True))
        new = {name: _without(whole, value) for name, value in told.items()}
        changed = {name: value for name, value in new.items() if value != told[name]}
        try:
            with transaction.atomic():
                struck += model._base_manager.filter(pk=pk).update(**changed)
        except DatabaseError as error:
            logger.warning("an address in %s stays: %s", model._meta.label, type(error).__name__)
    return struck


def _without(whole: re.Pattern[str], value: Any) -> Any:
    """A text, or what a JSON column holds, with the address struck out."""
    if value is None or isinstance(value, str):
        return value and whole.sub(STRUCK, value)
    return json.loads(whole.sub(STRUCK, json.dumps(value, ensure_ascii=False)))


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
    chosen = model._meta.label in _CHOSEN
    uuids = [
        f.name for f in fields if isinstance(f, models.UUIDField) and not (chosen and f.primary_key)
    ]
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
