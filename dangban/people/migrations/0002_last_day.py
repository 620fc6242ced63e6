from datetime import date

from django.db import migrations, models

from dangban.lib import clock


def from_closing(apps, schema_editor):
    """Until now the day on which an account was closed was the last."""
    OffBoarding = apps.get_model("people", "OffBoarding")
    for left in OffBoarding.objects.all():
        OffBoarding.objects.filter(pk=left.pk).update(last_day=clock.business_day(left.at))


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AddField("offboarding", "last_day", models.DateField(default=date(2000, 1, 1)), preserve_default=False),
        migrations.RunPython(from_closing, migrations.RunPython.noop),
    ]
