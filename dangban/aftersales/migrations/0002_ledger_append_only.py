from django.db import migrations

from dangban.aftersales.triggers import LEDGER


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0001_cases")]
    operations = [LEDGER.migration()]
