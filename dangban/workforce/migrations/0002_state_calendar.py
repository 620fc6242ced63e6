"""The state's holidays as far as the program knows them."""

from django.db import migrations

from dangban.workforce import state_calendar


def enter(apps, schema_editor):
    holiday = apps.get_model("workforce", "Holiday")
    rows = [
        holiday(day=day, kind=kind, name=name, source="calendar")
        for year in state_calendar.known_years()
        for day, kind, name in state_calendar.of_year(year)
    ]
    holiday.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("workforce", "0001_initial")]
    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
