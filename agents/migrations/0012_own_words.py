"""Words are told apart by two halves: what was written, and where it stands. Rows, what was read
of them and what people said of it are renamed together, so that nothing is read or lost anew."""

from hashlib import blake2b

from django.db import migrations, transaction
from django.db.models.functions import Length

OWN = 16
BATCH = 500


def _hash(values):
    return blake2b(repr(values).encode(), digest_size=OWN // 2).hexdigest()


def of_task(row):
    around = (row.project, row.section, row.parent, row.labels, row.recurrence)
    return _hash((row.title, row.description)) + _hash(around)


def of_event(row):
    lasts_s = (row.ends_at - row.starts_at).total_seconds()
    around = (row.location, row.is_busy, row.starts_on is not None, lasts_s)
    return _hash(row.title) + _hash(around)


def rename(apps, _schema_editor):
    for kind, name, words_of in (("task", "Task", of_task), ("event", "CalendarEvent", of_event)):
        model, last = apps.get_model("integrations", name), 0
        rows = model.objects.exclude(words_digest="").order_by("pk")
        while last is not None:
            last = rename_batch(apps, kind, rows.filter(pk__gt=last), words_of)
    # Of words that stand in no row any more: no digest of now is found by that of then.
    dead = apps.get_model("agents", "Correction").objects.annotate(length=Length("words"))
    dead.filter(length__gt=OWN).delete()


@transaction.atomic
def rename_batch(apps, kind, rows, words_of):
    """The last primary key, or None. Locked: a worker of the version before may be at its sync."""
    batch = list(rows.select_for_update()[:BATCH])
    if not batch:
        return None
    new = {(row.user_id, row.words_digest): words_of(row) for row in batch}
    rename_readings(apps, kind, new)
    rename_corrections(apps, kind, new)
    for row in batch:
        row.words_digest = new[row.user_id, row.words_digest]
    batch[0]._meta.model.objects.bulk_update(batch, ["words_digest"])
    return batch[-1].pk


def rename_readings(apps, kind, new):
    Reading = apps.get_model("agents", "Reading")
    found = of_words(Reading, kind, new)
    for reading in found:
        reading.words = new[reading.user_id, reading.words]
    Reading.objects.bulk_update(found, ["words"])


def rename_corrections(apps, kind, new):
    """What was said last counts, of the same that was written in two places."""
    Correction = apps.get_model("agents", "Correction")
    for said in sorted(of_words(Correction, kind, new), key=lambda said: said.made_at):
        own = new[said.user_id, said.words][:OWN]
        same = Correction.objects.filter(user_id=said.user_id, kind=kind, trait=said.trait)
        if same.filter(words=own, made_at__gt=said.made_at).exists():
            said.delete()
            continue
        same.filter(words=own).delete()
        Correction.objects.filter(pk=said.pk).update(words=own)


def of_words(model, kind, new):
    rows = model.objects.filter(
        kind=kind,
        user_id__in={user_id for user_id, _words in new},
        words__in={words for _user_id, words in new},
    )
    return [row for row in rows if (row.user_id, row.words) in new]


class Migration(migrations.Migration):
    atomic = False  # a batch at a time
    dependencies = [("agents", "0011_dated_reading"), ("integrations", "0012_worded_at")]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
