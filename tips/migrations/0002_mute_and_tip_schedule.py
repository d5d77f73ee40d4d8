from django.db import migrations


class Migration(migrations.Migration):
    """The field's words for them. Rows stay."""

    dependencies = [("tips", "0001_initial")]

    operations = [
        migrations.RenameModel("Hold", "Mute"),
        migrations.RenameModel("Outlook", "TipSchedule"),
        migrations.RenameIndex(
            model_name="mute",
            new_name="tips_mute_user_id_c138a4_idx",
            old_name="tips_hold_user_id_3c2eb5_idx",
        ),
    ]
