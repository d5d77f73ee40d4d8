from django.db import migrations, models


def count_anew(apps, _schema_editor):
    """Of the days that the log still has in whole; what is older stays as it was counted."""
    apps.get_model("agents", "CountCursor").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("agents", "0006_questions_overtaken")]
    operations = [
        migrations.AddField(
            model_name="countedday",
            name="noted",
            field=models.PositiveIntegerField(default=0, verbose_name="Got it"),
        ),
        migrations.RunPython(count_anew, migrations.RunPython.noop),
    ]
