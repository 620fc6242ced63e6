from django.db import migrations

from dangban.stock.triggers import LEDGER


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial")]
    operations = [LEDGER.migration()]
