from django.db import migrations

from dangban.leave.triggers import LEDGER


class Migration(migrations.Migration):
    dependencies = [("leave", "0001_leave")]
    operations = [LEDGER.migration()]
