"""Deleting an account: give back what we were given, erase, look for what is left, say so.

accounts.privacy.departures does these one after the other, in a worker.

1. Permissions are revoked where we hold any. A provider that does not answer delays nothing.
2. One transaction holds the person's row, so that whoever writes something new about them at this
   moment waits and then fails; every app erases its own, the highest layer first.
3. accounts.privacy.leftovers looks through every table. What it finds is erased; what stays is
   named.
4. The receipt says all this and names nobody.

The receipt is written with 2 and completed after 3: a process that dies in between leaves a
receipt that says the check did not finish.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from uuid import UUID

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _

from accounts.models import DeletionReceipt, User
from accounts.privacy import receipts
from accounts.privacy.leftovers import Trace, find_leftovers
from accounts.privacy.tables import noted_keys, person_columns, tables
from oo.lib.personal_data import Eraser, Revocation
from oo.lib.types import JSON

logger = logging.getLogger(__name__)

RECEIPT_VERSION = 1


def erasers() -> Iterator[tuple[str, Eraser]]:
    """Every app's label and eraser, the highest layer first: the order of INSTALLED_APPS."""
    for config in apps.get_app_configs():
        if config.module and module_has_submodule(config.module, "eraser"):
            yield config.label, _only_eraser_of(config)


def _only_eraser_of(config: AppConfig) -> Eraser:
    module = import_module(f"{config.name}.eraser")
    own = [v for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__]
    found = [v for v in own if isinstance(v, type) and issubclass(v, Eraser)]
    if len(found) != 1:
        raise ImproperlyConfigured(f"{module.__name__}: {len(found)} erasers, want one")
    return found[0]()


def holdings(user_id: UUID) -> list[tuple[str, int]]:
    """What would be erased, where there is anything: each app's words and its rows that name the
    person. Reads counts.
    """
    found = ((str(eraser.title), _rows_of(eraser, user_id)) for _label, eraser in erasers())
    return [(what, count) for what, count in found if count]


def _rows_of(eraser: Eraser, user_id: UUID) -> int:
    total = 0
    for label in eraser.models:
        model = apps.get_model(label)
        for column in person_columns(model):
            total += model._base_manager.filter(**{column: user_id}).count()
    return total


def revoke_everything(user_id: UUID) -> list[Revocation]:
    """Asks others: outside of any transaction, and never in a request."""
    return [r for _label, eraser in erasers() for r in _revoke(eraser, user_id)]


def complete(receipt: DeletionReceipt, trace: Trace, *, at: datetime) -> None:
    """Look for what is left, and say it in the receipt."""
    statement: dict[str, JSON] = receipt.body["receipt"] | {"check": _checked(trace, at)}
    receipt.body = receipts.sign(statement)
    receipt.save(update_fields=["body"])


def _revoke(eraser: Eraser, user_id: UUID) -> Iterator[Revocation]:
    try:
        yield from eraser.revoke(user_id)
    except Exception as error:  # whatever it is, it must not keep a person from leaving
        logger.warning("revoking in %s failed: %s", type(eraser).__module__, type(error).__name__)
        note = _("We could not end this. Look into the settings of the connected app.")
        yield Revocation(str(eraser.title), revoked=False, note=note)


@transaction.atomic
def erase_everything(
    trace: Trace, revocations: list[Revocation], *, receipt_id: UUID, at: datetime
) -> DeletionReceipt:
    """Raises User.DoesNotExist."""
    user = User.objects.select_for_update().get(pk=trace.user_id)
    erased = [(str(e.title), dict(e.erase(trace.user_id))) for _label, e in erasers()]
    erased.append((_("Your account"), user.delete()[1]))
    statement = _statement(erased, revocations, at=at)
    return DeletionReceipt.objects.create(pk=receipt_id, body=receipts.sign(statement), made_at=at)


def _statement(
    erased: list[tuple[str, dict[str, int]]], revocations: list[Revocation], *, at: datetime
) -> dict[str, JSON]:
    return {
        "version": RECEIPT_VERSION,
        "deleted_at": at.isoformat(timespec="seconds"),
        "erased": [{"what": title, "rows": _counted(rows)} for title, rows in erased],
        "revoked": [
            {"provider": str(r.provider), "revoked": r.revoked, "note": str(r.note)}
            for r in revocations
        ],
        "check": None,
    }


def _counted(rows: Mapping[str, int]) -> dict[str, JSON]:
    return {label: count for label, count in sorted(Counter(rows).items()) if count}


def _checked(trace: Trace, at: datetime) -> JSON:
    """The leftovers, or None when it broke: the account is gone all the same."""
    try:
        found = find_leftovers(trace, at=at)
    except Exception:
        logger.exception("the check after a deletion did not finish")
        return None
    return asdict(found)


def sweep_orphans() -> int:
    """Delete rows that came about a person after they had left; returns how many.

    Tables with a foreign key cannot have any. Those that only note a key (events) can: a worker
    that held an event of somebody's while they left has committed it since.
    """
    swept = 0
    for model in tables():
        for column in noted_keys(model):
            known = User.objects.filter(pk=OuterRef(column))
            swept += model._base_manager.filter(~Exists(known)).delete()[0]
    return swept
