from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.models import Consent
from agents.asking.asking import forget_old_calls
from agents.asking.keeping import forget_transcripts, forget_transcripts_of
from agents.looking import sweeping
from agents.looking.withdrawing import forget_derived
from agents.models import LookSchedule, Sweep
from agents.profile import counting
from agents.understanding import by_model
from agents.understanding.forgetting import forget_readings
from oo.lib.queue import look_now


@shared_task(soft_time_limit=50, time_limit=55)
def forget(user_id: str) -> int:
    """A person's readings that nothing needs any more, and what models were told of them.

    Lost, the daily purge does it: of transcripts when they are old.
    """
    readings = forget_readings(UUID(user_id), at=timezone.now())
    return readings + forget_transcripts_of(UUID(user_id))


@shared_task(soft_time_limit=50, time_limit=55)
def end_consent(user_id: str, key: str) -> int:
    """What was derived from what is no longer allowed. Lost, the next sweep drops it."""
    if Consent.objects.open(UUID(user_id)).filter(key=key).exists():
        return 0  # granted again meanwhile, or told again long after
    return forget_derived(UUID(user_id), key) + forget_transcripts_of(UUID(user_id))


@shared_task(soft_time_limit=240, time_limit=280)
def read_with_model(user_id: str) -> int:
    """In the queue of models. Lost, the next change of the person's tasks asks again."""
    at = timezone.now()
    wanted = by_model.traits_to_read(UUID(user_id))
    read = by_model.read_with_model(UUID(user_id), at=at)
    if read and wanted:
        LookSchedule.objects.note_change(UUID(user_id))
    if read == by_model.most_at_once(wanted):
        look_now(read_with_model, user_id)
    return read


@shared_task(soft_time_limit=240)
def purge() -> int:
    """Daily: readings that nothing needs, old sweeps, calls, transcripts, counted days."""
    at = timezone.now()
    forgotten = forget_readings(at=at) + sweeping.forget_old_sweeps(at=at) + forget_old_calls(at=at)
    forgotten += forget_transcripts(at=at)
    return forgotten + counting.forget_old_days(at=at)


@shared_task(soft_time_limit=240, time_limit=280)
def count_days() -> int:
    """Every 15 minutes: how people answered, by day. Lost or killed, the next goes on."""
    return counting.count_days(at=timezone.now())


@shared_task(soft_time_limit=240, time_limit=280)
def sweep(sweep_id: int | None = None) -> int:
    """Every 15 minutes: a chunk of the people who are due. Returns how many.

    A full chunk calls for another worker before it is begun; killed, its people are due again when
    their lease is over. Without `sweep_id` a sweep begins.
    """
    at = timezone.now()
    run = Sweep.objects.filter(pk=sweep_id).first() if sweep_id else None
    run = run or sweeping.begin(at=at)
    claimed = LookSchedule.objects.claim(sweeping.CHUNK, at=at, until=at + sweeping.LEASE)
    if len(claimed) == sweeping.CHUNK:
        look_now(sweep, run.pk)
    if claimed:
        sweeping.sweep_chunk(run, claimed, at=at)
    return len(claimed)
