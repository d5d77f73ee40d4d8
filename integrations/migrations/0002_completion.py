from django.db import migrations


class Migration(migrations.Migration):
    """The field's word for it. Rows stay."""

    dependencies = [("integrations", "0001_initial")]

    operations = [
        migrations.RenameModel("TaskClose", "Completion"),
        migrations.RenameIndex(
            model_name="completion",
            new_name="integration_user_id_57d615_idx",
            old_name="integration_user_id_88eaf9_idx",
        ),
    ]
