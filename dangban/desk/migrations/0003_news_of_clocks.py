import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("desk", "0002_approval_words")]

    operations = [
        migrations.AddField(
            "notice", "deadline", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="desk.deadline")
        )
    ]
