"""What staff may do for one person: each by the product's own way of doing it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.locks import lock_person
from accounts.sign_in.session_end import end_devices, end_sessions
from adminconsole.base import Action, Order, Permission, Refused
from adminconsole.looking.revealing import reveal
from agents import tasks as agents_tasks
from agents.inferring import beliefs
from agents.models import LookSchedule
from agents.understanding import keeping
from integrations import tasks as integrations_tasks
from integrations.access import connections
from integrations.models import Connection
from integrations.registry import SOURCES
from oo.lib.queue import look_now
from tips import tasks as tips_tasks
from tips.deliver import delivering
from tips.make import storing
from tips.models import TipSchedule


def revoke_connection(order: Order) -> str:
    person = _person(order)
    try:
        found = Connection.objects.filter(pk=UUID(order.target), user_id=person).first()
    except ValueError:
        found = None
    if found is None:
        raise Refused(_("They have no such connection."))
    if found.state == Connection.State.LEAVING:
        raise Refused(_("This is being disconnected already."))
    connections.leave(found.pk, at=order.at)
    _then(integrations_tasks.sync_one, str(found.pk), expires_s=60)
    return _("%(title)s is disconnected, and what oO read there is forgotten.") % {
        "title": SOURCES.title(found.source)
    }


def rebuild_profile(order: Order) -> str:
    person = _person(order)
    read = keeping.read_again(person)
    LookSchedule.objects.note_change(person)
    _then(agents_tasks.sweep)
    _decide_anew(order, person)
    return ngettext(
        "Agents look again, and read %(n)d text anew.",
        "Agents look again, and read %(n)d texts anew.",
        read,
    ) % {"n": read}


def forget_inferences(order: Order) -> str:
    person = _person(order)
    forgotten = beliefs.forget(person)
    if not forgotten:
        raise Refused(_("Nothing is inferred of this person."))
    _decide_anew(order, person)
    return ngettext(
        "%(n)d inference is forgotten.", "%(n)d inferences are forgotten.", forgotten
    ) % {"n": forgotten}


def expire_tip(order: Order) -> str:
    person = _person(order)
    tip = storing.expire(person, at=order.at)
    if tip is None:
        raise Refused(_("This person has no live tip."))
    delivering.take_back(person, tip.pk)
    _then(tips_tasks.make_tip, str(person), expires_s=60)
    return _("The tip has ended. The next one is being made.")


def sign_out_everywhere(order: Order) -> str:
    person = _person(order)
    if person == order.staff.pk:
        raise Refused(_("This is you. Sign out in your own settings."))
    ended, removed = end_sessions(person), end_devices(person)
    if not ended and not removed:
        raise Refused(_("This person is signed in nowhere."))
    if not ended:
        return ngettext(
            "%(n)d device no longer gets notifications.",
            "%(n)d devices no longer get notifications.",
            removed,
        ) % {"n": removed}
    return ngettext("%(n)d session has ended.", "%(n)d sessions have ended.", ended) % {"n": ended}


def _person(order: Order) -> UUID:
    """Who is there, and stays until the transaction ends."""
    if order.person is None or not lock_person(order.person):
        raise Refused(_("There is no such person, or they have left."))
    return order.person


def _decide_anew(order: Order, person: UUID) -> None:
    TipSchedule.objects.look_again(person, at=order.at)
    _then(tips_tasks.make_tip, str(person), expires_s=60)


def _then(task: Any, *args: Any, **options: Any) -> None:
    """Once what was done is on record. The row is the work: a message that is lost costs time."""
    transaction.on_commit(partial(look_now, task, *args, **options), robust=True)


ACTIONS: Sequence[Action] = (
    Action(
        key="reveal",
        title=gettext_lazy("Reveal what they wrote"),
        says=gettext_lazy("Shows you, for ten minutes, this person's own words on this page."),
        run=reveal,
        permission=Permission.REVEAL,
    ),
    Action(
        key="expire_tip",
        title=gettext_lazy("End the live tip"),
        says=gettext_lazy("Another decision is made at once. It may come to the same tip."),
        run=expire_tip,
    ),
    Action(
        key="rebuild_profile",
        title=gettext_lazy("Look at them anew"),
        says=gettext_lazy("Every text of theirs is read again, and agents look at them now."),
        run=rebuild_profile,
    ),
    Action(
        key="forget_inferences",
        title=gettext_lazy("Forget what was inferred"),
        says=gettext_lazy(
            "Agents begin to infer from what they see now. What the person said stays."
        ),
        run=forget_inferences,
        is_dangerous=True,
    ),
    Action(
        key="sign_out_everywhere",
        title=gettext_lazy("Sign them out everywhere"),
        says=gettext_lazy(
            "Ends every session, and notifications on every device. API tokens go on working."
        ),
        run=sign_out_everywhere,
        is_dangerous=True,
    ),
    Action(
        key="revoke_connection",
        title=gettext_lazy("Disconnect"),
        says=gettext_lazy(
            "Forgets at once what was read there, and gives the access back. Only the person can"
            " connect it again."
        ),
        run=revoke_connection,
        is_dangerous=True,
    ),
)
