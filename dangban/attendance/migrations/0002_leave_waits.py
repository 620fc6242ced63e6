from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attendance", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="shiftrecord",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("one_punch", "One punch of two is missing"),
                    ("no_hours", "The shift's hours are not known"),
                    ("overlap", "Two shifts lie over each other"),
                    ("no_rules", "No handbook was in force"),
                    ("leave", "Leave for it waits for an answer"),
                ],
                max_length=12,
            ),
        ),
    ]
