"""What finance reads over all shops is read in its order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0011_inbound_lists")]
    operations = [
        migrations.AddIndex(model_name="settlement", index=models.Index(fields=["-paid_at", "-id"], name="settlement_paid_all")),
        migrations.AddIndex(model_name="ledgerentry", index=models.Index(fields=["business_day", "id"], name="ledger_month_all")),
    ]
