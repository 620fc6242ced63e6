from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [migrations.AddField("order", "platform_refunded_fen", models.BigIntegerField(db_default=0, default=0))]
