"""All that the console shows of one person. What they wrote, or was written of it, is masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, Session, User
from accounts.privacy import catalogue
from adminconsole.base import Asked
from adminconsole.looking.charts import Chart, Line
from adminconsole.looking.numbers import Figure, share
from adminconsole.looking.revealing import revealed_until
from adminconsole.pages.delivery import REASONS
from adminconsole.pages.people.states import state_of_source
from adminconsole.pages.people.words import Masked, said_in, seen_in
from adminconsole.period import Period, short_day
from agents.models import AgentOutput, Belief, Correction, ModelCall
from agents.registry import AGENTS, INFERENCES
from integrations.models import Connection
from notifier.models import Device
from notifier.registry import CHANNELS
from oo.lib.words import Words
from tips.decide.interrupting import A_TRY, WORTH_IT
from tips.make import words
from tips.models import Interruption, Tip, TipSchedule
from tips.registry import POLICIES

MOST = 20  # tips, interruptions, corrections
CHART_DAYS, CALL_DAYS = 60, 7
SPOKEN: Mapping[str, Words] = {WORTH_IT: _("worth it"), A_TRY: _("a try")}


def find_person(key: UUID) -> User | None:
    """None: there is nobody, or they are leaving."""
    return User.objects.select_related("profile").filter(pk=key, is_active=True).first()


def show_person(person: User, asked: Asked) -> Mapping[str, Any]:
    """Thirteen queries, whatever they own."""
    until, at = revealed_until(asked, person.pk), asked.at
    masked = Masked(is_revealed=until is not None)
    theirs = Connection.objects.filter(user=person).order_by("connected_at")
    tips = Tip.objects.filter(user=person).order_by("-made_at")[:MOST]
    sessions = Session.objects.filter(user=person, expire_date__gt=at)
    return {
        "person": person,
        "role": masked(person.profile.role),
        "sessions": sessions.count(),
        "revealed_until": until,
        "consents": list(_consents(person)),
        "sources": [state_of_source(connection) for connection in theirs],
        "tips": [
            (tip, POLICIES.title(tip.policy), masked(tip.content), masked(tip.detail))
            for tip in tips
        ],
        "answers_chart": _answers_chart(person, at),
        "inferences": list(_inferences(person, masked)),
        "corrections": list(_corrections(person, masked)),
        "outputs": list(_outputs(person, masked, at)),
        "readiness": _readiness(person),
        "interruptions": list(_interruptions(person)),
        "devices": list(_devices(person)),
        "calls": _calls(person, at),
    }


def _consents(person: User) -> Iterator[tuple[Words, Consent]]:
    kinds = catalogue.all_kinds()
    for consent in Consent.objects.filter(user=person).order_by("-granted_at", "-pk"):
        kind = kinds.get(consent.key)
        yield kind.title if kind else consent.key, consent


def _answers_chart(person: User, at: datetime) -> Chart:
    period = Period(at.date(), CHART_DAYS)
    answers = Tip.objects.answers_by_day(person.pk, since=period.since)
    days = list(period)
    return Chart(
        _("Answers by day"),
        [short_day(day) for day in days],
        [
            Line(title, [answers.get((day, reaction), 0) for day in days], tone=reaction)
            for reaction, title in Tip.Reaction.choices
        ],
        kind="bar",
        is_stacked=True,
        height=200,
    )


@dataclass(frozen=True, slots=True)
class Inferred:
    belief: Belief
    title: str
    text: str
    state: Words


def _inferences(person: User, masked: Masked) -> Iterator[Inferred]:
    for belief in Belief.objects.filter(user=person).order_by("inference"):
        if belief.is_denied:
            state = _("not so, they say")
        elif belief.said is not None:
            state = _("in their own word")
        else:
            state = _("inferred") if belief.value is not None else _("no more")
        title = INFERENCES.title(belief.inference)
        yield Inferred(belief, title, masked.lazily(partial(said_in, belief)), state)


def _corrections(person: User, masked: Masked) -> Iterator[tuple[Correction, str]]:
    for row in Correction.objects.filter(user=person).order_by("-made_at")[:MOST]:
        yield row, masked("" if row.value is None else str(row.value))


def _outputs(person: User, masked: Masked, at: datetime) -> Iterator[tuple[Any, str, str, bool]]:
    """(row, title, text, whether it is stale)"""
    for row in AgentOutput.objects.filter(user=person).order_by("agent"):
        text = masked.lazily(partial(seen_in, row))
        yield row, AGENTS.title(row.agent), text, row.expires_at <= at


def _readiness(person: User) -> Mapping[str, Any] | None:
    schedule = TipSchedule.objects.filter(pk=person.pk).first()
    if schedule is None:
        return None
    policy = POLICIES.get(schedule.policy)
    silence = words.silence(schedule.silence, policy.manifest if policy else None)
    return {
        "schedule": schedule,
        "policy": POLICIES.title(schedule.policy) if schedule.policy else "",
        "silence": silence if schedule.silence else "",
    }


def _interruptions(person: User) -> Iterator[tuple[Interruption, Words]]:
    for row in Interruption.objects.filter(user=person).order_by("-at")[:MOST]:
        if row.why in SPOKEN and not row.spoken:
            yield row, _("worth it, but it reached nobody")
        else:
            yield row, SPOKEN.get(row.why) or REASONS.get(row.why, row.why)


def _devices(person: User) -> Iterator[tuple[Device, str]]:
    """Without their names, which people may change, and their addresses."""
    for device in Device.objects.filter(user=person).defer("address").order_by("added_at"):
        yield device, CHANNELS.title(device.channel)


def _calls(person: User, at: datetime) -> list[Figure]:
    sums = ModelCall.objects.sums_of(person.pk, since=at - timedelta(days=CALL_DAYS))
    return [
        Figure(_("Questions"), sums["count"]),
        Figure(_("Of use"), share(sums["used"], sums["count"]), is_share=True),
        Figure(_("Left the house"), sums["elsewhere"]),
        Figure(_("Tokens"), sums["tokens"]),
        Figure(_("USD"), sums["usd"], is_money=True),
    ]
