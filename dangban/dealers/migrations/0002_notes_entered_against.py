import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("dealers", "0001_initial")]

    operations = [
        migrations.AlterField("note", "made", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="dealers.dealerreturn")),
        migrations.AddField("note", "turn", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField(
            "note", "against", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="countered", to="dealers.note")
        ),
        migrations.RemoveConstraint("note", "a_note_owes_nothing_odd"),
        migrations.AddConstraint(
            "note",
            models.CheckConstraint(
                condition=Q(against=None, credit_fen__gte=0, fees_fen__gte=0, borne_fen__gte=0)
                | Q(against__isnull=False, credit_fen__lte=0, fees_fen__lte=0, borne_fen__lte=0),
                name="a_note_owes_nothing_odd",
            ),
        ),
        migrations.AddConstraint("note", models.UniqueConstraint(fields=["made", "turn"], condition=Q(against=None), name="a_note_once_a_turn")),
    ]
