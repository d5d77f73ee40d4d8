"""What the processes of test_sqlite.py do: say "ready", wait for a line, work, say what came."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from events.catalog import TipReacted, TipReactionUndone
from integrations.access import oauth
from integrations.models import Connection
from integrations.tests.scripted import Scripted
from tests.clock import NOON
from tests.concurrency.people import recorded, somebody_with_a_tip
from tips.answer import answering
from tips.make import making
from tips.models import Tip


def main(job: str) -> None:
    name, _, argument = job.partition(":")
    globals()[f"do_{name}"](argument)


def say(word: Any) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


def wait() -> None:
    sys.stdin.readline()


def tips() -> list[Tip]:
    return list(Tip.objects.order_by("user__email"))


def do_prepare(people: str) -> None:
    call_command("migrate", verbosity=0)
    for _ in range(int(people)):
        somebody_with_a_tip()
    say(len(tips()))


def do_answer(reaction: str) -> None:
    found = tips()
    say("ready")
    wait()
    ends = [answering.react(tip, reaction, at=NOON) for tip in found]
    say([(end.won, end.tip.reaction) for end in ends])


def do_read(_: str) -> None:
    say("ready")
    wait()
    rows = Tip.objects.order_by("pk").values_list("state", flat=True).iterator(chunk_size=1)
    states = [next(rows)]
    say("reading")
    wait()
    say([*states, *rows])


def do_refresh(token_url: str) -> None:
    """Eight times the credentials of the one connection that all processes share."""
    settings.SCRIPTED_CLIENT_ID, settings.SCRIPTED_CLIENT_SECRET = "client-1", "client-secret"
    assert Scripted.manifest.oauth
    there = replace(Scripted.manifest.oauth, token_url=token_url)
    manifest = replace(Scripted.manifest, oauth=there)
    user = User.objects.earliest("email")
    first = json.dumps({"access_token": "a1", "refresh_token": "r1"})
    times = {"connected_at": NOON, "next_sync_at": NOON}
    row, _made = Connection.objects.get_or_create(
        user=user, source="scripted", account="shared", defaults={"credentials": first, **times}
    )
    say("ready")
    for _turn in range(8):
        row.refresh_from_db()
        wait()
        stale = row.read_credentials()
        say(dict(oauth.refresh(row.pk, manifest, stale=stale)))


def do_hold(_: str) -> None:
    say("ready")
    wait()
    with transaction.atomic():
        User.objects.update(name="Held")
        say("holding")
        wait()
    say("let go")


def do_mixed(seed: str) -> None:
    chance, people = Random(seed), list(User.objects.values_list("pk", flat=True))
    say("ready")
    wait()
    for step in range(50):
        at, user_id = NOON + timedelta(seconds=step), chance.choice(people)
        tip = Tip.objects.filter(user_id=user_id).order_by("-made_at").first()
        match chance.randrange(4):
            case 0 if tip:
                answering.react(tip, chance.choice(["done", "snooze", "dismiss"]), at=at)
            case 1 if tip:
                answering.undo(tip, at=at)
            case 2 if tip:
                answering.mark_shown(tip, surface="page", at=at)
            case _:
                answering.end_rest(user_id, at=at)
                making.make_tip(user_id, at=at)
    say("fine")


def do_judge(_: str) -> None:
    say("ready")
    wait()
    people = list(User.objects.all())
    live = [Tip.objects.live().filter(user=user).count() for user in people]
    say({"live": max(live) <= 1, "recorded": all(is_in_order(user) for user in people)})


def is_in_order(user: User) -> bool:
    answered = Tip.objects.filter(user=user, state="answered").count()
    return recorded(user, TipReacted) - recorded(user, TipReactionUndone) == answered
