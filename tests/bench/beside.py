"""What runs beside the page while it is measured: a process that does one job again and again.

python -m tests.bench.beside sweep|polish

A line of JSON when it is ready, and one more for each time that it has done its job.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import count
from typing import Any

import django

PEOPLE = 500  # whom the sweep looks at, beside the person of the page
READERS = 20  # people with a tip for the model


def sweep(email: str) -> None:
    """As a worker of agents.tasks.sweep, all of them anew each time: every row is written."""
    from tests.bench import sweeper

    sweeper.settle(1, PEOPLE)
    _join(email)
    say({"ready": True})
    for minute in count():
        sweeper.start_anew()
        began = time.perf_counter()
        spent = sweeper.sweep(sweeper.begin(minute), minute, PEOPLE)
        say({"people": spent["people"], "s": time.perf_counter() - began})


def _join(email: str) -> None:
    """The person of the page is swept as the others are: with tasks, and their locks taken."""
    from accounts.models import User
    from accounts.privacy.consents import grant
    from agents.models import LookSchedule
    from tests.bench.crowd import TASKS
    from tests.clock import NOON
    from tests.factories import make_task

    user = User.objects.get(email=email)
    grant(user.pk, "tasks", by="connect", at=NOON)
    for number in range(TASKS):
        make_task(user, f"Task {number} of the many things to do")
    LookSchedule.objects.begin([user.pk])


def polish(email: str) -> None:
    """As a worker of the queue `llm`, over tips of other people."""
    from django.utils import timezone

    from accounts.models import User
    from agents.models import LookSchedule, ModelCall
    from tests.clock import NOON
    from tips import tasks
    from tips.make.making import make_tips
    from tips.models import Tip

    others = User.objects.exclude(email=email)
    ids = list(others.values_list("pk", flat=True)[:READERS])
    made = make_tips(ids, at=NOON).made
    # They are here: about who is not, nobody is asked.
    LookSchedule.objects.filter(pk__in=ids).update(active_at=timezone.now())
    say({"ready": len(made)})
    for tip in made:
        tasks.polish(str(tip.pk))
        call = ModelCall.objects.get(user_id=tip.user_id)
        stands = Tip.objects.filter(pk=tip.pk, state=Tip.State.READY, plain="").exists()
        say({"s": call.ms / 1000, "outcome": call.outcome, "stands": stands})


def say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    django.setup()
    {"sweep": sweep, "polish": polish}[sys.argv[1]](sys.argv[2])
