from django.db import migrations


def rename(apps, old, new):
    TipDecision = apps.get_model("tips", "TipDecision")
    for decision in TipDecision.objects.only("candidates").iterator(chunk_size=500):
        if any(old in candidate for candidate in decision.candidates):
            decision.candidates = [
                {new if key == old else key: value for key, value in candidate.items()}
                for candidate in decision.candidates
            ]
            decision.save(update_fields=["candidates"])


def forwards(apps, _schema_editor):
    rename(apps, "title", "content")


def backwards(apps, _schema_editor):
    rename(apps, "content", "title")


class Migration(migrations.Migration):
    dependencies = [("tips", "0004_policy_of_a_silence")]
    operations = [migrations.RunPython(forwards, backwards)]
